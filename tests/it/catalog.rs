//! A catalog that is made in memory, for the tests of the rooms that compile, emit and write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use catproof::testing::catalog::config::Config;
use catproof::testing::catalog::entry;
use catproof::testing::compile::emit::{self, Artifact};
use catproof::testing::compile::plan::Plan;
use catproof::testing::compile::{self, Catalog};
use catproof::testing::discovery::Lock;
use catproof::testing::discovery::lock::Locks;
use catproof::testing::manifest::model::Manifest;
use catproof::testing::source::{FileId, Origin, Sources};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{entries, project};

/// A catalog in memory.
#[derive(Default)]
pub struct InMemory {
    pub manifests: Vec<(Origin, Value)>,
    pub lock: Option<Lock>,
    pub config: Config,
    /// The ids of the servers whose files hold a secret.
    pub with_secret: Vec<String>,
}

impl InMemory {
    pub fn of(manifests: impl IntoIterator<Item = Value>) -> Self {
        let manifests = manifests.into_iter();
        Self {
            manifests: manifests.map(|value| (Origin::Catalog, value)).collect(),
            ..Self::default()
        }
    }

    /// The catalog in a folder.
    pub fn at(folder: &Path) -> Self {
        let texts = entries(folder).into_iter().map(|path| std::fs::read_to_string(path).unwrap());
        Self::of(texts.map(|text| serde_json::from_str(&text).unwrap()))
    }

    /// The catalog that the project ships, with its lock.
    pub fn shipped() -> Self {
        let read = |folder: &str, origin| -> Vec<(Origin, Value)> {
            let manifests = Self::at(&project().join(folder)).manifests.into_iter();
            manifests.map(|(_, value)| (origin, value)).collect()
        };
        let lock = std::fs::read_to_string(project().join("generated/discovery.lock.json"));
        Self {
            manifests: [
                read("catalog", Origin::Catalog),
                read("catalog_local", Origin::CatalogLocal),
            ]
            .concat(),
            lock: serde_json::from_str(&lock.unwrap()).unwrap(),
            ..Self::default()
        }
    }

    pub fn plan(&self) -> Plan {
        self.try_plan().unwrap()
    }

    pub fn try_plan(&self) -> Result<Plan, compile::CompileError> {
        let mut sources = Sources::default();
        let mut manifests: BTreeMap<FileId, Manifest> = BTreeMap::new();
        let mut entries = Vec::new();
        let mut leave_out = BTreeSet::new();
        let locks = self.lock.clone().map(Locks::committed);
        for (origin, value) in &self.manifests {
            let manifest = Manifest::deserialize(value).unwrap();
            let id = manifest.name.clone();
            let file = sources.add_text(format!("{id}.json").into(), Vec::new(), &project());
            let stem = id.as_str().into();
            let proxy_url = self.config.proxy.url.as_deref();
            let entry = entry::entry(file, *origin, &stem, &manifest, locks.as_ref(), proxy_url);
            entries.push(entry);
            manifests.insert(file, manifest);
            if self.with_secret.contains(&id) {
                leave_out.insert(file);
            }
        }
        entries.sort_by(|left, right| (&left.id, left.file).cmp(&(&right.id, right.file)));
        compile::compile(&Catalog {
            entries: &entries,
            manifests: &manifests,
            leave_out: &leave_out,
            locks: locks.as_ref(),
            config: &self.config,
        })
    }

    pub fn artifacts(&self) -> Vec<Artifact> {
        emit::emit(&self.plan()).unwrap()
    }

    /// The text of one artifact.
    pub fn artifact(&self, path: &str) -> String {
        let artifacts = self.artifacts();
        let found = artifacts.iter().find(|artifact| artifact.path == path);
        let artifact = found.unwrap_or_else(|| panic!("no artifact {path}"));
        String::from_utf8(artifact.bytes.clone()).unwrap()
    }
}

//! A catalog in memory, judged whole: any bytes as a manifest, and catalogs that are drawn.

use std::path::Path;

use catproof::testing::catalog::config::{self, Config};
use catproof::testing::catalog::entry;
use catproof::testing::discovery::Lock;
use catproof::testing::discovery::lock::Locks;
use catproof::testing::lint::{self, Findings};
use catproof::testing::manifest::model::Manifest;
use catproof::testing::pipeline::Judged;
use catproof::testing::pipeline::facts::parse_allowlist;
use catproof::testing::pipeline::line::{Keep, Line};
use catproof::testing::pipeline::redaction::redaction_of;
use catproof::testing::report::{Report, Summary, locate};
use catproof::testing::source::{ManifestFile, Sources};
use catproof::testing::text::profile::Profile;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::draw::Draw;
use super::findings;

/// Everything that a judgement depends on.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Path and bytes; what lies in `catalog_local/` is a developer's.
    pub files: Vec<(String, Vec<u8>)>,
    pub config: Config,
    pub lock: Option<Lock>,
    /// The text of a `providers.js`.
    pub allowlist: Option<String>,
}

impl Catalog {
    /// One manifest, with every rule switched on.
    pub fn of_one(stem: &str, bytes: &[u8]) -> Self {
        let mut config = Config { pedantic: true, ..Config::default() };
        config.proxy.url = Some("https://oauth.acme.example".to_owned());
        config.proxy.callback_urls = vec!["https://oauth.acme.example/oauth/callback".to_owned()];
        config.policy.approved_destinations = Some(vec!["acme.example".to_owned()]);
        Self {
            files: vec![(format!("catalog/{stem}.json"), bytes.to_vec())],
            config,
            lock: Some(Lock::default()),
            allowlist: Some(
                "export const ALLOWED_DESTINATIONS = ['acme.example', 'github.io'];".to_owned(),
            ),
        }
    }

    /// A few manifests with what may stand around them.
    pub fn drawn(draw: &mut Draw<'_>) -> Self {
        let mut catalog = Self::default();
        let manifests: Vec<Value> = (0..=draw.number(3)).map(|_| draw.manifest()).collect();
        for (index, manifest) in manifests.iter().enumerate() {
            let folder = if draw.once_in(4) { "catalog_local" } else { "catalog" };
            let name = manifest["name"].as_str().filter(|name| !name.contains('/'));
            let path = match (name, draw.once_in(6)) {
                (Some(name), false) => format!("{folder}/{name}.json"),
                (_, _) => format!("{folder}/{index}.json"),
            };
            let is_new = catalog.files.iter().all(|(other, _)| *other != path);
            if is_new {
                catalog.files.push((path, draw.printed(manifest).into_bytes()));
            }
        }
        let text = draw.config();
        catalog.config = config::read(&text, &lint::rule_ids())
            .map_or_else(|_| Config::default(), |(config, _)| config);
        catalog.config.pedantic = !draw.once_in(4);
        // So that no file of a sound size is refused.
        catalog.config.max_file_bytes = catalog.config.max_file_bytes.max(1 << 20);
        if draw.once_in(2) {
            catalog.config.profile = Profile::Development;
        }
        catalog.lock = draw.once_in(2).then(|| lock(draw, &manifests));
        if draw.once_in(3) {
            let hosts = [draw.text(), "acme.example".to_owned()];
            catalog.allowlist = Some(format!("const ALLOWED_DESTINATIONS = {}", json!(hosts)));
        }
        catalog
    }

    /// Judges the catalog, and gives the judgement to a closure.
    pub fn judged<T>(&self, then: impl FnOnce(&Line<'_>, Judged) -> T) -> T {
        let mut sources = Sources::default();
        let mut manifests = Vec::new();
        for (path, bytes) in &self.files {
            let file = sources.add_text(path.into(), bytes.clone(), Path::new(""));
            let is_local = path.starts_with("catalog_local/");
            manifests.push(ManifestFile::new(file, Path::new(path), is_local));
        }
        let mut of_allowlist = Findings::default();
        let allowlist = self.allowlist.as_ref().and_then(|text| {
            let file =
                sources.add_text("providers.js".into(), text.clone().into_bytes(), Path::new(""));
            parse_allowlist(file, "providers.js", text, &mut of_allowlist)
        });
        let locks = self.lock.clone().map(Locks::committed);
        let line = Line {
            config: &self.config,
            sources: &sources,
            manifests: &manifests,
            locks: locks.as_ref(),
            allowlist: allowlist.as_ref(),
        };
        let mut judged = line.judge(Keep::Manifests);
        judged.findings.append(&mut of_allowlist);
        then(&line, judged)
    }
}

/// A lock with what providers may have answered for the URLs of these manifests.
fn lock(draw: &mut Draw<'_>, manifests: &[Value]) -> Lock {
    let mut lock = Lock::default();
    for manifest in manifests {
        let Ok(manifest) = Manifest::deserialize(manifest) else {
            continue;
        };
        let mut entry = draw.lock_entry();
        if let Value::Object(members) = &mut entry {
            let inputs = entry::lock_inputs(&manifest);
            members.insert("inputs".to_owned(), serde_json::to_value(inputs).unwrap());
        }
        if let Ok(entry) = serde_json::from_value(entry) {
            lock.servers.insert(manifest.name, entry);
        }
    }
    lock
}

/// Any catalog is judged without a panic, each finding stands inside its file, and every format shows it safely.
pub fn judging_shows_safe_findings(catalog: &Catalog) {
    catalog.judged(|line, judged| {
        let found = judged.findings.len();
        let findings = locate(
            &judged.findings,
            line.sources,
            line.config.max_file_bytes,
            &redaction_of(&[&judged], line.sources, None),
        );
        assert_eq!(findings.len(), found);
        findings::stand_in_their_files(&findings, line.sources);
        let report = Report { findings, summary: Summary::default() };
        findings::are_said_by_every_format(&report, 80);
    });
}

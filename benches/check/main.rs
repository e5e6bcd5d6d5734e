//! `check` beside the physical limit: reading the same files and parsing them to `serde_json::Value`, in one run.
//!
//! `cargo bench` runs it on a generated catalog, and on the public one where the shared corpora are.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use catproof::config::Config;
use catproof::pipeline::{Judged, Keep, Line};
use catproof::source::{Folders, ManifestFile, Sources, list_manifests};
use divan::{Bencher, counter::BytesCount};
use rayon::prelude::*;
use serde_json::Value;

const THREADS: usize = 2;

fn main() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build_global()
        .unwrap();
    divan::main();
}

/// The catalogs to run on: a generated one, and the public one where it is.
static CATALOGS: LazyLock<Vec<Catalog>> = LazyLock::new(|| {
    let generated = std::env::temp_dir().join("catproof-bench-600");
    generate::catalog(&generated, 600);
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/servers");
    [("generated", generated), ("public", shared)]
        .into_iter()
        .filter(|(_, folder)| folder.is_dir())
        .map(|(name, folder)| Catalog { name, folder })
        .collect()
});

#[derive(Debug)]
struct Catalog {
    name: &'static str,
    folder: PathBuf,
}

impl std::fmt::Display for Catalog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

fn files(folder: &Path) -> (Sources, Vec<ManifestFile>) {
    let mut sources = Sources::default();
    let folders = Folders {
        catalog: Some(folder.to_owned()),
        catalog_local: None,
        root: folder.to_owned(),
    };
    let manifests = list_manifests(&folders, &mut sources, folder).unwrap();
    (sources, manifests)
}

fn bytes(folder: &Path) -> BytesCount {
    let sizes = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len());
    BytesCount::new(sizes.sum::<u64>())
}

/// The limit: every byte is read and made a value of, and nothing is judged.
#[divan::bench(args = CATALOGS.iter())]
fn read_and_parse(bencher: Bencher<'_, '_>, catalog: &Catalog) {
    let (sources, manifests) = files(&catalog.folder);
    bencher.counter(bytes(&catalog.folder)).bench(|| {
        manifests.par_iter().for_each(|manifest| {
            let text = fs::read(&sources.file(manifest.file).unwrap().path).unwrap();
            let value: Value = serde_json::from_slice(&text).unwrap();
            drop(divan::black_box(value));
        });
    });
}

/// Everything that `check --pedantic` judges, without the output.
#[divan::bench(args = CATALOGS.iter())]
fn check(bencher: Bencher<'_, '_>, catalog: &Catalog) {
    let (sources, manifests) = files(&catalog.folder);
    let config = Config {
        pedantic: true,
        ..Config::default()
    };
    bencher.counter(bytes(&catalog.folder)).bench(|| -> Judged {
        let line = Line {
            config: &config,
            sources: &sources,
            manifests: &manifests,
            lock: None,
            allowlist: None,
        };
        line.judge(Keep::Entries)
    });
}

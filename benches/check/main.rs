//! `check` beside the physical limit, reading the same files and parsing them to `serde_json::Value`, in one run on two
//! threads; and each stage of the line by itself, on one.
//!
//! `cargo bench --bench check` runs it on a generated catalog, and on the public one where the shared corpora are.
//! `cargo bench --bench check -- --generate FOLDER COUNT` only writes the generated catalog.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

mod generate;
mod stages;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use catproof::testing::catalog::config::Config;
use catproof::testing::pipeline::Judged;
use catproof::testing::pipeline::line::{Keep, Line};
use catproof::testing::source::{Folders, ManifestFile, Sources, list_manifests};
use divan::{Bencher, counter::BytesCount};
use rayon::prelude::*;
use serde_json::Value;

const THREADS: usize = 2;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, folder, count, ..] = arguments.as_slice()
        && flag == "--generate"
    {
        return generate::catalog(Path::new(folder), count.parse().unwrap());
    }
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().unwrap();
    divan::main();
}

/// The catalogs to run on: a generated one, and the public one where it is.
static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let generated = std::env::temp_dir().join("catproof-bench-600");
    generate::catalog(&generated, 600);
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/servers");
    [("generated", generated), ("public", shared)]
        .into_iter()
        .filter(|(_, folder)| folder.is_dir())
        .map(|(name, folder)| Input { name, folder })
        .collect()
});

static CONFIG: LazyLock<Config> = LazyLock::new(|| Config { pedantic: true, ..Config::default() });

#[derive(Debug)]
struct Input {
    name: &'static str,
    folder: PathBuf,
}

impl std::fmt::Display for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

fn files(folder: &Path) -> (Sources, Vec<ManifestFile>) {
    let mut sources = Sources::default();
    let folders =
        Folders { catalog: Some(folder.to_owned()), catalog_local: None, root: folder.to_owned() };
    let manifests = list_manifests(&folders, &mut sources, folder).unwrap();
    (sources, manifests)
}

fn bytes(folder: &Path) -> BytesCount {
    let sizes = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    BytesCount::new(sizes.sum::<u64>())
}

/// The limit: every byte is read and made a value of, and nothing is judged.
#[divan::bench(args = INPUTS.iter())]
fn read_and_parse(bencher: Bencher<'_, '_>, input: &Input) {
    let (sources, manifests) = files(&input.folder);
    bencher.counter(bytes(&input.folder)).bench(|| {
        manifests.par_iter().for_each(|manifest| {
            let text = fs::read(&sources.file(manifest.file).unwrap().path).unwrap();
            let value: Value = serde_json::from_slice(&text).unwrap();
            drop(divan::black_box(value));
        });
    });
}

/// Everything that `check --pedantic` judges, without the output.
#[divan::bench(args = INPUTS.iter())]
fn check(bencher: Bencher<'_, '_>, input: &Input) {
    let (sources, manifests) = files(&input.folder);
    bencher.counter(bytes(&input.folder)).bench(|| judge(&sources, &manifests, Keep::Entries));
}

fn judge(sources: &Sources, manifests: &[ManifestFile], keep: Keep) -> Judged {
    let line = Line { config: &CONFIG, sources, manifests, locks: None, allowlist: None };
    line.judge(keep)
}

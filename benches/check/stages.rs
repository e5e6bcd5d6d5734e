//! The stages of the line one by one, each on what the one before it made of the catalog, on one thread but for the
//! stages that share their work out themselves.

use std::path::Path;

use catproof::testing::catalog::entry::{self, Entry};
use catproof::testing::compile::emit;
use catproof::testing::compile::plan::Plan;
use catproof::testing::compile::{self, Catalog};
use catproof::testing::lint::{self, Context, Findings, RawSubject, Subject};
use catproof::testing::manifest::model::Manifest;
use catproof::testing::manifest::oauth;
use catproof::testing::manifest::validate::{self, SchemaVerdict};
use catproof::testing::pipeline::Judged;
use catproof::testing::pipeline::line::Keep;
use catproof::testing::pipeline::redaction::{Redaction, redaction_of};
use catproof::testing::report::{self, Format, Report, Style, Summary};
use catproof::testing::source::finding::Finding;
use catproof::testing::source::parse::{self, Parsed};
use catproof::testing::source::{ManifestFile, Sources};
use divan::Bencher;

use super::{CONFIG, INPUTS, Input, bytes, files, judge};

#[divan::bench(args = INPUTS.iter())]
fn load(bencher: Bencher<'_, '_>, input: &Input) {
    bencher.counter(bytes(&input.folder)).bench(|| texts(&input.folder));
}

#[divan::bench(args = INPUTS.iter())]
fn parse(bencher: Bencher<'_, '_>, input: &Input) {
    let texts = texts(&input.folder);
    bencher.counter(bytes(&input.folder)).bench(|| {
        for (_, text) in &texts {
            drop(divan::black_box(parse::parse(text)));
        }
    });
}

#[divan::bench(args = INPUTS.iter())]
fn validate(bencher: Bencher<'_, '_>, input: &Input) {
    let documents = documents(&input.folder);
    bencher.counter(bytes(&input.folder)).bench(|| {
        for (_, parsed) in &documents {
            drop(divan::black_box(validate::validate(&parsed.value)));
        }
    });
}

#[divan::bench(args = INPUTS.iter())]
fn read_as_manifest(bencher: Bencher<'_, '_>, input: &Input) {
    let documents = documents(&input.folder);
    let values = || -> Vec<_> {
        let values = documents.iter();
        values.map(|(_, parsed)| parsed.value.clone()).collect()
    };
    bencher.counter(bytes(&input.folder)).with_inputs(values).bench_values(|values| {
        for value in values {
            drop(divan::black_box(validate::read(value, "acme__mcp")));
        }
    });
}

#[divan::bench(args = INPUTS.iter())]
fn classify(bencher: Bencher<'_, '_>, input: &Input) {
    let servers = servers(&input.folder);
    bencher.bench(|| {
        for Server { manifest, .. } in &servers {
            drop(divan::black_box(oauth::classify(manifest)));
        }
    });
}

#[divan::bench(args = INPUTS.iter())]
fn lint(bencher: Bencher<'_, '_>, input: &Input) {
    let servers = servers(&input.folder);
    let context = Context { config: &CONFIG, locks: None };
    bencher.counter(bytes(&input.folder)).bench(|| {
        let mut findings = Findings::default();
        for Server { file, text, parsed, manifest, entry } in &servers {
            let raw = RawSubject { text, file: file.file, stem: &file.stem, value: &parsed.value };
            lint::run_on_value(&raw, &mut findings);
            let subject = Subject { entry, manifest, lock: None, text, context };
            lint::run_on_server(&subject, &mut findings);
        }
        findings
    });
}

#[divan::bench(args = INPUTS.iter())]
fn locate(bencher: Bencher<'_, '_>, input: &Input) {
    let (sources, judged) = judged(&input.folder, Keep::Entries);
    let redaction = redaction_of(&[&judged], &sources, None);
    bencher.bench(|| locate_all(&judged.findings, &sources, &redaction));
}

#[divan::bench(args = INPUTS.iter())]
fn report_to_people(bencher: Bencher<'_, '_>, input: &Input) {
    bench_report(bencher, input, Format::Human);
}

#[divan::bench(args = INPUTS.iter())]
fn report_as_json(bencher: Bencher<'_, '_>, input: &Input) {
    bench_report(bencher, input, Format::Json);
}

#[divan::bench(args = INPUTS.iter())]
fn compile(bencher: Bencher<'_, '_>, input: &Input) {
    let (_, judged) = judged(&input.folder, Keep::Manifests);
    bencher.bench(|| plan(&judged));
}

#[divan::bench(args = INPUTS.iter())]
fn emit(bencher: Bencher<'_, '_>, input: &Input) {
    let (_, judged) = judged(&input.folder, Keep::Manifests);
    let plan = plan(&judged);
    bencher.bench(|| emit::emit(&plan).unwrap());
}

struct Server {
    file: ManifestFile,
    text: String,
    parsed: Parsed,
    manifest: Manifest,
    entry: Entry,
}

fn texts(folder: &Path) -> Vec<(ManifestFile, String)> {
    let (sources, manifests) = files(folder);
    let read = |manifest: ManifestFile| {
        let text = sources.read(manifest.file, CONFIG.max_file_bytes);
        (manifest, text.unwrap())
    };
    manifests.into_iter().map(read).collect()
}

fn documents(folder: &Path) -> Vec<(ManifestFile, Parsed)> {
    let texts = texts(folder).into_iter();
    texts.map(|(file, text)| (file, parse::parse(&text).unwrap())).collect()
}

fn servers(folder: &Path) -> Vec<Server> {
    let server = |(file, text): (ManifestFile, String)| {
        let parsed = parse::parse(&text).unwrap();
        let validated = validate::validate(&parsed.value);
        let is_manifest = validated.verdict() == SchemaVerdict::Manifest;
        let value = is_manifest.then(|| parsed.value.clone())?;
        let manifest = validate::read(value, "acme__mcp").ok()?;
        let entry = entry::entry(file.file, file.origin, &file.stem, &manifest, None, None);
        Some(Server { file, text, parsed, manifest, entry })
    };
    texts(folder).into_iter().filter_map(server).collect()
}

fn judged(folder: &Path, keep: Keep) -> (Sources, Judged) {
    let (sources, manifests) = files(folder);
    let judged = judge(&sources, &manifests, keep);
    (sources, judged)
}

fn locate_all(findings: &[Finding], sources: &Sources, redaction: &Redaction) -> Report {
    Report {
        findings: report::locate(findings, sources, CONFIG.max_file_bytes, redaction),
        summary: Summary::default(),
    }
}

fn bench_report(bencher: Bencher<'_, '_>, input: &Input, format: Format) {
    let (sources, judged) = judged(&input.folder, Keep::Entries);
    let redaction = redaction_of(&[&judged], &sources, None);
    let report = locate_all(&judged.findings, &sources, &redaction);
    let style = Style { color: false, width: 100 };
    bencher.bench(|| {
        let mut text = Vec::new();
        report::write(format, &report, style, &mut text).unwrap();
        text
    });
}

fn plan(judged: &Judged) -> Plan {
    let catalog = Catalog {
        entries: &judged.entries,
        manifests: &judged.manifests,
        leave_out: &judged.files_with_secrets,
        locks: None,
        config: &CONFIG,
    };
    compile::compile(&catalog).unwrap()
}

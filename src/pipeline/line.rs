//! One file on the line: `load -> parse -> validate -> classify -> lint`, each stage a method.
//!
//! A stage takes the value of the one before it and adds findings. A file that cannot go on is `Stopped`, with what is
//! known of it so far.

use std::borrow::Cow;

use serde_json::Value;

use crate::catalog::allowlist::Allowlist;
use crate::catalog::config::Config;
use crate::catalog::entry::{self, Entry};
use crate::discovery::lock::Locks;
use crate::lint::{
    self, CatalogSubject, Context, FileContent, Findings, Group, RawSubject, SchemaSubject,
    Subject, TextSubject,
};
use crate::manifest::model::Manifest;
use crate::manifest::validate::{self as schema, SchemaVerdict, Validated};
use crate::source::parse as json;
use crate::source::{ManifestFile, Sources};

/// What the line works on: everything that is known before the first manifest is read.
#[derive(Debug)]
pub struct Line<'a> {
    pub config: &'a Config,
    pub sources: &'a Sources,
    /// Every manifest of the catalog, whatever was named.
    pub manifests: &'a [ManifestFile],
    pub locks: Option<&'a Locks>,
    pub allowlist: Option<&'a Allowlist>,
}

/// One file after its own rules have run.
#[derive(Debug)]
pub struct JudgedFile {
    pub entry: Entry,
    /// `None` if the file is not a manifest, or if manifests are not kept.
    pub manifest: Option<Manifest>,
    pub findings: Findings,
}

/// Whether the manifests are kept for the compiler; a check drops them early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Entries,
    Manifests,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct LoadedFile<'a> {
    file: &'a ManifestFile,
    text: Cow<'a, str>,
    findings: Findings,
}

/// A file that is JSON.
#[derive(Debug)]
pub(super) struct ParsedFile<'a> {
    loaded: LoadedFile<'a>,
    value: Value,
}

/// A file that is a manifest.
#[derive(Debug)]
pub(super) struct ValidFile<'a> {
    loaded: LoadedFile<'a>,
    manifest: Manifest,
}

/// A server with its OAuth type, and with what the lock adds.
#[derive(Debug)]
pub(super) struct ClassifiedFile<'a> {
    loaded: LoadedFile<'a>,
    manifest: Manifest,
    pub(super) entry: Entry,
}

/// A file that goes no further.
#[derive(Debug)]
pub(super) struct Stopped(Box<JudgedFile>);

impl Stopped {
    pub(super) fn judged(self) -> JudgedFile {
        *self.0
    }
}

impl Line<'_> {
    /// Reads a file of the catalog.
    pub(super) fn load<'a>(&self, file: &'a ManifestFile) -> Result<LoadedFile<'a>, Stopped> {
        let error = match self.sources.read(file.file, self.config.max_file_bytes) {
            Ok(text) => return Ok(LoadedFile::new(file, text.into())),
            Err(error) => error,
        };
        let mut findings = Findings::default();
        let subject = TextSubject { file: file.file, content: FileContent::Unread(&error) };
        lint::run_on_text(&subject, &mut findings);
        Err(Stopped(Box::new(JudgedFile {
            entry: entry::unreadable(file.file, file.origin, &file.stem, None),
            manifest: None,
            findings,
        })))
    }

    /// Manifest -> entry: the OAuth type, and what the lock adds.
    pub(super) fn classify<'a>(&self, valid: ValidFile<'a>) -> ClassifiedFile<'a> {
        let ValidFile { loaded, manifest } = valid;
        let ManifestFile { file, origin, stem, .. } = loaded.file;
        let proxy_url = self.config.proxy.url.as_deref();
        let entry = entry::entry(*file, *origin, stem, &manifest, self.locks, proxy_url);
        ClassifiedFile { loaded, manifest, entry }
    }

    /// Entry -> findings.
    pub(super) fn lint(&self, classified: ClassifiedFile<'_>, keep: Keep) -> JudgedFile {
        let ClassifiedFile { mut loaded, manifest, entry } = classified;
        let lock = self.locks.and_then(|locks| entry::lock_entry(locks, entry.origin, &manifest));
        let subject = Subject {
            entry: &entry,
            manifest: &manifest,
            lock,
            text: &loaded.text,
            context: self.context(),
        };
        lint::run_on_server(&subject, &mut loaded.findings);
        JudgedFile {
            entry,
            manifest: (keep == Keep::Manifests).then_some(manifest),
            findings: loaded.findings,
        }
    }

    /// One file, from its text to its findings.
    pub(super) fn judge_file(&self, file: &ManifestFile, keep: Keep) -> JudgedFile {
        let loaded = self.load(file);
        loaded.map_or_else(Stopped::judged, |loaded| self.judge_loaded(loaded, keep))
    }

    /// One text, as if it stood in the file.
    pub fn judge_text(&self, file: &ManifestFile, text: &str, keep: Keep) -> JudgedFile {
        self.judge_loaded(LoadedFile::new(file, text.into()), keep)
    }

    fn judge_loaded(&self, loaded: LoadedFile<'_>, keep: Keep) -> JudgedFile {
        parse(loaded)
            .and_then(validate)
            .map(|valid| self.classify(valid))
            .map_or_else(Stopped::judged, |classified| self.lint(classified, keep))
    }

    /// The findings that need the whole catalog.
    pub fn judge_catalog(&self, entries: &[Entry]) -> Findings {
        let catalog =
            CatalogSubject { entries, allowlist: self.allowlist, context: self.context() };
        let mut findings = Findings::default();
        lint::run_on_catalog(&catalog, &mut findings);
        findings
    }

    fn context(&self) -> Context<'_> {
        Context { config: self.config, locks: self.locks }
    }
}

/// Text -> JSON value.
pub(super) fn parse(mut loaded: LoadedFile<'_>) -> Result<ParsedFile<'_>, Stopped> {
    let file = loaded.file.file;
    match json::parse(&loaded.text) {
        Ok(parsed) => {
            let content = FileContent::Json { text: &loaded.text, parsed: &parsed };
            lint::run_on_text(&TextSubject { file, content }, &mut loaded.findings);
            let value = parsed.value;
            Ok(ParsedFile { loaded, value })
        }
        Err(error) => {
            let content = FileContent::NotJson(&error);
            lint::run_on_text(&TextSubject { file, content }, &mut loaded.findings);
            Err(loaded.stop(None))
        }
    }
}

/// JSON value -> manifest, by the schema.
pub(super) fn validate(parsed: ParsedFile<'_>) -> Result<ValidFile<'_>, Stopped> {
    let ParsedFile { mut loaded, value } = parsed;
    let ManifestFile { file, is_expected, .. } = *loaded.file;
    let validated = schema::validate(&value);
    let subject = SchemaSubject { file, is_expected, validated: &validated };
    lint::run_on_schema(&subject, &mut loaded.findings);
    let verdict = validated.verdict();
    if verdict != SchemaVerdict::Legacy {
        let subject =
            RawSubject { file, stem: loaded.file.stem.as_ref(), text: &loaded.text, value: &value };
        let mut found = Findings::default();
        lint::run_on_value(&subject, &mut found);
        if verdict == SchemaVerdict::Foreign {
            // A secret is a secret in any file; the other rules are about manifests.
            found.retain(|finding| {
                lint::find(finding.rule).is_some_and(|rule| rule.group == Group::Secrets)
            });
        }
        loaded.findings.append(&mut found);
    }
    let name = value.get("name").and_then(Value::as_str).map(str::to_owned);
    match verdict {
        SchemaVerdict::Manifest => {}
        SchemaVerdict::Foreign => return Err(loaded.stop(None)),
        SchemaVerdict::Broken | SchemaVerdict::Legacy => return Err(loaded.stop(name.as_deref())),
    }
    match schema::read(value, &loaded.file.stem) {
        Ok(manifest) => Ok(ValidFile { loaded, manifest }),
        Err(error) => {
            let validated = Validated::broken(error.to_string());
            let subject = SchemaSubject { file, is_expected, validated: &validated };
            lint::run_on_schema(&subject, &mut loaded.findings);
            Err(loaded.stop(name.as_deref()))
        }
    }
}

impl<'a> LoadedFile<'a> {
    fn new(file: &'a ManifestFile, text: Cow<'a, str>) -> Self {
        Self { file, text, findings: Findings::default() }
    }

    /// The file is not a manifest, but may still have a name.
    fn stop(self, name: Option<&str>) -> Stopped {
        let ManifestFile { file, origin, stem, .. } = self.file;
        Stopped(Box::new(JudgedFile {
            entry: entry::unreadable(*file, *origin, stem, name),
            manifest: None,
            findings: self.findings,
        }))
    }
}

//! One file on the line: `load -> parse -> validate -> classify -> lint`, each stage a method.
//!
//! A stage takes what the one before it gave, and adds findings. A file that cannot go on has stopped, and is judged by
//! what is known of it.

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
use crate::manifest::validate::{self as schema, Validated, Verdict};
use crate::source::finding::Finding;
use crate::source::parse as json;
use crate::source::{self, ManifestFile, ReadError, Sources};
use crate::text::secrets::client_secret::{self, ClientSecret};
use crate::text::secrets::credential::is_worth_hiding;

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
    /// Nothing where the file is no manifest, or where nobody compiles it.
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
        if let ReadError::NotUtf8 { bytes, .. } = &error {
            let text = source::with_question_marks(bytes);
            findings.hide_credentials(&text);
            findings.hide_named_credentials(&text);
        }
        let subject = TextSubject {
            file: file.file,
            content: FileContent::Unread(&error),
        };
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
        let ManifestFile { file, origin, stem } = loaded.file;
        let entry = entry::entry(*file, *origin, stem, &manifest, self.locks);
        ClassifiedFile {
            loaded,
            manifest,
            entry,
        }
    }

    /// Entry -> findings.
    pub(super) fn lint(&self, classified: ClassifiedFile<'_>, keep: Keep) -> JudgedFile {
        let ClassifiedFile {
            mut loaded,
            manifest,
            entry,
        } = classified;
        let lock = self
            .locks
            .and_then(|locks| entry::lock_entry(locks, entry.origin, &manifest));
        let subject = Subject {
            entry: &entry,
            manifest: &manifest,
            lock,
            text: &loaded.text,
            context: self.context(),
        };
        lint::run_on_server(&subject, &mut loaded.findings);
        lint::run_on_refused(&subject, &mut loaded.findings);
        JudgedFile {
            entry,
            manifest: (keep == Keep::Manifests).then_some(manifest),
            findings: loaded.finish(),
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

    /// What only the whole catalog shows.
    pub fn judge_catalog(&self, entries: &[Entry]) -> Findings {
        let catalog = CatalogSubject {
            entries,
            allowlist: self.allowlist,
            context: self.context(),
        };
        let mut findings = Findings::default();
        lint::run_on_catalog(&catalog, &mut findings);
        findings.hide_credentials_of_messages();
        findings
    }

    fn context(&self) -> Context<'_> {
        Context {
            config: self.config,
            locks: self.locks,
        }
    }
}

/// Text -> JSON value.
pub(super) fn parse(mut loaded: LoadedFile<'_>) -> Result<ParsedFile<'_>, Stopped> {
    let file = loaded.file.file;
    match json::parse(&loaded.text) {
        Ok(parsed) => {
            if parsed.has_duplicate_keys {
                // Of two values of a key only the last one is read.
                loaded.findings.hide_credentials(&loaded.text);
            }
            let content = FileContent::Json {
                text: &loaded.text,
                parsed: &parsed,
            };
            lint::run_on_text(&TextSubject { file, content }, &mut loaded.findings);
            let value = parsed.value;
            Ok(ParsedFile { loaded, value })
        }
        Err(error) => {
            // No rule of Secrets reads what is no JSON, but the finding's window may show one.
            loaded.findings.hide_credentials(&loaded.text);
            let content = FileContent::NotJson(&error);
            lint::run_on_text(&TextSubject { file, content }, &mut loaded.findings);
            Err(loaded.stop(None))
        }
    }
}

/// JSON value -> manifest, by the schema.
pub(super) fn validate(parsed: ParsedFile<'_>) -> Result<ValidFile<'_>, Stopped> {
    let ParsedFile { mut loaded, value } = parsed;
    let file = loaded.file.file;
    let validated = schema::validate(&value);
    let subject = SchemaSubject {
        file,
        validated: &validated,
    };
    lint::run_on_schema(&subject, &mut loaded.findings);
    if validated.verdict() == Verdict::Legacy {
        // No rule reads it, but the finding's window may show one.
        loaded.findings.hide_credentials(&loaded.text);
    } else {
        let subject = RawSubject {
            file,
            stem: loaded.file.stem.as_ref(),
            text: &loaded.text,
            value: &value,
        };
        lint::run_on_value(&subject, &mut loaded.findings);
    }
    // Only what is called a secret could hide them.
    let has_client_secret = value.pointer("/oauth_config/client_secret").is_some();
    if has_client_secret || !loaded.findings.secrets.is_empty() {
        loaded.findings.names.extend(names(&value));
    }
    let name = value.get("name").and_then(Value::as_str).map(str::to_owned);
    if validated.verdict() != Verdict::Manifest {
        hide_client_secret(&value, &mut loaded.findings);
        return Err(loaded.stop(name.as_deref()));
    }
    match schema::read(value) {
        Ok(manifest) => Ok(ValidFile { loaded, manifest }),
        Err(error) => {
            let subject = SchemaSubject {
                file,
                validated: &Validated::broken(error.to_string()),
            };
            lint::run_on_schema(&subject, &mut loaded.findings);
            Err(loaded.stop(name.as_deref()))
        }
    }
}

impl<'a> LoadedFile<'a> {
    fn new(file: &'a ManifestFile, text: Cow<'a, str>) -> Self {
        Self {
            file,
            text,
            findings: Findings::default(),
        }
    }

    /// The findings, and what must be hidden for them to be shown.
    fn finish(mut self) -> Findings {
        // A secret may stand where a broken file hides it from the rules, and the window of a finding may show it.
        let is_reading = |finding: &Finding| {
            lint::find(finding.rule).is_some_and(|rule| rule.group == Group::Reading)
        };
        if self.findings.list.iter().any(is_reading) {
            self.findings.hide_named_credentials(&self.text);
        }
        self.findings.hide_credentials_of_messages();
        self.findings
    }

    /// The file is no manifest; it may say all the same what it is called.
    fn stop(self, name: Option<&str>) -> Stopped {
        let ManifestFile { file, origin, stem } = self.file;
        Stopped(Box::new(JudgedFile {
            entry: entry::unreadable(*file, *origin, stem, name),
            manifest: None,
            findings: self.finish(),
        }))
    }
}

/// No rule of OAuth reads what breaks the schema, but a finding's window may show the client secret.
fn hide_client_secret(value: &Value, findings: &mut Findings) {
    let secret = value.pointer("/oauth_config/client_secret");
    if let Some(ClientSecret::Literal(secret)) =
        secret.and_then(Value::as_str).map(client_secret::read)
        && is_worth_hiding(secret)
    {
        findings.mask(secret);
    }
}

/// What a manifest itself calls things by: its variables, what it asks for, and the URLs that something is asked of.
fn names(value: &Value) -> impl Iterator<Item = String> {
    let members = |pointer: &str| {
        let members = value.pointer(pointer).and_then(Value::as_object);
        members.into_iter().flatten()
    };
    let keys = members("/server/env").chain(members("/user_config"));
    let urls = ["/server/url", "/remote_url"].map(|pointer| value.pointer(pointer));
    let of_oauth = members("/oauth_config").map(|(_, value)| value);
    let urls = urls.into_iter().flatten().chain(of_oauth);
    let urls = urls.filter_map(Value::as_str);
    keys.map(|(key, _)| key.as_str())
        .chain(urls.filter(|url| url.contains("://")))
        .map(str::to_owned)
}

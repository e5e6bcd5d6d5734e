//! The line: `load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write`.
//!
//! Bad input is never an `Err`: a stage returns its value and adds findings. The files are judged in parallel, and a
//! document is dropped as soon as its own rules have run.

pub mod allowlists;
pub mod baseline;
pub mod fix;
pub mod ignores;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
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
use crate::manifest::validate::{self, Validated, Verdict};
use crate::source::finding::Finding;
use crate::source::parse;
use crate::source::{self, FileId, ManifestFile, ReadError, Sources};
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

/// The judged catalog.
#[derive(Debug)]
pub struct Judged {
    /// Sorted by id.
    pub entries: Vec<Entry>,
    /// Those that could be read, where they were kept for the compiler.
    pub manifests: BTreeMap<FileId, Manifest>,
    /// After precedence, before levels and ignores.
    pub findings: Vec<Finding>,
    /// What must not be shown.
    pub secrets: Vec<String>,
    /// What must be shown, even where it equals what must not: the URLs and keys of the manifests.
    pub names: Vec<String>,
    /// The files that hold a secret: their servers are left out of every artifact.
    pub files_with_secrets: BTreeSet<FileId>,
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

/// How many files are judged before their facts are gathered: enough for every core, and few enough to be held in memory.
const AT_ONCE: usize = 200;

impl Line<'_> {
    /// The line up to the findings.
    pub fn judge(&self, keep: Keep) -> Judged {
        let mut findings = Findings::default();
        findings.hide_credentials(&self.config.urls().join("\n"));
        let mut entries = Vec::with_capacity(self.manifests.len());
        let mut manifests = BTreeMap::new();
        let mut files_with_secrets = BTreeSet::new();
        for files in self.manifests.chunks(AT_ONCE) {
            let files = files.par_iter().map(|file| self.judge_file(file, keep));
            for judged in files.collect::<Vec<_>>() {
                if judged.findings.holds_secret {
                    files_with_secrets.insert(judged.entry.file);
                }
                if let Some(manifest) = judged.manifest {
                    manifests.insert(judged.entry.file, manifest);
                }
                findings.append(judged.findings);
                entries.push(judged.entry);
            }
        }
        entry::sort(&mut entries);

        findings.append(self.judge_catalog(&entries));
        lint::apply_precedence(&mut findings.list);
        let Findings {
            list: findings,
            secrets,
            names,
            holds_secret: _,
        } = findings;
        Judged {
            entries,
            manifests,
            findings,
            secrets,
            names,
            files_with_secrets,
        }
    }

    /// One file: from its text to its findings.
    fn judge_file(&self, file: &ManifestFile, keep: Keep) -> JudgedFile {
        match self.sources.read(file.file, self.config.max_file_bytes) {
            Ok(text) => self.judge_text(file, &text, keep),
            Err(error) => {
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
                JudgedFile {
                    entry: entry::unreadable(file.file, file.origin, &file.stem, None),
                    manifest: None,
                    findings,
                }
            }
        }
    }

    /// One text, as if it stood in the file.
    pub fn judge_text(&self, file: &ManifestFile, text: &str, keep: Keep) -> JudgedFile {
        let mut judged = self.judge_by_rules(file, text, keep);
        // A secret may stand where a broken file hides it from the rules, and the window of a finding may show it.
        let is_reading = |finding: &Finding| {
            lint::find(finding.rule).is_some_and(|rule| rule.group == Group::Reading)
        };
        if judged.findings.list.iter().any(is_reading) {
            judged.findings.hide_named_credentials(text);
        }
        judged.findings.hide_credentials_of_messages();
        judged
    }

    fn judge_by_rules(&self, file: &ManifestFile, text: &str, keep: Keep) -> JudgedFile {
        let ManifestFile { file, origin, stem } = file;
        let mut findings = Findings::default();
        let no_manifest = |name: Option<&str>, findings: Findings| JudgedFile {
            entry: entry::unreadable(*file, *origin, stem, name),
            manifest: None,
            findings,
        };

        let parsed = match parse::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                // No rule of Secrets reads what is no JSON, but the finding's window may show one.
                findings.hide_credentials(text);
                let content = FileContent::NotJson(&error);
                lint::run_on_text(
                    &TextSubject {
                        file: *file,
                        content,
                    },
                    &mut findings,
                );
                return no_manifest(None, findings);
            }
        };
        if parsed.has_duplicate_keys {
            // Of two values of a key only the last one is read.
            findings.hide_credentials(text);
        }
        let content = FileContent::Json {
            text,
            parsed: &parsed,
        };
        lint::run_on_text(
            &TextSubject {
                file: *file,
                content,
            },
            &mut findings,
        );

        let value = parsed.value;
        let validated = validate::validate(&value);
        let subject = SchemaSubject {
            file: *file,
            validated: &validated,
        };
        lint::run_on_schema(&subject, &mut findings);
        if validated.verdict() == Verdict::Legacy {
            // No rule reads it, but the finding's window may show one.
            findings.hide_credentials(text);
        } else {
            let context = self.context();
            let subject = RawSubject {
                file: *file,
                origin: *origin,
                stem: stem.as_ref(),
                text,
                value: &value,
                context,
            };
            lint::run_on_value(&subject, &mut findings);
        }
        // Only what is called a secret could hide them.
        let has_client_secret = value.pointer("/oauth_config/client_secret").is_some();
        if has_client_secret || !findings.secrets.is_empty() {
            findings.names.extend(names(&value));
        }
        let name = value.get("name").and_then(|name| name.as_str());
        let name = name.map(str::to_owned);
        if validated.verdict() != Verdict::Manifest {
            hide_client_secret(&value, &mut findings);
            return no_manifest(name.as_deref(), findings);
        }
        let manifest = match validate::read(value) {
            Ok(manifest) => manifest,
            Err(error) => {
                let validated = Validated::broken(error.to_string());
                let subject = SchemaSubject {
                    file: *file,
                    validated: &validated,
                };
                lint::run_on_schema(&subject, &mut findings);
                return no_manifest(name.as_deref(), findings);
            }
        };

        let entry = entry::entry(*file, *origin, stem, &manifest, self.locks);
        let lock = self
            .locks
            .and_then(|locks| entry::lock_entry(locks, *origin, &manifest));
        let subject = Subject {
            entry: &entry,
            manifest: &manifest,
            lock,
            text,
            context: self.context(),
        };
        lint::run_on_server(&subject, &mut findings);
        lint::run_on_refused(&subject, &mut findings);
        JudgedFile {
            entry,
            manifest: (keep == Keep::Manifests).then_some(manifest),
            findings,
        }
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

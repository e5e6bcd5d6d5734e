//! What a change means: two states of a catalog, compared by what they compile to.
//!
//! [`kind`] is the table of changes and their grades; [`fields`] and [`settings`] hold the tables of the fields of a
//! manifest and of the configuration, each with what compares it. [`pair`] finds out which server is which; [`login`],
//! [`launch`] and [`inputs`] compare what two manifests compile to. Another order, dialect or layout is not a change. [`base`] and [`git`] read the state to compare with, [`run`] judges both.

mod base;
mod card;
mod discovery;
mod edited;
mod fields;
mod git;
mod inputs;
pub(crate) mod kind;
mod launch;
mod login;
mod pair;
pub(crate) mod run;
mod sentence;
mod settings;
mod shadow;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::config::Config;
use crate::catalog::entry::Entry;
use crate::compile::Parts;
use crate::compile::plan::LeftOutReason;
use crate::discovery::lock::Locks;
use crate::manifest::model::Manifest;
use crate::manifest::oauth::{self, OffSite, Undetermined, Verdict};
use crate::source::Origin;

pub(crate) use base::BaseName;
pub(crate) use card::{Card, CardHost, CardRun, card};
pub(crate) use kind::Grade;
pub use kind::Kind;
pub(crate) use sentence::{Piece, Sentence, sentence};

use pair::Pair;

/// One state of a catalog.
#[derive(Debug)]
pub(crate) struct CatalogState {
    servers: Vec<ComparedServer>,
    /// Those that the servers are compiled with.
    locks: Locks,
    config: Config,
    /// The configuration, as it is called in output; `None` where there is none.
    config_file: Option<String>,
}

/// One server of a state.
#[derive(Debug)]
pub(crate) struct ComparedServer {
    pub(crate) entry: Entry,
    /// The name of its file in output.
    pub(crate) file: String,
    /// The file's text; empty where it could not be read.
    text: String,
    /// Nothing where the file is not a manifest.
    compiled: Option<CompiledManifest>,
    /// Whether the file contains a secret.
    holds_secret: bool,
    /// Why it is in no artifact, although the servers of its folder are compiled.
    left_out: Option<LeftOutReason>,
}

/// What a manifest says, and what it compiles to.
#[derive(Debug)]
struct CompiledManifest {
    manifest: Manifest,
    parts: Parts,
}

/// What changed from one state to the other.
#[derive(Debug, Default)]
pub(crate) struct Comparison<'a> {
    /// Those that changed, the gravest first, then by id.
    pub(crate) servers: Vec<ServerChanges<'a>>,
    /// What belongs to no single server, the gravest first.
    pub(crate) catalog: Vec<GradedChange>,
}

/// What changed about one server.
#[derive(Debug)]
pub(crate) struct ServerChanges<'a> {
    pub(crate) before: Option<&'a ComparedServer>,
    pub(crate) after: Option<&'a ComparedServer>,
    /// At least one, the gravest first.
    pub(crate) changes: Vec<GradedChange>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GradedChange {
    pub(crate) kind: Kind,
    pub(crate) grade: Grade,
    pub(crate) sentence: Sentence,
}

/// Compares two states. `beside` holds changes that belong to no server and that the states do not show.
fn compare<'a>(
    before: &'a CatalogState,
    after: &'a CatalogState,
    beside: &[(Kind, Sentence)],
) -> Comparison<'a> {
    let mut servers = Vec::new();
    let (old_by_id, new_by_id) = (by_id(before), by_id(after));
    for pair in pair::pairs(&before.servers, &after.servers) {
        let mut changes = match pair {
            Pair::Removed(server) => removed(server),
            Pair::Added(server) => added(server, &new_by_id),
            Pair::Both(old, new) => changed(old, new, before, after),
        };
        let (before, after) = pair.servers();
        shadow::compare(before, after, &old_by_id, &new_by_id, &mut changes);
        if !changes.list.is_empty() {
            sort(&mut changes.list);
            servers.push(ServerChanges { before, after, changes: changes.list });
        }
    }
    servers.sort_by(|left, right| {
        (right.grade(), left.server().map(id)).cmp(&(left.grade(), right.server().map(id)))
    });
    let mut catalog = ChangeList::of(Origin::Catalog);
    settings::compare(before, after, &mut catalog);
    discovery::compare_unused(before, after, &mut catalog);
    for (kind, sentence) in beside {
        catalog.push(*kind, sentence.clone());
    }
    sort(&mut catalog.list);
    Comparison { servers, catalog: catalog.list }
}

/// Puts the gravest changes first; those of one grade keep the order of the table of kinds.
fn sort(changes: &mut [GradedChange]) {
    changes.sort_by_key(|change| (std::cmp::Reverse(change.grade), change.kind));
}

fn id(server: &ComparedServer) -> (&str, Origin) {
    (&server.entry.id, server.entry.origin)
}

/// The servers of a state by id and folder; two files may declare one id.
type ById<'a> = HashMap<(&'a str, Origin), Vec<&'a ComparedServer>>;

fn by_id(state: &CatalogState) -> ById<'_> {
    let mut by_id = ById::new();
    for server in &state.servers {
        by_id.entry(id(server)).or_default().push(server);
    }
    by_id
}

impl<'a> ServerChanges<'a> {
    /// The server as it is now, or as it was.
    pub(crate) fn server(&self) -> Option<&'a ComparedServer> {
        self.after.or(self.before)
    }

    /// The gravest of its changes.
    pub(crate) fn grade(&self) -> Grade {
        let grades = self.changes.iter().map(|change| change.grade);
        grades.max().unwrap_or(Grade::Safe)
    }
}

impl ComparedServer {
    /// Whether the file could be read as a manifest.
    fn is_manifest(&self) -> bool {
        self.entry.classification.verdict != Verdict::Undetermined(Undetermined::Unreadable)
    }
}

/// The changes found so far, of one server or of the catalog.
struct ChangeList {
    origin: Origin,
    list: Vec<GradedChange>,
}

impl ChangeList {
    fn of(origin: Origin) -> Self {
        Self { origin, list: Vec::new() }
    }

    fn push(&mut self, kind: Kind, sentence: Sentence) {
        let grade = match self.origin {
            Origin::Catalog => kind.grade(),
            Origin::CatalogLocal => kind.grade_for_developers(),
        };
        self.list.push(GradedChange { kind, grade, sentence });
    }

    /// Reports several values in one sentence, if there are any.
    fn push_all<T: Into<String>>(
        &mut self,
        kind: Kind,
        template: &'static str,
        values: impl IntoIterator<Item = T>,
    ) {
        let values: Vec<T> = values.into_iter().collect();
        if !values.is_empty() {
            self.push(kind, sentence!(template, values));
        }
    }
}

fn removed(server: &ComparedServer) -> ChangeList {
    let mut changes = ChangeList::of(server.entry.origin);
    let sentence = if server.is_manifest() {
        "the server is removed; its users can no longer set it up"
    } else {
        "the file is removed; it was not a manifest"
    };
    changes.push(Kind::ServerRemoved, sentence!(sentence));
    changes
}

fn added(server: &ComparedServer, all: &ById<'_>) -> ChangeList {
    let mut changes = ChangeList::of(server.entry.origin);
    let namesakes = all.get(&id(server)).into_iter().flatten();
    let mut others = namesakes.filter(|other| other.entry.stem != server.entry.stem);
    if let Some(twin) = others.find(|other| other.is_manifest()) {
        let sentence = sentence!("the file declares the same id as {}", &twin.file);
        changes.push(Kind::IdTakenTwice, sentence);
    } else if server.is_manifest() {
        changes.push(Kind::ServerAdded, sentence!("the server is new"));
    } else {
        let sentence = sentence!("the new file cannot be read as a manifest");
        changes.push(Kind::ManifestUnreadable, sentence);
    }
    dangers_of_new_server(server, &mut changes);
    changes
}

/// The changes of a new server that a reviewer must not miss.
fn dangers_of_new_server(server: &ComparedServer, changes: &mut ChangeList) {
    if server.holds_secret {
        changes.push(Kind::SecretInFile, sentence!("the file contains a secret"));
    }
    let off_site =
        server.compiled.as_ref().and_then(|compiled| oauth::token_off_site(&compiled.manifest));
    if let Some(OffSite { token, login }) = off_site {
        let template = "its secret is sent to {}, but the user logs in at {}";
        changes.push(Kind::TokenEndpointOffSite, sentence!(template, token, login));
    }
    if let Some(process) = server.compiled.as_ref().and_then(launch::process_of) {
        launch::dangers(None, process, server, changes);
    }
}

fn changed(
    old: &ComparedServer,
    new: &ComparedServer,
    before: &CatalogState,
    after: &CatalogState,
) -> ChangeList {
    let mut changes = ChangeList::of(new.entry.origin);
    match (old.is_manifest(), new.is_manifest()) {
        (true, true) => {
            names(old, new, &mut changes);
            compare_servers(old, new, &mut changes);
            let [was, is] = [(before, old), (after, new)].map(|(state, server)| {
                let servers = &state.locks.of(server.entry.origin).servers;
                servers.get(&server.entry.id).map(Arc::as_ref)
            });
            discovery::compare(old, was, is, &mut changes);
        }
        (true, false) => {
            let sentence = sentence!("the file is no longer a readable manifest");
            changes.push(Kind::ManifestUnreadable, sentence);
        }
        (false, true) => {
            let sentence = sentence!("the file was not a readable manifest, and now is");
            changes.push(Kind::ManifestReadable, sentence);
            dangers_of_new_server(new, &mut changes);
        }
        (false, false) if old.text == new.text => {}
        (false, false) => {
            let sentence = sentence!("the file, which is not a manifest, changes");
            changes.push(Kind::UnreadableChanged, sentence);
        }
    }
    changes
}

/// The id, the file name, and whether the server is in the artifacts.
fn names(old: &ComparedServer, new: &ComparedServer, changes: &mut ChangeList) {
    if old.entry.id != new.entry.id {
        let environment = if new.entry.is_proxied {
            ", and with it the names of its variables in the proxy's environment"
        } else {
            ""
        };
        changes.push(
            Kind::ServerRenamed,
            sentence!(
                "the id changes from {} to {}{}",
                &old.entry.id,
                &new.entry.id,
                Piece::Text(environment)
            ),
        );
    } else if old.entry.stem != new.entry.stem {
        changes.push(Kind::FileRenamed, sentence!("the file is renamed from {}", &old.file));
    }
    match (&old.left_out, &new.left_out) {
        (None, Some(reason)) => {
            let sentence = sentence!("it is no longer in any artifact: {}", reason.to_string());
            changes.push(Kind::ServerLeftOut, sentence);
        }
        (Some(_), None) => {
            let sentence = sentence!("it is now in the artifacts");
            changes.push(Kind::ServerCompiled, sentence);
        }
        (None, None) | (Some(_), Some(_)) => {}
    }
}

/// Compares what two manifests compile to.
fn compare_servers(old: &ComparedServer, new: &ComparedServer, changes: &mut ChangeList) {
    let (Some(before), Some(after)) = (&old.compiled, &new.compiled) else {
        return;
    };
    login::compare(old, new, before, after, changes);
    launch::compare(new, before, after, changes);
    inputs::compare(&before.parts, &after.parts, changes);
    fields::compare(old, before, new, after, changes);
}

/// What is in one list and not in the other.
fn only_in<'a, T: Ord>(list: &'a [T], other: &[T]) -> Vec<&'a T> {
    let known: BTreeSet<&T> = other.iter().collect();
    list.iter().filter(|item| !known.contains(item)).collect()
}

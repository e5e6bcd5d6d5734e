//! What a change means: two states of a catalog, compared by what they compile to.
//!
//! Pure: [`kind`] is the table of changes and their grades, [`pair`] finds out which server is which, [`login`],
//! [`launch`], [`inputs`] and [`fields`] compare two servers, [`settings`] and [`discovery`] the rest of the catalog.
//! What one state says in another order, dialect or layout is no change.

pub(crate) mod base;
mod card;
mod discovery;
mod fields;
pub(crate) mod git;
mod inputs;
pub(crate) mod kind;
mod launch;
mod login;
mod pair;
mod settings;
mod shadow;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::config::Config;
use crate::catalog::entry::Entry;
use crate::compile::Parts;
use crate::compile::plan::LeftOutReason;
use crate::discovery::lock::{LockEntry, Locks};
use crate::manifest::model::Manifest;
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::source::Origin;

pub(crate) use card::{Card, card};
pub(crate) use kind::Grade;
pub use kind::Kind;
pub(crate) use words::{Piece, Words};

use pair::Pair;

/// One state of a catalog.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) servers: Vec<Server>,
    /// Those that the servers are compiled with.
    pub(crate) locks: Locks,
    pub(crate) config: Config,
    /// The configuration, as it is called in output; `None` where there is none.
    pub(crate) config_file: Option<String>,
}

/// One server of a state.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) entry: Entry,
    /// How its file is called in output.
    pub(crate) file: String,
    /// The file's text; empty where it could not be read.
    pub(crate) text: String,
    /// Nothing where the file is no manifest.
    pub(crate) compiled: Option<Compiled>,
    /// Whether a secret stands in the file.
    pub(crate) holds_secret: bool,
    /// Why it is in no artifact, where its folder's servers are.
    pub(crate) left_out: Option<LeftOutReason>,
}

/// What a manifest says, and what it compiles to.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) manifest: Manifest,
    pub(crate) parts: Parts,
}

/// What changed from one state to the other.
#[derive(Debug, Default)]
pub(crate) struct Diff<'a> {
    /// Those that changed, the gravest first, then by id.
    pub(crate) servers: Vec<ServerDiff<'a>>,
    /// What belongs to no single server, the gravest first.
    pub(crate) catalog: Vec<Change>,
}

/// What changed about one server.
#[derive(Debug)]
pub(crate) struct ServerDiff<'a> {
    pub(crate) before: Option<&'a Server>,
    pub(crate) after: Option<&'a Server>,
    /// At least one, the gravest first.
    pub(crate) changes: Vec<Change>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    pub(crate) grade: Grade,
    pub(crate) words: Words,
}

/// Compares two states.
pub(crate) fn compare<'a>(before: &'a State, after: &'a State) -> Diff<'a> {
    let mut servers = Vec::new();
    let (old_by_id, new_by_id) = (by_id(before), by_id(after));
    for pair in pair::pairs(&before.servers, &after.servers) {
        let mut changes = match pair {
            Pair::Removed(server) => removed(server),
            Pair::Added(server) => added(server, &new_by_id),
            Pair::Both(old, new) => changed(old, new, before, after),
        };
        shadow::compare(pair, &old_by_id, &new_by_id, &mut changes);
        let Changes { mut list, .. } = changes;
        if list.is_empty() {
            continue;
        }
        sort(&mut list);
        let (before, after) = match pair {
            Pair::Removed(server) => (Some(server), None),
            Pair::Added(server) => (None, Some(server)),
            Pair::Both(before, after) => (Some(before), Some(after)),
        };
        servers.push(ServerDiff {
            before,
            after,
            changes: list,
        });
    }
    servers.sort_by(|left, right| {
        (right.grade(), left.server().map(id)).cmp(&(left.grade(), right.server().map(id)))
    });
    let mut catalog = Changes::of(Origin::Catalog);
    settings::compare(before, after, &mut catalog);
    discovery::compare_unused(before, after, &mut catalog);
    sort(&mut catalog.list);
    Diff {
        servers,
        catalog: catalog.list,
    }
}

/// Puts the gravest changes first; those of one grade keep the order of the table of kinds.
pub(crate) fn sort(changes: &mut [Change]) {
    changes.sort_by_key(|change| (std::cmp::Reverse(change.grade), change.kind));
}

fn id(server: &Server) -> (&str, Origin) {
    (&server.entry.id, server.entry.origin)
}

/// The servers of a state by what tells them apart; an id may be taken twice.
type ById<'a> = HashMap<(&'a str, Origin), Vec<&'a Server>>;

fn by_id(state: &State) -> ById<'_> {
    let mut by_id = ById::new();
    for server in &state.servers {
        by_id.entry(id(server)).or_default().push(server);
    }
    by_id
}

impl<'a> ServerDiff<'a> {
    /// The server as it is now, or as it was.
    pub(crate) fn server(&self) -> Option<&'a Server> {
        self.after.or(self.before)
    }

    /// The gravest of its changes.
    pub(crate) fn grade(&self) -> Grade {
        let grades = self.changes.iter().map(|change| change.grade);
        grades.max().unwrap_or(Grade::Safe)
    }
}

impl Server {
    /// Whether the file could be read as a manifest.
    fn is_manifest(&self) -> bool {
        self.entry.classification.verdict != Verdict::Undetermined(Undetermined::Unreadable)
    }
}

/// What was found out about one server so far.
struct Changes {
    origin: Origin,
    list: Vec<Change>,
}

impl Changes {
    fn of(origin: Origin) -> Self {
        Self {
            origin,
            list: Vec::new(),
        }
    }

    fn push(&mut self, kind: Kind, words: Words) {
        let grade = match self.origin {
            Origin::Catalog => kind.grade(),
            Origin::CatalogLocal => kind.grade_for_developers(),
        };
        self.list.push(Change { kind, grade, words });
    }
}

fn removed(server: &Server) -> Changes {
    let mut changes = Changes::of(server.entry.origin);
    let words = if server.is_manifest() {
        Words::new("the server is gone: who uses it cannot set it up again")
    } else {
        Words::new("the file is gone; it was no manifest")
    };
    changes.push(Kind::ServerRemoved, words);
    changes
}

fn added(server: &Server, all: &ById<'_>) -> Changes {
    let mut changes = Changes::of(server.entry.origin);
    let namesakes = all.get(&id(server)).into_iter().flatten();
    let mut others = namesakes.filter(|other| other.entry.stem != server.entry.stem);
    let twin = others.find(|other| other.is_manifest());
    match (server.is_manifest(), twin) {
        (_, Some(twin)) => changes.push(
            Kind::IdTakenTwice,
            Words::new("the file declares the id of ")
                .value(&twin.file)
                .text(" once more"),
        ),
        (false, None) => changes.push(
            Kind::ManifestUnreadable,
            Words::new("the new file cannot be read as a manifest"),
        ),
        (true, None) => changes.push(Kind::ServerAdded, Words::new("the server is new")),
    }
    at_first_sight(server, &mut changes);
    changes
}

/// What is grave about a server that nobody has seen before.
fn at_first_sight(server: &Server, changes: &mut Changes) {
    if server.holds_secret {
        changes.push(
            Kind::SecretInFile,
            Words::new("a secret stands in the file"),
        );
    }
    if let Some(process) = server.compiled.as_ref().and_then(launch::process_of) {
        launch::dangers(None, process, server, changes);
    }
}

fn changed(old: &Server, new: &Server, before: &State, after: &State) -> Changes {
    let mut changes = Changes::of(new.entry.origin);
    match (old.is_manifest(), new.is_manifest()) {
        (true, true) => {}
        (true, false) => {
            let words = Words::new("the file can no longer be read as a manifest");
            changes.push(Kind::ManifestUnreadable, words);
            return changes;
        }
        (false, true) => {
            let words = Words::new("the file could not be read as a manifest, and now can");
            changes.push(Kind::ManifestReadable, words);
            at_first_sight(new, &mut changes);
            return changes;
        }
        (false, false) if old.text != new.text => {
            let words = Words::new("the file changes, and is no manifest");
            changes.push(Kind::UnreadableChanged, words);
            return changes;
        }
        (false, false) => return changes,
    }
    if old.entry.id != new.entry.id {
        changes.push(
            Kind::ServerRenamed,
            Words::new("the id changes from ")
                .value(&old.entry.id)
                .text(" to ")
                .value(&new.entry.id)
                .text(if new.entry.is_proxied {
                    ", and with it the names of its variables in the proxy's environment"
                } else {
                    ""
                }),
        );
    } else if old.entry.stem != new.entry.stem {
        changes.push(
            Kind::FileRenamed,
            Words::new("the file was called ").value(&old.file),
        );
    }
    match (&old.left_out, &new.left_out) {
        (None, Some(reason)) => changes.push(
            Kind::ServerLeftOut,
            Words::new("it is in no artifact any more: ").value(reason.to_string()),
        ),
        (Some(_), None) => changes.push(
            Kind::ServerCompiled,
            Words::new("it was in no artifact, and now is"),
        ),
        (None, None) | (Some(_), Some(_)) => {}
    }
    compare_servers(old, new, &mut changes);
    discovery::compare(
        old,
        entry_in(&before.locks, &old.entry),
        entry_in(&after.locks, &new.entry),
        &mut changes,
    );
    changes
}

/// What a server's own folder's lock knows of it.
fn entry_in<'a>(locks: &'a Locks, entry: &Entry) -> Option<&'a LockEntry> {
    let servers = &locks.of(entry.origin).servers;
    servers.get(&entry.id).map(Arc::as_ref)
}

/// Compares what two manifests compile to.
fn compare_servers(old: &Server, new: &Server, changes: &mut Changes) {
    let (Some(before), Some(after)) = (&old.compiled, &new.compiled) else {
        return;
    };
    login::compare(old, new, before, after, changes);
    launch::compare(new, before, after, changes);
    inputs::compare(&before.parts, &after.parts, changes);
    fields::compare(old, before, new, after, changes);
}

/// What is in one list and not in the other.
fn missing<'a, T: Ord>(list: &'a [T], from: &[T]) -> Vec<&'a T> {
    let known: BTreeSet<&T> = from.iter().collect();
    list.iter().filter(|item| !known.contains(item)).collect()
}

//! The discovery lock on the disk: one file for the catalog, one for the developers' servers.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::config::ProbeConfig;
use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::compile::write;
use crate::discovery::{self, Lock, Locks, UnreadableLock};
use crate::lint::{self, ComparedLock, Findings, LockState, LockSubject};
use crate::manifest::oauth::{OAuthType, Verdict};
use crate::source::finding::Finding;
use crate::source::{FileId, Folders, Origin, Sources, read_regular_file};
use crate::text::day::Day;
use crate::text::hidden::write_json;
use crate::text::plural::plural;
use crate::text::profile::Profile;

use super::failure::Failure;
use super::probing::{AskedServer, ProbeAnswers};

/// The largest lock that is read, in bytes: ten thousand servers.
const MOST_BYTES: u64 = 64 << 20;

/// One of the two files.
#[derive(Debug)]
pub(crate) struct LockFile {
    origin: Origin,
    path: PathBuf,
    file: FileId,
    /// Its content; empty if there is no such file.
    pub(crate) lock: Lock,
}

impl LockFile {
    pub(crate) fn read(
        workspace: &Workspace,
        folders: &Folders,
        origin: Origin,
        sources: &mut Sources,
    ) -> Result<Self, Failure> {
        let unread = Self::unread(workspace, folders, origin, sources);
        let lock = read(&unread.path)?.unwrap_or(unread.lock);
        Ok(Self { lock, ..unread })
    }

    /// The file, with its content left unread.
    pub(crate) fn unread(
        workspace: &Workspace,
        folders: &Folders,
        origin: Origin,
        sources: &mut Sources,
    ) -> Self {
        let path = workspace.lock_path(folders, origin);
        Self {
            origin,
            file: sources.add(path.clone(), &workspace.working_folder),
            path,
            lock: Lock::default(),
        }
    }

    /// Findings for what is out of date in it: what the providers now publish differently, and answers that are too old.
    pub(crate) fn outdated(
        &self,
        answers: &ProbeAnswers,
        asked: &[AskedServer],
        entries: &[Entry],
        today: Day,
        config: &ProbeConfig,
    ) -> Vec<Finding> {
        let changes = discovery::changes(&self.lock, &answers.of(self.origin).lock).into_iter();
        let changes = changes.filter(|change| self.must_have(&change.server_id));
        let asked: BTreeSet<(Origin, &str)> = asked.iter().map(AskedServer::server).collect();
        let stale = discovery::stale(&self.lock, today, config.max_age_days).into_iter();
        let stale = stale.filter(|stale| asked.contains(&(self.origin, &stale.server_id)));
        let here = entries.iter().filter(|entry| entry.origin == self.origin).rev();
        let compared = ComparedLock {
            lock: &self.lock,
            // Of two entries with one id, the first counts.
            entries: here.map(|entry| (entry.id.as_str(), entry)).collect(),
            changes: changes.collect(),
            stale: stale.collect(),
            most_days: config.max_age_days,
        };
        let subject = LockSubject { file: self.file, state: LockState::Compared(&compared) };
        let mut findings = Findings::default();
        lint::run_on_lock(&subject, &mut findings);
        findings
    }

    /// Whether the file is out of date if it lacks a server. The lock of the developers' servers is not committed, and
    /// holds only what was asked for on this machine.
    fn must_have(&self, server_id: &str) -> bool {
        match self.origin {
            Origin::Catalog => true,
            Origin::CatalogLocal => self.lock.servers.contains_key(server_id),
        }
    }

    /// Merges the answers and replaces the file in one step. Returns what it did, if anything.
    pub(crate) fn update(
        &self,
        answers: &ProbeAnswers,
        entries: &[Entry],
        sources: &Sources,
    ) -> Result<Option<String>, Failure> {
        let kept = entries.iter().filter(|entry| {
            entry.origin == self.origin && may_be_locked(entry.classification.verdict)
        });
        let kept: BTreeSet<&str> = kept.map(|entry| entry.id.as_str()).collect();
        let old = &self.lock;
        let new = discovery::merge(old, &answers.of(self.origin).lock, &kept);
        if new == *old {
            return Ok(None);
        }
        write::replace_with(&self.path, |file| write_json(file, &new))?;
        let mut changed: BTreeSet<&String> = old.servers.keys().chain(new.servers.keys()).collect();
        changed.retain(|id| old.servers.get(*id) != new.servers.get(*id));
        Ok(Some(format!(
            "wrote `{}`: {}, {} changed",
            sources.name(self.file),
            plural(new.servers.len(), "server"),
            changed.len()
        )))
    }
}

/// The locks that everything offline is judged by, under either profile.
pub(crate) fn in_force(workspace: &Workspace, folders: &Folders) -> Result<Locks, Failure> {
    let catalog_local = known(workspace, folders, Origin::CatalogLocal);
    Ok(Locks {
        catalog: known(workspace, folders, Origin::Catalog)?,
        catalog_local: match workspace.config.profile {
            // A developer's own file must not stop the build of the catalog; `probe` reports what is wrong with it.
            Profile::Production => catalog_local.unwrap_or_default(),
            Profile::Development => catalog_local?,
        },
    })
}

/// The committed lock alone, for output that must be the same in every clone.
pub(crate) fn committed(workspace: &Workspace, folders: &Folders) -> Result<Locks, Failure> {
    known(workspace, folders, Origin::Catalog).map(Locks::committed)
}

fn known(workspace: &Workspace, folders: &Folders, origin: Origin) -> Result<Lock, Failure> {
    let lock = read(&workspace.lock_path(folders, origin))?;
    Ok(lock.unwrap_or_default())
}

/// The locks that a catalog is judged by; `None` and a finding if one cannot be read.
pub(crate) fn judged(
    workspace: &Workspace,
    folders: &Folders,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Locks> {
    let catalog = known_or_found(workspace, folders, Origin::Catalog, sources, findings);
    let catalog_local = match workspace.config.profile {
        // As in `in_force`.
        Profile::Production => known(workspace, folders, Origin::CatalogLocal).unwrap_or_default(),
        Profile::Development => {
            known_or_found(workspace, folders, Origin::CatalogLocal, sources, findings)?
        }
    };
    Some(Locks { catalog: catalog?, catalog_local })
}

/// A lock; `None` and a finding if it cannot be read.
fn known_or_found(
    workspace: &Workspace,
    folders: &Folders,
    origin: Origin,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Lock> {
    let path = workspace.lock_path(folders, origin);
    let unreadable = match text(&path) {
        Ok(None) => return Some(Lock::default()),
        Ok(Some(text)) => match discovery::read_lock_text(&text) {
            Ok(lock) => return Some(lock),
            Err(unreadable) => unreadable,
        },
        Err(reason) => UnreadableLock { range: None, reason, has_conflict_markers: false },
    };
    let subject = LockSubject {
        file: sources.add(path, &workspace.working_folder),
        state: LockState::Unreadable(&unreadable),
    };
    lint::run_on_lock(&subject, findings);
    None
}

fn read(path: &Path) -> Result<Option<Lock>, Failure> {
    let unreadable = |reason: String| Failure::Unreadable { path: path.to_owned(), reason };
    match text(path).map_err(unreadable)? {
        None => Ok(None),
        Some(text) => match discovery::read_lock(&text) {
            Ok(lock) => Ok(Some(lock)),
            Err(error) => Err(unreadable(error.to_string())),
        },
    }
}

/// The text of a lock, `None` if there is no such file, or why it cannot be read.
fn text(path: &Path) -> Result<Option<String>, String> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(_) | Err(_) => {}
    }
    let bytes = read_regular_file(path, MOST_BYTES).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(Some(text))
}

/// Whether the lock may hold such a server. What is known of one that cannot be classified today is kept.
fn may_be_locked(verdict: Verdict) -> bool {
    match verdict {
        Verdict::None | Verdict::Type(OAuthType::Generic) => false,
        Verdict::Undetermined(_)
        | Verdict::Type(
            OAuthType::McpStatic | OAuthType::RemoteStatic | OAuthType::RemoteDynamic,
        ) => true,
    }
}

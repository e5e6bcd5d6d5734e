//! What a run knows before the first manifest is read: the discovery locks and the allowlist in force.

use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::allowlist::{self, Allowlist};
use crate::catalog::nearest;
use crate::catalog::workspace::{Target, Workspace};
use crate::discovery::lock::Locks;
use crate::lint::{self, AllowlistSubject, Findings};
use crate::source::{FileId, Folders, ManifestFile, Sources};

use super::classify;
use super::failure::Failure;
use super::locks;
use super::online::Online;

/// Which discovery locks the catalog is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LockChoice<'a> {
    /// Those on disk: the committed one, and that of the developers' servers. An unreadable one fails the job.
    InForce,
    /// The same, but an unreadable one is a finding.
    Judged,
    /// The same, updated with what the providers answer now.
    Online(&'a Online<'a>),
    /// These.
    Given(&'a Locks),
}

/// Which allowlist the needed destinations are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AllowlistChoice<'a> {
    /// The named one, else the configured one, else that of the proxy in this checkout, else the committed artifact.
    InForce(Option<&'a Path>),
    /// The same without the last two: the artifact is about to be rewritten, and the proxy's is to be replaced by it.
    Deployed(Option<&'a Path>),
    /// That of a running proxy.
    Running(&'a Allowlist),
    /// None: nothing that depends on one is shown.
    Nothing,
}

/// An allowlist, where there is one.
#[derive(Debug, Default)]
pub(crate) struct LoadedAllowlist {
    /// `None` if it cannot be read.
    pub(crate) allowlist: Option<Allowlist>,
    /// Whether there is one to compare with, readable or not.
    pub(crate) is_there: bool,
    /// The file that it was read from.
    pub(crate) file: Option<FileId>,
}

/// Loads the locks, and adds findings for what is wrong with them.
pub(super) fn load_locks(
    workspace: &Workspace,
    target: &Target,
    manifests: &[ManifestFile],
    choice: LockChoice<'_>,
    is_alone: bool,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Option<Locks>, Failure> {
    let folders = &target.folders;
    match choice {
        LockChoice::Given(locks) => Ok(Some(locks.clone())),
        LockChoice::InForce => locks::in_force(workspace, folders).map(Some),
        LockChoice::Judged => Ok(locks::judged(workspace, folders, sources, findings)),
        LockChoice::Online(online) => {
            let entries = classify(workspace, sources, manifests);
            let (locks, outdated) = online.ask(workspace, target, &entries, sources)?;
            if !is_alone {
                // Standard input is in no catalog, so no lock can be out of date for it.
                findings.extend(outdated);
            }
            Ok(Some(locks))
        }
    }
}

/// Loads the allowlist, and adds findings for what is wrong with it.
pub(super) fn load_allowlist(
    workspace: &Workspace,
    target: &Target,
    choice: AllowlistChoice<'_>,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<LoadedAllowlist, Failure> {
    if let AllowlistChoice::Running(allowlist) = choice {
        return Ok(LoadedAllowlist {
            allowlist: Some(allowlist.clone()),
            is_there: true,
            file: None,
        });
    }
    let Some(path) = allowlist_path(workspace, &target.folders, choice) else {
        return Ok(LoadedAllowlist::default());
    };
    let file = sources.add(path.clone(), &workspace.working_folder);
    let text = sources
        .read(file, workspace.config.max_file_bytes)
        .map_err(|error| Failure::Unreadable { path, reason: error.to_string() })?;
    Ok(LoadedAllowlist {
        allowlist: parse_allowlist(file, sources.name(file), &text, findings),
        is_there: true,
        file: Some(file),
    })
}

/// Reads the text of an allowlist; one that cannot be read is a finding.
pub fn parse_allowlist(
    file: FileId,
    name: &str,
    text: &str,
    findings: &mut Findings,
) -> Option<Allowlist> {
    match allowlist::parse(file, name, text) {
        Ok(allowlist) => Some(allowlist),
        Err(unreadable) => {
            let subject = AllowlistSubject { file, unreadable: &unreadable };
            lint::run_on_allowlist(&subject, findings);
            None
        }
    }
}

/// The allowlist to compare with, where there is one.
fn allowlist_path(
    workspace: &Workspace,
    folders: &Folders,
    choice: AllowlistChoice<'_>,
) -> Option<PathBuf> {
    let named = |path: Option<&Path>| path.map(|path| workspace.working_folder.join(path));
    let configured =
        || workspace.config.proxy.allowlist.as_ref().map(|path| workspace.root.join(path));
    let deployed = || {
        let path = folders.root.join(nearest::DEPLOYED_ALLOWLIST);
        path.is_file().then_some(path)
    };
    let committed = || {
        let path = workspace.generated(folders).join("oauth_proxy/providers.js");
        // A missing artifact means nothing was built yet; an unreadable one is an error.
        let is_missing =
            path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        (!is_missing).then_some(path)
    };
    match choice {
        AllowlistChoice::InForce(path) => {
            named(path).or_else(configured).or_else(deployed).or_else(committed)
        }
        AllowlistChoice::Deployed(path) => named(path).or_else(configured),
        AllowlistChoice::Running(_) | AllowlistChoice::Nothing => None,
    }
}

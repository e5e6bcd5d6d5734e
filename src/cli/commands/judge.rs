//! What `check`, `build`, `list` and `explain` share: from the options to the judged catalog.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::catalog::allowlist::Allowlist;
use crate::catalog::config::Level;
use crate::catalog::workspace::{StandardInput, Target, Workspace};
use crate::cli::args::{FindingArgs, Global};
use crate::cli::console::Console;
use crate::discovery::lock::Locks;
use crate::lint::{self, proxy};
use crate::manifest::validate;
use crate::pipeline::allowlists;
use crate::pipeline::{Judged, Keep, Line};
use crate::source::{FileId, Folders, ManifestFile, Sources, describe};

use super::probing::Online;
use super::{Failure, findings, lock_files, open_workspace};

/// One catalog of the run, judged.
pub(super) struct JudgedTarget {
    pub target: Target,
    /// Every manifest of the catalog, whatever was named.
    pub manifests: Vec<ManifestFile>,
    pub judged: Judged,
    pub locks: Locks,
    /// Whether the locks could be read, as far as there are any.
    pub has_lock: bool,
    pub allowlist: Option<Allowlist>,
    /// How many of its files were named.
    pub files: usize,
    /// Whether there was an allowlist to compare with.
    pub has_allowlist: bool,
    /// The file that it was read from.
    pub allowlist_file: Option<FileId>,
}

impl JudgedTarget {
    /// The line that judged it, to judge more with.
    pub(super) fn line<'a>(&'a self, workspace: &'a Workspace, sources: &'a Sources) -> Line<'a> {
        Line {
            config: &workspace.config,
            sources,
            manifests: &self.manifests,
            locks: self.has_lock.then_some(&self.locks),
            allowlist: self.allowlist.as_ref(),
        }
    }
}

/// What is asked of the line beside the paths.
pub(super) struct Questions<'a> {
    pub keep: Keep,
    pub allowlist: AllowlistChoice<'a>,
    pub locks: LockChoice<'a>,
}

/// Which discovery locks the catalog is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) enum LockChoice<'a> {
    /// Those on the disk: the committed one, and that of the developers' servers. The job cannot be done where one cannot
    /// be read.
    InForce,
    /// The same, and where it cannot be read, findings say so.
    Judged,
    /// The same, with what the providers answer now in its place.
    Online(&'a Online<'a>),
    /// These.
    Given(&'a Locks),
}

/// Which allowlist the needed destinations are compared with.
#[derive(Debug, Clone, Copy)]
pub(super) enum AllowlistChoice<'a> {
    /// The named one, else the configured one, else the committed artifact.
    InForce(Option<&'a Path>),
    /// The same without the committed artifact, which is about to be written anew.
    Deployed(Option<&'a Path>),
    /// That of a running proxy.
    Running(&'a Allowlist),
    /// None: nothing is shown that depends on it.
    Nothing,
}

/// Opens the workspace and applies the options that every command with findings has.
pub(super) fn open(
    global: &Global,
    args: &FindingArgs,
    console: &Console,
) -> Result<Workspace, Failure> {
    findings::check_formats(&args.format)?;
    let rules = lint::rule_ids();
    let mut workspace = open_workspace(global, console)?;
    workspace.config.pedantic = args.pedantic;
    if let Some(today) = args.today {
        workspace.today = today;
    }
    let levels = [
        (&args.allow, Level::Off),
        (&args.warn, Level::Warning),
        (&args.deny, Level::Error),
    ];
    for (ids, level) in levels {
        for id in ids {
            let Some(named) = rules.resolve(id) else {
                return Err(Failure::Usage {
                    message: format!("there is no rule `{id}`"),
                    help: rules.suggestion(id),
                });
            };
            workspace.notices.extend(named.notice());
            workspace.config.rules.insert(named.id.to_owned(), level);
        }
    }
    Ok(workspace)
}

/// Judges every catalog that the paths name.
pub(super) fn judge(
    workspace: &Workspace,
    paths: &[PathBuf],
    input: Option<StandardInput>,
    sources: &mut Sources,
    questions: &Questions<'_>,
) -> Result<Vec<JudgedTarget>, Failure> {
    rayon::spawn(validate::prepare);
    let mut input = input;
    let mut judged = Vec::new();
    for target in workspace.targets(paths, input.as_ref())? {
        let input = input.take_if(|input| target.selection.names(&input.path));
        judged.push(judge_target(workspace, target, input, sources, questions)?);
    }
    Ok(judged)
}

fn judge_target(
    workspace: &Workspace,
    target: Target,
    input: Option<StandardInput>,
    sources: &mut Sources,
    questions: &Questions<'_>,
) -> Result<JudgedTarget, Failure> {
    let is_alone = input.as_ref().is_some_and(|input| input.is_alone);
    let manifests = workspace.manifests(&target, input, sources)?;
    let mut findings = lint::Findings::default();
    let locks = match questions.locks {
        LockChoice::Given(locks) => Some(locks.clone()),
        LockChoice::InForce => Some(lock_files::in_force(workspace, &target.folders)?),
        LockChoice::Judged => {
            lock_files::judged(workspace, &target.folders, sources, &mut findings)
        }
        LockChoice::Online(online) => {
            let line = Line {
                config: &workspace.config,
                sources,
                manifests: &manifests,
                locks: None,
                allowlist: None,
            };
            let unasked = line.judge(Keep::Entries);
            let (locks, outdated) = online.ask(workspace, &target, &unasked, sources)?;
            if !is_alone {
                // No lock is out of date for what stands in no file.
                findings.list.extend(outdated);
            }
            Some(locks)
        }
    };
    let choice = match questions.allowlist {
        // The catalog's is no measure of a manifest that is not in it.
        AllowlistChoice::InForce(None) if is_alone => AllowlistChoice::Nothing,
        choice => choice,
    };
    let path = allowlist_path(workspace, &target.folders, choice);
    let is_running = matches!(choice, AllowlistChoice::Running(_));
    let has_allowlist = is_running || path.is_some();
    let mut allowlist_file = None;
    let allowlist = match (choice, path) {
        (AllowlistChoice::Running(allowlist), _) => Some(allowlist.clone()),
        (_, Some(path)) => {
            let file = sources.add(path.clone(), &workspace.working_folder);
            allowlist_file = Some(file);
            let text = sources
                .read(file, workspace.config.max_file_bytes)
                .map_err(|error| Failure::Unreadable {
                    path,
                    reason: error.to_string(),
                })?;
            allowlists::parse(file, sources.name(file), &text, &mut findings)
        }
        (_, None) => None,
    };
    let line = Line {
        config: &workspace.config,
        sources,
        manifests: &manifests,
        locks: locks.as_ref(),
        allowlist: allowlist.as_ref(),
    };
    let mut judged = line.judge(questions.keep);
    judged.findings.append(&mut findings.list);
    judged.secrets.append(&mut findings.secrets);
    if is_alone {
        // Who else needs a host is not known.
        let unused = proxy::unused_allowed_host::RULE.id;
        judged.findings.retain(|finding| finding.rule != unused);
    }

    let is_named = |file| {
        sources
            .file(file)
            .is_none_or(|known| target.selection.names(&known.path))
    };
    let files = manifests
        .iter()
        .filter(|manifest| is_named(manifest.file))
        .count();
    // What belongs to no manifest, such as a host of the allowlist, belongs to every run.
    let manifest_files: std::collections::HashSet<_> =
        manifests.iter().map(|manifest| manifest.file).collect();
    judged.findings.retain(|finding| {
        finding
            .place
            .as_ref()
            .is_none_or(|place| !manifest_files.contains(&place.file) || is_named(place.file))
    });
    Ok(JudgedTarget {
        target,
        manifests,
        judged,
        has_lock: locks.is_some(),
        locks: locks.unwrap_or_default(),
        allowlist,
        files,
        has_allowlist,
        allowlist_file,
    })
}

/// The allowlist to compare with, where there is one.
fn allowlist_path(
    workspace: &Workspace,
    folders: &Folders,
    choice: AllowlistChoice<'_>,
) -> Option<PathBuf> {
    let named = |path: Option<&Path>| path.map(|path| workspace.working_folder.join(path));
    let configured = || {
        workspace
            .config
            .proxy
            .allowlist
            .as_ref()
            .map(|path| workspace.root.join(path))
    };
    let committed = || {
        let path = workspace
            .generated(folders)
            .join("oauth_proxy/providers.js");
        // Only what is not there was not built yet; what cannot be read is said.
        let is_missing = path
            .symlink_metadata()
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        (!is_missing).then_some(path)
    };
    match choice {
        AllowlistChoice::InForce(path) => named(path).or_else(configured).or_else(committed),
        AllowlistChoice::Deployed(path) => named(path).or_else(configured),
        AllowlistChoice::Running(_) | AllowlistChoice::Nothing => None,
    }
}

/// Reads standard input whole, up to a little more than a manifest may have.
pub(super) fn standard_input(console: &Console, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let read = console
        .standard_input()
        .take(limit.saturating_add(1))
        .read_to_end(&mut text);
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Unreadable {
            path: PathBuf::from("-"),
            reason: describe(&error),
        }),
    }
}

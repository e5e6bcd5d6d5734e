//! What `check`, `build`, `list` and `explain` share: from the options to the judged catalog.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::allowlist;
use crate::cli::{FindingArgs, Global};
use crate::config::Level;
use crate::lint;
use crate::pipeline::{Judged, Keep, Line};
use crate::probe::lock::Lock;
use crate::source::{Folders, Sources, describe};
use crate::suggest;
use crate::workspace::{StandardInput, Target, Workspace};

use super::Failure;

/// One catalog of the run, judged.
pub(super) struct JudgedTarget {
    pub target: Target,
    pub judged: Judged,
    pub lock: Option<Lock>,
    /// How many of its files were named.
    pub files: usize,
    /// Whether there was an allowlist to compare with.
    pub has_allowlist: bool,
}

/// What is asked of the line beside the paths.
pub(super) struct Questions<'a> {
    pub keep: Keep,
    pub allowlist: AllowlistChoice<'a>,
}

/// Which allowlist the needed destinations are compared with.
#[derive(Debug, Clone, Copy)]
pub(super) enum AllowlistChoice<'a> {
    /// The named one, else the configured one, else the committed artifact.
    InForce(Option<&'a Path>),
    /// The same without the committed artifact, which is about to be written anew.
    Deployed(Option<&'a Path>),
    /// None: nothing is shown that depends on it.
    Nothing,
}

/// Opens the workspace and applies the options that every command with findings has.
pub(super) fn open(global: &Global, args: &FindingArgs) -> Result<Workspace, Failure> {
    let mut workspace = Workspace::open(global)?;
    workspace.config.pedantic = args.pedantic;
    let levels = [
        (&args.allow, Level::Off),
        (&args.warn, Level::Warning),
        (&args.deny, Level::Error),
    ];
    for (ids, level) in levels {
        for id in ids {
            let Some(rule) = lint::find(id) else {
                let ids = lint::RULES.iter().map(|rule| rule.id);
                let help =
                    suggest::nearest(id, ids).map(|nearest| format!("did you mean `{nearest}`?"));
                return Err(Failure::Usage {
                    message: format!("there is no rule `{id}`"),
                    help,
                });
            };
            workspace.config.rules.insert(rule.id.to_owned(), level);
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
    let mut input = input;
    let mut judged = Vec::new();
    for target in workspace.targets(paths)? {
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
    let manifests = workspace.manifests(&target, input, sources)?;
    let lock = read_lock(&workspace.generated(&target.folders))?;
    let mut findings = lint::Findings::default();
    let path = allowlist_path(workspace, &target.folders, questions.allowlist);
    let has_allowlist = path.is_some();
    let allowlist = match path {
        Some(path) => {
            let file = sources.add(path.clone(), &workspace.working_folder);
            let text = sources
                .read(file, workspace.config.max_file_bytes)
                .map_err(|error| Failure::Unreadable {
                    path,
                    reason: error.to_string(),
                })?;
            allowlist::parse(file, sources.name(file), &text, &mut findings)
        }
        None => None,
    };
    let line = Line {
        config: &workspace.config,
        sources,
        manifests: &manifests,
        lock: lock.as_ref(),
        allowlist: allowlist.as_ref(),
    };
    let mut judged = line.judge(questions.keep);
    judged.findings.append(&mut findings.list);

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
        judged,
        lock,
        files,
        has_allowlist,
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
        path.is_file().then_some(path)
    };
    match choice {
        AllowlistChoice::InForce(path) => named(path).or_else(configured).or_else(committed),
        AllowlistChoice::Deployed(path) => named(path).or_else(configured),
        AllowlistChoice::Nothing => None,
    }
}

/// The discovery lock of a catalog, if it has one.
fn read_lock(generated: &Path) -> Result<Option<Lock>, Failure> {
    let path = generated.join("discovery.lock.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::Unreadable {
                path,
                reason: describe(&error),
            });
        }
    };
    match serde_json::from_str(&text) {
        Ok(lock) => Ok(Some(lock)),
        Err(error) => Err(Failure::Unreadable {
            path,
            reason: format!("it is no discovery lock: {error}"),
        }),
    }
}

/// Reads standard input whole, up to a little more than a manifest may have.
pub(super) fn standard_input(path: PathBuf, limit: u64) -> Result<StandardInput, Failure> {
    let mut text = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut text);
    match read {
        Ok(_) => Ok(StandardInput { path, text }),
        Err(error) => Err(Failure::Unreadable {
            path: PathBuf::from("-"),
            reason: describe(&error),
        }),
    }
}

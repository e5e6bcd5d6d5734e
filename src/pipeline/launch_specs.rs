//! The launch specs that `simulate` and `export` read: compiled in memory, or those that `build` wrote.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::catalog::workspace::Workspace;
use crate::compile::plan::{CatalogIndex, ServerLaunch, VERSION};
use crate::source::{Origin, Sources, describe};
use crate::text::profile::Profile;
use crate::text::suggest;

use super::artifacts;
use super::failure::Failure;
use super::line::Keep;
use super::{Job, JudgedTarget, judge};

/// Where launch specs come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LaunchSource<'a> {
    /// The catalogs that these paths name; by default, the one of this folder.
    Catalog(&'a [PathBuf]),
    /// The folder of the artifacts.
    Artifacts(&'a Path),
}

/// The launch specs of these servers, in the order of the ids. `None` if there is no manifest.
pub(crate) fn read(
    ids: &[String],
    from: LaunchSource<'_>,
    mut workspace: Workspace,
) -> Result<Option<Vec<ServerLaunch>>, Failure> {
    match from {
        LaunchSource::Artifacts(folder) => {
            let folder = workspace.absolute(folder);
            read_artifacts(ids, &workspace, &folder).map(Some)
        }
        LaunchSource::Catalog(paths) => {
            let targets = judged(&workspace, paths)?;
            if targets.iter().all(|target| target.files == 0) {
                return Ok(None);
            }
            // A developer's server is only in the artifacts of the development profile.
            let names_local = targets.iter().any(|target| {
                let mut entries = target.judged.entries.iter();
                entries.any(|entry| entry.origin == Origin::CatalogLocal && ids.contains(&entry.id))
            });
            if !names_local || workspace.config.profile == Profile::Development {
                return find(ids, &workspace, &targets).map(Some);
            }
            workspace.config.profile = Profile::Development;
            let targets = judged(&workspace, paths)?;
            find(ids, &workspace, &targets).map(Some)
        }
    }
}

fn judged(workspace: &Workspace, paths: &[PathBuf]) -> Result<Vec<JudgedTarget>, Failure> {
    let job = Job { keep: Keep::Manifests, ..Job::new(workspace, paths) };
    judge(job, &mut Sources::default())
}

/// Compiles the catalogs and picks the servers.
fn find(
    ids: &[String],
    workspace: &Workspace,
    targets: &[JudgedTarget],
) -> Result<Vec<ServerLaunch>, Failure> {
    let plans = targets.iter().map(|target| artifacts::compile(workspace, target));
    let mut plans = plans.collect::<Result<Vec<_>, _>>()?;
    let mut found = Vec::new();
    for id in ids {
        let launch = plans.iter_mut().find_map(|plan| plan.servers.remove(id));
        let Some(launch) = launch else {
            let mut left_out = plans.iter().flat_map(|plan| &plan.left_out);
            return Err(match left_out.find(|left_out| left_out.id == *id) {
                Some(left_out) => Failure::Usage {
                    message: format!("`{id}` cannot be run: {}", left_out.reason),
                    help: Some("`catproof check` shows where".to_owned()),
                },
                None => unknown(
                    id,
                    plans.iter().flat_map(|plan| plan.servers.keys()).map(String::as_str),
                ),
            });
        };
        found.push(launch);
    }
    Ok(found)
}

/// Reads the servers from the artifacts. The index gives the path, so an id cannot name a file elsewhere.
fn read_artifacts(
    ids: &[String],
    workspace: &Workspace,
    folder: &Path,
) -> Result<Vec<ServerLaunch>, Failure> {
    let path = |artifact: &str| {
        let places = &workspace.config.artifacts;
        folder.join(places.get(artifact).map_or(artifact, String::as_str))
    };
    let index: CatalogIndex = read_artifact(&path("catalog.json"))?;
    let servers = ids.iter().map(|id| {
        let Some(server) = index.servers.iter().find(|server| server.id == *id) else {
            return Err(unknown(id, index.servers.iter().map(|server| server.id.as_str())));
        };
        let path = path(&server.launch);
        let launch: ServerLaunch = read_artifact(&path)?;
        match launch.version {
            VERSION => Ok(launch),
            other => Err(Failure::Unreadable {
                path,
                reason: format!("its version is {other}, not {VERSION}"),
            }),
        }
    });
    servers.collect()
}

fn read_artifact<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let unreadable = |reason: String| Failure::Unreadable { path: path.to_owned(), reason };
    // A link to a file is fine; a pipe or device might never end.
    if path.exists() && !path.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let text = std::fs::read(path).map_err(|error| unreadable(describe(&error)))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))
}

fn unknown<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    Failure::Usage {
        message: format!("there is no server `{id}`"),
        help: suggest::nearest(id, known).map(|nearest| format!("did you mean `{nearest}`?")),
    }
}

//! Artifacts edited by hand: they differ both from the base and from what the catalog compiles to.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::config::Config;
use crate::catalog::workspace::Workspace;
use crate::compile::plan::Plan;
use crate::compile::{emit, write};
use crate::pipeline::failure::Failure;
use crate::source::{clean, read_regular_file, with_slashes};

use super::base::{Base, LOCK_NAME};
use super::{Sentence, sentence};

/// The largest artifact that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Names the artifacts that were edited, and those that could not be checked.
pub(super) fn edited_artifacts(
    workspace: &Workspace,
    config: &Config,
    plan: &Plan,
    base: &Base,
) -> Result<Vec<Sentence>, Failure> {
    let folder = clean(&workspace.root.join(&config.generated));
    if !base.is_inside(&folder, workspace) {
        let template = "the folder of the artifacts, {}, lies outside what is compared: nothing in it was checked";
        return Ok(vec![sentence!(template, &config.generated)]);
    }
    let compiled: BTreeMap<String, Vec<u8>> = emit::emit(plan)?
        .into_iter()
        .map(|artifact| {
            let place = config.artifacts.get(&artifact.path);
            (place.cloned().unwrap_or(artifact.path), artifact.bytes)
        })
        .collect();
    let found = write::candidates(&folder);
    let found = found.map(|path| with_slashes(path.strip_prefix(&folder).unwrap_or(&path)));
    let mut paths: BTreeSet<String> = found.filter(|path| path != LOCK_NAME).collect();
    paths.extend(compiled.keys().cloned());

    let mut differing = BTreeMap::new();
    let mut edited = Vec::new();
    for path in paths {
        let place = clean(&folder.join(&path));
        let Ok(metadata) = place.symlink_metadata() else {
            continue;
        };
        if !base.is_inside(&place, workspace) {
            let template = "the artifact {} lies outside what is compared and was not checked";
            edited.push(sentence!(template, path));
            continue;
        }
        let now = match read_regular_file(&place, MOST_BYTES) {
            Ok(now) => Some(now),
            // An unreadable file counts as edited.
            Err(_) if metadata.is_file() => Some(Vec::new()),
            Err(_) => None,
        };
        if now.as_ref() != compiled.get(&path) {
            differing.insert(path, now);
        }
    }
    let before = base.artifacts(differing.keys())?;
    for (path, now) in &differing {
        if before.get(path.as_str()) != now.as_ref() {
            let template = "the artifact {} changes, and is not what the catalog compiles to";
            edited.push(sentence!(template, path));
        }
    }
    Ok(edited)
}

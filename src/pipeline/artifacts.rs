//! The second half of the line: compiles a judged catalog, and writes the artifacts or compares them with the disk.

use std::path::PathBuf;

use crate::catalog::workspace::Workspace;
use crate::compile::emit::{self, Artifact};
use crate::compile::plan::{LeftOut, Plan};
use crate::compile::write::{self, Mode};
use crate::compile::{self, Catalog};
use crate::source::finding::Severity;

use super::JudgedTarget;
use super::failure::Failure;

/// Where artifacts go, and when.
#[derive(Debug)]
pub(crate) struct Output {
    /// `None` means the folder that the configuration names.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) mode: Mode,
    /// The lowest level of a finding that stops the build.
    pub(crate) fail_on: Severity,
}

/// What was built.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) left_out: Vec<LeftOut>,
    /// The servers for whose secret no destination is known.
    pub(crate) unverifiable: Vec<String>,
    pub(crate) written: write::WriteOutcome,
}

/// Compiles a judged catalog, and writes its artifacts or compares them with the disk.
pub(crate) fn build(
    workspace: &Workspace,
    target: &JudgedTarget,
    output: &Output,
) -> Result<Built, Failure> {
    let plan = compile(workspace, target)?;
    let artifacts = emit::emit(&plan)?;
    let written = write(workspace, target, &artifacts, output)?;
    let unverifiable = plan.providers.unverifiable;
    Ok(Built { left_out: plan.left_out, unverifiable, written })
}

/// Compiles a judged catalog.
pub(crate) fn compile(workspace: &Workspace, target: &JudgedTarget) -> Result<Plan, Failure> {
    if !target.has_lock {
        // Even if its finding is switched off: without the lock, the artifacts would differ.
        return Err(Failure::usage("the discovery lock cannot be read"));
    }
    let judged = &target.judged;
    let catalog = Catalog {
        entries: &judged.entries,
        manifests: &judged.manifests,
        leave_out: &judged.files_with_secrets,
        locks: Some(&target.locks),
        config: &workspace.config,
    };
    compile::compile(&catalog).map_err(|error| Failure::usage(error.to_string()))
}

/// Writes the artifacts, or compares them with what is there.
fn write(
    workspace: &Workspace,
    target: &JudgedTarget,
    artifacts: &[Artifact],
    output: &Output,
) -> Result<write::WriteOutcome, Failure> {
    let folders = &target.target.folders;
    let folder = match &output.folder {
        Some(folder) => workspace.absolute(folder),
        None => workspace.generated(folders),
    };
    let manifests = [&folders.catalog, &folders.catalog_local];
    let manifests: Vec<_> = manifests.into_iter().flatten().cloned().collect();
    let places = &workspace.config.artifacts;
    Ok(write::write(&folder, artifacts, places, &manifests, output.mode)?)
}

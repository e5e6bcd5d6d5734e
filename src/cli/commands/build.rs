//! `build`: check, then compile and write the artifacts, or compare them with what is there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::catalog::workspace::Workspace;
use crate::cli::args::{BuildArgs, Global};
use crate::cli::console::Console;
use crate::compile::emit;
use crate::compile::plan::Plan;
use crate::compile::write::{self, Change, ChangeKind, Mode};
use crate::compile::{self, Catalog};
use crate::pipeline::Keep;
use crate::source::{Origin, Sources};
use crate::text::profile::Profile;
use crate::text::secrets::mask::Mask;
use crate::text::visible::{visible, visible_lines};

use super::findings::{self, plural};
use super::judge::{self, AllowlistChoice, JudgedTarget, LockChoice, Questions};
use super::{ExitStatus, Failure, check};

pub(super) fn run(
    args: &BuildArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = judge::open(global, &args.findings, console)?;
    let mut sources = Sources::default();
    let questions = Questions {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::Deployed(args.findings.allowlist.as_deref()),
        locks: LockChoice::Judged,
    };
    let targets = judge::judge(&workspace, &[], None, &mut sources, &questions)?;
    let Some(mut target) = targets.into_iter().find(|target| target.files > 0) else {
        console.say(&check::no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    };

    let folder = match &args.out {
        Some(out) => workspace.absolute(out),
        None => workspace.generated(&target.target.folders),
    };
    let has_lock = target.has_lock;
    let folders = &target.target.folders;
    let manifests = [&folders.catalog, &folders.catalog_local];
    let manifests: Vec<_> = manifests.into_iter().flatten().cloned().collect();
    let (outcome, shown) = findings::try_report(
        &workspace,
        std::slice::from_mut(&mut target),
        &mut sources,
        &args.findings,
        console,
        |entry| counts(&workspace, entry.origin),
    );
    if outcome.status != ExitStatus::Clean {
        shown?;
        console.say(&outcome.summary("checked"));
        console.say("nothing was written");
        return Ok(outcome.status);
    }
    if !has_lock {
        // Even where its finding is switched off: artifacts without what it knows are other artifacts.
        return Err(Failure::usage("the discovery lock cannot be read"));
    }
    let plan = compile(&workspace, &target)?;
    // The artifacts do not depend on whether anybody could be told of the warnings.
    let written = write_artifacts(&workspace, &plan, &folder, &manifests, args.check)?;
    shown?;
    for left_out in &plan.left_out {
        let line = format!("left out `{}`: {}", left_out.id, left_out.reason);
        console.say(&outcome.mask.apply(&line));
    }
    match args.check {
        true if written.changes.is_empty() => {
            let current = plural(written.unchanged, "artifact");
            console.say(&format!("{current} current"));
            Ok(ExitStatus::Clean)
        }
        true => show_changes(&workspace, &written, &outcome.mask, console),
        false => {
            console.say(&format!(
                "{}; {}",
                outcome.summary("built from"),
                summary(&written)
            ));
            Ok(ExitStatus::Clean)
        }
    }
}

/// Whether the findings of a folder count: those of the developers' never block a production build.
pub(super) fn counts(workspace: &Workspace, origin: Origin) -> bool {
    origin == Origin::Catalog || workspace.config.profile == Profile::Development
}

/// Compiles a judged catalog.
pub(super) fn compile(workspace: &Workspace, target: &JudgedTarget) -> Result<Plan, Failure> {
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

fn write_artifacts(
    workspace: &Workspace,
    plan: &Plan,
    folder: &Path,
    manifests: &[PathBuf],
    check: bool,
) -> Result<write::Outcome, Failure> {
    let artifacts = emit::emit(plan)?;
    let mode = if check { Mode::Check } else { Mode::Write };
    Ok(write::write(
        folder,
        &artifacts,
        &workspace.config.artifacts,
        manifests,
        mode,
    )?)
}

/// Shows what differs as one diff a file.
fn show_changes(
    workspace: &Workspace,
    written: &write::Outcome,
    mask: &Mask,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut out = console.out();
    for Change { path, kind, .. } in &written.changes {
        let path = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        let path = path.display().to_string();
        writeln!(out, "{} is {}", visible(&path), kind.name())?;
    }
    for change in &written.changes {
        let diff = change.diff(&workspace.working_folder);
        out.write_all(visible_lines(&mask.apply(&diff)).as_bytes())?;
    }
    out.flush()?;
    let count = plural(written.changes.len(), "artifact");
    console.say(&format!("{count} not as compiled: run `catproof build`"));
    Ok(ExitStatus::Findings)
}

/// "3 artifacts written, 1 removed, 20 unchanged".
fn summary(written: &write::Outcome) -> String {
    let count = |is: fn(ChangeKind) -> bool| {
        let changes = written.changes.iter();
        changes.filter(|change| is(change.kind)).count()
    };
    let removed = count(|kind| kind == ChangeKind::LeftOver);
    let mut parts = vec![format!(
        "{} written",
        plural(count(|kind| kind != ChangeKind::LeftOver), "artifact")
    )];
    if removed > 0 {
        parts.push(format!("{removed} removed"));
    }
    parts.push(format!("{} unchanged", written.unchanged));
    parts.join(", ")
}

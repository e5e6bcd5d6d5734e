//! `build`: check, then compile and write the artifacts, or compare them with what is there.

use std::io::Write as _;

use crate::catalog::workspace::Workspace;
use crate::cli::args::BuildArgs;
use crate::cli::findings;
use crate::compile::write::{self, Change, ChangeKind, Mode};
use crate::pipeline::artifacts::{Built, Output};
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::line::Keep;
use crate::pipeline::settle::counts;
use crate::pipeline::{self, Job, Run};
use crate::source::Sources;
use crate::text::plural::plural;
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::{visible, visible_lines};

use super::{Console, ExitStatus, Failure, no_input, open_to_judge};

pub(super) fn run(args: &BuildArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let workspace = open_to_judge(&args.findings, console)?;
    let mut sources = Sources::default();
    let job = Job {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::Deployed(args.findings.allowlist.as_deref()),
        locks: LockChoice::Judged,
        output: Some(Output {
            folder: args.out.clone(),
            mode: if args.check { Mode::Check } else { Mode::Write },
            fail_on: args.findings.least_severity(),
        }),
        ..Job::new(&workspace, &args.paths)
    };
    let Run { targets, second_half } =
        console.wait_for("building the catalog", || pipeline::run(job, &mut sources))?;
    let (Some(rest), true) = (second_half, targets.iter().any(|target| target.files > 0)) else {
        console.say(&no_input(&workspace, &args.paths));
        return Ok(ExitStatus::NoInput);
    };
    let (outcome, shown) = findings::try_report(
        &workspace,
        &targets,
        rest.settled,
        &sources,
        &args.findings,
        console,
        |entry| counts(&workspace, entry.origin),
    );
    let Some(built) = rest.built else {
        shown?;
        console.say(&outcome.summary("checked"));
        console.say("nothing was written");
        return Ok(outcome.status);
    };
    // The artifacts were written even if the findings could not be shown.
    let built = built?;
    shown?;
    for line in remarks(&built, &outcome.redaction.redactor) {
        console.say(&line);
    }
    let written = built.written;
    if !args.check {
        console.say(&format!("{}; {}", outcome.summary("built from"), summary(&written)));
        return Ok(ExitStatus::Clean);
    }
    if !written.changes.is_empty() {
        return show_changes(&workspace, &written, &outcome.redaction.redactor, console);
    }
    console.say(&format!("{} current", plural(written.unchanged, "artifact")));
    Ok(ExitStatus::Clean)
}

/// What the artifacts lack, one line each.
pub(super) fn remarks(built: &Built, redactor: &Redactor) -> Vec<String> {
    let Built { left_out, unverifiable, .. } = built;
    let left_out = left_out.iter();
    let mut lines: Vec<String> =
        left_out.map(|server| format!("left out `{}`: {}", server.id, server.reason)).collect();
    if !unverifiable.is_empty() {
        let count = plural(unverifiable.len(), "server");
        let verb = if unverifiable.len() == 1 { "has" } else { "have" };
        let ids = unverifiable.join(", ");
        lines.push(format!(
            "{count} {verb} no known destination, and the proxy refuses their logins until \
             `catproof probe` finds it: {ids}"
        ));
    }
    lines.into_iter().map(|line| redactor.apply(&line).into_owned()).collect()
}

/// Names the artifacts that are out of date, one line each.
pub(super) fn outdated(
    workspace: &Workspace,
    written: &write::WriteOutcome,
    redactor: &Redactor,
) -> Vec<String> {
    let changes = written.changes.iter().map(|Change { path, kind, .. }| {
        let path = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        let path = path.display().to_string();
        format!("{} is {}", visible(&redactor.apply_to_name(&path)), kind.name())
    });
    changes.collect()
}

/// Shows the differences, one diff per file.
pub(super) fn show_changes(
    workspace: &Workspace,
    written: &write::WriteOutcome,
    redactor: &Redactor,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut out = console.out();
    for line in outdated(workspace, written, redactor) {
        writeln!(out, "{line}")?;
    }
    for change in &written.changes {
        let diff = change.diff(&workspace.working_folder);
        out.write_all(visible_lines(&redactor.apply(&diff)).as_bytes())?;
    }
    out.flush()?;
    say_outdated(written, console);
    Ok(ExitStatus::Findings)
}

pub(super) fn say_outdated(written: &write::WriteOutcome, console: &Console) {
    let count = plural(written.changes.len(), "artifact");
    console.say(&format!("{count} out of date: run `catproof build`"));
}

/// "3 artifacts written, 1 removed, 20 unchanged".
fn summary(written: &write::WriteOutcome) -> String {
    let is_left_over = |change: &&Change| change.kind == ChangeKind::LeftOver;
    let left_over = written.changes.iter().filter(is_left_over).count();
    let removed = if left_over > 0 { format!(", {left_over} removed") } else { String::new() };
    let artifacts = plural(written.changes.len() - left_over, "artifact");
    format!("{artifacts} written{removed}, {} unchanged", written.unchanged)
}

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
        ..Job::new(&workspace, &[])
    };
    let Run { targets, second_half } =
        console.wait_for("building the catalog", || pipeline::run(job, &mut sources))?;
    let (Some(rest), true) = (second_half, targets.iter().any(|target| target.files > 0)) else {
        console.say(&no_input(&workspace, &[]));
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
    let Built { left_out, unverifiable, written } = built?;
    shown?;
    for left_out in &left_out {
        let line = format!("left out `{}`: {}", left_out.id, left_out.reason);
        console.say(&outcome.redaction.redactor.apply(&line));
    }
    if !unverifiable.is_empty() {
        let count = plural(unverifiable.len(), "server");
        let verb = if unverifiable.len() == 1 { "has" } else { "have" };
        let ids = unverifiable.join(", ");
        console.say(&outcome.redaction.redactor.apply(&format!(
            "{count} {verb} no known destination, and the proxy refuses their logins until \
             `catproof probe` finds it: {ids}"
        )));
    }
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

/// Shows the differences, one diff per file.
fn show_changes(
    workspace: &Workspace,
    written: &write::WriteOutcome,
    redactor: &Redactor,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut out = console.out();
    for Change { path, kind, .. } in &written.changes {
        let path = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        let path = path.display().to_string();
        writeln!(out, "{} is {}", visible(&redactor.apply_to_name(&path)), kind.name())?;
    }
    for change in &written.changes {
        let diff = change.diff(&workspace.working_folder);
        out.write_all(visible_lines(&redactor.apply(&diff)).as_bytes())?;
    }
    out.flush()?;
    let count = plural(written.changes.len(), "artifact");
    console.say(&format!("{count} out of date: run `catproof build`"));
    Ok(ExitStatus::Findings)
}

/// "3 artifacts written, 1 removed, 20 unchanged".
fn summary(written: &write::WriteOutcome) -> String {
    let is_left_over = |change: &&Change| change.kind == ChangeKind::LeftOver;
    let left_over = written.changes.iter().filter(is_left_over).count();
    let removed = if left_over > 0 { format!(", {left_over} removed") } else { String::new() };
    let artifacts = plural(written.changes.len() - left_over, "artifact");
    format!("{artifacts} written{removed}, {} unchanged", written.unchanged)
}

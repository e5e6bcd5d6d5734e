//! `build`: check, then compile and write the artifacts, or compare them with what is there.

use std::io::Write as _;

use crate::catalog::workspace::Workspace;
use crate::cli::args::{BuildArgs, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::findings;
use crate::cli::no_input::no_input;
use crate::compile::write::{self, Change, ChangeKind, Mode};
use crate::pipeline::artifacts::{Built, Output};
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::failure::Failure;
use crate::pipeline::line::Keep;
use crate::pipeline::settle::counts;
use crate::pipeline::{self, Job, Run};
use crate::source::Sources;
use crate::text::plural::plural;
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::{visible, visible_lines};

use super::open_to_judge;

pub(super) fn run(
    args: &BuildArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = open_to_judge(global, &args.findings, console)?;
    let mut sources = Sources::default();
    let job = Job {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::Deployed(args.findings.allowlist.as_deref()),
        locks: LockChoice::Judged,
        output: Some(Output {
            folder: args.out.clone(),
            mode: if args.check { Mode::Check } else { Mode::Write },
            fail_on: args.findings.fail_on.severity(),
        }),
        ..Job::new(&workspace, &[])
    };
    let Run { targets, second_half } = pipeline::run(job, &mut sources)?;
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
    // The artifacts do not depend on whether anybody could be told of the warnings.
    let Built { left_out, written } = built?;
    shown?;
    for left_out in &left_out {
        let line = format!("left out `{}`: {}", left_out.id, left_out.reason);
        console.say(&outcome.redaction.redactor.apply(&line));
    }
    if !args.check {
        console.say(&format!("{}; {}", outcome.summary("built from"), summary(&written)));
        return Ok(ExitStatus::Clean);
    }
    if !written.changes.is_empty() {
        return show_changes(&workspace, &written, &outcome.redaction.redactor, console);
    }
    let current = plural(written.unchanged, "artifact");
    console.say(&format!("{current} current"));
    Ok(ExitStatus::Clean)
}

/// Shows what differs as one diff a file.
fn show_changes(
    workspace: &Workspace,
    written: &write::Outcome,
    redactor: &Redactor,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut out = console.out();
    for Change { path, kind, .. } in &written.changes {
        let path = path.strip_prefix(&workspace.working_folder).unwrap_or(path);
        let path = path.display().to_string();
        let path = redactor.apply_to_name(&path);
        writeln!(out, "{} is {}", visible(&path), kind.name())?;
    }
    for change in &written.changes {
        let diff = change.diff(&workspace.working_folder);
        out.write_all(visible_lines(&redactor.apply(&diff)).as_bytes())?;
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
    let mut parts =
        vec![format!("{} written", plural(count(|kind| kind != ChangeKind::LeftOver), "artifact"))];
    if removed > 0 {
        parts.push(format!("{removed} removed"));
    }
    parts.push(format!("{} unchanged", written.unchanged));
    parts.join(", ")
}

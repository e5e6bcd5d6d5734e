//! `gate`: `check`, `build --check` and `diff` over one judged catalog, with one exit status and one summary.

use std::io;

use crate::catalog::workspace::Workspace;
use crate::cli::args::GateArgs;
use crate::cli::console::PLAIN;
use crate::cli::findings;
use crate::compile::write::Mode;
use crate::diff::BaseName;
use crate::diff::run::{Against, BothStates};
use crate::pipeline::artifacts::{self, Output};
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::failure::Failure;
use crate::pipeline::line::Keep;
use crate::pipeline::redaction::Redaction;
use crate::pipeline::settle::settle;
use crate::pipeline::{Job, JudgedTarget, judge, locks, open};
use crate::report::diff::{human, report};
use crate::report::gate::{Artifacts, GateSummary};
use crate::report::{self, Format, Report, Summary};
use crate::source::Sources;
use crate::source::finding::Finding;
use crate::text::plural::plural;
use crate::text::secrets::redactor::Redactor;
use crate::text::visible::visible;

use super::{Console, ExitStatus, build, diff, no_input, say_found};

pub(super) fn run(args: &GateArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let (mut workspace, against) = open(args, console)?;
    let mut sources = Sources::default();
    let job = Job {
        keep: Keep::Manifests,
        allowlist: AllowlistChoice::InForce(args.findings.allowlist.as_deref()),
        locks: LockChoice::Judged,
        ..Job::new(&workspace, &[])
    };
    let mut targets = console.wait_for("checking the catalog", || judge(job, &mut sources))?;
    let is_empty = targets.iter().all(|target| target.files == 0);
    if is_empty && against.as_ref().is_none_or(Against::is_empty) {
        console.say(&no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    }
    let settled = settle(&workspace, &mut targets, &mut sources);
    let is_stopped = settled.fails(&workspace, &targets, args.findings.least_severity());
    let found = settled.shown.clone();
    let every = |_: &_| true;
    let (outcome, shown) = findings::try_report(
        &workspace,
        &targets,
        settled,
        &sources,
        &args.findings,
        console,
        every,
    );
    shown?;
    let checked = outcome.summary("checked");
    console.say(&checked);
    let mut summary = GateSummary {
        checked,
        has_failed: outcome.status != ExitStatus::Clean,
        findings: match &args.summary {
            Some(_) => lines(&found, &sources, &workspace, &outcome.redaction)?,
            None => Vec::new(),
        },
        has_other_settings: against.as_ref().is_some_and(Against::has_other_settings),
        ..GateSummary::default()
    };

    let mut results = vec![Ok(outcome.status)];
    if let Some(against) = &against {
        // What is compiled is what is in force once it is merged.
        workspace.config = against.own_config.clone();
    }
    let redactor = &outcome.redaction.redactor;
    let gate = Gate { args, console, workspace: &workspace, redactor };
    if let Some(target) = targets.first().filter(|_| !is_stopped) {
        let compared = gate.compare_artifacts(target, &mut summary);
        if let Err(failure) = &compared {
            summary.artifacts = Artifacts::Failed(gate.reason(failure));
        }
        results.push(compared);
    }
    if let (Some(against), Some(target)) = (against, targets.pop()) {
        let compared = gate.compare_base(against, target, found, sources, &mut summary);
        summary.not_compared = compared.as_ref().err().map(|failure| gate.reason(failure));
        results.push(compared);
    }
    if let Some(path) = &args.summary {
        findings::write_report(workspace.absolute(path), summary.markdown().as_bytes())?;
    }
    let statuses = results.into_iter().collect::<Result<Vec<ExitStatus>, Failure>>()?;
    let is_clean = statuses.iter().all(|status| *status == ExitStatus::Clean);
    Ok(if is_clean { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// The workspace, which judges by the configuration of the base, if there is one.
fn open(args: &GateArgs, console: &Console) -> Result<(Workspace, Option<Against>), Failure> {
    findings::check_formats(&args.findings.format)?;
    let options = console.global.workspace(console.working_folder()?);
    let mut workspace = open::open(&options)?;
    say_found(&workspace, console);
    // A lock that cannot be read is a finding of the check.
    let known = locks::committed(&workspace, &workspace.folders()).unwrap_or_default();
    let against = match &args.base {
        None => None,
        Some(name) => {
            let base = BaseName { name: name.clone(), is_exact: args.base_exact };
            Some(Against::read(&base, &mut workspace, &options, &known)?)
        }
    };
    open::apply(&args.findings.judging(), &mut workspace)?;
    if workspace.only_target(&args.paths)?.folders != workspace.folders() {
        return Err(Failure::Usage {
            message: "the paths are not in the catalog of this folder".to_owned(),
            help: Some("name the catalog's folder: `--catalog FOLDER`".to_owned()),
        });
    }
    Ok((workspace, against))
}

/// What both comparisons need.
struct Gate<'a> {
    args: &'a GateArgs,
    console: &'a Console,
    workspace: &'a Workspace,
    redactor: &'a Redactor,
}

impl Gate<'_> {
    /// `build --check`.
    fn compare_artifacts(
        &self,
        target: &JudgedTarget,
        summary: &mut GateSummary,
    ) -> Result<ExitStatus, Failure> {
        let Self { workspace, redactor, console, .. } = self;
        let fail_on = self.args.findings.least_severity();
        let output = Output { folder: None, mode: Mode::Check, fail_on };
        let built = artifacts::build(workspace, target, &output)?;
        summary.remarks = build::remarks(&built, redactor);
        for line in &summary.remarks {
            console.say(line);
        }
        let written = built.written;
        summary.artifacts = Artifacts::Compared(build::outdated(workspace, &written, redactor));
        if written.changes.is_empty() {
            console.say(&format!("{} current", plural(written.unchanged, "artifact")));
            Ok(ExitStatus::Clean)
        } else if self.is_for_people() {
            build::show_changes(workspace, &written, redactor, console)
        } else {
            build::say_outdated(&written, console);
            Ok(ExitStatus::Findings)
        }
    }

    /// `diff`.
    fn compare_base(
        &self,
        against: Against,
        target: JudgedTarget,
        found: Vec<Finding>,
        sources: Sources,
        summary: &mut GateSummary,
    ) -> Result<ExitStatus, Failure> {
        if !target.has_lock {
            return Err(Failure::usage("the discovery lock cannot be read"));
        }
        let states = BothStates::of(against, self.workspace, target, found, sources)?;
        let change = report(&states);
        if self.is_for_people() {
            self.console.print(human(&change, self.console.style()))?;
        }
        self.console.say(&change.in_one_line());
        let passed = diff::passed(change.summary, self.args.gate);
        summary.change = Some(change);
        Ok(passed)
    }

    fn is_for_people(&self) -> bool {
        findings::is_for_people(&self.args.findings.format)
    }

    fn reason(&self, failure: &Failure) -> String {
        visible(&self.redactor.apply(&failure.to_string())).into_owned()
    }
}

/// The findings, one line each.
fn lines(
    found: &[Finding],
    sources: &Sources,
    workspace: &Workspace,
    redaction: &Redaction,
) -> io::Result<Vec<String>> {
    let findings = report::locate(found, sources, workspace.config.max_file_bytes, redaction);
    let report = Report { findings, summary: Summary::default() };
    let mut text = Vec::new();
    report::write(Format::Concise, &report, PLAIN, &mut text)?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

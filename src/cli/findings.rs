//! From the findings of a run to its output and its exit status.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::cli::args::FindingArgs;
use crate::cli::console::{Console, Out};
use crate::cli::exit_status::ExitStatus;
use crate::compile::write;
use crate::pipeline::JudgedTarget;
use crate::pipeline::failure::Failure;
use crate::pipeline::redaction::{self, Redaction};
use crate::pipeline::repair;
use crate::pipeline::settle::{Settled, is_counted, settle, uncounted};
use crate::report::{self, Format, FormatArgument, Report, Style, Summary};
use crate::source::finding::{Finding, Severity};
use crate::source::{Sources, clean, describe};
use crate::text::plural::plural;

/// What came of the findings.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) files: usize,
    pub(crate) has_allowlist: bool,
    /// What output must not show.
    pub(crate) redaction: Redaction,
    counts: Summary,
    /// The rules of what was shown.
    rules: BTreeSet<&'static str>,
}

/// Shows the findings in every format that was asked for. `counts` says whose findings decide the exit status.
pub(crate) fn report(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
    args: &FindingArgs,
    console: &Console,
) -> Result<Outcome, Failure> {
    let settled = settle(workspace, targets, sources);
    let counts = |_: &Entry| true;
    let (outcome, written) =
        try_report(workspace, targets, settled, sources, args, console, counts);
    written.map(|()| outcome)
}

/// The same of findings that are settled, for a command with more to do, which goes on whether or not they could be
/// written.
pub(crate) fn try_report(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    settled: Settled,
    sources: &Sources,
    args: &FindingArgs,
    console: &Console,
    counts: impl Fn(&Entry) -> bool,
) -> (Outcome, Result<(), Failure>) {
    let uncounted = uncounted(targets, counts);
    let files = targets.iter().map(|target| target.files).sum();
    let has_allowlist = targets.iter().all(|target| target.has_allowlist);
    let redaction = redaction::redaction(targets, sources);
    let Settled { mut shown, suppressed } = settled;
    if args.format.iter().any(|argument| argument.format.shows_fixes()) {
        repair::keep_offered(workspace, targets, sources, &mut shown);
    } else {
        for finding in &mut shown {
            finding.fix = None;
        }
    }
    for notice in &workspace.notices {
        console.say(notice);
    }
    let least = args.fail_on.severity();
    let fails = |finding: &Finding| finding.severity >= least && is_counted(finding, &uncounted);
    let status = if shown.iter().any(fails) { ExitStatus::Findings } else { ExitStatus::Clean };

    let count = |severity| {
        let of_severity = shown.iter().filter(|finding| finding.severity == severity);
        of_severity.count()
    };
    let summary = Summary {
        files,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        suppressed,
    };
    let rules = shown.iter().map(|finding| finding.rule).collect();
    let outcome = Outcome { status, files, has_allowlist, redaction, counts: summary, rules };
    let written =
        write(workspace, sources, args, console, &outcome.redaction, shown, &outcome.counts);
    (outcome, written)
}

fn write(
    workspace: &Workspace,
    sources: &Sources,
    args: &FindingArgs,
    console: &Console,
    redaction: &Redaction,
    mut shown: Vec<Finding>,
    summary: &Summary,
) -> Result<(), Failure> {
    let mut outputs = outputs(workspace, args, console);
    let batches: Vec<&[Finding]> = match outputs.as_slice() {
        [only] if only.format.is_endless() => report::batches(&mut shown, sources).collect(),
        _ => vec![&shown],
    };
    // Files are written whole, even where nobody reads standard output to its end.
    let mut written = Ok(());
    for findings in batches {
        let report = Report {
            findings: report::locate(findings, sources, workspace.config.max_file_bytes, redaction),
            summary: summary.clone(),
        };
        for output in &mut outputs {
            written = written.and(output.write(&report));
        }
        if written.is_err() {
            break;
        }
    }
    for output in outputs {
        output.finish()?;
    }
    written
}

/// Refuses two formats that would be written into each other.
pub(crate) fn check_formats(formats: &[FormatArgument]) -> Result<(), Failure> {
    let mut places = BTreeSet::new();
    let Some(twice) =
        formats.iter().find(|argument| !places.insert(argument.path.as_deref().map(clean)))
    else {
        return Ok(());
    };
    let place = match &twice.path {
        Some(path) => format!("`{}`", path.display()),
        None => "standard output".to_owned(),
    };
    Err(Failure::Usage {
        message: format!("two formats would both be written to {place}"),
        help: Some(
            "give each a place of its own: `--format human --format sarif=catproof.sarif`"
                .to_owned(),
        ),
    })
}

/// A format, and what it is written to.
struct Output {
    format: Format,
    style: Style,
    to: Sink,
}

enum Sink {
    StandardOutput(BufWriter<Out>),
    /// A file, and what is to stand in it.
    File(PathBuf, Vec<u8>),
}

fn outputs(workspace: &Workspace, args: &FindingArgs, console: &Console) -> Vec<Output> {
    const DEFAULT: &[FormatArgument] = &[FormatArgument { format: Format::Human, path: None }];
    let formats = match args.format.as_slice() {
        [] => DEFAULT,
        formats => formats,
    };
    let output = |argument: &FormatArgument| match &argument.path {
        None => Output {
            format: argument.format,
            style: Style { color: console.color(), width: console.width() },
            to: Sink::StandardOutput(console.out()),
        },
        Some(path) => Output {
            format: argument.format,
            style: Style { color: false, width: 100 },
            to: Sink::File(workspace.absolute(path), Vec::new()),
        },
    };
    formats.iter().map(output).collect()
}

impl Output {
    fn write(&mut self, report: &Report) -> Result<(), Failure> {
        let (format, style) = (self.format, self.style);
        match &mut self.to {
            Sink::StandardOutput(out) => {
                report::write(format, report, style, out)?;
                out.flush()?;
            }
            Sink::File(_, bytes) => report::write(format, report, style, bytes)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        match self.to {
            Sink::StandardOutput(_) => Ok(()),
            Sink::File(path, bytes) => write_report(path, &bytes),
        }
    }
}

/// Writes a file whole or not at all. What is not a file, such as a pipe or `/dev/stdout`, is written to as it is.
fn write_report(path: PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    let is_other = fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file());
    if is_other {
        fs::write(&path, bytes)
            .map_err(|error| Failure::Unwritable { reason: describe(&error), path })
    } else {
        Ok(write::write_file(&path, bytes)?)
    }
}

impl Outcome {
    /// Whether a finding of this rule was shown.
    pub(crate) fn shows(&self, rule: &str) -> bool {
        self.rules.contains(rule)
    }

    /// The run in one line.
    pub(crate) fn summary(&self, verb: &str) -> String {
        self.summary_of(&format!("{verb} {}", plural(self.files, "file")))
    }

    /// The run in one line that begins with what was done.
    pub(crate) fn summary_of(&self, done: &str) -> String {
        let Summary { errors, warnings, notes, suppressed, .. } = &self.counts;
        let counts = [(*errors, "error"), (*warnings, "warning"), (*notes, "note")];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| plural(*count, word))
            .collect();
        let found = match found.as_slice() {
            [] => "no findings".to_owned(),
            found => format!("{} (`catproof explain RULE` tells more)", found.join(", ")),
        };
        let suppressed = match suppressed {
            0 => String::new(),
            count => format!(", {count} ignored"),
        };
        format!("{done}: {found}{suppressed}")
    }
}

//! Writes the findings of a run, and decides its exit status.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::cli::args::FindingArgs;
use crate::cli::console::{Console, PLAIN};
use crate::cli::exit_status::ExitStatus;
use crate::compile::write;
use crate::pipeline::JudgedTarget;
use crate::pipeline::failure::Failure;
use crate::pipeline::redaction::{self, Redaction};
use crate::pipeline::repair;
use crate::pipeline::settle::{Settled, is_counted, settle, uncounted};
use crate::report::{self, Fold, Format, FormatArgument, Report, Shown, Summary};
use crate::source::finding::{Finding, Severity};
use crate::source::{Sources, clean, describe};
use crate::text::plural::plural;

/// The outcome of judging: the exit status, and the findings in numbers.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    /// Whether a server needs an allowlist that was not there to check.
    pub(crate) lacks_allowlist: bool,
    /// What output must not show.
    pub(crate) redaction: Redaction,
    pub(crate) counts: Summary,
    /// The rules of the findings that were shown.
    pub(crate) rules: BTreeSet<&'static str>,
}

/// Settles the findings, and writes them in every requested format.
pub(crate) fn report(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
    args: &FindingArgs,
    console: &Console,
) -> Result<Outcome, Failure> {
    let settled = settle(workspace, targets, sources);
    let (outcome, written) =
        try_report(workspace, targets, settled, sources, args, console, |_| true);
    written.map(|()| outcome)
}

/// Writes settled findings, for a command that goes on even if they cannot be written. `counts` selects the servers
/// whose findings decide the exit status.
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
    let least = args.least_severity();
    let fails = |severity: Severity, file| severity >= least && is_counted(file, &uncounted);
    let count = |severity| shown.iter().filter(|finding| finding.severity == severity).count();
    let outcome = Outcome {
        status: if shown.iter().any(|finding| fails(finding.severity, finding.file())) {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        },
        lacks_allowlist: targets.iter().any(|target| {
            let needs_one = target.judged.entries.iter().any(|entry| entry.is_proxied);
            needs_one && !target.has_allowlist
        }),
        redaction: redaction::redaction(targets, sources),
        counts: Summary {
            files: targets.iter().map(|target| target.files).sum(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            suppressed,
        },
        rules: shown.iter().map(|finding| finding.rule).collect(),
    };
    let fails = |shown: &Shown| fails(shown.severity, shown.place.as_ref().map(|place| place.file));
    let written = write(workspace, sources, args, console, &outcome, shown, fails);
    (outcome, written)
}

fn write(
    workspace: &Workspace,
    sources: &Sources,
    args: &FindingArgs,
    console: &Console,
    outcome: &Outcome,
    mut shown: Vec<Finding>,
    fails: impl Fn(&Shown) -> bool,
) -> Result<(), Failure> {
    const DEFAULT: &[FormatArgument] = &[FormatArgument { format: Format::Human, path: None }];
    if args.statistics {
        return Ok(console.print(statistics(&shown))?);
    }
    let formats = if args.format.is_empty() { DEFAULT } else { &args.format };
    let batches: Vec<&[Finding]> = match formats {
        [only] if only.format.is_stream() => report::batches(&mut shown, sources).collect(),
        _ => vec![&shown],
    };
    let max_bytes = workspace.config.max_file_bytes;
    let mut files = vec![Vec::new(); formats.len()];
    let (mut out, style) = (console.out(), console.style());
    let mut written = Ok(());
    let mut fold = Fold::default();
    for findings in batches {
        let mut located = report::locate(findings, sources, max_bytes, &outcome.redaction);
        for shown in &mut located {
            shown.fails = fails(shown);
        }
        let report = Report { findings: located, summary: outcome.counts.clone() };
        for (FormatArgument { format, path }, file) in formats.iter().zip(&mut files) {
            written = written.and(if path.is_some() {
                report::write(*format, &report, PLAIN, file)
            } else {
                let is_folded = *format == Format::Human && !args.all;
                let folded = if is_folded { fold.folded(&report) } else { Cow::Borrowed(&report) };
                report::write(*format, &folded, style, &mut out).and_then(|()| out.flush())
            });
        }
        if written.is_err() {
            break;
        }
    }
    written = written.and_then(|()| console.print(fold.rest()));
    // The files are written even if standard output fails.
    for (argument, bytes) in formats.iter().zip(files) {
        if let Some(path) = &argument.path {
            write_report(workspace.absolute(path), &bytes)?;
        }
    }
    Ok(written?)
}

/// How many findings each rule has, the most frequent first.
fn statistics(shown: &[Finding]) -> String {
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for finding in shown {
        *counts.entry((finding.rule, finding.severity)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    let width = counts.first().map_or(0, |(_, count)| count.to_string().len());
    let lines = counts.iter().map(|((rule, severity), count)| {
        format!("{count:width$}  {:7}  {rule}\n", severity.name())
    });
    lines.collect()
}

/// Writes what a command prints in every requested format. `render` is told whether it is for a file.
pub(crate) fn write_formats<F: ValueEnum + Default>(
    formats: &[FormatArgument<F>],
    console: &Console,
    mut render: impl FnMut(&F, bool) -> io::Result<Vec<u8>>,
) -> Result<(), Failure> {
    check_formats(formats)?;
    if formats.is_empty() {
        console.print(render(&F::default(), false)?)?;
    }
    for FormatArgument { format, path } in formats {
        match path {
            Some(path) => {
                write_report(console.working_folder()?.join(path), &render(format, true)?)?;
            }
            None => console.print(render(format, false)?)?,
        }
    }
    Ok(())
}

/// Whether a person reads standard output, and no program: text for people is the default of each command.
pub(crate) fn is_for_people<F: Default + PartialEq>(formats: &[FormatArgument<F>]) -> bool {
    formats.iter().all(|argument| argument.path.is_some() || argument.format == F::default())
}

/// Refuses two formats with the same destination.
pub(crate) fn check_formats<F>(formats: &[FormatArgument<F>]) -> Result<(), Failure> {
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
            "give each its own file: `--format human --format sarif=catproof.sarif`".to_owned(),
        ),
    })
}

/// Writes a file atomically. What is not a regular file, such as a pipe or `/dev/stdout`, is written to directly.
pub(crate) fn write_report(path: PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    let is_other = fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file());
    if is_other {
        fs::write(&path, bytes)
            .map_err(|error| Failure::Unwritable { reason: describe(&error), path })
    } else {
        Ok(write::write_file(&path, bytes)?)
    }
}

impl Outcome {
    /// The run in one line, starting with a verb and the number of files.
    pub(crate) fn summary(&self, verb: &str) -> String {
        self.summary_of(&format!("{verb} {}", plural(self.counts.files, "file")))
    }

    /// The run in one line, starting with what was done.
    pub(crate) fn summary_of(&self, done: &str) -> String {
        let Summary { errors, warnings, notes, suppressed, .. } = &self.counts;
        let counts = [(*errors, "error"), (*warnings, "warning"), (*notes, "note")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let found: Vec<String> = counts.map(|(count, word)| plural(*count, word)).collect();
        let found = match found.as_slice() {
            [] => "no findings".to_owned(),
            found => format!("{} (see `catproof explain RULE`)", found.join(", ")),
        };
        let suppressed = match suppressed {
            0 => String::new(),
            count => format!(", {count} ignored"),
        };
        format!("{done}: {found}{suppressed}")
    }
}

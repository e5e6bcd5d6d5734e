//! From the findings of a run to its output and its exit status.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;

use crate::cli::{FailOn, FindingArgs};
use crate::console::Console;
use crate::entry::Entry;
use crate::finding::{Finding, Severity};
use crate::report::{self, Format, FormatArgument, Mask, Report, Style, Summary};
use crate::source::{FileId, Sources, describe};
use crate::workspace::Workspace;

use super::judge::JudgedTarget;
use super::{ExitStatus, Failure};

/// What came of the findings.
pub(super) struct Outcome {
    pub status: ExitStatus,
    pub files: usize,
    pub has_allowlist: bool,
    counts: Summary,
}

/// Shows the findings in every format that was asked for. `counts` says whose findings decide the exit status.
pub(super) fn report(
    workspace: &Workspace,
    targets: Vec<JudgedTarget>,
    sources: &Sources,
    args: &FindingArgs,
    console: &Console,
    counts: impl Fn(&Entry) -> bool,
) -> Result<Outcome, Failure> {
    let entries = targets.iter().flat_map(|target| &target.judged.entries);
    let uncounted: HashSet<FileId> = entries
        .filter(|entry| !counts(entry))
        .map(|entry| entry.file)
        .collect();
    let files = targets.iter().map(|target| target.files).sum();
    let has_allowlist = targets.iter().all(|target| target.has_allowlist);
    let secrets: Vec<String> = targets
        .iter()
        .flat_map(|target| target.judged.secrets.iter().cloned())
        .collect();
    let mask = Mask::new(&secrets);
    let found: Vec<Finding> = targets
        .into_iter()
        .flat_map(|target| target.judged.findings)
        .collect();
    let shown: Vec<Finding> = found
        .into_iter()
        .filter_map(|finding| at_level(finding, workspace))
        .collect();
    let least = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    };
    let fails = |finding: &Finding| {
        let place = finding.place.as_ref();
        let is_counted = place.is_none_or(|place| !uncounted.contains(&place.file));
        is_counted && finding.severity >= least
    };
    let status = match shown.iter().any(fails) {
        true => ExitStatus::Findings,
        false => ExitStatus::Clean,
    };

    let findings = report::locate(&shown, sources, workspace.config.max_file_bytes, &mask);

    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let summary = Summary {
        files,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        suppressed: 0,
    };
    let report = Report {
        findings,
        summary: summary.clone(),
    };
    write(&report, args, console)?;
    Ok(Outcome {
        status,
        files,
        has_allowlist,
        counts: summary,
    })
}

/// The finding at the level that the configuration gives its rule; nothing where it is not shown.
fn at_level(finding: Finding, workspace: &Workspace) -> Option<Finding> {
    let severity = workspace.config.level(finding.rule, finding.severity)?;
    Some(finding.severity(severity))
}

fn write(report: &Report, args: &FindingArgs, console: &Console) -> Result<(), Failure> {
    let default = [FormatArgument {
        format: Format::Human,
        path: None,
    }];
    let formats = match args.format.as_slice() {
        [] => &default[..],
        formats => formats,
    };
    for FormatArgument { format, path } in formats {
        match path {
            None => {
                let style = Style {
                    color: console.color(),
                    width: console.width(),
                };
                let mut out = console.out();
                report::write(*format, report, style, &mut out)?;
                out.flush()?;
            }
            Some(path) => {
                let style = Style {
                    color: false,
                    width: 100,
                };
                let mut text = Vec::new();
                report::write(*format, report, style, &mut text)?;
                fs::write(path, text).map_err(|error| Failure::Unwritable {
                    path: path.clone(),
                    reason: describe(&error),
                })?;
            }
        }
    }
    Ok(())
}

impl Outcome {
    /// The run in one line.
    pub(super) fn summary(&self, verb: &str) -> String {
        let Summary {
            files,
            errors,
            warnings,
            notes,
            suppressed,
        } = &self.counts;
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
        format!("{verb} {}: {found}{suppressed}", plural(*files, "file"))
    }
}

/// "1 file", "2 files".
pub(super) fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}

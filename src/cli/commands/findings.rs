//! From the findings of a run to its output and its exit status.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::catalog::entry::Entry;
use crate::catalog::workspace::Workspace;
use crate::cli::args::{FailOn, FindingArgs};
use crate::cli::console::{Console, Out};
use crate::compile::write;
use crate::lint::{self, Group};
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::pipeline::ignores::Ignores;
use crate::report::{self, Format, FormatArgument, Report, Style, Summary};
use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Origin, Sources, clean, describe};
use crate::text::secrets::mask::Mask;

use super::judge::JudgedTarget;
use super::{ExitStatus, Failure, fix, masking};

/// What came of the findings.
pub(super) struct Outcome {
    pub status: ExitStatus,
    pub files: usize,
    pub has_allowlist: bool,
    /// What output must not show.
    pub mask: Mask,
    counts: Summary,
    /// The rules of what was shown.
    rules: BTreeSet<&'static str>,
}

/// Shows the findings in every format that was asked for. `counts` says whose findings decide the exit status.
pub(super) fn report(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
    args: &FindingArgs,
    console: &Console,
    counts: impl Fn(&Entry) -> bool,
) -> Result<Outcome, Failure> {
    let (outcome, written) = try_report(workspace, targets, sources, args, console, counts);
    written.map(|()| outcome)
}

/// The same for a command with more to do, which goes on whether or not the findings could be written.
pub(super) fn try_report(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
    args: &FindingArgs,
    console: &Console,
    counts: impl Fn(&Entry) -> bool,
) -> (Outcome, Result<(), Failure>) {
    let entries = targets.iter().flat_map(|target| &target.judged.entries);
    let uncounted: HashSet<FileId> = entries
        .filter(|entry| !counts(entry))
        .map(|entry| entry.file)
        .collect();
    let files = targets.iter().map(|target| target.files).sum();
    let has_allowlist = targets.iter().all(|target| target.has_allowlist);
    let mask = masking::mask(targets, sources);
    let Settled {
        mut shown,
        suppressed,
    } = settle(workspace, targets, sources);
    fix::keep_offered(workspace, targets, sources, &mut shown);
    for notice in &workspace.notices {
        console.say(notice);
    }
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
    let outcome = Outcome {
        status,
        files,
        has_allowlist,
        mask,
        counts: summary,
        rules,
    };
    let written = write(
        workspace,
        sources,
        args,
        console,
        &outcome.mask,
        shown,
        &outcome.counts,
    );
    (outcome, written)
}

fn write(
    workspace: &Workspace,
    sources: &Sources,
    args: &FindingArgs,
    console: &Console,
    mask: &Mask,
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
            findings: report::locate(findings, sources, workspace.config.max_file_bytes, mask),
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

/// What is left of the findings once the configuration has spoken.
pub(super) struct Settled {
    pub shown: Vec<Finding>,
    /// How many would be shown, were they not ignored.
    pub suppressed: usize,
}

/// Takes the findings out of the targets, and applies ignores and levels to them.
pub(super) fn settle(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
) -> Settled {
    let mut found = Vec::new();
    for target in targets.iter_mut() {
        match found.is_empty() {
            true => found = std::mem::take(&mut target.judged.findings),
            false => found.append(&mut target.judged.findings),
        }
    }
    let ignores = Ignores::new(&workspace.config.ignore, &workspace.root, workspace.today);
    let mut sifted = ignores.sift(found, sources);
    if let Some(path) = &workspace.config_file {
        let file = sources.add(path.clone(), &workspace.working_folder);
        let by_path: Vec<HashMap<&Path, &Entry>> = targets
            .iter()
            .map(|target| by_path(&target.judged.entries, sources))
            .collect();
        let was_judged = |path: &Path, rule: &str| {
            targets.iter().zip(&by_path).any(|(target, by_path)| {
                let entry = by_path.get(path).copied();
                was_judged(workspace, target, sources, path, entry, rule)
            })
        };
        let stale = ignores.stale(&sifted, file, was_judged);
        sifted.left.extend(stale);
    }
    let at_level = |finding: Finding| {
        let severity = workspace.config.level(finding.rule, finding.severity)?;
        Some(finding.severity(severity))
    };
    Settled {
        shown: sifted.left.into_iter().filter_map(at_level).collect(),
        suppressed: sifted.ignored.into_iter().filter_map(at_level).count(),
    }
}

/// How many errors keep the catalog from being compiled; `counts` says of which folders.
pub(super) fn count_errors(
    workspace: &Workspace,
    targets: &mut [JudgedTarget],
    sources: &mut Sources,
    counts: impl Fn(Origin) -> bool,
) -> usize {
    let entries = targets.iter().flat_map(|target| &target.judged.entries);
    let uncounted: HashSet<FileId> = entries
        .filter(|entry| !counts(entry.origin))
        .map(|entry| entry.file)
        .collect();
    let is_counted = |finding: &&Finding| {
        let place = finding.place.as_ref();
        place.is_none_or(|place| !uncounted.contains(&place.file))
    };
    let shown = settle(workspace, targets, sources).shown;
    let errors = shown
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.filter(is_counted).count()
}

fn by_path<'a>(entries: &'a [Entry], sources: &'a Sources) -> HashMap<&'a Path, &'a Entry> {
    let with_path = |entry: &'a Entry| Some((sources.file(entry.file)?.path.as_path(), entry));
    entries.iter().filter_map(with_path).collect()
}

/// Whether a finding of this rule in this file, which is this entry's, would have been seen, had there been one.
fn was_judged(
    workspace: &Workspace,
    target: &JudgedTarget,
    sources: &Sources,
    path: &Path,
    entry: Option<&Entry>,
    rule: &str,
) -> bool {
    let Some(rule) = lint::find(rule) else {
        return false;
    };
    let config = &workspace.config;
    if config.level(rule.id, rule.level).is_none() {
        return false;
    }
    let mut entries = target.judged.entries.iter();
    let has_developers = entries.any(|entry| entry.origin == Origin::CatalogLocal);
    let says_all = |origin| rule.says_all(origin, config.profile, has_developers);
    let has_path = |file: FileId| sources.file(file).is_some_and(|file| file.path == path);
    let Some(entry) = entry else {
        // What lies in a folder that was read whole, and is not among its manifests, is not there any more.
        let folders = &target.target.folders;
        let was_listed = [&folders.catalog, &folders.catalog_local]
            .into_iter()
            .any(|folder| folder.as_deref() == path.parent());
        let is_allowlist = target.allowlist_file.is_some_and(has_path);
        return (is_allowlist && says_all(Origin::Catalog))
            || (was_listed && target.target.selection.names(path));
    };
    let was_read = entry.classification.verdict != Verdict::Undetermined(Undetermined::Unreadable);
    let has_facts = match rule.group {
        Group::Proxy => target.has_allowlist,
        Group::Discovery => {
            let known = &mut target.locks.entries(entry.origin, &entry.id);
            known.next().is_some()
        }
        Group::Reading
        | Group::Identity
        | Group::OAuth
        | Group::Tokens
        | Group::Launch
        | Group::Secrets
        | Group::Suppressions => true,
    };
    was_read && has_facts && says_all(entry.origin) && target.target.selection.names(path)
}

/// Refuses two formats that would be written into each other.
pub(super) fn check_formats(formats: &[FormatArgument]) -> Result<(), Failure> {
    let mut places = BTreeSet::new();
    let Some(twice) = formats
        .iter()
        .find(|argument| !places.insert(argument.path.as_deref().map(clean)))
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
    to: Destination,
}

enum Destination {
    StandardOutput(BufWriter<Out>),
    /// A file, and what is to stand in it.
    File(PathBuf, Vec<u8>),
}

fn outputs(workspace: &Workspace, args: &FindingArgs, console: &Console) -> Vec<Output> {
    const DEFAULT: &[FormatArgument] = &[FormatArgument {
        format: Format::Human,
        path: None,
    }];
    let formats = match args.format.as_slice() {
        [] => DEFAULT,
        formats => formats,
    };
    let output = |argument: &FormatArgument| match &argument.path {
        None => Output {
            format: argument.format,
            style: Style {
                color: console.color(),
                width: console.width(),
            },
            to: Destination::StandardOutput(console.out()),
        },
        Some(path) => Output {
            format: argument.format,
            style: Style {
                color: false,
                width: 100,
            },
            to: Destination::File(workspace.absolute(path), Vec::new()),
        },
    };
    formats.iter().map(output).collect()
}

impl Output {
    fn write(&mut self, report: &Report) -> Result<(), Failure> {
        let (format, style) = (self.format, self.style);
        match &mut self.to {
            Destination::StandardOutput(out) => {
                report::write(format, report, style, out)?;
                out.flush()?;
            }
            Destination::File(_, bytes) => report::write(format, report, style, bytes)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        match self.to {
            Destination::StandardOutput(_) => Ok(()),
            Destination::File(path, bytes) => write_report(path, &bytes),
        }
    }
}

/// Writes a file whole or not at all. What is no file, such as a pipe or `/dev/stdout`, is written to as it is.
fn write_report(path: PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    let is_other = fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file());
    match is_other {
        false => Ok(write::write_file(&path, bytes)?),
        true => fs::write(&path, bytes).map_err(|error| Failure::Unwritable {
            reason: describe(&error),
            path,
        }),
    }
}

impl Outcome {
    /// Whether a finding of this rule was shown.
    pub(super) fn shows(&self, rule: &str) -> bool {
        self.rules.contains(rule)
    }

    /// The run in one line.
    pub(super) fn summary(&self, verb: &str) -> String {
        self.summary_of(&format!("{verb} {}", plural(self.files, "file")))
    }

    /// The run in one line that begins with what was done.
    pub(super) fn summary_of(&self, done: &str) -> String {
        let Summary {
            errors,
            warnings,
            notes,
            suppressed,
            ..
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
        format!("{done}: {found}{suppressed}")
    }
}

/// "1 file", "2 files".
pub(super) fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}

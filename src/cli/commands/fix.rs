//! `check --fix` applies fixes; `check --diff` shows what they would change.

use std::io::Write as _;

use similar::TextDiff;

use crate::catalog::workspace::Workspace;
use crate::cli::args::FixArgs;
use crate::compile::write;
use crate::pipeline::JudgedTarget;
use crate::pipeline::redaction;
use crate::pipeline::repair::{self, ChangedFile};
use crate::source::Sources;
use crate::text::plural::plural;
use crate::text::visible::visible_lines;

use super::{Console, ExitStatus, Failure};

/// Applies the fixes to the files on disk.
pub(super) fn apply(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    sources: &Sources,
    args: &FixArgs,
    console: &Console,
) -> Result<(), Failure> {
    let changed = repair::repair(workspace, targets, sources, args.unsafe_fixes);
    for file in &changed {
        write::write_file(&file.path, file.repaired.text.as_bytes())?;
    }
    console.say(&summary("repaired", &changed));
    Ok(())
}

/// Shows the fixes as a diff.
pub(super) fn show(
    workspace: &Workspace,
    targets: &[JudgedTarget],
    sources: &Sources,
    args: &FixArgs,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let redaction = redaction::redaction(targets, sources);
    let changed = repair::repair(workspace, targets, sources, args.unsafe_fixes);
    let mut out = console.out();
    for file in &changed {
        let diff = TextDiff::from_lines(&file.old, &file.repaired.text);
        let diff = diff.unified_diff().header(&file.name, &file.name).to_string();
        let diff = redaction.apply_to_file(file.file, &file.name, &file.old, &diff);
        out.write_all(visible_lines(&diff).as_bytes())?;
    }
    out.flush()?;
    console.say(&summary("would repair", &changed));
    Ok(if changed.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

fn summary(verb: &str, changed: &[ChangedFile]) -> String {
    let fixes = changed.iter().map(|file| file.repaired.fixes).sum();
    format!("{verb} {} in {}", plural(fixes, "finding"), plural(changed.len(), "file"))
}

//! `diff`: what a change to the catalog means, compared with a commit or a folder.

use crate::cli::args::{DiffArgs, DiffFormat, Gate};
use crate::cli::console::PLAIN;
use crate::cli::findings::write_formats;
use crate::diff::run::BothStates;
use crate::report::diff::{DiffSummary, MOST_BYTES, human, markdown, report};
use crate::report::json_bytes;

use super::{Console, ExitStatus, Failure, no_input, open_workspace};

pub(super) fn run(args: &DiffArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let mut workspace = open_workspace(console)?;
    let options = console.global.workspace(workspace.working_folder.clone());
    let read = || BothStates::read(&args.base.name(), &mut workspace, &options);
    let Some(states) = console.wait_for("comparing the catalogs", read)? else {
        console.say(&no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    };
    if let Some(error) = &states.compile_error {
        let error = error.to_string();
        let error = states.redactor.apply(&error);
        console.say(&format!("the artifacts were not compared: {error}"));
    }
    let report = report(&states);
    write_formats(&args.format, console, |format, is_file| match format {
        DiffFormat::Human => {
            let style = if is_file { PLAIN } else { console.style() };
            Ok(human(&report, style).into_bytes())
        }
        DiffFormat::Json => json_bytes(&report),
        DiffFormat::Markdown => Ok(markdown(&report, MOST_BYTES).into_bytes()),
    })?;
    console.say(&report.in_one_line());
    Ok(passed(report.summary, args.gate))
}

/// The exit status of changes.
pub(super) fn passed(DiffSummary { breaking, review, .. }: DiffSummary, gate: Gate) -> ExitStatus {
    let stopped = match gate {
        Gate::None => 0,
        Gate::Breaking => breaking,
        Gate::Review => breaking + review,
    };
    if stopped == 0 { ExitStatus::Clean } else { ExitStatus::Findings }
}

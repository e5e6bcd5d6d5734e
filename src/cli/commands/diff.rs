//! `diff`: what a change of the catalog means, compared with a commit or a folder.

use std::io::Write as _;

use crate::cli::args::{DiffArgs, DiffFormat, Gate, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::diff::run::BothStates;
use crate::pipeline::failure::Failure;
use crate::report::diff::{DiffReport, DiffSummary, human, markdown, report};
use crate::report::{Style, write_json};

use super::open_workspace;

pub(super) fn run(
    args: &DiffArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let mut workspace = open_workspace(global, console)?;
    let options = global.workspace(workspace.working_folder.clone());
    let Some(states) = BothStates::read(&args.base, &mut workspace, &options)? else {
        console.say(&no_input(&workspace, &[]));
        return Ok(ExitStatus::NoInput);
    };
    if let Some(error) = &states.compile_error {
        let error = error.to_string();
        let error = states.redactor.apply(&error);
        console.say(&format!("the artifacts were not compared: {error}"));
    }
    let report = report(&states);
    write(&report, args.format, console)?;
    console.say(&report.in_one_line());
    Ok(status(report.summary, args.gate))
}

fn write(report: &DiffReport, format: DiffFormat, console: &Console) -> Result<(), Failure> {
    let mut out = console.out();
    match format {
        DiffFormat::Human => {
            let style = Style { color: console.color(), width: console.width() };
            out.write_all(human(report, style).as_bytes())?;
        }
        DiffFormat::Json => write_json(report, &mut out)?,
        DiffFormat::Markdown => out.write_all(markdown(report).as_bytes())?,
    }
    out.flush()?;
    Ok(())
}

fn status(summary: DiffSummary, gate: Option<Gate>) -> ExitStatus {
    let stopped = match gate {
        None => 0,
        Some(Gate::Breaking) => summary.breaking,
        Some(Gate::Review) => summary.breaking + summary.review,
    };
    if stopped == 0 { ExitStatus::Clean } else { ExitStatus::Findings }
}

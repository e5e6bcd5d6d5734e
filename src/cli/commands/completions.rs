//! `completions`: the script that lets a shell complete catproof's commands, options and files.

use std::io::Write as _;

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::pipeline::failure::Failure;

pub(super) fn run(args: &CompletionsArgs, console: &Console) -> Result<ExitStatus, Failure> {
    // Into memory first: the generator panics where its output is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "catproof", &mut script);
    let mut out = console.out();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}

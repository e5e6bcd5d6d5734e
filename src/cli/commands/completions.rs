//! `completions`: the shell completion scripts.

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompletionsArgs};

use super::{Console, ExitStatus, Failure};

pub(super) fn run(args: &CompletionsArgs, console: &Console) -> Result<ExitStatus, Failure> {
    // Into memory first: the generator panics if its output is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "catproof", &mut script);
    console.print(script)?;
    Ok(ExitStatus::Clean)
}

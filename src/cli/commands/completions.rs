//! `completions`: the scripts with which a shell asks the program for what can come next.

use clap_complete::env::Shells;

use crate::cli::COMPLETE;
use crate::cli::args::CompletionsArgs;

use super::{Console, ExitStatus, Failure};

pub(super) fn run(args: &CompletionsArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells
        .completer(&args.shell.to_string())
        .ok_or_else(|| Failure::usage(format!("`{}` has no completions", args.shell)))?;
    shell.write_registration(COMPLETE, "catproof", "catproof", "catproof", &mut script)?;
    console.print(script)?;
    Ok(ExitStatus::Clean)
}

//! The command line: the clap types, the terminal, and one file per command.

pub(crate) mod args;
mod candidates;
pub(crate) mod captured;
pub(crate) mod commands;
pub(crate) mod console;
pub(crate) mod exit_status;
mod findings;
pub(crate) mod published_schemas;
pub mod testing;
mod waiting;
mod watcher;

use std::borrow::Cow;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser as _};
use clap_complete::CompleteEnv;

use crate::text::secrets::redactor::Redactor;

use args::Cli;
use console::Console;
use exit_status::ExitStatus;

/// The variable by which a completion script asks the program; the library's own name is too common.
const COMPLETE: &str = "CATPROOF_COMPLETE";

/// Runs the command line of the process.
pub fn run() -> ExitStatus {
    // Ends the process if the shell asks for completions.
    CompleteEnv::with_factory(Cli::command).var(COMPLETE).complete();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => match masked(&error) {
            Some(text) => {
                // Nobody can be told that standard error is closed.
                let _ = std::io::stderr().write_all(text.as_bytes());
                return ExitStatus::Failed;
            }
            None => error.exit(),
        },
    };
    commands::run(&cli.command, &Console::of_process(&cli.global))
}

/// The text of a usage error that would repeat a credential, masked; `None` for any other error.
fn masked(error: &clap::Error) -> Option<String> {
    let text = error.render().to_string();
    match Redactor::default().apply(&text) {
        Cow::Owned(masked) if error.use_stderr() => Some(masked),
        _ => None,
    }
}

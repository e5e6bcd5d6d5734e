//! The command line: the types for clap, the terminal, and one file a command.

pub(crate) mod args;
pub(crate) mod captured;
pub(crate) mod commands;
pub(crate) mod console;
pub(crate) mod exit_status;
mod findings;
mod network;
mod no_input;
pub(crate) mod published_schemas;
pub mod testing;
mod watcher;

use clap::Parser as _;

use args::Cli;
use console::Console;
use exit_status::ExitStatus;

/// Runs the command line of the process.
pub fn run() -> ExitStatus {
    let cli = Cli::parse();
    commands::run(&cli, &Console::of_process(&cli.global))
}

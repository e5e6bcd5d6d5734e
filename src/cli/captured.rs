//! The command line, run in the process that calls: for tests, which would start hundreds of processes otherwise.

use std::io::Write as _;
use std::path::Path;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::Cli;
use super::commands;
use super::console::{Captured, Console, DEFAULT_WIDTH};

/// What a process would have given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs the command line in a folder, which is absolute: without colour, 100 columns wide, with empty standard input.
/// The arguments are those behind the program's name.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    let words = [&["catproof"], arguments].concat();
    let command = Cli::command().term_width(DEFAULT_WIDTH);
    let parsed =
        command.try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let code = match parsed {
        Ok(cli) => {
            let console = Console::captured(&cli.global, folder, stdout.clone(), stderr.clone());
            i32::from(commands::run(&cli, &console).code())
        }
        Err(error) => {
            let mut to = if error.use_stderr() { &stderr } else { &stdout }.clone();
            // Writing to memory cannot fail.
            let _ = match super::masked(&error) {
                Some(text) => to.write_all(text.as_bytes()),
                None => write!(to, "{}", error.render()),
            };
            error.exit_code()
        }
    };
    Output { code, stdout: stdout.take(), stderr: stderr.take() }
}

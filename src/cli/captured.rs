//! The command line, run in the calling process: tests would otherwise start hundreds of processes.

use std::io::Write as _;
use std::path::Path;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::Cli;
use super::commands;
use super::console::{Captured, Console, DEFAULT_WIDTH};

/// What the process would have output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedOutput {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs the arguments (without the program's name) in an absolute folder: without colour, 100 columns wide, with empty
/// standard input.
pub fn run(folder: &Path, arguments: &[&str]) -> CapturedOutput {
    let words = [&["catproof"], arguments].concat();
    let command = Cli::command().term_width(DEFAULT_WIDTH);
    let parsed =
        command.try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let code = match parsed {
        Ok(cli) => {
            let console = Console::captured(&cli.global, folder, stdout.clone(), stderr.clone());
            commands::run(&cli.command, &console) as i32
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
    CapturedOutput { code, stdout: stdout.take(), stderr: stderr.take() }
}

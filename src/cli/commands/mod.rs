//! One file a subcommand, and what they share: the exit status, and why a job could not be done.

mod base;
mod build;
mod check;
mod completions;
mod diff;
mod diff_report;
mod env;
mod explain;
mod export;
mod findings;
mod fix;
mod judge;
mod launch_specs;
mod list;
mod lock_files;
mod man;
mod masking;
mod new;
mod new_online;
mod probe;
mod probing;
mod proxy;
pub mod rules;
mod running_proxy;
mod schema;
mod simulate;

use std::path::PathBuf;
use std::process::{ExitCode, Termination};

use crate::catalog::workspace::{Workspace, WorkspaceError};
use crate::cli::args::{Cli, Command, Global};
use crate::cli::console::Console;
use crate::compile::emit;
use crate::compile::write;
use crate::discovery::client::NetworkError;
use crate::discovery::record::RecordError;
use crate::lint;
use crate::runtime::proxy::ProxyError;

pub use rules::readme_table;

/// What the process reports; the same for every command and output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    Clean,
    /// Findings at or above `--fail-on`, or drift.
    Findings,
    /// The job could not be done: usage, configuration, I/O.
    Failed,
    /// No input matched.
    NoInput,
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

impl ExitStatus {
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::NoInput => 3,
        }
    }
}

/// Why a job could not be done. Bad input is none of these: it is a finding.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("{message}")]
    Usage {
        message: String,
        help: Option<String>,
    },
    #[error("`{}` cannot be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` cannot be written: {reason}", .path.display())]
    Unwritable { path: PathBuf, reason: String },
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Recordings(#[from] RecordError),
    #[error("interrupted: nothing was written")]
    Interrupted,
    #[error("the proxy at `{url}` cannot be compared with: {reason}")]
    Proxy { url: String, reason: String },
    #[error(transparent)]
    Serve(#[from] ProxyError),
    #[error(transparent)]
    Template(#[from] emit::Error),
    #[error(transparent)]
    Write(#[from] write::Error),
    /// Standard output; a pipe that was closed is no failure.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: None,
        }
    }
}

/// The workspace that the options and the working folder mean.
fn open_workspace(global: &Global, console: &Console) -> Result<Workspace, Failure> {
    let options = global.workspace(console.working_folder()?);
    Ok(Workspace::open(&options, &lint::rule_ids())?)
}

/// Runs the command and says on standard error why it failed, if it did.
pub fn run(cli: &Cli, console: &Console) -> ExitStatus {
    let result = match &cli.command {
        Command::Check(args) => check::run(args, &cli.global, console),
        Command::Build(args) => build::run(args, &cli.global, console),
        Command::List(args) => list::run(args, &cli.global, console),
        Command::Diff(args) => diff::run(args, &cli.global, console),
        Command::Explain(args) => explain::run(args, &cli.global, console),
        Command::Env(args) => env::run(args, &cli.global, console),
        Command::Probe(args) => probe::run(args, &cli.global, console),
        Command::New(args) => new::run(args, &cli.global, console),
        Command::Schema(args) => schema::run(args, console),
        Command::Rules(args) => rules::run(args, console),
        Command::Proxy(args) => proxy::run(args, &cli.global, console),
        Command::Simulate(args) => simulate::run(args, &cli.global, console),
        Command::Completions(args) => completions::run(args, console),
        Command::Man(args) => man::run(args, console),
        Command::Export(args) => export::run(args, &cli.global, console),
    };
    match result {
        Ok(status) => status,
        Err(failure) => {
            console.fail(&failure);
            ExitStatus::Failed
        }
    }
}

//! One file a subcommand.

mod build;
mod check;
mod completions;
mod diff;
mod env;
mod explain;
mod export;
mod fix;
mod list;
mod man;
mod new;
mod new_online;
mod probe;
mod proxy;
pub(crate) mod rules;
mod schema;
mod simulate;

use crate::catalog::workspace::Workspace;
use crate::cli::args::{Cli, Command, FindingArgs, Global};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::findings;
use crate::pipeline::failure::Failure;
use crate::pipeline::open;

pub use rules::readme_table;

/// The workspace that the options and the working folder mean.
fn open_workspace(global: &Global, console: &Console) -> Result<Workspace, Failure> {
    open::open(&global.workspace(console.working_folder()?))
}

/// The same, with the options that every command with findings has.
fn open_to_judge(
    global: &Global,
    args: &FindingArgs,
    console: &Console,
) -> Result<Workspace, Failure> {
    findings::check_formats(&args.format)?;
    open::open_to_judge(&global.workspace(console.working_folder()?), &args.judging())
}

/// Runs the command and says on standard error why it failed, if it did.
pub(crate) fn run(cli: &Cli, console: &Console) -> ExitStatus {
    let result = match &cli.command {
        Command::Check(args) => check::run(args, &cli.global, console),
        Command::Build(args) => build::run(args, &cli.global, console),
        Command::List(args) => list::run(args, &cli.global, console),
        Command::Diff(args) => diff::run(args, &cli.global, console),
        Command::Explain(args) => explain::run(args, &cli.global, console),
        Command::Env(args) => env::run(args, &cli.global, console),
        Command::Probe(args) => probe::run(args, &cli.global, console),
        Command::New(args) if args.online => new_online::run(args, &cli.global, console),
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

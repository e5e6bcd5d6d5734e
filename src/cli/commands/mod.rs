//! One file per subcommand.

mod build;
mod check;
mod completions;
mod diff;
mod env;
mod explain;
mod export;
mod fix;
mod gate;
mod list;
mod man;
mod new;
mod new_online;
mod new_questions;
mod probe;
mod proxy;
pub(crate) mod rules;
mod schema;
mod simulate;

use std::path::{Path, PathBuf};

use crate::catalog::workspace::Workspace;
use crate::cli::args::{Command, FindingArgs};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::findings;
use crate::compile::plan::ServerLaunch;
use crate::pipeline::failure::Failure;
use crate::pipeline::launch_specs::{self, LaunchSource};
use crate::pipeline::open;

pub use rules::readme_table;

/// The workspace of the working folder and the global options.
fn open_workspace(console: &Console) -> Result<Workspace, Failure> {
    let workspace = open::open(&console.global.workspace(console.working_folder()?))?;
    say_found(&workspace, console);
    Ok(workspace)
}

/// Says what was found without being named, and with `--verbose` all that is in force.
fn say_found(workspace: &Workspace, console: &Console) {
    if let Some(found) = &workspace.found {
        console.say(found);
    }
    if console.global.verbose {
        for line in workspace.settings() {
            console.say(&line);
        }
    }
}

/// The same, with the options of every command that shows findings.
fn open_to_judge(args: &FindingArgs, console: &Console) -> Result<Workspace, Failure> {
    findings::check_formats(&args.format)?;
    let options = console.global.workspace(console.working_folder()?);
    let workspace = open::open_to_judge(&options, &args.judging())?;
    say_found(&workspace, console);
    Ok(workspace)
}

/// Why there is nothing to work on.
fn no_input(workspace: &Workspace, paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        let config = &workspace.config;
        return format!(
            "no server JSON files in `{}` or `{}`: name a folder, or run catproof where the catalog is",
            config.catalog, config.catalog_local
        );
    }
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    format!("no server JSON files in {}", names.join(", "))
}

/// The launch specs of these servers, from the artifacts in a folder or else from the catalogs at these paths. `None`
/// if there is no manifest, after saying so.
fn read_launch_specs(
    ids: &[String],
    artifacts: Option<&Path>,
    paths: &[PathBuf],
    console: &Console,
) -> Result<Option<Vec<ServerLaunch>>, Failure> {
    let from = artifacts.map_or(LaunchSource::Catalog(paths), LaunchSource::Artifacts);
    let workspace = open_workspace(console)?;
    let no_input = no_input(&workspace, paths);
    let read = || launch_specs::read(ids, from, workspace);
    let launches = console.wait_for("reading the catalog", read)?;
    if launches.is_none() {
        console.say(&no_input);
    }
    Ok(launches)
}

/// Runs a command, and reports on standard error why it failed.
pub(crate) fn run(command: &Command, console: &Console) -> ExitStatus {
    let result = match command {
        Command::Check(args) => check::run(args, console),
        Command::Build(args) => build::run(args, console),
        Command::Gate(args) => gate::run(args, console),
        Command::List(args) => list::run(args, console),
        Command::Diff(args) => diff::run(args, console),
        Command::Explain(args) => explain::run(args, console),
        Command::Env(args) => env::run(args, console),
        Command::Probe(args) => probe::run(args, console),
        Command::New(args) if args.online => new_online::run(args, console),
        Command::New(args) => new::run(args, console),
        Command::Schema(args) => schema::run(args, console),
        Command::Rules(args) => rules::run(args, console),
        Command::Proxy(args) => proxy::run(args, console),
        Command::Simulate(args) => simulate::run(args, console),
        Command::Completions(args) => completions::run(args, console),
        Command::Man(args) => man::run(args, console),
        Command::Export(args) => export::run(args, console),
    };
    result.unwrap_or_else(|failure| {
        console.fail(&failure);
        ExitStatus::Failed
    })
}

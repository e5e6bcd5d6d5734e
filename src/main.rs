//! Runs the command line and hands its exit status to the system.

use catproof::cli::args::Cli;
use catproof::cli::commands;
use catproof::cli::console::Console;
use catproof::cli::exit_status::ExitStatus;
use clap::Parser as _;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitStatus {
    let cli = Cli::parse();
    commands::run(&cli, &Console::of_process(&cli.global))
}

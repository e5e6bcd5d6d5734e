//! Runs the command line and hands its exit status to the system.

use catproof::cli::args::Cli;
use catproof::cli::commands::{self, ExitStatus};
use clap::Parser as _;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitStatus {
    commands::run(&Cli::parse())
}

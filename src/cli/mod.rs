//! The command line: the types for clap, the terminal, and one file a command.

pub mod args;
pub mod captured;
pub mod commands;
pub mod console;
pub mod exit_status;
mod findings;
mod network;
mod no_input;
pub mod published_schemas;
mod watcher;

pub use args::Cli;

//! The command line: the types for clap, the terminal, and one file a command.

pub mod args;
pub mod captured;
pub mod commands;
pub mod console;

pub use args::Cli;

//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.
//!
//! A run is a line of stages, written as one function in `pipeline`:
//!
//! ```text
//! load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write
//! ```
//!
//! The twelve modules below are the crate's layers, called its rooms: each uses only those above it.

// Not in `Cargo.toml`, where it would also apply to the test crates, whose `pub` items are all unreachable.
#![warn(unreachable_pub)]

mod text;

mod source;

mod manifest;

mod discovery;

mod catalog;

mod compile;

mod lint;

mod pipeline;

mod diff;

mod report;

mod runtime;

mod cli;

pub use cli::exit_status::ExitStatus;
pub use cli::{run, testing};

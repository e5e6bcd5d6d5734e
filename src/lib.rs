//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.
//!
//! The line, which [`pipeline`] reads like:
//!
//! ```text
//! load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write
//! ```
//!
//! The twelve rooms below stand in the order in which they may use each other: each uses only those above it.

// Here and not in `Cargo.toml`: in a test, nothing is reachable from outside.
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

//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.
//!
//! The line, which [`pipeline`] reads like:
//!
//! ```text
//! load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write
//! ```
//!
//! The twelve rooms below stand in the order in which they may use each other: each uses only those above it.

pub mod text;

pub mod source;

pub mod manifest;

pub mod discovery;

pub mod catalog;

pub mod compile;

pub mod lint;

pub mod pipeline;

pub mod diff;

pub mod report;

pub mod runtime;

pub mod cli;

//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.
//!
//! The line, and the rooms in its order:
//!
//! ```text
//! load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write
//! ```

pub mod finding;
pub mod source;

pub mod violations;

pub mod config;

pub mod model;
pub mod parse;
pub mod suggest;
pub mod validate;

pub mod credential;
pub mod entry;
pub mod env_name;
pub mod hosts;
pub mod launch_line;
pub mod oauth;
pub mod pin;
pub mod placeholder;

pub mod draft;
pub mod probe;

pub mod allowlist;
pub mod lint;

pub mod plan;

pub mod compile;
pub mod dotenv;
pub mod emit;
pub mod write;

pub mod diff;
pub mod export;
pub mod proxy;
pub mod simulate;

pub mod schema;

pub mod pipeline;

pub mod ignores;

pub mod baseline;
pub mod fix;

pub mod env_check;

pub mod edit;
pub mod report;

pub mod workspace;

pub mod cli;
pub mod commands;
pub mod console;

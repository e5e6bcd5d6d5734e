//! catproof: a declarative catalog compiler and validator for MCP servers that use OAuth.
//!
//! The line, which [`pipeline`] reads like:
//!
//! ```text
//! load -> parse -> validate -> classify -> [probe] -> lint -> compile -> emit -> write
//! ```
//!
//! The rooms below stand in its order:
//!
//! - what everything speaks of: [`finding`] and its places in a [`source`], what breaks a schema ([`violations`]), the
//!   configuration ([`config`]), characters that nobody sees ([`hidden`]), the nearest word ([`suggest`]);
//! - a text becomes a manifest: [`parse`], then [`validate`] against the types of [`model`] and their [`schema`];
//! - a manifest becomes an entry: its OAuth type ([`oauth`]), its secrets ([`credential`], [`secret_search`],
//!   [`literal_argument`]), hosts, environment and command line ([`hosts`], [`env_name`], [`launch_line`], [`pin`],
//!   [`placeholder`]), together in [`entry`];
//! - what the providers publish: [`probe`], and a new manifest from it ([`draft`]);
//! - what is wrong: [`lint`], with the proxy's [`allowlist`];
//! - what is written: [`compile`] makes the [`plan`], [`emit`] makes it text ([`dotenv`]), [`write`](mod@write) puts it on
//!   the disk;
//! - who reads it: [`proxy`], [`simulate`], [`export`], and [`diff`] between two states;
//! - what is shown: [`ignores`], [`baseline`], [`fix`] with its edits ([`edit`]), [`env_check`], and [`report`];
//! - who is asked to: [`cli`], [`workspace`], [`commands`], [`console`].

pub mod finding;
pub mod hidden;
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
pub mod literal_argument;
pub mod oauth;
pub mod pin;
pub mod placeholder;
pub mod secret_search;

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

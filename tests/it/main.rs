//! One binary; its modules are named after the rooms of `src/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on standard error what it skips"
)]

mod catalog;
mod support;

mod action;
mod baseline;
mod battery;
mod checkout;
mod cli;
mod commands_online;
mod compile;
mod completions;
mod config;
mod corpus;
mod diff;
mod dotenv;
mod emit;
mod env;
mod export;
mod fix;
mod foreign;
mod gate;
mod guide;
mod house;
mod leaks;
mod list;
mod man;
mod new;
mod oauth;
mod pre_commit;
mod precedence;
mod probe;
mod properties;
mod providers;
mod providers_js;
mod proxy;
mod proxy_command;
mod pull_request;
mod repair;
mod report;
mod rules;
mod secrets;
mod selection;
mod shadow;
mod simulate;
mod write;

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

mod baseline;
mod commands_online;
mod compile;
mod config;
mod corpus;
mod dotenv;
mod emit;
mod env;
mod fix;
mod guide;
mod house;
mod json_suite;
mod new;
mod oauth;
mod probe;
mod properties;
mod providers_js;
mod proxy;
mod proxy_command;
mod pull_request;
mod report;
mod rules;
mod secrets;
mod shadow;
mod simulate;
mod write;

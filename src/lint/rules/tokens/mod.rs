//! How the token reaches a local server: in an environment variable, or in a file of its container.

pub(crate) mod colliding_inject_path;
pub(crate) mod inject_file_without_token;
pub(crate) mod invalid_token_env_name;
pub(crate) mod overwritten_token_env;
pub(crate) mod relative_inject_path;
pub(crate) mod unknown_inject_placeholder;
pub(crate) mod unquoted_token_in_json;

use crate::lint::{Group, Rule};

const DEFAULTS: Rule = Rule { group: Group::Tokens, ..Rule::DEFAULTS };

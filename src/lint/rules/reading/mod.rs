//! Whether a file can be read as a manifest. The stages before the rules find most of these problems.

pub(crate) mod byte_order_mark;
pub(crate) mod duplicate_key;
pub(crate) mod invalid_json;
pub(crate) mod legacy_manifest;
pub(crate) mod missing_metadata;
pub(crate) mod missing_name;
pub(crate) mod missing_server;
pub(crate) mod not_a_server_file;
pub(crate) mod schema_violation;
pub(crate) mod unknown_key;
pub(crate) mod unreadable_file;

use crate::lint::{Group, Rule};

const DEFAULTS: Rule = Rule { group: Group::Reading, ..Rule::DEFAULTS };

//! Text without knowledge of catalogs: hidden characters, hosts, environment variable names, dotenv, placeholders, launch
//! lines, loader variables, pinned versions, server ids, the nearest word, days, secrets; and the profile, which every
//! other room needs.

pub(crate) mod day;
pub(crate) mod dotenv;
pub(crate) mod env_name;
pub(crate) mod hidden;
pub(crate) mod hosts;
pub(crate) mod launch_line;
pub(crate) mod loader_variables;
pub(crate) mod pin;
pub(crate) mod placeholder;
pub(crate) mod plural;
pub(crate) mod profile;
pub(crate) mod secrets;
pub(crate) mod server_id;
pub(crate) mod suggest;
pub(crate) mod visible;

//! How the token reaches a local server: in an environment variable, or in a file of its container.

pub mod colliding_inject_path;
pub mod inject_file_without_token;
pub mod invalid_token_env_name;
pub mod overwritten_token_env;
pub mod relative_inject_path;
pub mod unknown_inject_placeholder;
pub mod unquoted_token_in_json;

//! The battery: what broken and hostile input does to the program. Every group says how many cases it was given, and
//! on which oracles it rests; what runs over the shared corpora says so where they are not there.

mod encodings;
mod file_names;
mod file_system;
mod hostile;
mod injection;
mod json_suite;
#[cfg(unix)]
mod killed;
mod limits;
mod oracles;
mod outputs;
mod redirects;
mod strings;

use serde_json::{Value, json};

use crate::support::merge;

/// Says what a group was given.
fn told(group: &str, counts: impl std::fmt::Display) {
    eprintln!("battery: {group} {counts}");
}

/// A sound server of type 1 with a launch spec, a secret and an allowed host of its own, patched.
pub fn server(id: &str, patch: &Value) -> Value {
    let mut server = json!({
        "name": id,
        "display_name": "Acme",
        "description": "Notes: read and write them",
        "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] },
        "oauth_config": {
            "server_url": "https://acme.example/oauth/authorize",
            "token_endpoint": "https://acme.example/oauth/token",
            "generic_oauth": true,
            "access_token_env_var": "ACME_TOKEN",
            "client_id": "4711.acme-desktop",
            "client_secret": "REDACTED",
            "requires_proxy": true,
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
            "scopes": ["notes"]
        }
    });
    merge(&mut server, patch);
    server
}

//! The three facts that decide a server's OAuth type, each with the place that shows it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::model::{Manifest, ServerKind};

use super::{Registration, registration};

/// One of the three questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fact {
    /// Is the server reached at a URL?
    Remote,
    /// Does it use plain OAuth 2.0?
    Generic,
    /// Was a client id issued beforehand?
    Client,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub fact: Fact,
    pub value: bool,
    /// What decided it; `None` where it was decided by what is absent.
    pub pointer: Option<&'static str>,
    /// Why, in a few words.
    pub because: &'static str,
}

impl Evidence {
    fn shown(fact: Fact, value: bool, pointer: &'static str, because: &'static str) -> Self {
        Self { fact, value, pointer: Some(pointer), because }
    }

    fn absent(fact: Fact, because: &'static str) -> Self {
        Self { fact, value: false, pointer: None, because }
    }
}

pub(super) fn remote(manifest: &Manifest) -> Evidence {
    let server = &manifest.server;
    if server.kind == Some(ServerKind::Remote) {
        Evidence::shown(Fact::Remote, true, "/server/type", "`server.type` is `remote`")
    } else if server.url.is_some() {
        Evidence::shown(Fact::Remote, true, "/server/url", "`server.url` is given")
    } else if manifest.remote_url.is_some() {
        Evidence::shown(Fact::Remote, true, "/remote_url", "`remote_url` is given")
    } else if server.command.as_deref() == Some("remote") {
        Evidence::shown(Fact::Remote, true, "/server/command", "`server.command` is `remote`")
    } else if server.kind == Some(ServerKind::Local) {
        Evidence::shown(Fact::Remote, false, "/server/type", "`server.type` is `local`")
    } else {
        Evidence::absent(Fact::Remote, "no URL, and neither type nor command says `remote`")
    }
}

pub(super) fn generic(manifest: &Manifest) -> Evidence {
    let Some(oauth) = &manifest.oauth_config else {
        return Evidence::absent(Fact::Generic, "there is no `oauth_config`");
    };
    match oauth.generic_oauth {
        Some(value) => Evidence::shown(
            Fact::Generic,
            value,
            "/oauth_config/generic_oauth",
            if value { "`generic_oauth` is true" } else { "`generic_oauth` is false" },
        ),
        None => Evidence::absent(Fact::Generic, "`generic_oauth` is not set"),
    }
}

pub(super) fn client(manifest: &Manifest) -> Evidence {
    let Some(oauth) = &manifest.oauth_config else {
        return Evidence::absent(Fact::Client, "there is no `oauth_config`");
    };
    let pointer = "/oauth_config/client_id";
    match (&oauth.client_id, registration(oauth)) {
        (None, _) => Evidence::absent(Fact::Client, "there is no `client_id`"),
        (Some(_), Registration::Static) => {
            Evidence::shown(Fact::Client, true, pointer, "`client_id` is given")
        }
        (Some(_), Registration::Dynamic) => {
            Evidence::shown(Fact::Client, false, pointer, "`client_id` is empty")
        }
        (Some(_), Registration::ClientMetadata) => Evidence::shown(
            Fact::Client,
            false,
            pointer,
            "`client_id` is the URL of a client id metadata document",
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn where_a_server_is_was_decided_at_the_first_place_that_says_it() {
        let remote_of = |mut manifest: Value| {
            manifest["name"] = json!("acme__mcp");
            remote(&serde_json::from_value(manifest).unwrap())
        };
        for (manifest, value, pointer) in [
            (
                json!({ "server": { "type": "remote", "url": "https://acme.example" } }),
                true,
                Some("/server/type"),
            ),
            (
                json!({ "server": { "type": "local", "url": "https://acme.example" } }),
                true,
                Some("/server/url"),
            ),
            (
                json!({ "server": {}, "remote_url": "https://acme.example" }),
                true,
                Some("/remote_url"),
            ),
            (json!({ "server": { "command": "remote" } }), true, Some("/server/command")),
            (
                json!({ "server": { "type": "local", "command": "npx" } }),
                false,
                Some("/server/type"),
            ),
            (json!({ "server": { "command": "npx" } }), false, None),
        ] {
            let evidence = remote_of(manifest.clone());
            assert_eq!((evidence.value, evidence.pointer), (value, pointer), "{manifest}");
        }
    }
}

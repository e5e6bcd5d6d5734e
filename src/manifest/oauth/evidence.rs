//! The three facts that decide a server's OAuth type, each with the place that proves it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::model::{Manifest, ServerKind};

use super::{Registration, registration};

/// One of the three yes-or-no questions.
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
    /// The value that decided it; `None` if the absence of one did.
    pub pointer: Option<&'static str>,
    /// The reason, in a few words.
    pub because: &'static str,
}

pub(super) fn remote(manifest: &Manifest) -> Evidence {
    let server = &manifest.server;
    let (value, pointer, because) = if server.kind == Some(ServerKind::Remote) {
        (true, Some("/server/type"), "`server.type` is `remote`")
    } else if server.url.is_some() {
        (true, Some("/server/url"), "`server.url` is given")
    } else if manifest.remote_url.is_some() {
        (true, Some("/remote_url"), "`remote_url` is given")
    } else if server.command.as_deref() == Some("remote") {
        (true, Some("/server/command"), "`server.command` is `remote`")
    } else if server.kind == Some(ServerKind::Local) {
        (false, Some("/server/type"), "`server.type` is `local`")
    } else {
        (false, None, "there is no URL, and neither `server.type` nor `server.command` is `remote`")
    };
    Evidence { fact: Fact::Remote, value, pointer, because }
}

pub(super) fn generic(manifest: &Manifest) -> Evidence {
    let pointer = Some("/oauth_config/generic_oauth");
    let (value, pointer, because) =
        match manifest.oauth_config.as_ref().map(|oauth| oauth.generic_oauth) {
            None => (false, None, "there is no `oauth_config`"),
            Some(None) => (false, None, "`generic_oauth` is not set"),
            Some(Some(true)) => (true, pointer, "`generic_oauth` is true"),
            Some(Some(false)) => (false, pointer, "`generic_oauth` is false"),
        };
    Evidence { fact: Fact::Generic, value, pointer, because }
}

pub(super) fn client(manifest: &Manifest) -> Evidence {
    let pointer = Some("/oauth_config/client_id");
    let (value, pointer, because) = match &manifest.oauth_config {
        None => (false, None, "there is no `oauth_config`"),
        Some(oauth) if oauth.client_id.is_none() => (false, None, "there is no `client_id`"),
        Some(oauth) => match registration(oauth) {
            Registration::Static => (true, pointer, "`client_id` is given"),
            Registration::Dynamic => (false, pointer, "`client_id` is empty"),
            Registration::ClientMetadata => {
                (false, pointer, "`client_id` is the URL of a client id metadata document")
            }
        },
    };
    Evidence { fact: Fact::Client, value, pointer, because }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_sign_decides_whether_a_server_is_remote() {
        let url = "https://acme.example";
        for (server, remote_url, value, pointer) in [
            (json!({ "type": "remote", "url": url }), None, true, Some("/server/type")),
            (json!({ "type": "local", "url": url }), None, true, Some("/server/url")),
            (json!({}), Some(url), true, Some("/remote_url")),
            (json!({ "command": "remote" }), None, true, Some("/server/command")),
            (json!({ "type": "local", "command": "npx" }), None, false, Some("/server/type")),
            (json!({ "command": "npx" }), None, false, None),
        ] {
            let manifest = json!({ "name": "acme", "server": server, "remote_url": remote_url });
            let evidence = remote(&serde_json::from_value(manifest).unwrap());
            assert_eq!((evidence.value, evidence.pointer), (value, pointer), "{server}");
        }
    }
}

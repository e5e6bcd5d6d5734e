//! `server`: how the server is run, or where it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Whether the server runs on the user's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServerKind {
    /// Started on the user's machine, from `command` or `docker_image`.
    Local,
    /// Reached at `url`.
    Remote,
}

/// How the server is run, or where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Server {
    /// Whether the server is started here or reached at a URL. The guide's dialect says `command: "remote"` instead.
    #[serde(rename = "type")]
    pub kind: Option<ServerKind>,
    /// The program to run, or `remote` for a server that has a `remote_url`.
    #[schemars(example = &"npx", example = &"uvx", example = &"docker", example = &"remote")]
    pub command: Option<String>,
    /// The arguments; `${user_config.KEY}` stands for what the user answered.
    pub args: Option<Vec<String>>,
    /// The environment variables, with the same placeholders.
    pub env: Option<BTreeMap<String, String>>,
    /// Files to put into the container once the user has logged in, by absolute path;
    /// `${access_token}`, `${refresh_token}` and `${expires_in}` stand for the provider's token response.
    pub inject_file: Option<BTreeMap<String, String>>,
    /// The container image to run the command in.
    pub docker_image: Option<String>,
    /// The service account that the container runs as, in a cluster.
    pub service_account: Option<String>,
    /// Steps to take with the user before the server works.
    pub setup: Option<Vec<SetupStep>>,
    /// Where a remote server is.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    #[schemars(example = &"https://mcp.linear.app/mcp")]
    pub url: Option<String>,
    /// Where a remote server is documented.
    pub docs_url: Option<String>,
}

/// One step of the set-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SetupStep {
    /// The kind of step.
    #[serde(rename = "type")]
    #[schemars(example = &"log-monitor")]
    pub kind: String,
    /// The provider that it concerns.
    #[schemars(example = &"whatsapp")]
    pub provider: Option<String>,
}

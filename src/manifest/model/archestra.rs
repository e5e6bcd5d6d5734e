//! `archestra_config`: what the desktop app needs to know.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What the desktop app needs to know about the server.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ArchestraConfig {
    /// Ways to run the server that its documentation names, by name. Documentation: nothing is run from here.
    pub client_config_permutations: Option<BTreeMap<String, ClientConfig>>,
    /// Whether the server needs an OAuth login, and whose.
    pub oauth: Option<OAuthRequirement>,
    /// Whether the server is known to work in the desktop app.
    pub works_in_archestra: Option<bool>,
    /// A login in a browser window of the app instead of by OAuth.
    pub browser_based: Option<BrowserBased>,
}

/// Whether the server needs an OAuth login, and whose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OAuthRequirement {
    /// The provider, where the app has its own handling of it.
    #[schemars(example = &"google", example = &"slack")]
    pub provider: Option<String>,
    /// Whether the server is useless without a login.
    pub required: Option<bool>,
}

/// A login in a browser window of the app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BrowserBased {
    /// Whose login page is shown.
    #[schemars(example = &"slack-browser")]
    pub provider: Option<String>,
    /// Whether the server is useless without it.
    pub required: Option<bool>,
}

/// One way to run the server, as a client's configuration writes it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
pub struct ClientConfig {
    /// The program to run.
    pub command: Option<String>,
    /// Its arguments.
    pub args: Option<Vec<String>>,
    /// Its environment variables.
    pub env: Option<BTreeMap<String, String>>,
    /// The container image to run it in.
    pub docker_image: Option<String>,
}

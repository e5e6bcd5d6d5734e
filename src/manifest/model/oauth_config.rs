//! `oauth_config`: how the user logs in.

use schemars::JsonSchema;
use serde::Deserialize;

use super::integer;

/// How the user logs in. Three facts make it one of four types: whether the server is remote, whether
/// `generic_oauth` is set, and whether there is a static `client_id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OAuthConfig {
    /// The name of this login, as people see it.
    pub name: Option<String>,
    /// Type 1: the authorization endpoint. Type 2: the issuer. Types 3 and 4: the remote URL, as the `resource`
    /// that a token is requested for (RFC 8707).
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    pub server_url: Option<String>,
    /// The authorization server, where it differs from `server_url`.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    pub auth_server_url: Option<String>,
    /// Where the protected resource metadata is (RFC 9728).
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    pub resource_metadata_url: Option<String>,
    /// The client id that the provider issued; empty where the client registers itself (type 4); an https URL is a
    /// client id metadata document.
    pub client_id: Option<String>,
    /// Always exactly `REDACTED`, with `requires_proxy: true`: the proxy injects the real secret.
    #[schemars(example = &"REDACTED")]
    pub client_secret: Option<String>,
    /// Where the provider sends the user after the login. The first is used, unless one is on the origin of the configured
    /// proxy.
    #[schemars(example = ["http://localhost:8080/oauth/callback"])]
    pub redirect_uris: Option<Vec<String>>,
    /// The scopes to request. Empty: those that the server's own metadata lists.
    pub scopes: Option<Vec<String>>,
    /// The scopes to fall back to; by default `scopes`.
    pub default_scopes: Option<Vec<String>>,
    /// What this login is for.
    pub description: Option<String>,
    /// The metadata document of the provider (RFC 8414 or OpenID Connect Discovery), for type 2.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    #[schemars(example = &"https://accounts.google.com/.well-known/openid-configuration")]
    pub well_known_url: Option<String>,
    /// Whether the scopes and endpoints may be discovered from metadata; by default only for remote servers.
    pub supports_resource_metadata: Option<bool>,
    /// Type 1: plain OAuth 2.0, without the MCP authorization flow.
    pub generic_oauth: Option<bool>,
    /// Type 1: the token endpoint, where the proxy exchanges the code.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    pub token_endpoint: Option<String>,
    /// The environment variable that the access token is put into when the server starts.
    #[schemars(example = &"SLACK_MCP_XOXP_TOKEN")]
    pub access_token_env_var: Option<String>,
    /// Whether the token exchange goes through the OAuth proxy, which injects the client secret.
    pub requires_proxy: Option<bool>,
    /// The provider's name, where the app has its own handling of it.
    pub provider_name: Option<String>,
    /// Whether the login happens in a browser window of the app instead of by OAuth.
    pub browser_auth: Option<bool>,
    /// Where a local server offers streamable HTTP instead of standard input and output.
    #[schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"))]
    #[schemars(example = &"http://localhost:8000/mcp")]
    pub streamable_http_url: Option<String>,
    /// The port of that server inside its container; by default 8000.
    #[serde(default, deserialize_with = "integer")]
    pub streamable_http_port: Option<u16>,
}

impl OAuthConfig {
    /// The variable for the access token; `None` if its name is empty.
    pub fn token_env_var(&self) -> Option<&str> {
        let name = self.access_token_env_var.as_deref()?;
        (!name.is_empty()).then_some(name)
    }
}

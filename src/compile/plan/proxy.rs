//! What the OAuth proxy reads: how to run, and where each server's secret may go.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::entry::{self, DestinationSource};
use crate::manifest::oauth::OAuthType;
use crate::text::profile::Profile;

use super::Run;

/// `oauth_proxy/launch.json`: all that a proxy needs beside its environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyLaunch {
    /// Says that the file is generated, and by what.
    pub generated: String,
    /// The version of this shape.
    pub version: u32,
    /// What the file is.
    pub kind: ProxyKind,
    /// How the catalog was judged. Only under `development` may an endpoint be http, and then on loopback alone.
    pub profile: Profile,
    /// How the proxy is started.
    pub run: Run,
    /// Where it listens.
    pub listen: Listen,
    /// The callbacks that it serves, sorted.
    pub callback_urls: Vec<String>,
    /// What the callback page opens, with the code and the state in its query.
    pub deep_link: String,
    /// The origins whose pages may call it (CORS), sorted. A program that sends no `Origin` is not a page.
    pub cors_origins: Vec<String>,
    /// The hosts that any secret may be sent to, sorted; what `/health` publishes as `allowedDestinations`.
    pub allowed_destinations: Vec<String>,
    /// The servers whose secret it keeps, by id.
    pub servers: BTreeMap<String, ProxyServer>,
}

/// The `kind` of `oauth_proxy/launch.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProxyKind {
    Proxy,
}

/// Where the proxy listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// An IP address.
    pub host: String,
    /// A TCP port.
    pub port: u16,
}

/// One server whose secret the proxy keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyServer {
    /// The name that people see.
    pub display_name: String,
    /// Which of the four types.
    #[serde(rename = "type")]
    pub kind: OAuthType,
    /// The one URL that codes and refresh tokens go to; null while the discovery lock does not know it: then the secret
    /// goes nowhere.
    pub token_endpoint: Option<String>,
    /// The one URL that revocations go to; null: there is none.
    pub revocation_endpoint: Option<String>,
    /// What a caller may name as the authorization server: each means the endpoints above. Sorted.
    pub authorization_servers: Vec<String>,
    /// Hosts that publish metadata and never see the secret, sorted.
    pub discovery_hosts: Vec<String>,
    /// How the client authenticates at those endpoints.
    pub client_authentication: ClientAuthentication,
    /// The client id of the manifest; the environment's wins.
    pub client_id: String,
    /// The redirect URIs to register with the provider; the first is the one that is used.
    pub redirect_uris: Vec<String>,
    /// The scopes that the client asks for.
    pub scopes: Vec<String>,
    /// The `resource` of token requests (RFC 8707); null: none is sent.
    pub resource: Option<String>,
    /// The environment variables.
    pub environment: ProxyEnvironment,
}

/// How a client authenticates at the token endpoint (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Id and secret in the body.
    ClientSecretPost,
    /// Id and secret, form-encoded, in an `Authorization: Basic` header.
    ClientSecretBasic,
}

/// The environment variables of one server. In each list the first that is set counts: the guide's name, then the same
/// in upper case with `_` for every other character, for whoever cannot set the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyEnvironment {
    /// The client id.
    pub client_id: Vec<String>,
    /// The client secret.
    pub secret: Vec<String>,
    /// The file that the client secret is in, read where the secret itself is not set.
    pub secret_file: Vec<String>,
}

/// `oauth_proxy/providers.json`: the allowlist, with the origin of each host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Says that the file is generated, and by what.
    pub generated: String,
    /// The version of this shape.
    pub version: u32,
    /// What the file is.
    pub kind: ProvidersKind,
    /// How the catalog was judged.
    pub profile: Profile,
    /// The hosts that any secret may be sent to, sorted.
    pub allowed_destinations: Vec<String>,
    /// The hosts that each server's own secret may be sent to, sorted. A server without an entry has no pin: its secret
    /// goes nowhere.
    pub server_destinations: BTreeMap<String, Vec<String>>,
    /// Where each host is from, sorted by host.
    pub destinations: Vec<Destination>,
    /// The servers whose destinations the discovery lock does not know, sorted.
    pub unverifiable: Vec<String>,
}

/// The `kind` of `oauth_proxy/providers.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProvidersKind {
    Providers,
}

/// A host, what it is asked for, and where it is known from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// The exact host name.
    pub host: String,
    /// What the host is asked for.
    pub purpose: Purpose,
    /// The server that needs it; null for a host of the configuration.
    pub server: Option<String>,
    /// The exact URL; null for a host of the configuration.
    pub endpoint: Option<String>,
    /// Where it is known from.
    pub source: Source,
}

/// What a host is asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Codes and refresh tokens are exchanged there; the secret is sent.
    Token,
    /// Tokens are revoked there; the secret is sent.
    Revocation,
    /// Only metadata is read there; the host is in no allowlist for it.
    Discovery,
    /// The configuration allows it beside what the catalog needs.
    Extra,
}

impl From<entry::Purpose> for Purpose {
    fn from(purpose: entry::Purpose) -> Self {
        match purpose {
            entry::Purpose::Token => Self::Token,
            entry::Purpose::Revocation => Self::Revocation,
            entry::Purpose::Discovery => Self::Discovery,
        }
    }
}

/// Where a host is known from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// A field of the manifest.
    Manifest {
        /// The JSON Pointer of the field.
        pointer: String,
    },
    /// The discovery lock.
    Lock {
        /// The metadata document that named it.
        document: String,
        /// Whether the document was put together from published facts instead of being fetched.
        reconstructed: bool,
    },
    /// `proxy.extra_destinations` of `catproof.toml`.
    Configuration {
        /// Why it is allowed.
        reason: String,
    },
}

impl From<&DestinationSource> for Source {
    fn from(source: &DestinationSource) -> Self {
        match source {
            DestinationSource::Manifest(pointer) => {
                Self::Manifest { pointer: (*pointer).to_owned() }
            }
            DestinationSource::Lock { document, reconstructed } => {
                Self::Lock { document: document.clone(), reconstructed: *reconstructed }
            }
        }
    }
}

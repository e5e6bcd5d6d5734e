//! Which of the four OAuth types a server has, and why.
//!
//! Three facts decide the type; other fields can only agree with it or contradict it.
//! Each type has its own file with the documentation that `explain` prints.

mod evidence;
mod generic;
mod mcp_static;
pub(crate) mod metadata_url;
pub(crate) mod redirect;
mod remote_dynamic;
mod remote_static;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::model::{Manifest, OAuthConfig};
use crate::text::hosts;
use crate::text::secrets::client_secret::{self, ClientSecret};

pub(crate) use evidence::{Evidence, Fact};

/// The four OAuth types of the guide.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum OAuthType {
    /// Type 1: plain OAuth 2.0, the token handed to a local server.
    #[value(alias = "1")]
    Generic,
    /// Type 2: MCP OAuth with static client credentials, for a local server.
    #[value(alias = "2")]
    McpStatic,
    /// Type 3: a remote MCP server with static client credentials.
    #[value(alias = "3")]
    RemoteStatic,
    /// Type 4: a remote MCP server that registers its clients.
    #[value(alias = "4")]
    RemoteDynamic,
}

impl OAuthType {
    pub const ALL: [Self; 4] =
        [Self::Generic, Self::McpStatic, Self::RemoteStatic, Self::RemoteDynamic];

    /// The word used in output, options and `explain`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::McpStatic => "mcp-static",
            Self::RemoteStatic => "remote-static",
            Self::RemoteDynamic => "remote-dynamic",
        }
    }

    /// The number in the guide.
    pub fn number(self) -> u8 {
        match self {
            Self::Generic => 1,
            Self::McpStatic => 2,
            Self::RemoteStatic => 3,
            Self::RemoteDynamic => 4,
        }
    }

    /// Whether the client credentials are issued in advance: then there is a secret, and the proxy keeps it.
    pub fn has_static_client(self) -> bool {
        match self {
            Self::Generic | Self::McpStatic | Self::RemoteStatic => true,
            Self::RemoteDynamic => false,
        }
    }

    /// Whether the login follows the MCP authorization specification, with discovery and PKCE.
    pub fn is_mcp_flow(self) -> bool {
        match self {
            Self::Generic => false,
            Self::McpStatic | Self::RemoteStatic | Self::RemoteDynamic => true,
        }
    }

    pub fn is_remote(self) -> bool {
        match self {
            Self::Generic | Self::McpStatic => false,
            Self::RemoteStatic | Self::RemoteDynamic => true,
        }
    }

    /// What the type is, how it is recognised and what it needs, in Markdown.
    pub fn documentation(self) -> &'static str {
        match self {
            Self::Generic => generic::DOCUMENTATION,
            Self::McpStatic => mcp_static::DOCUMENTATION,
            Self::RemoteStatic => remote_static::DOCUMENTATION,
            Self::RemoteDynamic => remote_dynamic::DOCUMENTATION,
        }
    }
}

/// What is known about a server's OAuth type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The server has no `oauth_config`.
    None,
    Type(OAuthType),
    Undetermined(Undetermined),
}

impl Verdict {
    /// The type, if there is one.
    pub fn oauth_type(self) -> Option<OAuthType> {
        match self {
            Self::Type(oauth_type) => Some(oauth_type),
            Self::None | Self::Undetermined(_) => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Type(oauth_type) => oauth_type.name(),
            Self::Undetermined(_) => "undetermined",
        }
    }
}

/// Why the type cannot be determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undetermined {
    /// The file cannot be read as a manifest.
    Unreadable,
    /// The generic flow cannot register a client.
    GenericWithoutClient,
    /// A local server without a static client has none of the four types.
    LocalWithoutClient,
    /// The flag implies type 1, the location type 3 or 4.
    GenericOnRemote,
}

impl Undetermined {
    /// The reason, to follow `undetermined:`.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "the file cannot be read as a manifest",
            Self::GenericWithoutClient => {
                "`generic_oauth` needs a static `client_id`, and there is none"
            }
            Self::LocalWithoutClient => {
                "a local server without a static `client_id` fits none of the four types"
            }
            Self::GenericOnRemote => "`generic_oauth` says type 1, but the server is remote",
        }
    }
}

/// How a client is registered with the authorization server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Registration {
    /// The credentials were issued in advance.
    Static,
    /// The client registers itself (RFC 7591).
    Dynamic,
    /// The client id is the URL of a metadata document.
    ClientMetadata,
}

/// A verdict and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    pub verdict: Verdict,
    /// In the order remote, generic, client; empty if the file is not a manifest.
    pub evidence: Vec<Evidence>,
}

impl Classification {
    pub fn evidence_of(&self, fact: Fact) -> Option<&Evidence> {
        self.evidence.iter().find(|evidence| evidence.fact == fact)
    }
}

/// Infers the OAuth type of a server.
pub fn classify(manifest: &Manifest) -> Classification {
    let remote = evidence::remote(manifest);
    let generic = evidence::generic(manifest);
    let client = evidence::client(manifest);
    let verdict = match &manifest.oauth_config {
        None => Verdict::None,
        Some(_) => decide(remote.value, generic.value, client.value),
    };
    Classification { verdict, evidence: vec![remote, generic, client] }
}

/// The type of a server that has an `oauth_config`. `tests/oauth/cells` has a fixture for each row.
fn decide(remote: bool, generic: bool, client: bool) -> Verdict {
    match (remote, generic, client) {
        (false, true, true) => Verdict::Type(OAuthType::Generic),
        (false, true, false) => Verdict::Undetermined(Undetermined::GenericWithoutClient),
        (false, false, true) => Verdict::Type(OAuthType::McpStatic),
        (false, false, false) => Verdict::Undetermined(Undetermined::LocalWithoutClient),
        (true, true, _) => Verdict::Undetermined(Undetermined::GenericOnRemote),
        (true, false, true) => Verdict::Type(OAuthType::RemoteStatic),
        (true, false, false) => Verdict::Type(OAuthType::RemoteDynamic),
    }
}

pub(crate) fn registration(oauth: &OAuthConfig) -> Registration {
    let client_id = oauth.client_id.as_deref().map_or("", str::trim);
    if client_id.is_empty() {
        Registration::Dynamic
    } else if client_id.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        // An https URL names a client id metadata document (CIMD).
        Registration::ClientMetadata
    } else {
        Registration::Static
    }
}

/// The URL of a remote server: `server.url`, else `remote_url`.
pub(crate) fn remote_url(manifest: &Manifest) -> Option<&str> {
    manifest.server.url.as_deref().or(manifest.remote_url.as_deref())
}

/// The pointer to the value that `remote_url` returns.
pub(crate) fn remote_url_pointer(manifest: &Manifest) -> &'static str {
    match manifest.server.url {
        Some(_) => "/server/url",
        None => "/remote_url",
    }
}

pub(crate) fn is_remote(manifest: &Manifest) -> bool {
    evidence::remote(manifest).value
}

/// Two sites that one login of type 1 involves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OffSite {
    /// Where the secret is sent.
    pub(crate) token: String,
    /// Where the user logs in.
    pub(crate) login: String,
}

/// The sites of a server of type 1, where the secret is sent to another one than the user logs in at.
pub(crate) fn token_off_site(manifest: &Manifest) -> Option<OffSite> {
    let oauth = manifest.oauth_config.as_ref()?;
    let token = hosts::site(oauth.token_endpoint.as_deref()?)?;
    let login = hosts::site(oauth.server_url.as_deref()?)?;
    let is_generic = classify(manifest).verdict.oauth_type() == Some(OAuthType::Generic);
    (is_generic && token != login).then_some(OffSite { token, login })
}

pub(crate) fn client_secret(oauth: &OAuthConfig) -> ClientSecret<'_> {
    client_secret::classify(oauth.client_secret.as_deref().unwrap_or_default())
}

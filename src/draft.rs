//! A new manifest for a remote server, drafted from what discovery learned about it. Pure.
//!
//! Nothing is guessed: what the provider does not say is left out, or stands there as a placeholder that `check`
//! reports until somebody fills it in.

use serde::Serialize;
use url::Url;

use crate::hosts;
use crate::oauth::OAuthType;
use crate::probe::LockEntry;

/// The callback of the app itself, for a client that registers itself.
const APP_CALLBACK: &str = "http://127.0.0.1:33418/oauth/callback";
/// The callback of a proxy on the developer's own machine, where no other is configured.
const LOCAL_PROXY_CALLBACK: &str = "http://localhost:8080/oauth/callback";

/// A drafted manifest, and why it is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub manifest: RemoteManifest,
    /// The type; nothing where the server wants no OAuth.
    pub oauth_type: Option<OAuthType>,
    /// Whole sentences: which type, and what is still to be done.
    pub because: Vec<String>,
}

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDraft {
    #[error("the answers do not say which OAuth type it is: {0}")]
    Unknown(String),
}

/// The members of a drafted manifest, in the order in which people read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteManifest {
    pub name: String,
    pub display_name: String,
    pub server: RemoteServer,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth_config: Option<DraftedOAuth>,
}

/// `server` of a drafted manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteServer {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub url: String,
}

/// `oauth_config` of a drafted manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftedOAuth {
    pub name: String,
    pub server_url: String,
    pub client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_proxy: Option<bool>,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
}

/// Drafts the manifest of the server at `url`. `callback` is the proxy's, where the configuration knows one.
///
/// The type is 4 if its authorization server registers clients, 3 if it does not, and none only if the server answers
/// without asking for a token and publishes no metadata either: some let `initialize` through and ask later.
///
/// # Errors
/// The answers leave the type open.
pub fn draft(
    id: &str,
    url: &str,
    entry: &LockEntry,
    callback: Option<&str>,
) -> Result<Draft, NoDraft> {
    let oauth_type = infer(entry)?;
    let label = label_of(url).unwrap_or(id.to_owned());
    let scopes = entry.resource.as_ref();
    let scopes = scopes.and_then(|resource| resource.scopes_supported.clone());
    let mut because = vec![reason(entry, oauth_type)];
    if oauth_type.is_some() {
        because.push(match &scopes {
            Some(scopes) => format!(
                "The scopes are those of its resource metadata ({}): leave out what is not needed.",
                scopes.join(", ")
            ),
            None => "No resource metadata names its scopes, so none are asked for.".to_owned(),
        });
    }
    if oauth_type == Some(OAuthType::RemoteStatic) {
        because.push(
            "Register a client with the provider, put its id into `client_id`, and give the secret to the proxy alone."
                .to_owned(),
        );
    }
    if let Some(source) = &entry.source {
        because.push(format!(
            "All of this was put together from {source}, not fetched."
        ));
    }
    let is_static = oauth_type.is_some_and(OAuthType::has_static_client);
    let oauth_config = oauth_type.map(|_| DraftedOAuth {
        name: capitalised(&label),
        server_url: url.to_owned(),
        client_id: match is_static {
            true => "your-client-id".to_owned(),
            false => String::new(),
        },
        client_secret: is_static.then_some("REDACTED"),
        requires_proxy: is_static.then_some(true),
        redirect_uris: vec![match is_static {
            true => callback.unwrap_or(LOCAL_PROXY_CALLBACK).to_owned(),
            false => APP_CALLBACK.to_owned(),
        }],
        scopes: scopes.unwrap_or_default(),
    });
    Ok(Draft {
        manifest: RemoteManifest {
            name: id.to_owned(),
            display_name: capitalised(&label),
            server: RemoteServer {
                kind: "remote",
                url: url.to_owned(),
            },
            oauth_config,
        },
        oauth_type,
        because,
    })
}

/// The id of the server at a URL: `linear__remote-mcp` for `https://mcp.linear.app/mcp`.
pub fn id_of(url: &str) -> Option<String> {
    Some(format!("{}__remote-mcp", label_of(url)?))
}

/// What the provider is called: the name under which its domain is registered.
fn label_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let domain = hosts::registrable_domain(url.domain()?);
    domain.split('.').next().map(str::to_owned)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

fn infer(entry: &LockEntry) -> Result<Option<OAuthType>, NoDraft> {
    match entry.registers_clients() {
        Some(true) => Ok(Some(OAuthType::RemoteDynamic)),
        Some(false) => Ok(Some(OAuthType::RemoteStatic)),
        None if entry.asks_for_nothing() => Ok(None),
        None => {
            let problems = entry.problems.iter();
            let problems: Vec<&str> = problems.map(|problem| problem.message.as_str()).collect();
            Err(NoDraft::Unknown(match problems.is_empty() {
                true => "whether it registers clients is not stated".to_owned(),
                false => problems.join("; "),
            }))
        }
    }
}

/// The type, and what in the answers decided it.
fn reason(entry: &LockEntry, oauth_type: Option<OAuthType>) -> String {
    let issuer = entry.issuer.as_deref().unwrap_or_default();
    let server = entry.authorization_server.as_ref();
    let endpoint = server.and_then(|server| server.registration_endpoint.as_ref());
    match (oauth_type, endpoint) {
        (None, _) => {
            "No OAuth: it answers without asking for a token, and publishes no metadata.".to_owned()
        }
        (Some(OAuthType::RemoteDynamic), Some(endpoint)) => {
            format!("Type 4, `remote-dynamic`: `{issuer}` registers clients at `{endpoint}`.")
        }
        (Some(OAuthType::RemoteDynamic), None) => {
            format!("Type 4, `remote-dynamic`: `{issuer}` takes clients that nobody registered.")
        }
        (Some(oauth_type), _) => format!(
            "Type {}, `{}`: `{issuer}` registers no clients by itself.",
            oauth_type.number(),
            oauth_type.name()
        ),
    }
}

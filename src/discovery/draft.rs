//! A new manifest, drafted from its author's answers or from what discovery learned. Pure.
//!
//! What nobody stated is left out, or is a placeholder that `check` reports until somebody fills it in. An empty command
//! is a note of `check`, and keeps the server out of the artifacts. Where nearly all servers agree, the usual value is
//! written for the author to review: the path of type 2's metadata and its HTTP endpoint, the name of type 1's variable,
//! that the login is required. No draft claims that a server works.

use serde::Serialize;
use url::Url;

use crate::discovery::LockEntry;
use crate::manifest::oauth::OAuthType;
use crate::text::env_name;
use crate::text::hosts;

/// The metadata path of most issuers: OpenID Connect requires it.
const METADATA_PATH: &str = "/.well-known/openid-configuration";
/// A placeholder that the author has to replace.
const CLIENT_ID: &str = "your-client-id";
/// The usual endpoint of a local server of type 2, which receives the token in a header.
const STREAMABLE_HTTP: (&str, u16) = ("http://127.0.0.1:8000/mcp", 8000);
/// The callback of the app itself, for a client that registers itself.
const APP_CALLBACK: &str = "http://127.0.0.1:33418/oauth/callback";
/// The callback of a proxy on the developer's machine, unless another is configured.
const LOCAL_PROXY_CALLBACK: &str = "http://127.0.0.1:8080/oauth/callback";

/// A drafted manifest, and why it looks the way it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) manifest: DraftedManifest,
    /// Whole sentences: how the type was inferred, and what is still to be done.
    pub(crate) because: Vec<String>,
}

/// The members of a drafted manifest, in the order in which people read them, which the input model does not keep.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedManifest {
    name: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<DraftedAuthor>,
    server: DraftedServer,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_config: Option<DraftedOAuth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archestra_config: Option<DraftedRequirements>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DraftedAuthor {
    name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct DraftedServer {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct DraftedOAuth {
    name: String,
    server_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    well_known_url: Option<String>,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requires_proxy: Option<bool>,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generic_oauth: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_env_var: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    streamable_http_url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    streamable_http_port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DraftedRequirements {
    oauth: DraftedRequirement,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DraftedRequirement {
    /// Written as `null`.
    provider: Option<String>,
    required: bool,
}

/// What the author of a new manifest says about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftAnswers {
    pub(crate) id: String,
    pub(crate) oauth_type: OAuthType,
    /// The authorization endpoint of type 1, the issuer of type 2, the server itself of types 3 and 4.
    pub(crate) url: String,
    pub(crate) client_id: Option<String>,
    /// Type 1 alone.
    pub(crate) token_endpoint: Option<String>,
    /// The program and its arguments, for the local types 1 and 2.
    pub(crate) command: Vec<String>,
    pub(crate) scopes: Vec<String>,
    /// The proxy's callback, if one is configured.
    pub(crate) callback: Option<String>,
}

/// Drafts a manifest from its author's answers.
pub(crate) fn from_answers(answers: &DraftAnswers) -> DraftedManifest {
    let DraftAnswers { id, oauth_type, url, callback, scopes, .. } = answers;
    let owner = id.split("__").next().filter(|owner| !owner.is_empty());
    let label = capitalized(owner.unwrap_or(id));
    let mut oauth =
        oauth_config(*oauth_type, label.clone(), url, scopes.clone(), callback.as_deref());
    if let Some(client_id) = answers.client_id.clone().filter(|_| oauth_type.has_static_client()) {
        oauth.client_id = client_id;
    }
    match oauth_type {
        OAuthType::Generic => {
            oauth.token_endpoint.clone_from(&answers.token_endpoint);
            oauth.generic_oauth = Some(true);
            let variable = format!("{}_ACCESS_TOKEN", env_name::alias(&label));
            oauth.access_token_env_var = Some(variable);
        }
        OAuthType::McpStatic => {
            let issuer = url.trim_end_matches('/');
            oauth.well_known_url = Some(format!("{issuer}{METADATA_PATH}"));
            oauth.streamable_http_url = Some(STREAMABLE_HTTP.0);
            oauth.streamable_http_port = Some(STREAMABLE_HTTP.1);
        }
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {}
    }
    let server = if oauth_type.is_remote() {
        remote_server(url)
    } else {
        DraftedServer {
            kind: "local",
            url: None,
            command: Some(answers.command.first().cloned().unwrap_or_default()),
            args: Some(answers.command.iter().skip(1).cloned().collect()),
        }
    };
    DraftedManifest {
        name: id.clone(),
        description: Some(format!("The MCP server of {label}.")),
        author: Some(DraftedAuthor { name: label.clone() }),
        display_name: label,
        server,
        oauth_config: Some(oauth),
        archestra_config: Some(DraftedRequirements {
            oauth: DraftedRequirement { provider: None, required: true },
        }),
    }
}

/// The members that all types have. `callback` is the configured one of the proxy.
fn oauth_config(
    oauth_type: OAuthType,
    name: String,
    url: &str,
    scopes: Vec<String>,
    callback: Option<&str>,
) -> DraftedOAuth {
    let is_static = oauth_type.has_static_client();
    let callback = if is_static { callback.unwrap_or(LOCAL_PROXY_CALLBACK) } else { APP_CALLBACK };
    DraftedOAuth {
        name,
        server_url: url.to_owned(),
        client_id: if is_static { CLIENT_ID.to_owned() } else { String::new() },
        client_secret: is_static.then_some("REDACTED"),
        requires_proxy: is_static.then_some(true),
        redirect_uris: vec![callback.to_owned()],
        scopes,
        ..DraftedOAuth::default()
    }
}

fn remote_server(url: &str) -> DraftedServer {
    DraftedServer { kind: "remote", url: Some(url.to_owned()), ..DraftedServer::default() }
}

/// Drafts the manifest of the server at `url`. `callback` is the configured one of the proxy.
///
/// The type is 4 if its authorization server registers clients, and 3 if it does not. There is none only if the server
/// answers without asking for a token and publishes no metadata either: some let `initialize` through and ask later.
///
/// # Errors
/// Why the answers do not show the type.
pub(crate) fn draft(
    id: &str,
    url: &str,
    entry: &LockEntry,
    callback: Option<&str>,
) -> Result<Draft, String> {
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
            None => "No resource metadata names its scopes, so none are requested.".to_owned(),
        });
    }
    if oauth_type == Some(OAuthType::RemoteStatic) {
        because.push(
            "Register a client with the provider, put its id into `client_id`, and give the secret to the proxy alone."
                .to_owned(),
        );
    }
    if let Some(source) = &entry.source {
        because.push(format!("None of this was fetched by catproof; its source: {source}."));
    }
    let display_name = capitalized(&label);
    let oauth_config = oauth_type.map(|oauth_type| {
        let scopes = scopes.unwrap_or_default();
        oauth_config(oauth_type, display_name.clone(), url, scopes, callback)
    });
    let manifest = DraftedManifest {
        name: id.to_owned(),
        display_name,
        server: remote_server(url),
        oauth_config,
        ..DraftedManifest::default()
    };
    Ok(Draft { manifest, because })
}

/// An id for the server at a URL: `linear__remote-mcp` for `https://mcp.linear.app/mcp`; `linear__mcp` for a local one
/// that only logs in there.
pub(crate) fn id_of(url: &str, oauth_type: Option<OAuthType>) -> Option<String> {
    let is_local = oauth_type.is_some_and(|oauth_type| !oauth_type.is_remote());
    let kind = if is_local { "mcp" } else { "remote-mcp" };
    Some(format!("{}__{kind}", label_of(url)?))
}

/// The provider's name: the first label of its registered domain.
fn label_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let domain = hosts::registrable_domain(url.domain()?);
    domain.split('.').next().map(str::to_owned)
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

fn infer(entry: &LockEntry) -> Result<Option<OAuthType>, String> {
    match entry.registers_clients() {
        Some(true) => Ok(Some(OAuthType::RemoteDynamic)),
        Some(false) => Ok(Some(OAuthType::RemoteStatic)),
        None if entry.needs_no_oauth() => Ok(None),
        None => {
            let problems = entry.problems.iter().map(|problem| problem.message.as_str());
            let problems = problems.collect::<Vec<_>>().join("; ");
            let why = if problems.is_empty() {
                "it is not stated whether its authorization server registers clients"
            } else {
                &problems
            };
            Err(format!("the answers do not show which OAuth type it is: {why}"))
        }
    }
}

/// The type, and what decided it.
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
            format!("Type 4, `remote-dynamic`: `{issuer}` accepts clients without registration.")
        }
        (Some(oauth_type), _) => format!(
            "Type {}, `{}`: `{issuer}` does not register clients by itself.",
            oauth_type.number(),
            oauth_type.name()
        ),
    }
}

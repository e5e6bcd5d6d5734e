//! A new manifest, drafted from what its author says or from what discovery learned. Pure.
//!
//! What nobody said is left out, or stands there as a placeholder that `check` reports until somebody fills it in; an
//! empty command is a note of `check`, and keeps the server out of the artifacts. Where nearly all servers agree, the
//! usual value is written, for the author to look at: the path of type 2's metadata, where such a server is spoken to,
//! the name of type 1's variable, that the login is required. That a server works is claimed of none.

use serde::Serialize;
use url::Url;

use crate::discovery::LockEntry;
use crate::manifest::oauth::OAuthType;
use crate::text::env_name;
use crate::text::hosts;

/// Where most issuers publish their metadata: those of OpenID Connect have to.
const METADATA_PATH: &str = "/.well-known/openid-configuration";
/// The client id that somebody has to replace.
const CLIENT_ID: &str = "your-client-id";
/// Where a local server of type 2 is spoken to, so that the token can reach it in a header.
const STREAMABLE_HTTP: (&str, u16) = ("http://127.0.0.1:8000/mcp", 8000);
/// The callback of the app itself, for a client that registers itself.
const APP_CALLBACK: &str = "http://127.0.0.1:33418/oauth/callback";
/// The callback of a proxy on the developer's own machine, where no other is configured.
const LOCAL_PROXY_CALLBACK: &str = "http://127.0.0.1:8080/oauth/callback";

/// A drafted manifest, and why it is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) manifest: DraftedManifest,
    /// The type; nothing where the server wants no OAuth.
    pub(crate) oauth_type: Option<OAuthType>,
    /// Whole sentences: which type, and what is still to be done.
    pub(crate) because: Vec<String>,
}

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoDraft {
    #[error("the answers do not say which OAuth type it is: {0}")]
    Unknown(String),
}

/// The members of a drafted manifest, in the order in which people read them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedManifest {
    pub(crate) name: String,
    pub(crate) display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<DraftedAuthor>,
    pub(crate) server: DraftedServer,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth_config: Option<DraftedOAuth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) archestra_config: Option<DraftedRequirements>,
}

/// `author` of a drafted manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedAuthor {
    pub(crate) name: String,
}

/// `server` of a drafted manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedServer {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) args: Option<Vec<String>>,
}

/// `oauth_config` of a drafted manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedOAuth {
    pub(crate) name: String,
    pub(crate) server_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) well_known_url: Option<String>,
    pub(crate) client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requires_proxy: Option<bool>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generic_oauth: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_token_env_var: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) streamable_http_url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) streamable_http_port: Option<u16>,
}

/// `archestra_config` of a drafted manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedRequirements {
    pub(crate) oauth: DraftedRequirement,
}

/// `archestra_config.oauth` of a drafted manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DraftedRequirement {
    pub(crate) provider: Option<String>,
    pub(crate) required: bool,
}

/// What the author of a new manifest says of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
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
    /// The proxy's callback, where the configuration knows one.
    pub(crate) callback: Option<String>,
}

/// The manifest that the answers make.
pub(crate) fn from_answers(answers: &Answers) -> DraftedManifest {
    let Answers { id, oauth_type, url, .. } = answers;
    let label = capitalised(&owner_of(id));
    let is_static = oauth_type.has_static_client();
    let client_id = answers.client_id.clone();
    let oauth = DraftedOAuth {
        name: label.clone(),
        server_url: url.clone(),
        client_id: if is_static {
            client_id.unwrap_or(CLIENT_ID.to_owned())
        } else {
            String::new()
        },
        client_secret: is_static.then_some("REDACTED"),
        requires_proxy: is_static.then_some(true),
        redirect_uris: vec![callback(is_static, answers.callback.as_deref())],
        scopes: answers.scopes.clone(),
        ..DraftedOAuth::default()
    };
    let oauth = match oauth_type {
        OAuthType::Generic => DraftedOAuth {
            token_endpoint: answers.token_endpoint.clone(),
            generic_oauth: Some(true),
            access_token_env_var: Some(format!("{}_ACCESS_TOKEN", env_name::alias(&label))),
            ..oauth
        },
        OAuthType::McpStatic => DraftedOAuth {
            well_known_url: Some(format!("{}{METADATA_PATH}", url.trim_end_matches('/'))),
            streamable_http_url: Some(STREAMABLE_HTTP.0),
            streamable_http_port: Some(STREAMABLE_HTTP.1),
            ..oauth
        },
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => oauth,
    };
    let server = if oauth_type.is_remote() {
        DraftedServer { kind: "remote", url: Some(url.clone()), ..DraftedServer::default() }
    } else {
        DraftedServer {
            kind: "local",
            command: Some(answers.command.first().cloned().unwrap_or_default()),
            args: Some(answers.command.iter().skip(1).cloned().collect()),
            ..DraftedServer::default()
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

/// Who an id says that the server belongs to: `acme` for `acme__remote-mcp`.
fn owner_of(id: &str) -> String {
    let owner = id.split("__").next().unwrap_or_default();
    match owner {
        "" => id.to_owned(),
        owner => owner.to_owned(),
    }
}

/// The redirect URI that a draft starts with.
fn callback(is_static: bool, of_proxy: Option<&str>) -> String {
    if is_static {
        of_proxy.unwrap_or(LOCAL_PROXY_CALLBACK).to_owned()
    } else {
        APP_CALLBACK.to_owned()
    }
}

/// Drafts the manifest of the server at `url`. `callback` is the proxy's, where the configuration knows one.
///
/// The type is 4 if its authorization server registers clients, 3 if it does not, and none only if the server answers
/// without asking for a token and publishes no metadata either: some let `initialize` through and ask later.
///
/// # Errors
/// The answers leave the type open.
pub(crate) fn draft(
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
        because.push(format!("Nothing of this was fetched by catproof; its source: {source}."));
    }
    let is_static = oauth_type.is_some_and(OAuthType::has_static_client);
    let oauth_config = oauth_type.map(|_| DraftedOAuth {
        name: capitalised(&label),
        server_url: url.to_owned(),
        client_id: if is_static { CLIENT_ID.to_owned() } else { String::new() },
        client_secret: is_static.then_some("REDACTED"),
        requires_proxy: is_static.then_some(true),
        redirect_uris: vec![self::callback(is_static, callback)],
        scopes: scopes.unwrap_or_default(),
        ..DraftedOAuth::default()
    });
    Ok(Draft {
        manifest: DraftedManifest {
            name: id.to_owned(),
            display_name: capitalised(&label),
            server: DraftedServer {
                kind: "remote",
                url: Some(url.to_owned()),
                ..DraftedServer::default()
            },
            oauth_config,
            ..DraftedManifest::default()
        },
        oauth_type,
        because,
    })
}

/// The id of the server at a URL: `linear__remote-mcp` for `https://mcp.linear.app/mcp`; `linear__mcp` for one that is
/// local and only logs in there.
pub(crate) fn id_of(url: &str, oauth_type: Option<OAuthType>) -> Option<String> {
    let kind = match oauth_type {
        Some(oauth_type) if !oauth_type.is_remote() => "mcp",
        _ => "remote-mcp",
    };
    Some(format!("{}__{kind}", label_of(url)?))
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
            Err(NoDraft::Unknown(if problems.is_empty() {
                "whether it registers clients is not stated".to_owned()
            } else {
                problems.join("; ")
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

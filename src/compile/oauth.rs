//! How the user logs in, for each of the four types.

use std::collections::BTreeSet;

use crate::compile::plan::{
    ClientRegistration, Discovery, Flow, OAuth, Part, Pkce, RegistrationRequest, ScopeSource,
    Scopes, TokenDelivery, TokenExchange, TokenField, Transport,
};
use crate::discovery::lock::AuthorizationServerFacts;
use crate::discovery::well_known;
use crate::manifest::model::{Manifest, OAuthConfig};
use crate::manifest::oauth::{self, OAuthType};

use super::template::{Names, parts};
use super::{Checked, CompileInput, display_name, grammar};

/// The name on the provider's consent page: the app's, not the server's.
const CLIENT_NAME: &str = "Archestra";

pub(super) fn oauth(
    subject: CompileInput<'_>,
    oauth_type: OAuthType,
    transport: &Transport,
) -> Checked<OAuth> {
    let CompileInput { entry, manifest, lock, .. } = subject;
    let no_oauth = OAuthConfig::default();
    let config = manifest.oauth_config.as_ref().unwrap_or(&no_oauth);
    let facts = lock.and_then(|lock| lock.authorization_server.as_ref());

    let scopes = scopes(subject, config, oauth_type)?;
    let redirect_uri =
        grammar::required("oauth_config.redirect_uris", entry.redirect_uri.as_deref())?;
    for uri in config.redirect_uris.iter().flatten() {
        grammar::uri("oauth_config.redirect_uris", uri)?;
    }
    let archestra = manifest.archestra_config.as_ref();
    let requirement = archestra.and_then(|archestra| archestra.oauth.as_ref());
    let endpoints = endpoints(config, oauth_type, facts)?;
    let (issuer_field, issuer) = match oauth_type {
        OAuthType::Generic => ("issuer", None),
        OAuthType::McpStatic => ("server_url", config.server_url.clone()),
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            ("issuer", lock.and_then(|lock| lock.issuer.clone()))
        }
    };
    if let Some(issuer) = &issuer {
        grammar::endpoint(issuer_field, issuer)?;
    }
    let name = config.name.as_deref().unwrap_or(display_name(entry));
    Ok(OAuth {
        kind: oauth_type,
        name: name.to_owned(),
        required: requirement.and_then(|requirement| requirement.required) != Some(false),
        flow: if oauth_type.is_mcp_flow() { Flow::Mcp } else { Flow::OAuth2 },
        issuer,
        authorization_endpoint: endpoints.authorization,
        discovery: discovery(config, oauth_type, transport)?,
        token_endpoint: endpoints.token,
        revocation_endpoint: endpoints.revocation,
        token_exchange: token_exchange(subject, oauth_type),
        registration: registration(config, redirect_uri, &scopes, facts)?,
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        resource: match transport {
            Transport::Remote { url } => Some(url.clone()),
            Transport::Stdio | Transport::StreamableHttp { .. } => None,
        },
        pkce: Pkce::S256,
        delivery: delivery(manifest, config, transport),
    })
}

/// The provider's endpoints, as far as they are known.
#[derive(Default)]
struct Endpoints {
    authorization: Option<String>,
    token: Option<String>,
    revocation: Option<String>,
}

fn endpoints(
    config: &OAuthConfig,
    oauth_type: OAuthType,
    facts: Option<&AuthorizationServerFacts>,
) -> Checked<Endpoints> {
    let endpoints = match oauth_type {
        OAuthType::Generic => {
            let (server_url, token) = (&config.server_url, &config.token_endpoint);
            grammar::required("oauth_config.server_url", server_url.as_deref())?;
            grammar::required("oauth_config.token_endpoint", token.as_deref())?;
            Endpoints { authorization: server_url.clone(), token: token.clone(), revocation: None }
        }
        OAuthType::McpStatic | OAuthType::RemoteStatic | OAuthType::RemoteDynamic => facts
            .map_or_else(Endpoints::default, |facts| Endpoints {
                authorization: facts.authorization_endpoint.clone(),
                token: facts.token_endpoint.clone(),
                revocation: facts.revocation_endpoint.clone(),
            }),
    };
    let authorization =
        if oauth_type.is_mcp_flow() { "authorization_endpoint" } else { "server_url" };
    for (field, url) in [
        (authorization, &endpoints.authorization),
        ("token_endpoint", &endpoints.token),
        ("revocation_endpoint", &endpoints.revocation),
    ] {
        if let Some(url) = url {
            grammar::endpoint(field, url)?;
        }
    }
    Ok(endpoints)
}

/// How the app discovers the endpoints.
fn discovery(
    config: &OAuthConfig,
    oauth_type: OAuthType,
    transport: &Transport,
) -> Checked<Option<Discovery>> {
    let discovery = match (oauth_type, transport) {
        (OAuthType::Generic, _) => return Ok(None),
        (OAuthType::RemoteStatic | OAuthType::RemoteDynamic, Transport::Remote { url }) => {
            let resource = grammar::url("remote_url", url)?;
            Discovery {
                challenge: Some(url.clone()),
                resource_metadata: well_known::protected_resource_urls(&resource),
                // A server of the 2025-03-26 protocol publishes this metadata at its own origin.
                authorization_server_metadata: resource
                    .join("/")
                    .map(|origin| well_known::authorization_server_urls(&origin))
                    .unwrap_or_default(),
            }
        }
        (OAuthType::McpStatic | OAuthType::RemoteStatic | OAuthType::RemoteDynamic, _) => {
            let issuer =
                grammar::required("oauth_config.server_url", config.server_url.as_deref())?;
            let issuer = grammar::endpoint("oauth_config.server_url", issuer)?;
            let metadata = match &config.well_known_url {
                Some(url) => {
                    grammar::endpoint("oauth_config.well_known_url", url)?;
                    vec![url.clone()]
                }
                None => well_known::authorization_server_urls(&issuer),
            };
            Discovery {
                challenge: None,
                resource_metadata: Vec::new(),
                authorization_server_metadata: metadata,
            }
        }
    };
    Ok(Some(discovery))
}

/// Who talks to the token endpoint. The paths are those of the current proxy, whose MCP route only exchanges codes.
fn token_exchange(subject: CompileInput<'_>, oauth_type: OAuthType) -> TokenExchange {
    if !subject.entry.is_proxied {
        return TokenExchange::Direct;
    }
    TokenExchange::Proxy {
        code_path: if oauth_type.is_mcp_flow() {
            format!("/mcp/sdk-token/{}", subject.entry.id)
        } else {
            "/oauth/token".to_owned()
        },
        refresh_path: "/oauth/token".to_owned(),
        revocation_path: "/oauth/revoke".to_owned(),
    }
}

fn registration(
    config: &OAuthConfig,
    redirect_uri: &str,
    scopes: &Scopes,
    facts: Option<&AuthorizationServerFacts>,
) -> Checked<ClientRegistration> {
    let client_id = config.client_id.as_deref().map_or("", str::trim);
    Ok(match oauth::registration(config) {
        oauth::Registration::Static => {
            ClientRegistration::Static { client_id: grammar::client_id(client_id)?.to_owned() }
        }
        oauth::Registration::ClientMetadata => {
            grammar::endpoint("oauth_config.client_id", client_id)?;
            ClientRegistration::ClientMetadata { client_id: client_id.to_owned() }
        }
        oauth::Registration::Dynamic => {
            let endpoint = facts.and_then(|facts| facts.registration_endpoint.clone());
            if let Some(url) = &endpoint {
                grammar::endpoint("registration_endpoint", url)?;
            }
            let request = registration_request(redirect_uri, scopes, facts);
            ClientRegistration::Dynamic { endpoint, request }
        }
    })
}

fn registration_request(
    redirect_uri: &str,
    scopes: &Scopes,
    facts: Option<&AuthorizationServerFacts>,
) -> RegistrationRequest {
    let lists = |list: fn(&AuthorizationServerFacts) -> &Option<Vec<String>>, word: &str| {
        let listed = facts.and_then(|facts| list(facts).as_ref());
        listed.is_none_or(|listed| listed.iter().any(|item| item == word))
    };
    let mut grant_types = vec!["authorization_code".to_owned()];
    if lists(|facts| &facts.grant_types_supported, "refresh_token") {
        grant_types.push("refresh_token".to_owned());
    }
    // A public client has no secret to keep; if the provider issues one anyway, the app keeps it.
    let method = ["none", "client_secret_post", "client_secret_basic"]
        .into_iter()
        .find(|method| lists(|facts| &facts.token_endpoint_auth_methods_supported, method))
        .unwrap_or("none");
    RegistrationRequest {
        client_name: CLIENT_NAME.to_owned(),
        redirect_uris: vec![redirect_uri.to_owned()],
        grant_types,
        response_types: vec!["code".to_owned()],
        token_endpoint_auth_method: method.to_owned(),
        application_type: "native".to_owned(),
        scope: (!scopes.requested.is_empty()).then(|| scopes.requested.join(" ")),
    }
}

/// The manifest's scopes; if it lists none, those that discovery recorded.
fn scopes(
    subject: CompileInput<'_>,
    config: &OAuthConfig,
    oauth_type: OAuthType,
) -> Checked<Scopes> {
    let mut requested = words(config.scopes.as_deref());
    let mut source = ScopeSource::Declared;
    if requested.is_empty() {
        requested = words(discovered_scopes(subject, config, oauth_type));
        source = if requested.is_empty() { ScopeSource::Unstated } else { ScopeSource::Discovered };
    }
    let fallback = match words(config.default_scopes.as_deref()) {
        fallback if fallback.is_empty() => requested.clone(),
        fallback => fallback,
    };
    for scope in requested.iter().chain(&fallback) {
        grammar::scope(scope)?;
    }
    Ok(Scopes { requested, fallback, source })
}

/// The scopes in the metadata: a remote server's own, or the provider's if the manifest opts in.
fn discovered_scopes<'a>(
    subject: CompileInput<'a>,
    config: &OAuthConfig,
    oauth_type: OAuthType,
) -> Option<&'a [String]> {
    let lock = subject.lock?;
    match oauth_type {
        OAuthType::Generic => None,
        OAuthType::McpStatic if config.supports_resource_metadata != Some(true) => None,
        OAuthType::McpStatic => lock.authorization_server.as_ref()?.scopes_supported.as_deref(),
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            lock.resource.as_ref()?.scopes_supported.as_deref()
        }
    }
}

/// The scopes, each once; `"read write"` in one item means two.
fn words(scopes: Option<&[String]>) -> Vec<String> {
    let mut known = BTreeSet::new();
    let scopes = scopes.unwrap_or_default().iter();
    scopes
        .flat_map(|scope| scope.split(' '))
        .filter(|word| !word.is_empty() && known.insert(*word))
        .map(str::to_owned)
        .collect()
}

/// How the token reaches the server.
fn delivery(
    manifest: &Manifest,
    config: &OAuthConfig,
    transport: &Transport,
) -> Vec<TokenDelivery> {
    let header =
        TokenDelivery::Header { name: "Authorization".to_owned(), scheme: "Bearer".to_owned() };
    let mut delivery = match transport {
        // No process, so no environment or files to set.
        Transport::Remote { .. } => return vec![header],
        Transport::StreamableHttp { .. } => vec![header],
        Transport::Stdio => Vec::new(),
    };
    let variable = config.token_env_var();
    delivery.extend(variable.map(|name| TokenDelivery::Env { name: name.to_owned() }));
    let names = Names::of(manifest).with_tokens();
    let is_access_token =
        |part: &Part| matches!(part, Part::Token { token: TokenField::AccessToken });
    let files = manifest.server.inject_file.iter().flatten();
    let files = files.filter(|(_, content)| parts(content, names).iter().any(is_access_token));
    delivery.extend(files.map(|(path, _)| TokenDelivery::File { path: path.clone() }));
    delivery
}

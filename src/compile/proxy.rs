//! What the OAuth proxy keeps for each server, and the allowlist with the source of each host.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::catalog::config::Config;
use crate::catalog::entry::{Destinations, Entry};
use crate::compile::plan::{
    ClientAuthentication, ClientRegistration, DEEP_LINK, GENERATED, HostPurpose, Listen, OAuth,
    PlannedDestination, Providers, ProvidersKind, ProxyEnvironment, ProxyKind, ProxyLaunch,
    ProxyServer, ServerLaunch, Source, VERSION,
};
use crate::manifest::oauth::OAuthType;
use crate::text::env_name;
use crate::text::hosts;

use super::{Checked, CompileError, CompileInput, grammar, run};

/// What the proxy keeps for one server.
pub(super) fn server(
    subject: CompileInput<'_>,
    launch: &ServerLaunch,
    oauth: &OAuth,
) -> Checked<ProxyServer> {
    let CompileInput { entry, manifest, lock, profile } = subject;
    let config = manifest.oauth_config.as_ref();
    for (field, url) in [
        ("token_endpoint", &oauth.token_endpoint),
        ("revocation_endpoint", &oauth.revocation_endpoint),
    ] {
        if let Some(url) = url {
            grammar::secret_endpoint(field, url, profile)?;
        }
    }
    for destination in entry.destinations.known() {
        grammar::endpoint("discovery lock", &destination.endpoint)?;
    }
    let client_id = match &oauth.registration {
        ClientRegistration::Static { client_id }
        | ClientRegistration::ClientMetadata { client_id } => client_id.clone(),
        ClientRegistration::Dynamic { .. } => String::new(),
    };
    let discovery = entry.destinations.known().iter();
    let discovery = discovery.filter(|destination| !destination.purpose.carries_secret());
    let methods = lock
        .and_then(|lock| lock.authorization_server.as_ref())
        .and_then(|facts| facts.token_endpoint_auth_methods_supported.as_deref());
    let redirect_uris = config.and_then(|config| config.redirect_uris.clone());
    Ok(ProxyServer {
        display_name: launch.display_name.clone(),
        kind: oauth.kind,
        token_endpoint: oauth.token_endpoint.clone(),
        revocation_endpoint: oauth.revocation_endpoint.clone(),
        authorization_servers: authorization_servers(subject, oauth),
        discovery_hosts: sorted(discovery.map(|destination| destination.host.clone())),
        client_authentication: client_authentication(oauth.kind, methods),
        client_id,
        redirect_uris: redirect_uris.unwrap_or_default(),
        scopes: oauth.scopes.requested.clone(),
        resource: oauth.resource.clone(),
        environment: environment(&entry.id),
    })
}

/// What the current app may send as the authorization server: the URLs that its discovery starts or ends with.
fn authorization_servers(subject: CompileInput<'_>, oauth: &OAuth) -> Vec<String> {
    let config = subject.manifest.oauth_config.as_ref();
    let server_url = config.and_then(|config| config.server_url.clone());
    let well_known_url = config.and_then(|config| config.well_known_url.clone());
    let named = match oauth.kind {
        OAuthType::Generic | OAuthType::RemoteDynamic => return Vec::new(),
        OAuthType::McpStatic => [server_url, well_known_url, oauth.issuer.clone()],
        OAuthType::RemoteStatic => [server_url, oauth.resource.clone(), oauth.issuer.clone()],
    };
    sorted(named.into_iter().flatten())
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// `client_secret_post`, like the current proxy, unless the provider only accepts `client_secret_basic`.
fn client_authentication(
    oauth_type: OAuthType,
    methods: Option<&[String]>,
) -> ClientAuthentication {
    let takes =
        |method: &str| methods.is_some_and(|methods| methods.iter().any(|known| known == method));
    if oauth_type.is_mcp_flow() && takes("client_secret_basic") && !takes("client_secret_post") {
        ClientAuthentication::ClientSecretBasic
    } else {
        ClientAuthentication::ClientSecretPost
    }
}

/// The guide's names, each with a POSIX alias if it is not a POSIX name.
fn environment(id: &str) -> ProxyEnvironment {
    let names = |suffix: &str| {
        let name = format!("{id}_{suffix}");
        let alias = env_name::alias(&name);
        if alias == name { vec![name] } else { vec![name, alias] }
    };
    ProxyEnvironment {
        client_id: names("CLIENT_ID"),
        secret: names("SECRET"),
        secret_file: names("SECRET_FILE"),
    }
}

/// Drops the aliases of servers that are not listed, because another program's secret may have that name; and those that
/// two servers share, so that one server's secret never goes to another's provider.
pub(super) fn drop_aliases(servers: &mut BTreeMap<String, ProxyServer>, listed: &[String]) {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for server in servers.values() {
        for name in names(&server.environment) {
            *uses.entry(name.clone()).or_default() += 1;
        }
    }
    for (id, server) in servers {
        let is_listed = listed.contains(id);
        let ProxyEnvironment { client_id, secret, secret_file } = &mut server.environment;
        for list in [client_id, secret, secret_file] {
            // The guide's name comes first and stays.
            let is_shared = list.get(1).is_some_and(|alias| uses.get(alias) != Some(&1));
            if is_shared || !is_listed {
                list.truncate(1);
            }
        }
    }
}

fn names(environment: &ProxyEnvironment) -> impl Iterator<Item = &String> {
    let ProxyEnvironment { client_id, secret, secret_file } = environment;
    client_id.iter().chain(secret).chain(secret_file)
}

/// Where a server's secret goes, and which hosts publish its metadata, as the artifacts list them.
pub(super) fn destinations(entry: &Entry) -> Vec<PlannedDestination> {
    let known = entry.destinations.known().iter();
    let known = known.map(|destination| PlannedDestination {
        host: destination.host.clone(),
        purpose: destination.purpose.into(),
        server: Some(entry.id.clone()),
        endpoint: Some(destination.endpoint.clone()),
        source: Source::from(&destination.source),
    });
    known.collect()
}

pub(super) fn providers(
    config: &Config,
    entries: &BTreeMap<&str, &Entry>,
) -> Result<Providers, CompileError> {
    let mut all: Vec<PlannedDestination> =
        entries.values().copied().flat_map(destinations).collect();
    all.extend(config.proxy.extra_destinations.iter().map(|extra| PlannedDestination {
        host: extra.host.clone(),
        purpose: HostPurpose::Extra,
        server: None,
        endpoint: None,
        source: Source::Configuration { reason: extra.reason.clone() },
    }));
    all.sort();
    let verified =
        entries.values().filter(|entry| entry.is_proxied && entry.needed_hosts().next().is_some());
    let unverifiable =
        entries.values().filter(|entry| entry.destinations == Destinations::Unverifiable);
    Ok(Providers {
        generated: GENERATED.to_owned(),
        version: VERSION,
        kind: ProvidersKind::Providers,
        profile: config.profile,
        allowed_destinations: allowed_destinations(config, entries)?,
        server_destinations: verified.map(|entry| (entry.id.clone(), hosts(entry))).collect(),
        destinations: all,
        unverifiable: unverifiable.map(|entry| entry.id.clone()).collect(),
    })
}

/// The hosts that one server's secret may be sent to.
fn hosts(entry: &Entry) -> Vec<String> {
    sorted(entry.needed_hosts().map(|destination| destination.host.clone()))
}

fn allowed_destinations(
    config: &Config,
    entries: &BTreeMap<&str, &Entry>,
) -> Result<Vec<String>, CompileError> {
    let field = "proxy.extra_destinations";
    let extra = config.proxy.extra_destinations.iter().map(|extra| &extra.host);
    for host in extra.clone() {
        grammar::configured(field, grammar::allowed_host(host, config.profile))?;
    }
    Ok(sorted(entries.values().copied().flat_map(hosts).chain(extra.cloned())))
}

/// The port of a proxy on this machine, else the guide's.
fn listen_port(config: &Config) -> u16 {
    let url = config.proxy.url.as_deref().and_then(|url| Url::parse(url).ok());
    let local = url.filter(|url| url.scheme() == "http" && hosts::is_loopback(url));
    local.and_then(|url| url.port()).unwrap_or(8080)
}

pub(super) fn launch(
    config: &Config,
    entries: &BTreeMap<&str, &Entry>,
    servers: BTreeMap<String, ProxyServer>,
) -> Result<ProxyLaunch, CompileError> {
    let callback_urls = &config.proxy.callback_urls;
    for url in callback_urls {
        grammar::configured("proxy.callback_urls", grammar::url("proxy.callback_urls", url))?;
    }
    let proxied = entries.values().filter(|entry| entry.is_proxied);
    let redirect_uris = proxied.filter_map(|entry| entry.redirect_uri.as_ref());
    let callback_urls = sorted(callback_urls.iter().chain(redirect_uris).cloned());
    let cors_origins = &config.proxy.cors_origins;
    for origin in cors_origins {
        grammar::configured("proxy.cors_origins", grammar::uri("proxy.cors_origins", origin))?;
    }
    Ok(ProxyLaunch {
        generated: GENERATED.to_owned(),
        version: VERSION,
        kind: ProxyKind::Proxy,
        profile: config.profile,
        run: run("oauth_proxy"),
        listen: Listen { host: "127.0.0.1".to_owned(), port: listen_port(config) },
        url: config.proxy.url.clone(),
        callback_urls,
        deep_link: DEEP_LINK.to_owned(),
        cors_origins: sorted(cors_origins.iter().cloned()),
        allowed_destinations: allowed_destinations(config, entries)?,
        servers,
    })
}

//! `oauth_proxy/.env.example`: the template of the proxy's environment, read by the JavaScript `dotenv`.

use serde::Serialize;
use url::Url;

use crate::compile::plan::{GENERATED, OAuth, Plan, ProxyServer, ServerLaunch};
use crate::manifest::oauth::OAuthType;
use crate::text::dotenv;

use super::render::{fill, single_line};
use super::{Artifact, RenderError};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    /// The servers whose secret the proxy keeps, by type and id.
    proxied: Vec<Credentials>,
    /// The titles of the servers that register their clients and need nothing here.
    dynamic: Vec<String>,
    port: u16,
}

/// The block of one server.
#[derive(Serialize)]
struct Credentials {
    title: String,
    registered_at: String,
    redirect_uris: Vec<String>,
    scopes: String,
    /// `name='value'`, the client id filled in.
    lines: Vec<String>,
}

pub(crate) fn emit(plan: &Plan) -> Result<Artifact, RenderError> {
    let mut proxied = Vec::new();
    let mut dynamic = Vec::new();
    for server in plan.servers.values() {
        let Some(oauth) = &server.oauth else {
            continue;
        };
        match plan.proxy.servers.get(&server.id) {
            Some(proxied_server) => {
                let title = title(server, oauth);
                proxied.push((oauth.kind.number(), credentials(title, oauth, proxied_server)));
            }
            None if oauth.kind == OAuthType::RemoteDynamic => dynamic.push(title(server, oauth)),
            None => {}
        }
    }
    proxied.sort_by_key(|(number, _)| *number);
    let values = Values {
        generated: GENERATED,
        proxied: proxied.into_iter().map(|(_, server)| server).collect(),
        dynamic,
        port: plan.proxy.listen.port,
    };
    fill("oauth_proxy/.env.example", include_str!("proxy.env.j2"), values)
}

/// As in the guide's sample: `Type 1: Slack (korotovsky__slack-mcp-server)`.
fn title(server: &ServerLaunch, oauth: &OAuth) -> String {
    let number = oauth.kind.number();
    single_line(&format!("Type {number}: {} ({})", server.display_name, server.id))
}

fn credentials(title: String, oauth: &OAuth, proxied: &ProxyServer) -> Credentials {
    // The compiler leaves out a server whose client id cannot be quoted.
    let line = |name: &String, value: &str| Some(format!("{name}={}", dotenv::quote(value)?));
    let environment = &proxied.environment;
    let lines = [
        (environment.client_id.first(), proxied.client_id.as_str()),
        (environment.secret.first(), ""),
    ];
    Credentials {
        title,
        registered_at: single_line(&registered_at(oauth)),
        redirect_uris: proxied.redirect_uris.iter().map(|uri| single_line(uri)).collect(),
        scopes: match proxied.scopes.as_slice() {
            [] => "those that the server asks for".to_owned(),
            scopes => single_line(&scopes.join(" ")),
        },
        lines: lines.into_iter().filter_map(|(name, value)| line(name?, value)).collect(),
    }
}

/// The host of the provider that the client is registered with.
fn registered_at(oauth: &OAuth) -> String {
    let known = oauth.issuer.as_ref().or(oauth.authorization_endpoint.as_ref());
    let url = known.and_then(|url| Url::parse(url).ok());
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or("a provider that only `catproof probe` can name").to_owned()
}

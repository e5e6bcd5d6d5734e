//! `oauth_proxy/.env.example`: the template of the proxy's environment, read by the JavaScript `dotenv`.

use serde::Serialize;
use url::Url;

use crate::compile::plan::{GENERATED, OAuth, Plan, ProxyServer, ServerLaunch};
use crate::manifest::oauth::OAuthType;
use crate::text::dotenv;

use super::template::{comment, fill};
use super::{Artifact, Error};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    /// The servers whose secret the proxy keeps, by type and id.
    proxied: Vec<Server>,
    /// The titles of those that register their clients, which need nothing here.
    dynamic: Vec<String>,
    port: u16,
}

/// The block of one server.
#[derive(Serialize)]
struct Server {
    title: String,
    credentials: Credentials,
}

#[derive(Serialize)]
struct Credentials {
    registered_at: String,
    redirect_uris: Vec<String>,
    scopes: String,
    /// `name='value'`, the client id filled in.
    lines: Vec<String>,
}

pub(super) fn emit(plan: &Plan) -> Result<Artifact, Error> {
    let mut proxied = Vec::new();
    let mut dynamic = Vec::new();
    for server in plan.servers.values() {
        let Some(oauth) = &server.oauth else {
            continue;
        };
        match plan.proxy.servers.get(&server.id) {
            Some(proxied_server) => proxied.push((
                oauth.kind.number(),
                Server {
                    title: title(server, oauth),
                    credentials: credentials(oauth, proxied_server),
                },
            )),
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

/// As the guide's sample has it: `Type 1: Slack (korotovsky__slack-mcp-server)`.
fn title(server: &ServerLaunch, oauth: &OAuth) -> String {
    let number = oauth.kind.number();
    comment(&format!("Type {number}: {} ({})", server.display_name, server.id))
}

fn credentials(oauth: &OAuth, proxied: &ProxyServer) -> Credentials {
    // The compiler leaves out a server whose client id no quoting carries.
    let line = |name: &String, value: &str| Some(format!("{name}={}", dotenv::quote(value)?));
    let environment = &proxied.environment;
    let lines = [
        (environment.client_id.first(), proxied.client_id.as_str()),
        (environment.secret.first(), ""),
    ];
    Credentials {
        registered_at: comment(&registered_at(oauth)),
        redirect_uris: proxied.redirect_uris.iter().map(|uri| comment(uri)).collect(),
        scopes: match proxied.scopes.as_slice() {
            [] => "those that the server asks for".to_owned(),
            scopes => comment(&scopes.join(" ")),
        },
        lines: lines.into_iter().filter_map(|(name, value)| line(name?, value)).collect(),
    }
}

/// Whose console the client is registered in.
fn registered_at(oauth: &OAuth) -> String {
    let known = oauth.issuer.as_ref().or(oauth.authorization_endpoint.as_ref());
    let host = known
        .and_then(|url| Url::parse(url).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "a provider that only `catproof probe` can name".to_owned())
}

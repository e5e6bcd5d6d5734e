//! `oauth_proxy/.env.example`: the template of the proxy's environment, read by the JavaScript `dotenv`.

use serde::Serialize;
use url::Url;

use crate::dotenv;
use crate::oauth::OAuthType;
use crate::plan::{GENERATED, OAuth, Plan, ProxyServer};

use super::template::{comment, fill};
use super::{Artifact, Error};

#[derive(Serialize)]
struct Values {
    generated: &'static str,
    servers: Vec<Server>,
    port: u16,
}

/// The block of one server.
#[derive(Serialize)]
struct Server {
    /// As the guide's sample has it: `Type 1: Slack (korotovsky__slack-mcp-server)`.
    title: String,
    /// Nothing for a server that registers its clients: then there are no credentials.
    credentials: Option<Credentials>,
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
    let servers = plan.servers.values().filter_map(|server| {
        let oauth = server.oauth.as_ref()?;
        let proxied = plan.proxy.servers.get(&server.id);
        let is_dynamic = oauth.kind == OAuthType::RemoteDynamic;
        (is_dynamic || proxied.is_some()).then(|| Server {
            title: comment(&format!(
                "Type {}: {} ({})",
                oauth.kind.number(),
                server.display_name,
                server.id
            )),
            credentials: proxied.map(|proxied| credentials(oauth, proxied)),
        })
    });
    let values = Values {
        generated: GENERATED,
        servers: servers.collect(),
        port: plan.proxy.listen.port,
    };
    fill(
        "oauth_proxy/.env.example",
        include_str!("proxy.env.j2"),
        values,
    )
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
        redirect_uris: proxied
            .redirect_uris
            .iter()
            .map(|uri| comment(uri))
            .collect(),
        scopes: match proxied.scopes.as_slice() {
            [] => "those that the server asks for".to_owned(),
            scopes => comment(&scopes.join(" ")),
        },
        lines: lines
            .into_iter()
            .filter_map(|(name, value)| line(name?, value))
            .collect(),
    }
}

/// Whose console the client is registered in.
fn registered_at(oauth: &OAuth) -> String {
    let known = oauth
        .issuer
        .as_ref()
        .or(oauth.authorization_endpoint.as_ref());
    let host = known
        .and_then(|url| Url::parse(url).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "a provider that only `catproof probe` can name".to_owned())
}

//! How the user logs in, where the secret goes, and what is asked for.

use std::collections::BTreeSet;

use url::Url;

use crate::catalog::entry::{Destination, Destinations, Entry, Purpose};
use crate::compile::plan::{OAuth, Registration, ScopeSource, TokenDelivery, TokenExchange};
use crate::manifest::oauth::{OAuthType, Verdict};

use super::{Changes, Compiled, Kind, Server, Words, missing};

pub(super) fn compare(
    old: &Server,
    new: &Server,
    before: &Compiled,
    after: &Compiled,
    changes: &mut Changes,
) {
    oauth_type(&old.entry, &new.entry, changes);
    secret(old, new, changes);
    destinations(old, new, before.manifest == after.manifest, changes);
    let (Ok(was), Ok(is)) = (&before.parts.oauth, &after.parts.oauth) else {
        return;
    };
    scopes(was.as_ref(), is.as_ref(), changes);
    if let (Some(was), Some(is)) = (was, is) {
        hosts(was, is, changes);
        endpoints(was, is, changes);
        client(was, is, changes);
        redirect_uris(before, after, changes);
        if was.delivery != is.delivery {
            changes.push(
                Kind::TokenDeliveryChanged,
                Words::new("the token reaches the server ")
                    .words(delivery(&is.delivery))
                    .text(", no longer ")
                    .words(delivery(&was.delivery)),
            );
        }
        if was.required != is.required {
            let words = if is.required {
                Words::new("the login becomes required")
            } else {
                Words::new("the login becomes optional")
            };
            changes.push(Kind::LoginRequirementChanged, words);
        }
    }
}

fn oauth_type(old: &Entry, new: &Entry, changes: &mut Changes) {
    let [was, is] = [old, new].map(|entry| entry.classification.verdict);
    if was == is {
        return;
    }
    if let Verdict::Undetermined(reason) = is {
        changes.push(
            Kind::OauthTypeUndetermined,
            Words::new("the OAuth type was ")
                .value(was.name())
                .text(" and can no longer be told: ")
                .text(reason.reason()),
        );
        return;
    }
    let mut words = Words::new("the OAuth type changes from ")
        .value(was.name())
        .text(" to ")
        .value(is.name());
    let evidence = new.classification.evidence.iter().filter(|evidence| {
        let before = old.classification.evidence_of(evidence.fact);
        before.map(|before| before.value) != Some(evidence.value)
    });
    for evidence in evidence {
        words = words.text(": ").value(evidence.because.replace('`', ""));
    }
    changes.push(Kind::OauthTypeChanged, words);
}

/// Who keeps the client secret, and whether it is one.
fn secret(old: &Server, new: &Server, changes: &mut Changes) {
    let has_secret = |entry: &Entry| entry.oauth_type().is_some_and(OAuthType::has_static_client);
    match (old.entry.is_proxied, new.entry.is_proxied) {
        (true, false) if has_secret(&new.entry) => changes.push(
            Kind::ProxyDropped,
            Words::new("the proxy no longer keeps the client secret: `requires_proxy` is not set"),
        ),
        (false, true) => changes.push(
            Kind::ProxyAdded,
            Words::new("the proxy keeps the client secret, and has to be given ")
                .values(new.entry.env_names()),
        ),
        (_, _) => {}
    }
    match (old.holds_secret, new.holds_secret) {
        (false, true) => changes.push(
            Kind::SecretInFile,
            Words::new("a secret now stands in the file, and in the history from here on"),
        ),
        (true, false) => changes.push(
            Kind::SecretRemoved,
            Words::new("the secret no longer stands in the file; the history still has it"),
        ),
        (true, true) | (false, false) => {}
    }
}

/// The hosts that the secret may be sent to.
fn destinations(old: &Server, new: &Server, is_same_manifest: bool, changes: &mut Changes) {
    let [was, is] = [&old.entry, &new.entry].map(|entry| {
        let mut sent: Vec<&Destination> = entry.needed_hosts().collect();
        sent.sort();
        sent.dedup_by_key(|destination| &destination.host);
        sent
    });
    let has = |list: &[&Destination], host: &str| list.iter().any(|known| known.host == host);
    if old.entry.destinations != Destinations::Unverifiable
        && new.entry.destinations == Destinations::Unverifiable
    {
        changes.push(
            Kind::DestinationUnknown,
            Words::new(
                "it is not known where its secret goes: the discovery lock has no entry for these URLs",
            ),
        );
        return;
    }
    for destination in is.iter().filter(|now| !has(&was, &now.host)) {
        let kind = match old.entry.destinations {
            // A secret that went nowhere because the lock knew nothing.
            Destinations::Unverifiable if is_same_manifest => Kind::DestinationDiscovered,
            _ if is_same_manifest => Kind::UnexplainedDestination,
            _ => Kind::DestinationAdded,
        };
        let words = Words::new("its secret may now be sent to ")
            .value(&destination.host)
            .text(purpose(destination.purpose))
            .text(", says ")
            .value(destination.source.describe())
            .text(match kind {
                Kind::UnexplainedDestination => ", though the manifest did not change",
                _ => "",
            });
        changes.push(kind, words);
    }
    for destination in was.iter().filter(|known| !has(&is, &known.host)) {
        changes.push(
            Kind::DestinationRemoved,
            Words::new("its secret is no longer sent to ")
                .value(&destination.host)
                .text(purpose(destination.purpose)),
        );
    }
    for now in &is {
        let before = was.iter().find(|known| known.host == now.host);
        let Some(before) = before.filter(|before| before.source != now.source) else {
            continue;
        };
        changes.push(
            Kind::DestinationSourceChanged,
            Words::new("that its secret may be sent to ")
                .value(&now.host)
                .text(" was said by ")
                .value(before.source.describe())
                .text(" and is now said by ")
                .value(now.source.describe()),
        );
    }
}

/// What the secret is sent for.
pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Token => " to exchange codes and refresh tokens",
        Purpose::Revocation => " to revoke tokens",
        Purpose::Discovery => " to read metadata",
    }
}

fn scopes(was: Option<&OAuth>, is: Option<&OAuth>, changes: &mut Changes) {
    let requested =
        |oauth: Option<&OAuth>| oauth.map_or_else(Vec::new, |oauth| oauth.scopes.requested.clone());
    let [old, new] = [was, is].map(requested);
    let source = |source: ScopeSource| match source {
        ScopeSource::Declared => "the manifest",
        ScopeSource::Discovered => "the discovery lock",
        ScopeSource::Unstated => "the server's own challenge",
    };
    let added = missing(&new, &old);
    if !added.is_empty() {
        changes.push(
            Kind::ScopeAdded,
            Words::new("it asks for ").values(added).text(" as well"),
        );
    }
    let removed = missing(&old, &new);
    if !removed.is_empty() {
        changes.push(
            Kind::ScopeRemoved,
            Words::new("it no longer asks for ").values(removed),
        );
    }
    let (Some(was), Some(is)) = (was, is) else {
        return;
    };
    if was.scopes.source != is.scopes.source {
        changes.push(
            Kind::ScopeSourceChanged,
            Words::new("the scopes are said by ")
                .text(source(is.scopes.source))
                .text(", no longer by ")
                .text(source(was.scopes.source)),
        );
    }
    let has_own_fallback = |oauth: &OAuth| oauth.scopes.fallback != oauth.scopes.requested;
    if was.scopes.fallback != is.scopes.fallback && (has_own_fallback(was) || has_own_fallback(is))
    {
        changes.push(
            Kind::FallbackScopesChanged,
            Words::new("where the provider refuses the scopes, it asks for ")
                .values(&is.scopes.fallback),
        );
    }
}

/// The host that a URL names.
pub(super) fn host_of(url: &str) -> String {
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| url.to_owned())
}

/// Who is asked where the endpoints are: what the manifest alone decides.
fn asked(oauth: &OAuth) -> BTreeSet<String> {
    let discovery = oauth.discovery.iter();
    let urls = discovery.flat_map(|discovery| {
        discovery
            .challenge
            .iter()
            .chain(&discovery.resource_metadata)
            .chain(&discovery.authorization_server_metadata)
    });
    let issuer = oauth
        .issuer
        .iter()
        .filter(|_| oauth.kind == OAuthType::McpStatic);
    urls.chain(issuer).map(|url| host_of(url)).collect()
}

/// The endpoints that take part in a login, each with what it is for. Where the proxy exchanges the code, its token
/// endpoints are destinations of the secret, and told there.
fn endpoints_of(oauth: &OAuth) -> Vec<(&'static str, &str)> {
    let registration = match &oauth.registration {
        Registration::Dynamic { endpoint, .. } => endpoint.as_deref(),
        Registration::ClientMetadata { client_id } => Some(client_id.as_str()),
        Registration::Static { .. } => None,
    };
    let issuer = oauth
        .issuer
        .as_deref()
        .filter(|_| oauth.kind != OAuthType::McpStatic);
    let mut endpoints = vec![
        (
            "authorization endpoint",
            oauth.authorization_endpoint.as_deref(),
        ),
        ("issuer", issuer),
        ("registration endpoint", registration),
        ("token endpoint", oauth.token_endpoint.as_deref()),
        ("revocation endpoint", oauth.revocation_endpoint.as_deref()),
    ];
    endpoints.retain(|(_, url)| url.is_some());
    endpoints
        .into_iter()
        .filter_map(|(name, url)| Some((name, url?)))
        .collect()
}

/// The hosts of a login that the secret is not told to go to.
fn login_hosts(oauth: &OAuth) -> BTreeSet<String> {
    let is_proxied = matches!(oauth.token_exchange, TokenExchange::Proxy { .. });
    endpoints_of(oauth)
        .into_iter()
        .filter(|(name, _)| {
            !is_proxied || !matches!(*name, "token endpoint" | "revocation endpoint")
        })
        .map(|(_, url)| host_of(url))
        .collect()
}

fn hosts(was: &OAuth, is: &OAuth, changes: &mut Changes) {
    let [old_asked, new_asked] = [was, is].map(asked);
    let [old_hosts, new_hosts] = [was, is].map(login_hosts);
    // What the proxy asked before is not new to the login, even where the app now asks it itself.
    let old_endpoints = endpoints_of(was);
    let old_endpoints: BTreeSet<String> =
        old_endpoints.iter().map(|(_, url)| host_of(url)).collect();
    let told: BTreeSet<&String> = old_asked.union(&old_hosts).collect();
    let known: BTreeSet<&String> = told.iter().copied().chain(&old_endpoints).collect();
    let mut added: BTreeSet<&String> = new_asked
        .iter()
        .filter(|host| !known.contains(host))
        .collect();
    match (old_hosts.is_empty(), new_hosts.is_empty()) {
        (true, false) => changes.push(
            Kind::LoginDiscovered,
            Words::new("the login is now known to involve ").values(&new_hosts),
        ),
        (false, true) => changes.push(
            Kind::LoginUnknown,
            Words::new("it is no longer known where the user logs in; it was at ")
                .values(&old_hosts),
        ),
        (false, false) => added.extend(new_hosts.iter().filter(|host| !known.contains(host))),
        (true, true) => {}
    }
    if !added.is_empty() {
        changes.push(
            Kind::LoginHostAdded,
            Words::new("the login now involves ").values(added),
        );
    }
    let kept: BTreeSet<&String> = new_asked.union(&new_hosts).collect();
    let removed: Vec<&String> = told
        .into_iter()
        .filter(|host| !kept.contains(host) && !new_hosts.is_empty())
        .collect();
    if !removed.is_empty() {
        changes.push(
            Kind::LoginHostRemoved,
            Words::new("the login no longer involves ").values(removed),
        );
    }
}

/// Endpoints that move on their own host; another host is told as such.
fn endpoints(was: &OAuth, is: &OAuth, changes: &mut Changes) {
    let old = endpoints_of(was);
    for (name, url) in endpoints_of(is) {
        let before = old.iter().find(|(known, _)| *known == name);
        let Some((_, before)) = before.filter(|(_, before)| *before != url) else {
            continue;
        };
        if host_of(before) == host_of(url) {
            changes.push(
                Kind::EndpointChanged,
                Words::new("the ")
                    .text(name)
                    .text(" changes from ")
                    .value(*before)
                    .text(" to ")
                    .value(url),
            );
        }
    }
    let documents = |oauth: &OAuth| {
        let discovery = oauth.discovery.as_ref();
        discovery.map(|discovery| discovery.authorization_server_metadata.clone())
    };
    let is_asked_elsewhere = is.kind == OAuthType::McpStatic && was.kind == is.kind;
    if is_asked_elsewhere && documents(was) != documents(is) && asked(was) == asked(is) {
        changes.push(
            Kind::EndpointChanged,
            Words::new("the endpoints are looked for at ")
                .values(documents(is).unwrap_or_default()),
        );
    }
}

fn client(was: &OAuth, is: &OAuth, changes: &mut Changes) {
    match (&was.registration, &is.registration) {
        (Registration::Static { client_id: old }, Registration::Static { client_id: new }) => {
            if old != new {
                changes.push(
                    Kind::ClientIdChanged,
                    Words::new("the client id changes from ")
                        .value(old)
                        .text(" to ")
                        .value(new),
                );
            }
        }
        (
            Registration::Dynamic { request: old, .. },
            Registration::Dynamic { request: new, .. },
        ) => {
            // The redirect URI and the scopes are told as such.
            let facts = |request: &crate::compile::plan::RegistrationRequest| {
                (
                    request.grant_types.clone(),
                    request.token_endpoint_auth_method.clone(),
                    request.client_name.clone(),
                )
            };
            if facts(old) != facts(new) {
                changes.push(
                    Kind::RegistrationChanged,
                    Words::new("the client registers itself with the grants ")
                        .values(&new.grant_types)
                        .text(" and the authentication method ")
                        .value(&new.token_endpoint_auth_method),
                );
            }
        }
        (old, new) if std::mem::discriminant(old) != std::mem::discriminant(new) => {
            let words = match new {
                Registration::Static { .. } => Words::new("the client id was issued beforehand"),
                Registration::Dynamic { .. } => Words::new("the client registers itself"),
                Registration::ClientMetadata { client_id } => {
                    Words::new("the client is described by the document at ").value(client_id)
                }
            };
            changes.push(Kind::RegistrationChanged, words);
        }
        (_, _) => {}
    }
}

fn redirect_uris(before: &Compiled, after: &Compiled, changes: &mut Changes) {
    let [was, is] = [before, after].map(|compiled| {
        let oauth = compiled.manifest.oauth_config.as_ref();
        let uris = oauth.and_then(|oauth| oauth.redirect_uris.clone());
        uris.unwrap_or_default()
    });
    if was.first() != is.first() {
        changes.push(
            Kind::RedirectUriChanged,
            Words::new("the user is sent back to ")
                .values(is.first())
                .text(", no longer to ")
                .values(was.first()),
        );
    }
    let others = |uris: &[String]| uris.iter().skip(1).cloned().collect::<BTreeSet<_>>();
    let [was, is] = [was, is].map(|uris| others(&uris));
    if was != is {
        let mut words = Words::new("beside the first redirect URI there is ");
        words = if is.is_empty() {
            words.text("none any more")
        } else {
            words.values(is)
        };
        changes.push(Kind::OtherRedirectUrisChanged, words);
    }
}

/// How the token reaches the server, in words.
pub(super) fn delivery(delivery: &[TokenDelivery]) -> Words {
    let mut words = Words::default();
    for (index, delivery) in delivery.iter().enumerate() {
        if index > 0 {
            words = words.text(" and ");
        }
        words = match delivery {
            TokenDelivery::Header { name, scheme } => words
                .text("in the header ")
                .value(format!("{name}: {scheme} …")),
            TokenDelivery::Env { name } => words.text("in the variable ").value(name),
            TokenDelivery::File { path } => words.text("in the file ").value(path),
        };
    }
    match delivery {
        [] => Words::new("in no way"),
        _ => words,
    }
}

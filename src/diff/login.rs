//! How the user logs in, where the secret goes, and what is asked for.

use std::collections::BTreeSet;

use url::Url;

use crate::catalog::entry::{Destination, Destinations, Entry, Purpose};
use crate::compile::plan::{ClientRegistration, OAuth, ScopeSource, TokenDelivery, TokenExchange};
use crate::manifest::oauth::{OAuthType, Verdict};

use super::{
    ChangeList, ComparedServer, CompiledManifest, Kind, Piece, Sentence, only_in, sentence,
};

pub(super) fn compare(
    old: &ComparedServer,
    new: &ComparedServer,
    before: &CompiledManifest,
    after: &CompiledManifest,
    changes: &mut ChangeList,
) {
    oauth_type(&old.entry, &new.entry, changes);
    secret(old, new, changes);
    let is_same_manifest = before.manifest == after.manifest;
    destinations(&old.entry, &new.entry, is_same_manifest, changes);
    let (Ok(was), Ok(is)) = (&before.parts.oauth, &after.parts.oauth) else {
        return;
    };
    scopes(was.as_ref(), is.as_ref(), changes);
    let (Some(was), Some(is)) = (was, is) else {
        return;
    };
    hosts(was, is, changes);
    endpoints(was, is, changes);
    registration(&was.registration, &is.registration, changes);
    redirect_uris(before, after, changes);
    if was.delivery != is.delivery {
        let sentence = sentence!(
            "the token reaches the server {}, no longer {}",
            delivery(&is.delivery),
            delivery(&was.delivery)
        );
        changes.push(Kind::TokenDeliveryChanged, sentence);
    }
    if was.required != is.required {
        let sentence = if is.required {
            sentence!("the login becomes required")
        } else {
            sentence!("the login becomes optional")
        };
        changes.push(Kind::LoginRequirementChanged, sentence);
    }
}

fn oauth_type(old: &Entry, new: &Entry, changes: &mut ChangeList) {
    let [was, is] = [old, new].map(|entry| entry.classification.verdict);
    if was == is {
        return;
    }
    if let Verdict::Undetermined(reason) = is {
        let sentence = sentence!(
            "the OAuth type was {} and can no longer be determined: {}",
            was.name(),
            Piece::Text(reason.reason())
        );
        changes.push(Kind::OauthTypeUndetermined, sentence);
        return;
    }
    let mut sentence = sentence!("the OAuth type changes from {} to {}", was.name(), is.name());
    for evidence in &new.classification.evidence {
        let before = old.classification.evidence_of(evidence.fact);
        if before.map(|before| before.value) != Some(evidence.value) {
            sentence = sentence!("{}: {}", sentence, evidence.because.replace('`', ""));
        }
    }
    changes.push(Kind::OauthTypeChanged, sentence);
}

/// Who keeps the client secret, and whether the file contains it.
fn secret(old: &ComparedServer, new: &ComparedServer, changes: &mut ChangeList) {
    let has_secret = new.entry.oauth_type().is_some_and(OAuthType::has_static_client);
    match (old.entry.is_proxied, new.entry.is_proxied) {
        (true, false) if has_secret => {
            let template =
                "the proxy no longer keeps the client secret: `requires_proxy` is not set";
            changes.push(Kind::ProxyDropped, sentence!(template));
        }
        (false, true) => {
            let template = "the proxy now keeps the client secret and needs {}";
            changes.push(Kind::ProxyAdded, sentence!(template, new.entry.env_names()));
        }
        (_, _) => {}
    }
    match (old.holds_secret, new.holds_secret) {
        (false, true) => changes.push(
            Kind::SecretInFile,
            sentence!("the file now contains a secret, and so will the history from here on"),
        ),
        (true, false) => changes.push(
            Kind::SecretRemoved,
            sentence!("the file no longer contains the secret; the history still does"),
        ),
        (true, true) | (false, false) => {}
    }
}

/// The hosts that the secret may be sent to.
fn destinations(old: &Entry, new: &Entry, is_same_manifest: bool, changes: &mut ChangeList) {
    let was_unknown = old.destinations == Destinations::Unverifiable;
    if new.destinations == Destinations::Unverifiable && !was_unknown {
        let template = "it is not known where its secret goes: \
                        the discovery lock has no entry for these URLs";
        changes.push(Kind::DestinationUnknown, sentence!(template));
        return;
    }
    let [was, is] = [old, new].map(sent_to);
    for now in &is {
        let before = was.iter().find(|known| known.host == now.host);
        let (source, use_of_secret) = (now.source.describe(), purpose(now.purpose));
        match before {
            None => {
                let (kind, template) = match (is_same_manifest, was_unknown) {
                    (false, _) => (Kind::DestinationAdded, MAY_BE_SENT),
                    // The secret went nowhere because the base's lock knew no destination.
                    (true, true) => (Kind::DestinationDiscovered, MAY_BE_SENT),
                    (true, false) => (
                        Kind::UnexplainedDestination,
                        "its secret may now be sent to {}{}, according to {}, though the manifest did not change",
                    ),
                };
                changes.push(kind, sentence!(template, &now.host, use_of_secret, source));
            }
            Some(before) if before.source != now.source => changes.push(
                Kind::DestinationSourceChanged,
                sentence!(
                    "its secret may still be sent to {}; the source was {} and is now {}",
                    &now.host,
                    before.source.describe(),
                    source
                ),
            ),
            Some(_) => {}
        }
    }
    for known in was {
        if !is.iter().any(|now| now.host == known.host) {
            let sentence = sentence!(
                "its secret is no longer sent to {}{}",
                &known.host,
                purpose(known.purpose)
            );
            changes.push(Kind::DestinationRemoved, sentence);
        }
    }
}

const MAY_BE_SENT: &str = "its secret may now be sent to {}{}, according to {}";

/// The hosts that the secret is sent to, each once.
fn sent_to(entry: &Entry) -> Vec<&Destination> {
    let mut sent: Vec<&Destination> = entry.needed_hosts().collect();
    sent.sort();
    sent.dedup_by_key(|destination| &destination.host);
    sent
}

/// What the secret is sent for.
fn purpose(purpose: Purpose) -> Piece {
    Piece::Text(match purpose {
        Purpose::Token => " to exchange codes and refresh tokens",
        Purpose::Revocation => " to revoke tokens",
        Purpose::Discovery => " to read metadata",
    })
}

fn scopes(was: Option<&OAuth>, is: Option<&OAuth>, changes: &mut ChangeList) {
    let [old, new] = [was, is].map(|oauth| oauth.map_or(&[][..], |oauth| &oauth.scopes.requested));
    changes.push_all(Kind::ScopeAdded, "it now also asks for {}", only_in(new, old));
    changes.push_all(Kind::ScopeRemoved, "it no longer asks for {}", only_in(old, new));
    let (Some(was), Some(is)) = (was, is) else {
        return;
    };
    let source = |oauth: &OAuth| {
        Piece::Text(match oauth.scopes.source {
            ScopeSource::Declared => "the manifest",
            ScopeSource::Discovered => "the discovery lock",
            ScopeSource::Unstated => "the server's own challenge",
        })
    };
    if was.scopes.source != is.scopes.source {
        let template = "the scopes now come from {}, no longer from {}";
        changes.push(Kind::ScopeSourceChanged, sentence!(template, source(is), source(was)));
    }
    let has_own_fallback = |oauth: &OAuth| oauth.scopes.fallback != oauth.scopes.requested;
    if was.scopes.fallback != is.scopes.fallback && (has_own_fallback(was) || has_own_fallback(is))
    {
        let template = "if the provider refuses the scopes, it asks for {}";
        changes.push(Kind::FallbackScopesChanged, sentence!(template, &is.scopes.fallback));
    }
}

/// The host that a URL names.
pub(super) fn host_of(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    host.unwrap_or(url).to_owned()
}

/// The hosts where discovery starts, which the manifest alone decides.
fn asked_hosts(oauth: &OAuth) -> BTreeSet<String> {
    let urls = oauth.discovery.iter().flat_map(|discovery| {
        let documents = discovery.resource_metadata.iter();
        let documents = documents.chain(&discovery.authorization_server_metadata);
        discovery.challenge.iter().chain(documents)
    });
    let issuer = oauth.issuer.as_ref();
    let issuer = issuer.filter(|_| oauth.kind == OAuthType::McpStatic);
    urls.chain(issuer).map(|url| host_of(url)).collect()
}

/// The endpoints that take part in a login, each with what it is for. Where the proxy exchanges the code, its token
/// endpoints are destinations of the secret, and told there.
fn endpoints_of(oauth: &OAuth) -> Vec<(&'static str, &str)> {
    let registration = match &oauth.registration {
        ClientRegistration::Dynamic { endpoint, .. } => endpoint.as_ref(),
        ClientRegistration::ClientMetadata { client_id } => Some(client_id),
        ClientRegistration::Static { .. } => None,
    };
    let issuer = oauth.issuer.as_ref();
    let endpoints = [
        ("authorization endpoint", oauth.authorization_endpoint.as_ref()),
        ("issuer", issuer.filter(|_| oauth.kind != OAuthType::McpStatic)),
        ("registration endpoint", registration),
        ("token endpoint", oauth.token_endpoint.as_ref()),
        ("revocation endpoint", oauth.revocation_endpoint.as_ref()),
    ];
    let known = endpoints.into_iter();
    known.filter_map(|(name, url)| Some((name, url?.as_str()))).collect()
}

/// The hosts of a login that are not destinations of the secret.
fn login_hosts(oauth: &OAuth) -> BTreeSet<String> {
    let is_proxied = matches!(oauth.token_exchange, TokenExchange::Proxy { .. });
    let is_the_proxys = |name| matches!(name, "token endpoint" | "revocation endpoint");
    endpoints_of(oauth)
        .into_iter()
        .filter(|(name, _)| !is_proxied || !is_the_proxys(*name))
        .map(|(_, url)| host_of(url))
        .collect()
}

fn hosts(was: &OAuth, is: &OAuth, changes: &mut ChangeList) {
    let [old_logins, new_logins] = [was, is].map(login_hosts);
    let new_asked = asked_hosts(is);
    let told_before = &asked_hosts(was) | &old_logins;
    // A host that the proxy contacted before is not new to the login, even if the app now contacts it itself.
    let endpoints = endpoints_of(was).into_iter().map(|(_, url)| host_of(url));
    let known = &told_before | &endpoints.collect();
    let mut added = &new_asked - &known;
    match (old_logins.is_empty(), new_logins.is_empty()) {
        (true, false) => {
            let sentence = sentence!("the login is now known to involve {}", new_logins.clone());
            changes.push(Kind::LoginDiscovered, sentence);
        }
        (false, true) => {
            let template = "it is no longer known where the user logs in; it was at {}";
            changes.push(Kind::LoginUnknown, sentence!(template, old_logins));
        }
        (false, false) => added.extend(&new_logins - &known),
        (true, true) => {}
    }
    changes.push_all(Kind::LoginHostAdded, "the login now involves {}", added);
    if !new_logins.is_empty() {
        let removed = &told_before - &(&new_asked | &new_logins);
        changes.push_all(Kind::LoginHostRemoved, "the login no longer involves {}", removed);
    }
}

/// Endpoints that move on the same host; another host is `login-host-added`.
fn endpoints(was: &OAuth, is: &OAuth, changes: &mut ChangeList) {
    let old = endpoints_of(was);
    for (name, url) in endpoints_of(is) {
        let before = old.iter().find(|(known, _)| *known == name);
        if let Some((_, before)) = before
            && *before != url
            && host_of(before) == host_of(url)
        {
            let sentence =
                sentence!("the {} changes from {} to {}", Piece::Text(name), *before, url);
            changes.push(Kind::EndpointChanged, sentence);
        }
    }
    let documents = |oauth: &OAuth| {
        let discovery = oauth.discovery.as_ref();
        discovery.map(|discovery| discovery.authorization_server_metadata.clone())
    };
    let is_found_by_documents = is.kind == OAuthType::McpStatic && was.kind == is.kind;
    if is_found_by_documents
        && documents(was) != documents(is)
        && asked_hosts(was) == asked_hosts(is)
    {
        let documents = documents(is).unwrap_or_default();
        let sentence = sentence!("the endpoints are now looked up at {}", documents);
        changes.push(Kind::EndpointChanged, sentence);
    }
}

fn registration(was: &ClientRegistration, is: &ClientRegistration, changes: &mut ChangeList) {
    use ClientRegistration::{ClientMetadata, Dynamic, Static};
    match (was, is) {
        (Static { client_id: old }, Static { client_id: new }) if old != new => changes.push(
            Kind::ClientIdChanged,
            sentence!("the client id changes from {} to {}", old, new),
        ),
        (Dynamic { request: old, .. }, Dynamic { request: new, .. }) => {
            // The redirect URI and the scopes have kinds of their own.
            if (&old.grant_types, &old.token_endpoint_auth_method, &old.client_name)
                != (&new.grant_types, &new.token_endpoint_auth_method, &new.client_name)
            {
                let sentence = sentence!(
                    "the client registers itself with the grants {} and the authentication method {}",
                    &new.grant_types,
                    &new.token_endpoint_auth_method
                );
                changes.push(Kind::RegistrationChanged, sentence);
            }
        }
        (Static { .. }, Static { .. }) | (ClientMetadata { .. }, ClientMetadata { .. }) => {}
        (_, new) => {
            let sentence = match new {
                Static { .. } => sentence!("the client id is now registered in advance"),
                Dynamic { .. } => sentence!("the client now registers itself"),
                ClientMetadata { client_id } => {
                    sentence!("the client is now described by the document at {}", client_id)
                }
            };
            changes.push(Kind::RegistrationChanged, sentence);
        }
    }
}

fn redirect_uris(before: &CompiledManifest, after: &CompiledManifest, changes: &mut ChangeList) {
    let [was, is] = [before, after].map(|compiled| {
        let oauth = compiled.manifest.oauth_config.as_ref();
        let uris = oauth.and_then(|oauth| oauth.redirect_uris.as_deref());
        uris.unwrap_or_default()
    });
    let [was_used, is_used] = [(before, was), (after, is)].map(|(compiled, uris)| {
        let login = compiled.parts.oauth.as_ref().ok().and_then(Option::as_ref);
        login.map(|login| &login.redirect_uri).or_else(|| uris.first())
    });
    if was_used != is_used {
        let template = "the user is sent back to {}, no longer to {}";
        changes.push(Kind::RedirectUriChanged, sentence!(template, is_used, was_used));
    }
    let [was, is] = [was, is].map(|uris| uris.iter().skip(1).collect::<BTreeSet<_>>());
    if was != is {
        let sentence = if is.is_empty() {
            sentence!("the first redirect URI is now the only one")
        } else {
            sentence!("the redirect URIs after the first are now {}", is)
        };
        changes.push(Kind::OtherRedirectUrisChanged, sentence);
    }
}

/// How the token reaches the server, in words.
pub(super) fn delivery(delivery: &[TokenDelivery]) -> Sentence {
    let ways = delivery.iter().map(|delivery| match delivery {
        TokenDelivery::Header { name, scheme } => {
            sentence!("in the header {}", format!("{name}: {scheme} …"))
        }
        TokenDelivery::Env { name } => sentence!("in the variable {}", name),
        TokenDelivery::File { path } => sentence!("in the file {}", path),
    });
    let all = ways.reduce(|all, way| sentence!("{} and {}", all, way));
    all.unwrap_or_else(|| sentence!("not at all"))
}

//! What a manifest declares, compared with what the discovery lock recorded of the providers' metadata.
//!
//! A fact that the lock leaves out is unknown, and no rule reports it.

pub(crate) mod client_metadata_only;
pub(crate) mod discovery_drift;
pub(crate) mod dynamic_registration_available;
pub(crate) mod insecure_endpoint;
pub(crate) mod invalid_metadata;
pub(crate) mod issuer_mismatch;
pub(crate) mod metadata_available;
pub(crate) mod mislabeled_metadata;
pub(crate) mod no_pkce_support;
pub(crate) mod no_registration_support;
pub(crate) mod resource_mismatch;
pub(crate) mod stale_lock;
pub(crate) mod unpublished_metadata;
pub(crate) mod unreachable_metadata;
pub(crate) mod unreadable_lock;
pub(crate) mod unsupported_client_authentication;
pub(crate) mod unsupported_scope;

use std::borrow::Cow;

use crate::discovery::lock::{AuthorizationServerFacts, LockEntry};
use crate::lint::{Findings, Group, Rule, Subject};
use crate::manifest::model::OAuthConfig;
use crate::manifest::oauth::{self, OAuthType};
use crate::source::finding::Place;

const DEFAULTS: Rule = Rule { group: Group::Discovery, ..Rule::DEFAULTS };

type Discovered<'a> = ((&'a OAuthConfig, OAuthType), &'a LockEntry, &'a AuthorizationServerFacts);

/// The OAuth configuration and type, with what the lock recorded of the authorization server; `None` if either is unknown.
fn discovered<'a>(subject: &Subject<'a>) -> Option<Discovered<'a>> {
    let lock = subject.lock?;
    Some((subject.oauth()?, lock, lock.authorization_server.as_ref()?))
}

/// Reports each problem that discovery recorded under the rule's id, with the date of the recording.
fn report_recorded(
    rule: &Rule,
    subject: &Subject<'_>,
    place: &Place,
    help: impl Into<Cow<'static, str>>,
    findings: &mut Findings,
) {
    let help = help.into();
    for (lock, message) in recorded_problems(rule, subject) {
        let message = format!("{message} {}", recorded(lock));
        findings.push(rule.at(place.clone(), message).help(help.clone()));
    }
}

/// The messages that discovery recorded under the rule's id.
fn recorded_problems<'a>(
    rule: &'a Rule,
    subject: &Subject<'a>,
) -> impl Iterator<Item = (&'a LockEntry, &'a str)> {
    let lock = subject.lock.filter(|_| subject.oauth().is_some());
    let problems = lock.into_iter().flat_map(|lock| {
        let problems = lock.problems.iter();
        problems.map(move |problem| (lock, problem))
    });
    problems
        .filter(|(_, problem)| problem.rule == rule.id)
        .map(|(lock, problem)| (lock, problem.message.as_str()))
}

/// Adds the alternative that a local server has when its metadata is unusable: only type 1 works without metadata, and
/// it is not for remote servers.
fn with_type_1_alternative(subject: &Subject<'_>, remedy: &'static str) -> Cow<'static, str> {
    if subject.is_local() {
        format!("{remedy}, or switch to type 1 (`generic`) and set `oauth_config.token_endpoint`")
            .into()
    } else {
        remedy.into()
    }
}

/// When the facts were recorded, for the end of a message.
fn recorded(lock: &LockEntry) -> String {
    if lock.reconstructed {
        format!("(reconstructed on {}, not fetched)", lock.recorded)
    } else {
        format!("(recorded on {})", lock.recorded)
    }
}

/// The place of the URL that discovery starts at: the remote URL, else the metadata document, else the issuer.
fn metadata_place(subject: &Subject<'_>) -> Place {
    let oauth = subject.manifest.oauth_config.as_ref();
    let names_document = oauth.is_some_and(|oauth| oauth.well_known_url.is_some());
    match oauth::remote_url(subject.manifest) {
        None if names_document => subject.value_at("/oauth_config/well_known_url"),
        Some(_) | None => issuer_place(subject),
    }
}

/// The place of the URL that leads to the issuer: the remote URL, or else `server_url`.
fn issuer_place(subject: &Subject<'_>) -> Place {
    match oauth::remote_url(subject.manifest) {
        Some(_) => subject.value_at(oauth::remote_url_pointer(subject.manifest)),
        None => subject.value_at("/oauth_config/server_url"),
    }
}

/// Whether clients can register themselves (RFC 7591); a registration endpoint implies it.
fn takes_registration(server: &AuthorizationServerFacts) -> Option<bool> {
    server.dynamic_registration.or(server.registration_endpoint.as_ref().map(|_| true))
}

fn lists(words: &[String], word: &str) -> bool {
    words.iter().any(|listed| listed == word)
}

use crate::catalog::entry::{Destinations, Entry};
use crate::lint::{CatalogSubject, Check, Findings, Rule};
use crate::source::finding::{Finding, Place, Severity};

use super::name_of;

/// ## What it does
/// Reports a server of `catalog_local` with the id of one in `catalog` that drops `requires_proxy`, puts a secret into
/// the file, or has the secret sent elsewhere.
///
/// ## Why is this bad?
/// A developer's proxy holds the real secret under this id. The local server sends it where the catalog's server never
/// would, or takes it out of the proxy.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// {
///   "name": "acme__mcp",
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```json catalog_local/acme__mcp.json
/// {
///   "name": "acme__mcp",
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://test.acme.example/token" }
/// }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// {
///   "name": "acme__mcp",
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```json catalog_local/acme__mcp_test.json
/// {
///   "name": "acme__mcp_test",
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://test.acme.example/token" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "weakened-by-local",
    level: Severity::Error,
    source: include_str!("weakened_by_local.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for (local, shadowed) in subject.shadows() {
        let mut report = |finding: Finding| {
            findings.push(
                finding
                    .help("give the local server a different id")
                    .related(name_of(shadowed), "the catalog's server"),
            );
        };
        if shadowed.is_proxied && !local.is_proxied {
            let message =
                format!("the catalog's `{}` uses the proxy, but this one does not", local.id);
            report(RULE.at(place_of_proxy(local), message));
        }
        if local.holds_secret && !shadowed.holds_secret {
            let message = "this file contains a client secret, which the catalog's server leaves to the proxy";
            report(RULE.at(Place::value(local.file, "/oauth_config/client_secret"), message));
        }
        if let Some((place, message)) = new_destination(local, shadowed) {
            report(RULE.at(place, message));
        }
    }
}

/// The place that decides that the proxy is not used.
fn place_of_proxy(local: &Entry) -> Place {
    match (local.requires_proxy, &local.inputs.server_url) {
        (Some(_), _) => Place::value(local.file, "/oauth_config/requires_proxy"),
        (None, Some(_)) => Place::key(local.file, "/oauth_config"),
        (None, None) => name_of(local),
    }
}

/// The first destination of the secret that the catalog's server does not have, with a message.
fn new_destination(local: &Entry, shadowed: &Entry) -> Option<(Place, String)> {
    match (&shadowed.destinations, &local.destinations) {
        // Without the proxy no secret is sent.
        (Destinations::NotNeeded, _) | (_, Destinations::NotNeeded) => None,
        (Destinations::Known(_), Destinations::Known(_)) => {
            let is_new = |host: &str| shadowed.needed_hosts().all(|known| known.host != host);
            let new = local.needed_hosts().find(|destination| is_new(&destination.host))?;
            let message = format!(
                "the secret would go to `{}`, where the catalog's server never sends it",
                new.host
            );
            Some((local.place_of(new), message))
        }
        // The destinations are unknown, so the URLs that discovery would use are compared.
        (Destinations::Unverifiable, _) | (_, Destinations::Unverifiable) => {
            let is_asked_elsewhere = local.inputs != shadowed.inputs;
            is_asked_elsewhere.then(|| {
                (
                    local.discovery_place(),
                    "the secret's destination is looked up at another URL than for the catalog's server"
                        .to_owned(),
                )
            })
        }
    }
}

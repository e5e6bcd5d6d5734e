use url::{Host, Url};

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::hosts;

/// ## What it does
/// Reports an endpoint that a server's secret is sent to but that no allowlist compiled by catproof can allow: it names a
/// port, has a fragment, or its host is an IP address or has a trailing dot.
///
/// ## Why is this bad?
/// The allowlist that `catproof build` writes allows exact host names on the default port of https. The token exchange
/// is refused whatever the list contains.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example:8443/token" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unallowable-destination",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    profile: ProfileScope::Own,
    source: include_str!("unallowable_destination.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for destination in subject.entry.needed_hosts() {
        let Ok(url) = Url::parse(&destination.endpoint) else {
            continue;
        };
        let host = &destination.host;
        // `loopback-allowed` reports local hosts; on a developer's machine a provider may listen on any port.
        let is_reported_elsewhere =
            if subject.is_development() { hosts::is_loopback(&url) } else { hosts::is_local(host) };
        if is_reported_elsewhere {
            continue;
        }
        if let Some((message, help)) = obstacle(&url, host) {
            findings.push(RULE.at(subject.entry.place_of(destination), message).help(help));
        }
    }
}

/// Why the proxy refuses the endpoint, whatever hosts it allows, and what to do about it.
fn obstacle(url: &Url, host: &str) -> Option<(String, &'static str)> {
    if let Some(port) = url.port() {
        let message = format!("`{host}` is contacted on port {port}, but only 443 is allowed");
        return Some((message, "use an endpoint on port 443"));
    }
    if url.fragment().is_some() {
        return Some(("an endpoint cannot have a fragment".to_owned(), "remove the fragment"));
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            let defect = hosts::defect(name)?;
            let message = format!("`{host}` {defect}, so no allowlist can contain it");
            Some((message, "use the provider's exact host name"))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            let message = format!("`{host}` is an IP address, but only host names are allowed");
            Some((message, "use the provider's exact host name"))
        }
        None => None,
    }
}

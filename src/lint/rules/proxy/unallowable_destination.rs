use url::{Host, Url};

use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield};
use crate::source::finding::Severity;
use crate::text::hosts;

/// ## What it does
/// Reports an endpoint that a server's secret is sent to, and that no allowlist of catproof's lets through: it names a
/// port, has a fragment, or its host is not a plain host name but an address, or has a trailing dot.
///
/// ## Why is this bad?
/// The allowlist that `catproof build` writes allows exact host names on the default port of https. The token exchange
/// is refused whatever the list says.
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
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
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
        // `loopback-allowed` speaks of these; on a developer's machine a provider may listen on any port.
        let is_judged_elsewhere =
            if subject.is_development() { hosts::is_loopback(&url) } else { hosts::is_local(host) };
        if is_judged_elsewhere {
            continue;
        }
        if let Some(message) = hindrance(&url, host) {
            findings.push(
                RULE.at(subject.entry.place_of(destination), message)
                    .help("use an endpoint on port 443 of an exact host name"),
            );
        }
    }
}

/// Why the proxy refuses the endpoint, whatever hosts it allows.
fn hindrance(url: &Url, host: &str) -> Option<String> {
    if let Some(port) = url.port() {
        return Some(format!("`{host}` is asked on port {port}, and only 443 is allowed"));
    }
    if url.fragment().is_some() {
        return Some("an endpoint cannot have a fragment".to_owned());
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            let defect = hosts::defect(name)?;
            Some(format!("`{host}` {defect}, so no allowlist can name it"))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            Some(format!("`{host}` is an address, and only names are allowed"))
        }
        None => None,
    }
}

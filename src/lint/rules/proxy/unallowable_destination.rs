use url::Url;

use crate::finding::Severity;
use crate::hosts;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};

/// ## What it does
/// Reports an endpoint that a server's secret is sent to, and that no allowlist can let through: it names a port, or its
/// host is none that the proxy can compare, such as one with a trailing dot.
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
pub static RULE: Rule = Rule {
    id: "unallowable-destination",
    group: Group::Proxy,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("unallowable_destination.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for destination in subject.entry.needed_hosts() {
        let Ok(url) = Url::parse(&destination.endpoint) else {
            continue;
        };
        // On a developer's machine a provider may listen on any port.
        if hosts::is_loopback(&url) && subject.is_development() {
            continue;
        }
        let host = &destination.host;
        let defect = match (url.port(), hosts::defect(host)) {
            (Some(port), _) => format!("`{host}` is asked on port {port}, and only 443 is allowed"),
            (None, Some(defect)) => format!("`{host}` {defect}, so no allowlist can name it"),
            (None, None) => continue,
        };
        findings.push(
            RULE.at(subject.entry.place_of(destination), defect)
                .help("use an endpoint on port 443 of an exact host name"),
        );
    }
}

use crate::lint::{CatalogSubject, Check, Findings, Rule};
use crate::source::finding::Severity;
use crate::text::hosts;

use super::allowed_hosts;

/// ## What it does
/// Reports an allowed host that is not an exact host name: it has a wildcard, a scheme, a port, a path, upper case letters, a
/// trailing dot or non-ASCII characters. Checks the allowlist in force and `[proxy] extra_destinations`.
///
/// ## Why is this bad?
/// The proxy compares the host of a URL with each entry, character by character. An entry that no URL's host can equal
/// allows nothing, contrary to what its author intended.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example', 'https://id.acme.example'];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "malformed-allowed-host",
    level: Severity::Error,
    source: include_str!("malformed_allowed_host.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for allowed in allowed_hosts(subject) {
        // `loopback-allowed` reports local hosts, however they are written.
        if hosts::is_local(allowed.host) {
            continue;
        }
        let Some(defect) = hosts::defect(allowed.host) else {
            continue;
        };
        let message =
            format!("`{}` in `{}` {defect}, so it matches no host", allowed.host, allowed.by);
        let help = match hosts::repaired(allowed.host) {
            Some(meant) => format!("write the exact host name, `{meant}`"),
            None if allowed.host.is_empty() => "remove the entry".to_owned(),
            None if allowed.host.contains('*') => "list each host by its exact name".to_owned(),
            None => "write the exact host name of the provider".to_owned(),
        };
        findings.push(allowed.finding(&RULE, message).help(help));
    }
}

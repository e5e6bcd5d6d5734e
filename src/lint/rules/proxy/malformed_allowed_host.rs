use crate::lint::{CatalogSubject, Check, Findings, Rule};
use crate::source::finding::Severity;
use crate::text::hosts;

use super::allowed_hosts;

/// ## What it does
/// Reports an allowed host that is not an exact host name: it has a wildcard, a scheme, a port, a path, upper case letters, a
/// trailing dot or non-ASCII characters. Looks at the allowlist in force and at `[proxy] extra_destinations`.
///
/// ## Why is this bad?
/// The proxy compares the host of a URL with each entry, character by character. An entry that no URL's host can equal
/// allows nothing, though its author believes that it does.
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
        // What names this machine or its network must go, however it is written.
        let Some(defect) = hosts::defect(allowed.host).filter(|_| !hosts::is_local(allowed.host))
        else {
            continue;
        };
        let message =
            format!("`{}` {defect}, so `{}` allows nothing by it", allowed.host, allowed.by);
        let help = match hosts::repaired(allowed.host) {
            Some(meant) => format!("write `{meant}`, the exact host name"),
            None => "write each exact host name".to_owned(),
        };
        findings.push(allowed.finding(&RULE, message).help(help));
    }
}

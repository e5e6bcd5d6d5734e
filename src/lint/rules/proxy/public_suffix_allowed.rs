use crate::lint::{CatalogSubject, Check, Findings, Rule};
use crate::source::finding::Severity;
use crate::text::hosts;

use super::allowed_hosts;

/// ## What it does
/// Reports an allowed host that is a public suffix itself, such as `com`, `co.uk` or `github.io`
/// (publicsuffix.org). Checks the allowlist in force and `[proxy] extra_destinations`.
///
/// ## Why is this bad?
/// Anybody can register a name under it. A proxy that matched subdomains would send secrets to all of them, and one that
/// compares exact names allows nothing useful.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://acme.github.io/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['acme.github.io', 'github.io'];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['acme.github.io'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "public-suffix-allowed",
    level: Severity::Error,
    source: include_str!("public_suffix_allowed.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for allowed in allowed_hosts(subject) {
        if hosts::is_public_suffix(allowed.host) {
            let message = format!(
                "`{}` allows `{}`, a public suffix: anybody can register a name under it",
                allowed.by, allowed.host
            );
            let finding = allowed.finding(&RULE, message);
            findings.push(finding.help("write the provider's exact host name"));
        }
    }
}

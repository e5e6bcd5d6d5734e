use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::hosts;
use crate::text::profile::Profile;

use super::{allowed_hosts, needed_hosts};

/// ## What it does
/// Reports a host that secrets may be sent to and that is `localhost` or an address that is not public: loopback,
/// private, link-local. Checks the allowlist in force, at `[proxy] extra_destinations` and at the catalog's own
/// destinations. Silent under the development profile and for `catalog_local`.
///
/// ## Why is this bad?
/// The proxy's machine and the network behind it become reachable from outside: a request that names such a host makes
/// the proxy send a secret to services that trust their own network.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example', 'localhost'];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "loopback-allowed",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    profile: ProfileScope::Own,
    source: include_str!("loopback_allowed.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let profile = subject.context.config.profile;
    if profile == Profile::Development {
        return;
    }
    let mut reported = Vec::new();
    for entry in subject.effective_entries() {
        for (host, destination) in needed_hosts(entry) {
            if !hosts::is_local(host) {
                continue;
            }
            reported.push(host);
            findings.push(
                RULE.at(
                    entry.place_of(destination),
                    format!("a secret would be sent to `{host}`, which is not a public host"),
                )
                .help("name the provider's public host, or move the server to `catalog_local`"),
            );
        }
    }
    // A host that a server needs is already reported at the server.
    let allowed = allowed_hosts(subject).into_iter();
    for allowed in allowed.filter(|allowed| !reported.contains(&allowed.host)) {
        if hosts::is_local(allowed.host) {
            let message =
                format!("`{}` allows `{}`, which is not a public host", allowed.by, allowed.host);
            findings.push(
                allowed
                    .finding(&RULE, message)
                    .help("remove it, or allow it only under the development profile"),
            );
        }
    }
}

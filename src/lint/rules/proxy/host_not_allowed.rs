use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::source::finding::Severity;

use super::needed_hosts;

/// ## What it does
/// Reports a host that a server's secret must be sent to but that is missing from the allowlist in force. That is the
/// allowlist from `--proxy-url`, from `--allowlist`, from the configuration, or the committed
/// `generated/oauth_proxy/providers.js`, in this order.
///
/// ## Why is this bad?
/// The proxy refuses the token exchange, so nobody can log in. For types 2 and 3 the host often differs from
/// `server_url`: Google's is `oauth2.googleapis.com`, not `accounts.google.com`.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['acme.example'];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "host-not-allowed",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    profile: ProfileScope::Own,
    source: include_str!("host_not_allowed.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let Some(allowlist) = subject.allowlist else {
        return;
    };
    for entry in subject.effective_entries() {
        for (host, destination) in needed_hosts(entry) {
            if allowlist.allows(host) {
                continue;
            }
            let help = if allowlist.is_generated {
                "run `catproof build`, and deploy its output".to_owned()
            } else {
                format!("add `{host}` to `{}`, and deploy the list", allowlist.name)
            };
            findings.push(
                RULE.at(
                    entry.place_of(destination),
                    format!(
                        "the proxy may not send the secret to `{host}`: `{}` does not list it",
                        allowlist.name
                    ),
                )
                .help(help),
            );
        }
    }
}

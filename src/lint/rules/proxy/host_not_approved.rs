use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::needed_hosts;

/// ## What it does
/// Reports a host that a server's secret is sent to but that `[policy] approved_destinations` does not list.
/// Silent if the configuration has no such list.
///
/// ## Why is this bad?
/// The allowlist is compiled from the catalog, so a manifest can add any host to it. With the list, a person has to
/// approve each new host.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```toml catproof.toml
/// [policy]
/// approved_destinations = ["github.com"]
/// ```
///
/// Use instead:
/// ```toml catproof.toml
/// [policy]
/// approved_destinations = ["github.com", "id.acme.example"]
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "host-not-approved",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    profile: ProfileScope::Own,
    source: include_str!("host_not_approved.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.context.config;
    let Some(approved) = &config.policy.approved_destinations else {
        return;
    };
    if !subject.entry.is_compiled(config.profile) {
        return;
    }
    for (host, destination) in needed_hosts(subject.entry) {
        if approved.iter().any(|approved| approved == host) {
            continue;
        }
        findings.push(
            RULE.at(
                subject.entry.place_of(destination),
                format!("`{host}` is not approved to receive a secret"),
            )
            .help(format!(
                "have `{host}` reviewed, then add it to `approved_destinations` in `catproof.toml`"
            )),
        );
    }
}

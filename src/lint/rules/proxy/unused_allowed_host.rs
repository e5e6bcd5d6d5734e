use std::collections::BTreeSet;

use crate::catalog::entry::Entry;
use crate::lint::{Alone, CatalogSubject, Check, Findings, ProfileScope, Rule};
use crate::manifest::oauth::Verdict;
use crate::source::Origin;
use crate::source::finding::Severity;
use crate::text::hosts;

use super::Allowed;

/// ## What it does
/// Reports a host of the allowlist in force that no server needs, not even for discovery, and that
/// `[proxy] extra_destinations` does not list. Silent while the destinations of any compiled server are unknown, since
/// the host may be one of them, and without a server in `catalog/`: developers' servers are not all that a proxy is for.
///
/// ## Why is this bad?
/// Any host in the flat list may be sent any server's secret. One that no server needs is only a risk.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example', 'your-provider.example'];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unused-allowed-host",
    level: Severity::Warning,
    profile: ProfileScope::Own,
    alone: Alone::Nothing,
    source: include_str!("unused_allowed_host.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let Some(allowlist) = subject.allowlist else {
        return;
    };
    let is_catalogs = |entry: &Entry| entry.origin == Origin::Catalog;
    if !subject.entries.iter().any(is_catalogs) || !subject.effective_entries().all(needs_are_known)
    {
        return;
    }
    let needed = subject.entries.iter().flat_map(|entry| entry.destinations.known());
    let needed = needed.map(|destination| destination.host.as_str());
    let extra = subject.context.config.proxy.extra_destinations.iter();
    let extra = extra.map(|extra| extra.host.as_str());
    let wanted: BTreeSet<&str> = needed.chain(extra).collect();
    for allowed in &allowlist.hosts {
        let host = allowed.host.as_str();
        if wanted.contains(host) || is_reported_elsewhere(host) {
            continue;
        }
        let help = if allowlist.is_generated {
            "run `catproof build`, and deploy its output".to_owned()
        } else {
            format!("remove it, or list `{host}` under `[proxy] extra_destinations` with a reason")
        };
        let allowed = Allowed { host, place: allowed.place.as_ref(), by: &allowlist.name };
        let message = format!("`{}` allows `{host}`, which no server needs", allowlist.name);
        findings.push(allowed.finding(&RULE, message).help(help));
    }
}

/// Whether it is known which hosts a server needs.
fn needs_are_known(entry: &Entry) -> bool {
    match entry.classification.verdict {
        Verdict::Undetermined(_) => false,
        Verdict::None | Verdict::Type(_) => {
            !entry.is_proxied || entry.needed_hosts().next().is_some()
        }
    }
}

/// Whether another rule reports the host.
fn is_reported_elsewhere(host: &str) -> bool {
    hosts::defect(host).is_some() || hosts::is_local(host) || hosts::is_public_suffix(host)
}

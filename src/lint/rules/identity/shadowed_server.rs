use crate::catalog::entry::{Destinations, Entry};
use crate::lint::{CatalogSubject, Check, Findings, Rule, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::plural::joined;

use super::{name_of, weakened_by_local};

/// ## What it does
/// Reports a server of `catalog_local` that has the id of one in `catalog`, and says what it changes.
///
/// ## Why is this bad?
/// On the developer's machine the local server replaces the catalog's, so what is tested there is not what users get.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
/// ```json catalog_local/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
/// ```json catalog_local/acme__mcp_next.json
/// { "name": "acme__mcp_next" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "shadowed-server",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::InFile(&[&weakened_by_local::RULE])]),
    source: include_str!("shadowed_server.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for (local, shadowed) in subject.shadows() {
        let changes = changes(local, shadowed);
        let effect = if changes.is_empty() {
            "but runs the same".to_owned()
        } else {
            format!("and changes {}", joined(&changes))
        };
        findings.push(
            RULE.at(
                name_of(local),
                format!("`{}` hides the catalog's server, {effect}", local.id),
            )
            .help(
                "use a different id while you test it, or remove it once the change is in `catalog`",
            )
            .related(name_of(shadowed), "the server that is hidden"),
        );
    }
}

/// What a local server changes, a few words for each difference.
fn changes(local: &Entry, shadowed: &Entry) -> Vec<String> {
    let [type_before, type_now] =
        [shadowed, local].map(|entry| entry.classification.verdict.name());
    let [hosts_before, hosts_now] = [shadowed, local].map(|entry| {
        let hosts = entry.needed_hosts().map(|destination| destination.host.as_str());
        hosts.collect::<std::collections::BTreeSet<_>>()
    });
    let [unverifiable_before, unverifiable_now] =
        [shadowed, local].map(|entry| entry.destinations == Destinations::Unverifiable);
    let mut changes = Vec::new();
    if type_before != type_now {
        changes.push(format!("the OAuth type (`{type_before}` to `{type_now}`)"));
    }
    if shadowed.is_proxied != local.is_proxied {
        changes.push("the use of the proxy".to_owned());
    }
    if hosts_before != hosts_now || unverifiable_before != unverifiable_now {
        changes.push("where the secret goes".to_owned());
    }
    if shadowed.redirect_uri != local.redirect_uri {
        changes.push("the redirect URI".to_owned());
    }
    // Only if no difference in the login was named above.
    if shadowed.oauth_hash != local.oauth_hash && changes.is_empty() {
        changes.push("the OAuth configuration".to_owned());
    }
    // The hash of `server` covers its URL too.
    if shadowed.inputs.remote_url != local.inputs.remote_url {
        changes.push("the remote URL".to_owned());
    } else if shadowed.server_hash != local.server_hash {
        changes.push("how it is started".to_owned());
    }
    changes
}

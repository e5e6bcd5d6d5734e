use std::collections::BTreeSet;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports `default_scopes` that are not the same set as `scopes`.
///
/// ## Why is this bad?
/// The app falls back to `default_scopes` when discovery finds no scopes. The user then grants other scopes than the ones
/// that were reviewed.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["pages:read"], "default_scopes": ["pages:read", "pages:write"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["pages:read"], "default_scopes": ["pages:read"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "diverging-default-scopes",
    level: Severity::Warning,
    source: include_str!("diverging_default_scopes.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(oauth) = &subject.manifest.oauth_config else {
        return;
    };
    let Some(defaults) = &oauth.default_scopes else {
        return;
    };
    let scopes = oauth.scopes.as_deref().unwrap_or_default();
    let scopes: BTreeSet<&String> = scopes.iter().collect();
    let defaults: BTreeSet<&String> = defaults.iter().collect();
    if scopes == defaults {
        return;
    }
    let more = list(defaults.difference(&scopes));
    let fewer = list(scopes.difference(&defaults));
    let difference = match (more.is_empty(), fewer.is_empty()) {
        (false, true) => format!("has {more}, which `scopes` does not"),
        (true, _) => format!("lacks {fewer}, which `scopes` has"),
        (false, false) => format!("has {more}, but `scopes` has {fewer}"),
    };
    let finding = RULE
        .at(subject.key("/oauth_config/default_scopes"), format!("`default_scopes` {difference}"))
        .help(if scopes.is_empty() {
            "rename the key to `scopes`: without `scopes`, the provider chooses what is requested"
        } else {
            "remove `default_scopes`: it defaults to `scopes`"
        });
    findings.push(match oauth.scopes {
        Some(_) => {
            finding.related(subject.key("/oauth_config/scopes"), "the scopes normally requested")
        }
        None => finding,
    });
}

fn list<'a>(scopes: impl Iterator<Item = &'a &'a String>) -> String {
    let quoted: Vec<String> = scopes.map(|scope| format!("`{scope}`")).collect();
    quoted.join(", ")
}

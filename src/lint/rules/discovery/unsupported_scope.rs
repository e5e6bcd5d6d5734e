use std::collections::BTreeSet;

use crate::lint::rules::oauth::duplicate_scope;
use crate::lint::rules::oauth::malformed_scope;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::recorded;

/// ## What it does
/// Reports a scope that is missing from the scopes that the server's own metadata lists.
///
/// ## Why is this bad?
/// The authorization server may refuse the login because of it, or grant less than the manifest promises.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "server_url": "https://mcp.acme.example/mcp",
///     "scopes": ["pages:admin"]
///   }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "resource": { "scopes_supported": ["pages:read", "pages:write"] }
///     }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "server_url": "https://mcp.acme.example/mcp",
///     "scopes": ["pages:write"]
///   }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "resource": { "scopes_supported": ["pages:read", "pages:write"] }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unsupported-scope",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::AtPlace(&[&malformed_scope::RULE, &duplicate_scope::RULE])]),
    source: include_str!("unsupported_scope.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(lock) = subject.lock.filter(|_| subject.oauth().is_some()) else {
        return;
    };
    let resource = lock.resource.as_ref();
    let Some(supported) = resource.and_then(|resource| resource.scopes_supported.as_deref()) else {
        return;
    };
    if supported.is_empty() {
        return;
    }
    let listed: BTreeSet<&str> = supported.iter().map(String::as_str).collect();
    for (place, scope) in subject.scopes() {
        if listed.contains(scope) {
            continue;
        }
        let respelled = supported.iter().find(|listed| is_respelling(listed, scope));
        let help = match respelled {
            Some(listed) => format!("write `{listed}`, if that is what you meant"),
            None => "remove it, or write it as the provider's documentation does".to_owned(),
        };
        findings.push(
            RULE.at(
                place,
                format!("the server does not list the scope `{scope}` {}", recorded(lock)),
            )
            .help(help),
        );
    }
}

/// Whether two scopes are the same words in another case or with other separators. A similar word may be another
/// permission, with more power.
fn is_respelling(left: &str, right: &str) -> bool {
    let words = |scope: &str| {
        let words = scope.split(|character: char| !character.is_alphanumeric());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    words(left) == words(right)
}

use crate::finding::Severity;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::oauth;

/// ## What it does
/// Notes a remote server whose scopes are exactly `read` and `write`. Silent if the discovery lock knows the server's scopes.
///
/// ## Why is this bad?
/// These two are copied from example to example, and few servers know them. An authorization server may refuse a scope that
/// it does not know; with an empty list, clients ask for what the server's own metadata names.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["read", "write"], "default_scopes": null }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": [], "default_scopes": null }
/// }
/// ```
pub static RULE: Rule = Rule {
    id: "placeholder-scopes",
    group: Group::OAuth,
    level: Severity::Note,
    fix: Fixable::No,
    source: include_str!("placeholder_scopes.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let Some(scopes) = oauth.and_then(|oauth| oauth.scopes.as_deref()) else {
        return;
    };
    let is_placeholder = matches!(scopes, [first, second] if first == "read" && second == "write");
    if oauth::is_remote(subject.manifest) && is_placeholder && !knows_scopes(subject) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/scopes"),
                "`read` and `write` are copied from an example, as far as is known",
            )
            .help("list the scopes that the server documents, or none"),
        );
    }
}

/// Whether the lock says which scopes the server takes: then `unsupported-scope` judges them.
fn knows_scopes(subject: &Subject<'_>) -> bool {
    let resource = subject.lock.and_then(|lock| lock.resource.as_ref());
    let server = subject
        .lock
        .and_then(|lock| lock.authorization_server.as_ref());
    let supported = server.and_then(|server| server.scopes_supported.as_ref());
    resource.is_some_and(|resource| resource.scopes_supported.is_some())
        || supported.is_some_and(|scopes| {
            ["read", "write"]
                .iter()
                .all(|scope| scopes.iter().any(|known| known == scope))
        })
}

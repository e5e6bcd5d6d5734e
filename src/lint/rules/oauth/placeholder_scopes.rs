use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a remote server whose scopes are exactly `read` and `write`. Silent if the discovery lock lists the server's
/// scopes.
///
/// ## Why is this bad?
/// These two are copied from example to example, and few servers support them. An authorization server may refuse an
/// unknown scope; with an empty list, clients request the scopes that the server's own metadata lists.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": ["read", "write"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "scopes": [] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "placeholder-scopes",
    level: Severity::Note,
    source: include_str!("placeholder_scopes.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
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
                "`read` and `write` look copied from an example",
            )
            .help("list the scopes that the server documents, or none"),
        );
    }
}

/// Whether the lock lists the supported scopes, so that `unsupported-scope` checks them.
fn knows_scopes(subject: &Subject<'_>) -> bool {
    let Some(lock) = subject.lock else {
        return false;
    };
    let of_resource = lock.resource.as_ref();
    let of_resource = of_resource.and_then(|resource| resource.scopes_supported.as_deref());
    let of_server = lock.authorization_server.as_ref();
    let of_server = of_server.and_then(|server| server.scopes_supported.as_deref());
    let lists = |scopes: &[String], scope: &str| scopes.iter().any(|listed| listed == scope);
    of_resource.is_some_and(|scopes| !scopes.is_empty())
        || of_server.is_some_and(|scopes| lists(scopes, "read") && lists(scopes, "write"))
}

use crate::discovery::lock::AuthorizationServerFacts;
use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::client_secret;
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::ClientSecret;

/// ## What it does
/// Reports a static client with neither a client secret nor the proxy. Silent if the discovery lock shows that the
/// authorization server accepts clients without a secret (`none`) and protects their codes with PKCE (`S256`).
///
/// ## Why is this bad?
/// Types 1 to 3 log in through the proxy, which holds the secret. Most providers refuse a client without one; if one does
/// not, anybody who knows the client id can act as the app.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": null, "requires_proxy": false } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "REDACTED", "requires_proxy": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "public-client",
    level: Severity::Warning,
    source: include_str!("public_client.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let has_secret = client_secret(oauth) != ClientSecret::Absent;
    if !oauth_type.has_static_client() || has_secret || oauth.requires_proxy == Some(true) {
        return;
    }
    let server = subject.lock.and_then(|lock| lock.authorization_server.as_ref());
    if server.is_some_and(takes_public_clients) {
        return;
    }
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/client_id"),
            "the static client has neither a secret nor the proxy",
        )
        .help("add `\"client_secret\": \"REDACTED\"` and `\"requires_proxy\": true`"),
    );
}

fn takes_public_clients(server: &AuthorizationServerFacts) -> bool {
    let lists = |facts: &Option<Vec<String>>, word: &str| {
        facts.as_ref().is_some_and(|facts| facts.iter().any(|fact| fact == word))
    };
    lists(&server.token_endpoint_auth_methods_supported, "none")
        && lists(&server.code_challenge_methods_supported, "S256")
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::{discovered, lists, recorded};

/// ## What it does
/// Reports a server of type 1 (`generic`) whose provider publishes metadata with PKCE (`S256`). Checked only by `probe`
/// and `check --online`, which request the metadata from the origin of `server_url` and use it if it names the
/// manifest's own token endpoint. It is not kept in the lock, since nothing is compiled from it.
///
/// ## Why is this bad?
/// The generic flow uses neither discovery nor PKCE. If the server can take its token in a header, type 2 protects
/// the code and follows the provider when its endpoints change.
///
/// ## Example
/// The server has `"generic_oauth": true`, `"server_url": "https://auth.acme.example/oauth/authorize"` and
/// `"token_endpoint": "https://auth.acme.example/oauth/token"`, and the document at
/// `https://auth.acme.example/.well-known/openid-configuration` names that token endpoint and lists `S256`.
///
/// Use instead:
/// Type 2, with `"server_url": "https://auth.acme.example"`, that document as `well_known_url`, and no `token_endpoint`.
pub(crate) static RULE: Rule = Rule {
    id: "metadata-available",
    level: Severity::Note,
    source: include_str!("metadata_available.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((_, OAuthType::Generic), lock, server)) = discovered(subject) else {
        return;
    };
    let methods = server.code_challenge_methods_supported.as_deref();
    if methods.is_some_and(|methods| lists(methods, "S256")) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/generic_oauth"),
                format!(
                    "the provider publishes metadata with PKCE at `{}` {}",
                    server.metadata_url,
                    recorded(lock)
                ),
            )
            .help("consider type 2 (`mcp-static`), if the server takes its token in a header"),
        );
    }
}

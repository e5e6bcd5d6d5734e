use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::manifest::oauth::client_secret;
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::ClientSecret;

/// ## What it does
/// Reports `client_secret: "REDACTED"` on a remote server without a static client (type 4).
///
/// ## Why is this bad?
/// A client that registers itself is issued its own secret, if any, and the proxy has none for it.
/// The word itself would be sent as the secret.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "client_secret": "REDACTED" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "client_secret": null }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "secret-on-dynamic-client",
    level: Severity::Error,
    source: include_str!("secret_on_dynamic_client.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::RemoteDynamic)) = subject.oauth() else {
        return;
    };
    if client_secret(oauth) == ClientSecret::Redacted {
        findings.push(
            RULE.at(
                subject.key("/oauth_config/client_secret"),
                "a client that registers itself has no secret to redact",
            )
            .help("remove `client_secret`, or set `oauth_config.client_id` if the provider issued one"),
        );
    }
}

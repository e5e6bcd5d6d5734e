use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::{has_same_origin, plaintext_url};

/// ## What it does
/// Reports a server of type 2 (`mcp-static`) whose `well_known_url` is on another origin than `server_url`.
///
/// ## Why is this bad?
/// The document decides where the client secret is sent. Only the issuer may decide that, and an issuer's metadata is
/// on its own origin (RFC 8414 §3).
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "server_url": "https://id.acme.example",
///     "well_known_url": "https://acme-login.example/.well-known/openid-configuration"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "server_url": "https://id.acme.example",
///     "well_known_url": "https://id.acme.example/.well-known/openid-configuration"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "well-known-off-origin",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::WhereCompared(&[&plaintext_url::RULE]),
    ]),
    source: include_str!("well_known_off_origin.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::McpStatic)) = subject.oauth() else {
        return;
    };
    let (Some(well_known), Some(issuer)) = (&oauth.well_known_url, &oauth.server_url) else {
        return;
    };
    if !has_same_origin(well_known, issuer) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/well_known_url"),
                format!("`{well_known}` is not on the same origin as `{issuer}`"),
            )
            .help("use the document that the issuer itself publishes, or correct `oauth_config.server_url`")
            .related(subject.value_at("/oauth_config/server_url"), "the issuer"),
        );
    }
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a server of type 2 (`mcp-static`) without a `well_known_url`.
///
/// ## Why is this bad?
/// It says which of the possible metadata documents describes the provider. Without it, clients have to try each of them,
/// and the app's scope discovery does not work at all.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "well_known_url": null } }
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
    id: "missing-well-known-url",
    level: Severity::Warning,
    source: include_str!("missing_well_known_url.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::McpStatic)) = subject.oauth() else {
        return;
    };
    if oauth.well_known_url.is_none() {
        findings.push(
            RULE.at(
                subject.key("/oauth_config"),
                "`well_known_url` is missing, so clients have to guess the metadata document",
            )
            .help(
                "set `oauth_config.well_known_url` to the URL of the provider's metadata document",
            ),
        );
    }
}

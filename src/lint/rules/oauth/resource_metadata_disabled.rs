use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports `supports_resource_metadata: false` on a remote server.
///
/// ## Why is this bad?
/// Clients find a remote server's authorization server through its protected resource metadata (RFC 9728). Without it they
/// have to guess that the server issues its own tokens.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "supports_resource_metadata": false }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "supports_resource_metadata": true }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "resource-metadata-disabled",
    level: Severity::Warning,
    source: include_str!("resource_metadata_disabled.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    if oauth_type.is_remote() && oauth.supports_resource_metadata == Some(false) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/supports_resource_metadata"),
                "without resource metadata, clients have to guess the authorization server",
            )
            .help("set it to `true`, or leave it out"),
        );
    }
}

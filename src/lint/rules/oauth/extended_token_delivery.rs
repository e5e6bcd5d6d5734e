use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::deliveries;

/// ## What it does
/// Reports a server of type 2 (`mcp-static`) that gets its token in an environment variable or a file.
///
/// ## Why is this bad?
/// Today's desktop app does that only for type 1, and delivers the token of a type 2 server only in a header. The launch
/// specs that catproof compiles support it for both, so it works in a runtime that follows them.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "access_token_env_var": "ACME_TOKEN"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "streamable_http_url": "http://127.0.0.1:8000/mcp"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "extended-token-delivery",
    level: Severity::Note,
    source: include_str!("extended_token_delivery.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((_, OAuthType::McpStatic)) = subject.oauth() else {
        return;
    };
    for pointer in deliveries(subject) {
        findings.push(
            RULE.at(
                subject.key(pointer),
                "today's desktop app delivers the token of a type 2 server only in a header",
            )
            .help("add `oauth_config.streamable_http_url`, if the server can speak HTTP"),
        );
    }
}

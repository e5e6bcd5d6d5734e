use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::deliveries;

/// ## What it does
/// Reports a login whose token cannot reach the server. A local server needs `access_token_env_var` or
/// `server.inject_file`, unless it speaks HTTP at `streamable_http_url`, where the token comes in a header. A remote
/// server also gets the token in a header, and has no process or files to put it into.
///
/// ## Why is this bad?
/// The user logs in, and the server still has no token.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "access_token_env_var": null
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "access_token_env_var": "ACME_TOKEN"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "undeliverable-token",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("undeliverable_token.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let given = deliveries(subject);
    // A server that listens on a port gets the token in a header.
    let is_stdio = oauth.streamable_http_url.is_none();
    match oauth_type {
        OAuthType::Generic | OAuthType::McpStatic if given.is_empty() && is_stdio => {
            let (severity, fields) = if oauth_type.is_mcp_flow() {
                (Severity::Warning, "`oauth_config.streamable_http_url`")
            } else {
                (Severity::Error, "`oauth_config.access_token_env_var` or `server.inject_file`")
            };
            findings.push(
                RULE.at(subject.key("/oauth_config"), "nothing says how the server gets its token")
                    .severity(severity)
                    .help(format!("add {fields}")),
            );
        }
        OAuthType::Generic | OAuthType::McpStatic => {}
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            for pointer in given {
                findings.push(
                    RULE.at(
                        subject.key(pointer),
                        "a remote server has no process to put the token into",
                    )
                    .help("remove it: the token is sent as `Authorization: Bearer`"),
                );
            }
        }
    }
}

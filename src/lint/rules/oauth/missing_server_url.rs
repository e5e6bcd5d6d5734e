use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server whose `oauth_config` has no `server_url`.
///
/// ## Why is this bad?
/// It is the authorization endpoint of type 1 and the issuer of type 2: without it there is no page to open, and nothing
/// to compare discovered metadata with. A remote server needs none: discovery starts at its own URL.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "server_url": null
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "server_url": "https://auth.acme.example/oauth/authorize"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "missing-server-url",
    level: Severity::Error,
    source: include_str!("missing_server_url.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let what = match oauth_type {
        OAuthType::Generic => "the authorization endpoint",
        OAuthType::McpStatic => "the issuer",
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => return,
    };
    if oauth.server_url.is_none() {
        findings.push(
            RULE.at(
                subject.key("/oauth_config"),
                format!("`server_url` is missing, so {what} is unknown"),
            )
            .help(format!("set `oauth_config.server_url` to {what}")),
        );
    }
}

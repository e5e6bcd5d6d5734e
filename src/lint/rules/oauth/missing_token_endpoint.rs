use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a server of type 1 (`generic`) without a `token_endpoint`.
///
/// ## Why is this bad?
/// Plain OAuth 2.0 has no discovery. The app would guess the endpoint from `server_url`, which is wrong for most
/// providers, and catproof cannot tell which host the proxy must allow.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "token_endpoint": null
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "server_url": "https://auth.acme.example/oauth/authorize",
///     "token_endpoint": "https://auth.acme.example/oauth/token"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "missing-token-endpoint",
    level: Severity::Error,
    source: include_str!("missing_token_endpoint.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::Generic)) = subject.oauth() else {
        return;
    };
    if oauth.token_endpoint.is_none() {
        findings.push(
            RULE.at(
                subject.key("/oauth_config"),
                "`token_endpoint` is missing, so the app would have to guess it",
            )
            .help("set `oauth_config.token_endpoint` to the provider's token endpoint"),
        );
    }
}

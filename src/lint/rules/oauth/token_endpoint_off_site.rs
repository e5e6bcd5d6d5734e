use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::{self, OffSite};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a server of type 1 (`generic`) whose `token_endpoint` is on another registrable domain than `server_url`.
///
/// ## Why is this bad?
/// The proxy sends the client secret to the token endpoint. Some providers do use two domains, but a wrong domain gives
/// the secret to somebody else.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "server_url": "https://acme.example/oauth/authorize",
///     "token_endpoint": "https://acme-tokens.example/oauth/token"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "server_url": "https://acme.example/oauth/authorize",
///     "token_endpoint": "https://api.acme.example/oauth/token"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "token-endpoint-off-site",
    level: Severity::Warning,
    source: include_str!("token_endpoint_off_site.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(OffSite { token, login }) = oauth::token_off_site(subject.manifest) else {
        return;
    };
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/token_endpoint"),
            format!("the secret is sent to `{token}`, but the user logs in at `{login}`"),
        )
        .help("check in the provider's documentation that both domains are its own")
        .related(subject.value_at("/oauth_config/server_url"), "the user logs in here"),
    );
}

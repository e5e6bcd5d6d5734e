use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports an `oauth_config` together with `archestra_config.oauth.required: false`.
///
/// ## Why is this bad?
/// It may be intended, for a server with an optional login. More often one of the two was forgotten, and the app installs
/// the server without the login that it needs.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "archestra_config": { "oauth": { "required": false } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "archestra_config": { "oauth": { "required": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unrequired-oauth-config",
    level: Severity::Note,
    source: include_str!("unrequired_oauth_config.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.requires_login() == Some(false) && subject.manifest.oauth_config.is_some() {
        findings.push(
            RULE.at(
                subject.value_at("/archestra_config/oauth/required"),
                "there is an `oauth_config`, but no login is required",
            )
            .help("set `archestra_config.oauth.required` to `true`, unless the server also works without a login")
            .related(subject.key("/oauth_config"), "the login is configured here"),
        );
    }
}

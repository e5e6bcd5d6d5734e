use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports an `oauth_config` beside `archestra_config.oauth.required: false`.
///
/// ## Why is this bad?
/// The two may be meant: a server with an optional login. More often one of them was forgotten, and the app
/// installs the server without the login that it needs.
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
                "an `oauth_config` is given, but no login is required",
            )
            .help("set `required` to `true`, unless the server is of use without a login")
            .related(subject.key("/oauth_config"), "the login"),
        );
    }
}

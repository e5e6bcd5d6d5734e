use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a server that requires a login (`archestra_config.oauth.required: true`) but has no `oauth_config`.
///
/// ## Why is this bad?
/// The app cannot perform a login that the manifest does not describe, so the server is installed but refuses every request.
///
/// ## Example
/// ```json
/// { "archestra_config": { "oauth": { "required": true } } }
/// ```
///
/// Use instead:
/// ```json
/// { "archestra_config": { "oauth": { "required": false } } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "required-oauth-undeclared",
    level: Severity::Error,
    source: include_str!("required_oauth_undeclared.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.requires_login() == Some(true) && subject.manifest.oauth_config.is_none() {
        findings.push(
            RULE.at(
                subject.value_at("/archestra_config/oauth/required"),
                "a login is required, but there is no `oauth_config`",
            )
            .help(
                "add an `oauth_config`, or set `archestra_config.oauth.required` to `false` if the server authenticates in another way",
            ),
        );
    }
}

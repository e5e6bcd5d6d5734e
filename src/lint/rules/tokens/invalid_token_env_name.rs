use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::env_name;

/// ## What it does
/// Reports an `access_token_env_var` that is not a POSIX name: letters, digits and `_`, not starting with a
/// digit.
///
/// ## Why is this bad?
/// The token is put into this variable when the server starts.
/// Shells and container engines drop or refuse a variable with such a name, and the server starts without its token.
///
/// ## Example
/// ```json
/// { "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": "ACME-TOKEN" } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": "ACME_TOKEN" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "invalid-token-env-name",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("invalid_token_env_name.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(name) = subject.token_env_var() else {
        return;
    };
    if !env_name::is_posix(name) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/access_token_env_var"),
                format!("`{name}` is not a valid name for an environment variable"),
            )
            .help("use only letters, digits and `_`, not starting with a digit"),
        );
    }
}

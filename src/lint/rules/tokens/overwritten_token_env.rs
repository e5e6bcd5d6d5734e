use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports an `access_token_env_var` that `server.env` also sets.
///
/// ## Why is this bad?
/// After the login the token replaces the value from `server.env`, which is never used.
/// A reader of the manifest cannot tell which of the two the server gets.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_TOKEN": "${user_config.acme_token}" } },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": "ACME_TOKEN" },
///   "user_config": { "acme_token": { "type": "string", "sensitive": true } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": {} },
///   "oauth_config": { "generic_oauth": true, "client_id": "acme-1f3d5", "access_token_env_var": "ACME_TOKEN" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "overwritten-token-env",
    level: Severity::Warning,
    source: include_str!("overwritten_token_env.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(name) = subject.token_env_var() else {
        return;
    };
    let env = subject.manifest.server.env.as_ref();
    if env.is_some_and(|env| env.contains_key(name)) {
        findings.push(
            RULE.at(
                subject.key(Slot::Env(name).pointer()),
                format!("`{name}` is overwritten with the access token"),
            )
            .related(
                subject.value_at("/oauth_config/access_token_env_var"),
                "the token is put here",
            )
            .help(
                "remove it from `server.env`, or name another variable in `oauth_config.access_token_env_var`",
            ),
        );
    }
}

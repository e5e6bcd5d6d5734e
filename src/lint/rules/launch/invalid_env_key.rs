use crate::compile::grammar;
use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::finding::Severity;
use crate::text::env_name;

/// ## What it does
/// Reports a key of `server.env` that is not a POSIX name: letters, digits and `_`, not starting with a digit.
///
/// ## Why is this bad?
/// Shells and container engines drop or refuse a variable with such a name. Usually a command line option was put
/// among the variables, or a key and its value were swapped. No program can be started with an empty name or one that has
/// a `=`, so `build` leaves the server out: then it is an error.
///
/// ## Example
/// ```json
/// { "server": { "env": { "--region": "eu" } } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "env": { "ACME_REGION": "eu" } } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "invalid-env-key",
    level: Severity::Warning,
    source: include_str!("invalid_env_key.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (key, _) in subject.manifest.server.env.iter().flatten() {
        if !env_name::is_posix(key) {
            let is_refused = grammar::env_name("server.env", key).is_err();
            findings.push(
                RULE.at(
                    subject.key(Slot::Env(key).pointer()),
                    format!("`{key}` is not a valid name for an environment variable"),
                )
                .severity(if is_refused { Severity::Error } else { RULE.level })
                .help("use only letters, digits and `_`, not starting with a digit"),
            );
        }
    }
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::Pointer;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a required key of a local server's `user_config` that neither the command, the arguments, the image, the
/// environment nor an injected file names, and that is not `mounted`.
///
/// ## Why is this bad?
/// The user cannot install the server without an answer, and the answer is never used. Usually the placeholder was
/// forgotten or misspelled, so the server lacks something it cannot run without.
///
/// ## Example
/// ```json
/// {
///   "user_config": { "api_key": { "type": "string", "title": "API key", "required": true, "sensitive": true } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_API_KEY": "${user_config.api_key}" } },
///   "user_config": { "api_key": { "type": "string", "title": "API key", "required": true, "sensitive": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unused-required-user-config",
    level: Severity::Error,
    source: include_str!("unused_required_user_config.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (key, input) in super::unused_inputs(subject) {
        if input.required == Some(true) {
            findings.push(
                RULE.at(
                    subject.key(Pointer::from("/user_config").key(key)),
                    format!("`{key}` is required, but its answer is never used"),
                )
                .help(format!(
                    "use it as `${{user_config.{key}}}`, or remove it from `user_config`"
                )),
            );
        }
    }
}

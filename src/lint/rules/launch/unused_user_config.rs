use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::Pointer;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a key of a local server's `user_config` that neither the command, the arguments, the image, the environment nor
/// an injected file names. Keys that are `mounted` reach the server as a file; required keys are reported by
/// `unused-required-user-config`.
///
/// ## Why is this bad?
/// The user fills in a field, and the answer is never used. Usually the placeholder was forgotten or misspelled.
///
/// ## Example
/// ```json
/// {
///   "user_config": { "region": { "type": "string", "title": "Region", "default": "eu" } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${user_config.region}" } },
///   "user_config": { "region": { "type": "string", "title": "Region", "default": "eu" } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unused-user-config",
    level: Severity::Warning,
    source: include_str!("unused_user_config.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (key, input) in super::unused_inputs(subject) {
        if input.required != Some(true) {
            findings.push(
                RULE.at(
                    subject.key(Pointer::from("/user_config").key(key)),
                    format!("the answer to `{key}` is never used"),
                )
                .help(format!(
                    "use it as `${{user_config.{key}}}`, or remove it from `user_config`"
                )),
            );
        }
    }
}

use serde_json::Value;

use crate::lint::{Check, Findings, Fixable, Rule, Subject};
use crate::source::Pointer;
use crate::source::finding::{Edit, Fix, Severity};

/// ## What it does
/// Reports a key of `user_config` that is required and has a default.
///
/// ## Why is this bad?
/// The two contradict each other: with a default there is always an answer, so nobody has to give one.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${user_config.region}" } },
///   "user_config": { "region": { "type": "string", "title": "Region", "required": true, "default": "eu" } }
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
    id: "required-with-default",
    level: Severity::Note,
    fix: Fixable::Risky,
    source: include_str!("required_with_default.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (key, input) in subject.user_inputs() {
        let (Some(true), Some(default)) = (input.required, &input.default) else {
            continue;
        };
        let pointer = Pointer::from("/user_config").key(key);
        // An empty default is no answer, so it is the one to remove.
        let is_empty = default.is_null() || default == &Value::from("");
        let redundant = if is_empty { "default" } else { "required" };
        findings.push(
            RULE.at(
                subject.key(pointer.key("default")),
                format!("`{key}` is required but has a default"),
            )
            .help(format!("remove `{redundant}`"))
            .fix(Fix::risky([Edit::Remove(pointer.key(redundant))])),
        );
    }
}

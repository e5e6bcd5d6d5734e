use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule, Yield};
use crate::source::finding::{Finding, Severity};

use super::committed_credential;

/// ## What it does
/// Reports a default on a key of `user_config` that is `sensitive`. A default of null or `""` is none.
///
/// ## Why is this bad?
/// A secret that everybody has is none. Who leaves the field as it is runs the server with a password that can be read in
/// the catalog.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_PIN": "${user_config.pin}" } },
///   "user_config": { "pin": { "type": "string", "title": "PIN", "sensitive": true, "default": "k-90f3a7c2" } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_PIN": "${user_config.pin}" } },
///   "user_config": { "pin": { "type": "string", "title": "PIN", "sensitive": true, "required": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "sensitive-default",
    level: Severity::Warning,
    yields_to: &[Yield::AtPlace(&[&committed_credential::RULE])],
    source: include_str!("sensitive_default.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    for (pointer, key, input) in super::sensitive_inputs(subject.value) {
        let Some(default) = input.get("default").filter(|default| is_given(default)) else {
            continue;
        };
        let finding = RULE
            .at(
                subject.value_at(pointer.key("default")),
                format!("`{key}` is sensitive, and has a default"),
            )
            .help("remove the default; say in the description what to enter");
        findings.push(texts(default).fold(finding, Finding::secret));
    }
}

/// Whether a default holds anything. A placeholder does: it is what the server gets.
fn is_given(default: &Value) -> bool {
    match default {
        Value::Null => false,
        Value::String(text) => !["", "none", "null", "{}", "[]"].contains(&text.trim()),
        Value::Array(items) => items.iter().any(is_given),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The texts of a default: itself, or those of a list.
fn texts(default: &Value) -> impl Iterator<Item = &str> {
    let items = default.as_array().map_or(&[][..], Vec::as_slice);
    default.as_str().into_iter().chain(items.iter().filter_map(Value::as_str))
}

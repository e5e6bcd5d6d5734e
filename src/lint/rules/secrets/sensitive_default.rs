use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule, Yield, Yields};
use crate::source::finding::{Finding, Severity};
use crate::text::secrets::hardcoded::is_nothing;

use super::committed_credential;

/// ## What it does
/// Reports a `sensitive` key of `user_config` that has a default. A default that holds nothing (null,
/// `""`, `none`, `{}`, `[]`) does not count.
///
/// ## Why is this bad?
/// A secret that everybody has is not a secret. Anyone who leaves the field unchanged runs the server with a password that
/// can be read in the catalog.
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
    yields_to: Yields::to(&[Yield::AtPlace(&[&committed_credential::RULE])]),
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
                format!("`{key}` is sensitive but has a default"),
            )
            .help("remove the default, and say in the description what to enter");
        findings.push(texts(default).fold(finding, Finding::secret));
    }
}

/// Whether a default has a value. A placeholder counts, since the server would get it.
fn is_given(default: &Value) -> bool {
    match default {
        Value::Null => false,
        Value::String(text) => !is_nothing(text),
        Value::Array(items) => items.iter().any(is_given),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The strings in a default: itself, or the items of a list.
fn texts(default: &Value) -> impl Iterator<Item = &str> {
    let items = default.as_array().map_or(&[][..], Vec::as_slice);
    default.as_str().into_iter().chain(items.iter().filter_map(Value::as_str))
}

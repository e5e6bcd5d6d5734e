use serde_json::Value;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::model::{InputType, UserInput};
use crate::source::Pointer;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a default in `user_config` that does not have the declared type, or is outside `min` and `max`. A file or
/// directory is a string; with `multiple`, the default is a list. A default of null counts as no default.
///
/// ## Why is this bad?
/// The form that asks for the answer cannot show the default, and a default is not validated like a typed answer.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_PORT": "${user_config.port}" } },
///   "user_config": { "port": { "type": "number", "title": "Port", "default": "8080" } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "env": { "ACME_PORT": "${user_config.port}" } },
///   "user_config": { "port": { "type": "number", "title": "Port", "default": 8080 } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "default-type-mismatch",
    level: Severity::Error,
    source: include_str!("default_type_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (key, input) in subject.user_inputs() {
        let problem = input.default.as_ref().and_then(|default| mismatch(input, default));
        if let Some((problem, remedy)) = problem {
            let pointer = Pointer::from("/user_config").key(key).key("default");
            findings.push(
                RULE.at(subject.value_at(pointer), format!("the default of `{key}` {problem}"))
                    .help(format!("{remedy}, or remove `default`")),
            );
        }
    }
}

/// What is wrong with a default, to follow "the default of `key`", and what to do about it.
fn mismatch(input: &UserInput, default: &Value) -> Option<(String, &'static str)> {
    match (default, input.multiple) {
        (Value::Null, _) => None,
        (Value::Array(items), Some(true)) => {
            items.iter().find_map(|item| mismatch_of_one(input, item))
        }
        (_, Some(true)) => {
            Some(("is not a list, but `multiple` is set".to_owned(), "write a list"))
        }
        (_, _) => mismatch_of_one(input, default),
    }
}

fn mismatch_of_one(input: &UserInput, value: &Value) -> Option<(String, &'static str)> {
    let kind = input.kind.unwrap_or_default();
    let (is_of_kind, remedy) = match kind {
        InputType::String => (value.is_string(), "write a string"),
        InputType::File | InputType::Directory => (value.is_string(), "write a path, as a string"),
        InputType::Number => (value.is_number(), "write a number, without quotes"),
        InputType::Boolean => (value.is_boolean(), "write `true` or `false`, without quotes"),
    };
    if !is_of_kind {
        let problem = match kind {
            InputType::File | InputType::Directory => {
                format!("is not a path, but the type is `{}`", kind.name())
            }
            InputType::String | InputType::Number | InputType::Boolean => {
                format!("is not a {}", kind.name())
            }
        };
        return Some((problem, remedy));
    }
    let number = value.as_f64()?;
    match (input.min, input.max) {
        (Some(min), _) if number < min => {
            Some((format!("is below its `min` of {min}"), "raise it"))
        }
        (_, Some(max)) if number > max => {
            Some((format!("is above its `max` of {max}"), "lower it"))
        }
        _ => None,
    }
}

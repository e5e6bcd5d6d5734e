use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::{Check, Findings, RawSubject, Rule};
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};

/// ## What it does
/// Reports a `sensitive` key of `user_config` in the command or the arguments. The answer to a key of type `file` or
/// `directory` is a path, which gives nothing away.
///
/// ## Why is this bad?
/// Every other process on the machine can read the command line of a process, and it ends up in logs.
///
/// ## Example
/// ```json
/// {
///   "server": { "args": ["-y", "acme-mcp@1.4.0", "--key=${user_config.api_key}"] },
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
    id: "sensitive-argument",
    level: Severity::Warning,
    source: include_str!("sensitive_argument.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    let is_path = |input: &Value| {
        let kind = input.get("type").and_then(Value::as_str);
        matches!(kind, Some("file" | "directory"))
    };
    let sensitive = super::sensitive_inputs(subject.value);
    let sensitive = sensitive.filter(|(_, _, input)| !is_path(input)).map(|(_, key, _)| key);
    let sensitive: BTreeSet<&str> = sensitive.collect();
    for (pointer, text) in super::command_line(subject.value) {
        let asked = placeholders(text).filter_map(|found| match found.kind {
            PlaceholderKind::UserConfig(key) => Some(key),
            PlaceholderKind::Expression(_)
            | PlaceholderKind::Runtime(_)
            | PlaceholderKind::Token(_)
            | PlaceholderKind::Unknown(_) => None,
        });
        let asked: BTreeSet<&str> = asked.filter(|key| sensitive.contains(key)).collect();
        for key in asked {
            findings.push(
                RULE.at(
                    subject.value_at(pointer.clone()),
                    format!("`{key}` is sensitive, but the process list shows the command line"),
                )
                .help("pass it in `server.env` instead"),
            );
        }
    }
}

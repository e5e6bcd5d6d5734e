use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Rule, Subject, Yield};
use crate::source::finding::Severity;
use crate::text::placeholder::{Kind, placeholders};

/// ## What it does
/// Reports a placeholder that says more of `user_config` than one plain key: a condition, an operator, brackets, blanks, or
/// no closing brace.
///
/// ## Why is this bad?
/// The desktop app replaces the text `${user_config.KEY}` and evaluates nothing.
/// An expression reaches the server as it is written.
///
/// ## Example
/// ```json
/// {
///   "server": { "args": ["-y", "acme-mcp@1.4.0", "${user_config.readonly ? '--readonly' : ''}"] },
///   "user_config": { "readonly": { "type": "boolean", "title": "Read only", "default": true } }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "args": ["-y", "acme-mcp@1.4.0", "--readonly=${user_config.readonly}"] },
///   "user_config": { "readonly": { "type": "boolean", "title": "Read only", "default": true } }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "expression-in-placeholder",
    level: Severity::Error,
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
    source: include_str!("expression_in_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let files = subject.injected_files().into_iter();
    for string in subject.server_strings().into_iter().chain(files) {
        for found in placeholders(string.text) {
            let Kind::Expression(expression) = found.kind else {
                continue;
            };
            let written = string.text.get(found.range).unwrap_or_default();
            let key = expression.strip_prefix("user_config.");
            let is_declared = key.is_some_and(|key| subject.user_input(key).is_some());
            if is_declared && written.ends_with('}') {
                // Replacing text works with any key that is declared, however unusual.
                continue;
            }
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("`{written}` is not evaluated"),
                )
                .help("use `${user_config.KEY}` with one key, and let the server decide"),
            );
        }
    }
}

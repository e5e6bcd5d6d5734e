use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::placeholder::{Placeholder, PlaceholderKind, placeholders};

/// ## What it does
/// Reports a placeholder of `user_config` that is more than one plain key: it has a condition, an operator, brackets or
/// spaces, or lacks the closing brace.
///
/// ## Why is this bad?
/// The desktop app only replaces the text `${user_config.KEY}`. An expression reaches the server as it is written.
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
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("expression_in_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let files = subject.injected_files().into_iter();
    for string in subject.server_strings().into_iter().chain(files) {
        for found in placeholders(string.text) {
            let PlaceholderKind::Expression(expression) = found.kind else {
                continue;
            };
            let written = string.text.get(found.range).unwrap_or_default();
            let key = expression.strip_prefix("user_config.");
            let is_declared = key.is_some_and(|key| subject.user_input(key).is_some());
            if is_declared && written.ends_with('}') {
                // A declared key is replaced, however unusual its characters.
                continue;
            }
            let repaired = format!("${{{}}}", expression.trim());
            let help = match placeholders(&repaired).next() {
                Some(Placeholder { kind: PlaceholderKind::UserConfig(_), .. }) => format!("write `{repaired}`"),
                _ => "write `${user_config.KEY}` with a single key, and leave conditions to the server"
                    .to_owned(),
            };
            findings.push(
                RULE.at(
                    subject.value_at(string.slot.pointer()),
                    format!("`{written}` is not evaluated"),
                )
                .help(help),
            );
        }
    }
}

use crate::finding::Severity;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::placeholder::placeholders;
use crate::source::Pointer;

/// ## What it does
/// Reports an optional key without a default that a local server's command, arguments or environment use.
///
/// ## Why is this bad?
/// Today's desktop app replaces what was answered. Where the user leaves the field empty, the server is started with the
/// literal text `${user_config.KEY}`. The launch specs drop the argument or variable instead.
///
/// ## Example
/// ```json
/// {
///   "server": { "env": { "ACME_REGION": "${user_config.region}" } },
///   "user_config": { "region": { "type": "string", "title": "Region" } }
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
pub static RULE: Rule = Rule {
    id: "leaking-optional-placeholder",
    group: Group::Launch,
    level: Severity::Note,
    fix: Fixable::No,
    source: include_str!("leaking_optional_placeholder.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is_local() {
        return;
    }
    let strings = subject.server_strings();
    for (key, input) in subject.user_inputs() {
        if input.required == Some(true) || input.default.is_some() {
            continue;
        }
        let use_of_key = strings
            .iter()
            .find(|string| placeholders(string.text).any(|found| found.kind.names(key)));
        if let Some(string) = use_of_key {
            findings.push(
                RULE.at(
                    subject.key(Pointer::from("/user_config").key(key)),
                    format!("`{key}` may stay unanswered, and has no default"),
                )
                .related(
                    subject.value_at(string.slot.pointer()),
                    "the literal text would be passed on here",
                )
                .help("give it a default, or make it required"),
            );
        }
    }
}

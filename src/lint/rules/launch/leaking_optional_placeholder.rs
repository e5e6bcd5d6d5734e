use crate::lint::{Check, Findings, Rule, Slot, Subject};
use crate::source::Pointer;
use crate::source::finding::Severity;
use crate::text::placeholder::{PlaceholderKind, placeholders};

/// ## What it does
/// Reports an optional key of `user_config` that has no default and is used in a local server's command, arguments,
/// image or environment.
///
/// ## Why is this bad?
/// Today's desktop app only replaces keys that have an answer. If the user leaves the field empty, the server is started
/// with the literal text `${user_config.KEY}`. The launch specs omit the argument or variable instead, an argument
/// together with the option before it.
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
pub(crate) static RULE: Rule = Rule {
    id: "leaking-optional-placeholder",
    level: Severity::Note,
    source: include_str!("leaking_optional_placeholder.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is_local() {
        return;
    }
    let strings = subject.server_strings();
    let asked = strings.iter().flat_map(|string| {
        let found = placeholders(string.text);
        found.map(|found| (string.slot, found.kind))
    });
    let asked: Vec<(Slot<'_>, PlaceholderKind<'_>)> = asked.collect();
    for (key, input) in subject.user_inputs() {
        if input.required == Some(true) || input.default.is_some() {
            continue;
        }
        let use_of_key = asked.iter().find(|(_, kind)| kind.names(key));
        if let Some((slot, _)) = use_of_key {
            findings.push(
                RULE.at(
                    subject.key(Pointer::from("/user_config").key(key)),
                    format!("`{key}` is optional and has no default"),
                )
                .related(subject.value_at(slot.pointer()), "passed on literally if unanswered")
                .help("give it a default, or make it required"),
            );
        }
    }
}

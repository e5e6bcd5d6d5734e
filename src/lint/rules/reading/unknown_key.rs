use crate::lint::{Check, Findings, Rule, SchemaSubject};
use crate::manifest::violations::Violation;
use crate::source::finding::{Place, Severity};
use crate::text::suggest;

/// ## What it does
/// Reports a key that the schema does not define, and suggests the nearest one that it does.
///
/// ## Why is this bad?
/// Nothing reads the key. It is usually misspelled, so that its setting silently has no effect.
///
/// ## Example
/// ```json
/// { "server": { "comand": "npx" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unknown-key",
    level: Severity::Warning,
    source: include_str!("unknown_key.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    for violation in &subject.validated.violations {
        let Violation::UnknownKey { object, key, known } = violation else {
            continue;
        };
        let finding = RULE.at(
            Place::key(subject.file, object.key(key)),
            format!("nothing reads the key `{key}`"),
        );
        let nearest = suggest::nearest(key, known.iter().map(String::as_str));
        findings.push(match nearest {
            Some(nearest) => finding.help(format!("write `{nearest}`, if that is what you meant")),
            None => finding.help("remove it"),
        });
    }
}

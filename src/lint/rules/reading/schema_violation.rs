use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, SchemaSubject, Yield, Yields};
use crate::manifest::violations::Violation;
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a value of the wrong type, a missing key of an item, and a value that is not one of the allowed ones or
/// has the wrong format. The schema is `schema/server.schema.json`, as printed by `catproof schema server`.
///
/// ## Why is this bad?
/// The desktop app rejects the file. It cannot be compiled, and most other rules cannot check it.
///
/// ## Example
/// ```json
/// { "server": { "command": "npx", "args": "-y acme-mcp@1.4.0" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "schema-violation",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("schema_violation.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    let file = subject.file;
    for violation in &subject.validated.violations {
        match violation {
            Violation::MissingKey { object, key } => {
                // A missing key has no place, so the key of the object that lacks it is labelled.
                let place = match object.as_str() {
                    "" => Place::whole(file),
                    _ => Place::key(file, object.clone()),
                };
                let finding = RULE.at(place, format!("`{key}` is missing"));
                findings.push(finding.help(format!("add `{key}`")));
            }
            Violation::WrongValue { at, message } => {
                findings.push(RULE.at(Place::value(file, at.clone()), message));
            }
            // Reported by `unknown-key`.
            Violation::UnknownKey { .. } => {}
        }
    }
}

use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Rule, SchemaSubject, Yield};
use crate::manifest::violations::Violation;
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a value of the wrong type, a missing `name` or `server`, and a value outside a closed set or format.
/// The schema is `schema/server.schema.json`, as `catproof schema` prints it.
///
/// ## Why is this bad?
/// The desktop app refuses the file. Nothing of it can be compiled, and no other rule can judge it.
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
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
    source: include_str!("schema_violation.rs"),
    check: Check::Schema(check),
    ..super::DEFAULTS
};

fn check(subject: &SchemaSubject<'_>, findings: &mut Findings) {
    let file = subject.file;
    for violation in &subject.validated.violations {
        match violation {
            Violation::MissingKey { object, key } => {
                // A missing key has no place: the object that lacks it is labelled by its own key.
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
            // A rule of its own.
            Violation::UnknownKey { .. } => {}
        }
    }
}

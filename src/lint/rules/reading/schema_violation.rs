use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::finding::Severity;

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
pub static RULE: Rule = Rule {
    id: "schema-violation",
    group: Group::Reading,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("schema_violation.rs"),
    check: Check::Stage,
};

use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{DuplicateKey, FileId};

/// ## What it does
/// Reports a key that occurs twice in one object, with both places.
///
/// ## Why is this bad?
/// RFC 8259 §4 leaves open which of the two counts. Most readers silently take the last, a reviewer reads the first:
/// a second `token_endpoint` can send the secret elsewhere.
///
/// ## Example
/// ```json
/// { "server": { "command": "npx", "command": "uvx" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "npx" } }
/// ```
pub static RULE: Rule = Rule {
    id: "duplicate-key",
    group: Group::Reading,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("duplicate_key.rs"),
    check: Check::Stage,
};

/// The finding for one repetition.
pub fn finding(file: FileId, duplicate: DuplicateKey) -> Finding {
    let DuplicateKey {
        key, first, again, ..
    } = duplicate;
    RULE.at(
        Place::bytes(file, again),
        format!("`{key}` occurs twice in this object"),
    )
    .help("remove one of the two")
    .related(Place::bytes(file, first), "first given here")
}

use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{FileId, Pointer};

/// ## What it does
/// Reports a key that the schema does not know, and names the nearest one that it does.
///
/// ## Why is this bad?
/// Nobody reads the key. Most often it is a misspelled one, whose setting silently does not hold.
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
pub static RULE: Rule = Rule {
    id: "unknown-key",
    group: Group::Reading,
    level: Severity::Warning,
    fix: Fixable::No,
    source: include_str!("unknown_key.rs"),
    check: Check::Stage,
};

/// The finding for one key of the object at `object`.
pub fn finding(file: FileId, object: &Pointer, key: &str, known: &[String]) -> Finding {
    let finding = RULE.at(
        Place::key(file, object.key(key)),
        format!("`{key}` is no key that anything reads here"),
    );
    match crate::text::suggest::nearest(key, known.iter().map(String::as_str)) {
        Some(nearest) => finding.help(format!("write `{nearest}`, if that is meant")),
        None => finding.help("remove it"),
    }
}

use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::FileId;
use crate::source::finding::{Edit, Finding, Fix, Place, Severity};

/// ## What it does
/// Reports a manifest that starts with a byte order mark (U+FEFF).
///
/// ## Why is this bad?
/// RFC 8259 §8.1 forbids it, and strict readers, JavaScript's `JSON.parse` among them, refuse the file.
///
/// ## Example
/// A file whose first three bytes are `EF BB BF`.
///
/// Use instead:
/// The same file without them, which `catproof check --fix` writes.
pub static RULE: Rule = Rule {
    id: "byte-order-mark",
    group: Group::Reading,
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("byte_order_mark.rs"),
    check: Check::Stage,
};

/// The finding, at the mark's three bytes.
pub fn finding(file: FileId) -> Finding {
    RULE.at(
        Place::bytes(file, 0..'\u{feff}'.len_utf8()),
        "the file starts with a byte order mark",
    )
    .help("save the file as UTF-8 without one")
    .fix(Fix::safe([Edit::RemoveByteOrderMark]))
}

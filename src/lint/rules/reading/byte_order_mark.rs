use crate::lint::{Check, FileContent, Findings, Fixable, Rule, TextSubject};
use crate::source::finding::{Edit, Fix, Place, Severity};

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
/// The same file without them. `catproof check --fix` removes them.
pub(crate) static RULE: Rule = Rule {
    id: "byte-order-mark",
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("byte_order_mark.rs"),
    check: Check::Text(check),
    ..super::DEFAULTS
};

fn check(subject: &TextSubject<'_>, findings: &mut Findings) {
    if let FileContent::Json { parsed, .. } = subject.content
        && parsed.has_byte_order_mark
    {
        findings.push(
            RULE.at(
                Place::bytes(subject.file, 0..'\u{feff}'.len_utf8()),
                "the file starts with a byte order mark",
            )
            .help("save the file as UTF-8 without a byte order mark")
            .fix(Fix::safe([Edit::RemoveByteOrderMark])),
        );
    }
}

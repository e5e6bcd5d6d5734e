use crate::lint::{Check, FileContent, Findings, Rule, TextSubject};
use crate::source::finding::{Place, Severity};
use crate::source::{DuplicateKey, duplicate_keys};

/// ## What it does
/// Reports a key that occurs twice in one object, with both places.
///
/// ## Why is this bad?
/// RFC 8259 §4 leaves open which of the two counts. Most parsers silently take the last, while a reviewer reads the first:
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
pub(crate) static RULE: Rule = Rule {
    id: "duplicate-key",
    level: Severity::Error,
    source: include_str!("duplicate_key.rs"),
    check: Check::Text(check),
    ..super::DEFAULTS
};

fn check(subject: &TextSubject<'_>, findings: &mut Findings) {
    let FileContent::Json { text, parsed } = subject.content else {
        return;
    };
    if !parsed.has_duplicate_keys {
        return;
    }
    for duplicate in duplicate_keys(text) {
        let DuplicateKey { key, first, again, .. } = duplicate;
        findings.push(
            RULE.at(
                Place::bytes(subject.file, again),
                format!("`{key}` is repeated in this object"),
            )
            .help("keep only one of them")
            .related(Place::bytes(subject.file, first), "first given here"),
        );
    }
}

use crate::lint::{Check, FileContent, Findings, Rule, TextSubject};
use crate::source::ReadError;
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a manifest that cannot be read: it lacks read permission, is a symbolic link, or is not a regular file.
///
/// ## Why is this bad?
/// The server would silently be missing from all artifacts. Links are not followed because they may lead out of the
/// catalog, and pipes are not opened because reading them may never end.
///
/// ## Example
/// A folder, a pipe or a symbolic link that is named `catalog/acme__mcp.json`.
///
/// Use instead:
/// A regular file that everybody may read.
pub(crate) static RULE: Rule = Rule {
    id: "unreadable-file",
    level: Severity::Error,
    source: include_str!("unreadable_file.rs"),
    check: Check::Text(check),
    ..super::DEFAULTS
};

fn check(subject: &TextSubject<'_>, findings: &mut Findings) {
    if let FileContent::Unread(ReadError::Unreadable(reason)) = subject.content {
        findings.push(
            RULE.at(Place::whole(subject.file), format!("the manifest cannot be read: {reason}"))
                .help("put a regular file with read permission in its place"),
        );
    }
}

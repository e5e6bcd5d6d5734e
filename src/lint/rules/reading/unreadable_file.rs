use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::FileId;
use crate::source::finding::{Finding, Place, Severity};

/// ## What it does
/// Reports a manifest that cannot be read: no permission, a symbolic link, or no regular file.
///
/// ## Why is this bad?
/// The server is silently missing from everything that is compiled. Links are not followed because they may lead out of
/// the catalog, and pipes are not opened because they may never end.
///
/// ## Example
/// A folder, a pipe or a symbolic link that is named `catalog/acme__mcp.json`.
///
/// Use instead:
/// A regular file that everybody may read.
pub static RULE: Rule = Rule {
    id: "unreadable-file",
    group: Group::Reading,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("unreadable_file.rs"),
    check: Check::Stage,
};

/// The finding, with the reason in lower case.
pub fn finding(file: FileId, reason: &str) -> Finding {
    RULE.at(
        Place::whole(file),
        format!("the manifest cannot be read: {reason}"),
    )
    .help("put a regular file with read permission in its place")
}

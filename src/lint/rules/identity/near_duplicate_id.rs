use crate::catalog::entry::Entry;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::source::finding::Severity;

use super::{colliding_env_name, duplicate_server_id, lookalike_id};
use super::{concerns, group_by_id, name_of, others, posix_form, with_names_of};

/// ## What it does
/// Reports ids that are equal once every character outside `[A-Za-z0-9_]` is replaced with `_` and case is ignored.
/// If the profile compiles only one of the two, the finding is on the other one.
///
/// ## Why is this bad?
/// It is usually the same project twice, once with `-` and once with `_`. People install one and read about the other.
///
/// ## Example
/// ```json catalog/acme__file-mcp.json
/// { "name": "acme__file-mcp" }
/// ```
/// ```json catalog/acme__file_mcp.json
/// { "name": "acme__file_mcp" }
/// ```
///
/// Use instead:
/// ```json catalog/acme__file-mcp.json
/// { "name": "acme__file-mcp" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "near-duplicate-id",
    level: Severity::Warning,
    yields_to: Yields::to(&[
        Yield::AtPlace(&[&colliding_env_name::RULE, &lookalike_id::RULE]),
        Yield::InFile(&[&duplicate_server_id::RULE]),
    ]),
    profile: ProfileScope::Development,
    source: include_str!("near_duplicate_id.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let profile = subject.context.config.profile;
    let form = |entry: &Entry| posix_form(&entry.id).to_lowercase();
    for group in group_by_id(subject.entries.iter(), form).values() {
        for entry in group {
            // Equal ids are reported as duplicates or as shadows.
            let others =
                others(group, |other| other.id != entry.id && concerns(entry, other, profile));
            let Some(first) = others.first() else {
                continue;
            };
            let finding = RULE
                .at(
                    name_of(entry),
                    format!(
                        "`{}` differs from `{}` only in case or punctuation",
                        entry.id, first.id
                    ),
                )
                .help("if they are the same project, keep only one");
            findings.push(with_names_of(finding, &others, "nearly the same id"));
        }
    }
}

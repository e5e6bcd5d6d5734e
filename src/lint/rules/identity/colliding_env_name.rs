use crate::catalog::entry::Entry;
use crate::lint::{CatalogSubject, Check, Findings, ProfileScope, Rule, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::env_name;

use super::duplicate_server_id;
use super::{concerns, group_by_id, name_of, others, with_names_of};

/// ## What it does
/// Reports two proxied servers whose environment variables have the same name once every character outside
/// `[A-Za-z0-9_]` is replaced with `_` and the name is in upper case.
/// If the profile compiles only one of the two, the finding is on the other one.
///
/// ## Why is this bad?
/// That form is the only one that shells, containers and Windows all accept. In it the two servers share a variable, and
/// one provider is sent the other's secret.
///
/// ## Example
/// ```json catalog/acme__file-mcp.json
/// { "name": "acme__file-mcp", "oauth_config": { "generic_oauth": true } }
/// ```
/// ```json catalog/acme__file_mcp.json
/// { "name": "acme__file_mcp", "oauth_config": { "generic_oauth": true } }
/// ```
///
/// Use instead:
/// ```json catalog/acme__file-mcp.json
/// { "name": "acme__file-mcp", "oauth_config": { "generic_oauth": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "colliding-env-name",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::InFile(&[&duplicate_server_id::RULE])]),
    profile: ProfileScope::Development,
    source: include_str!("colliding_env_name.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    let profile = subject.context.config.profile;
    let proxied = subject.entries.iter().filter(|entry| entry.is_proxied);
    let form = |entry: &Entry| env_name::alias(&entry.id);
    for (form, group) in &group_by_id(proxied, form) {
        for entry in group {
            let others =
                others(group, |other| other.id != entry.id && concerns(entry, other, profile));
            let Some(first) = others.first() else {
                continue;
            };
            let finding = RULE
                .at(
                    name_of(entry),
                    format!("`{}` and `{}` share the variable `{form}_SECRET`", entry.id, first.id),
                )
                .help("rename one of the servers");
            findings.push(with_names_of(finding, &others, "the same variable"));
        }
    }
}

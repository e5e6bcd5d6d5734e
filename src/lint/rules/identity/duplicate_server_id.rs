use crate::catalog::entry::Entry;
use crate::lint::{CatalogSubject, Check, Findings, Rule};
use crate::source::Origin;
use crate::source::finding::Severity;

use super::{group_by_id, name_of, others, with_names_of};

/// ## What it does
/// Reports manifests in one folder that declare the same `name`, or names that differ only in case.
/// A server of `catalog_local` with the id of one in `catalog` is reported by `shadowed-server`.
///
/// ## Why is this bad?
/// The id is the key to a server's secret, tokens and files. Of two servers with one id, one gets what belongs to the
/// other. Many file systems and the environment of Windows ignore case.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
/// ```json catalog/Acme__mcp.json
/// { "name": "Acme__mcp" }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "duplicate-server-id",
    level: Severity::Error,
    source: include_str!("duplicate_server_id.rs"),
    check: Check::Catalog(check),
    ..super::DEFAULTS
};

fn check(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for origin in [Origin::Catalog, Origin::CatalogLocal] {
        let entries = subject.entries.iter().filter(|entry| entry.origin == origin);
        for group in group_by_id(entries, |entry| entry.id.to_lowercase()).values() {
            report(group, findings);
        }
    }
}

/// Reports each of the servers, so that checking any one file alone shows the duplicate.
fn report(group: &[&Entry], findings: &mut Findings) {
    for entry in group {
        let others = others(group, |other| other.file != entry.file);
        let Some(first) = others.first() else {
            continue;
        };
        let message = if first.id == entry.id {
            format!("`{}` is declared twice", entry.id)
        } else {
            format!("`{}` and `{}` differ only in case", entry.id, first.id)
        };
        let finding = RULE
            .at(name_of(entry), message)
            .help("give each server a unique id, or remove one manifest");
        findings.push(with_names_of(finding, &others, "also declared here"));
    }
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::Origin;
use crate::source::finding::{Place, Severity};
use crate::text::plural::joined;

/// ## What it does
/// Reports a server of `catalog/` without `display_name`, `description` or `author`, or with an empty one.
///
/// ## Why is this bad?
/// Users choose by what they read: a server without a name, a purpose and a known author is hard to trust.
///
/// ## Example
/// ```json
/// { "description": null, "author": null }
/// ```
///
/// Use instead:
/// ```json
/// { "description": "Files and folders of Acme Drive", "author": { "name": "Acme" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "missing-metadata",
    level: Severity::Warning,
    source: include_str!("missing_metadata.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.entry.origin == Origin::CatalogLocal {
        return;
    }
    let manifest = subject.manifest;
    let is_given =
        |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let author = manifest.author.as_ref();
    let has_author = author.is_some_and(|author| is_given(&author.name));
    let mut missing = vec![
        ("`display_name`", "the name that users see", is_given(&manifest.display_name)),
        ("`description`", "what the server does", is_given(&manifest.description)),
        ("`author`", "who publishes it", has_author),
    ];
    missing.retain(|(_, _, is_given)| !is_given);
    if missing.is_empty() {
        return;
    }
    let keys: Vec<_> = missing.iter().map(|(key, _, _)| (*key).to_owned()).collect();
    let wanted: Vec<_> =
        missing.iter().map(|(key, meaning, _)| format!("{key} ({meaning})")).collect();
    let verb = if keys.len() == 1 { "is" } else { "are" };
    findings.push(
        RULE.at(Place::whole(subject.entry.file), format!("{} {verb} missing", joined(&keys)))
            .help(format!("add {}", joined(&wanted))),
    );
}

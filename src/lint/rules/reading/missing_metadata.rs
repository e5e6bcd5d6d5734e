use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::Origin;
use crate::source::finding::{Place, Severity};

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
    let missing: Vec<&str> = [
        ("`display_name`", is_given(&manifest.display_name)),
        ("`description`", is_given(&manifest.description)),
        ("`author`", author.is_some_and(|author| is_given(&author.name))),
    ]
    .into_iter()
    .filter_map(|(key, is_given)| (!is_given).then_some(key))
    .collect();
    let message = match missing.split_last() {
        None => return,
        Some((one, [])) => format!("{one} is missing"),
        Some((last, others)) => format!("{} and {last} are missing", others.join(", ")),
    };
    findings.push(
        RULE.at(Place::whole(subject.entry.file), message)
            .help("add the server's name, what it does and who publishes it"),
    );
}

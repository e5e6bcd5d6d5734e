use crate::lint::{Check, Findings, Fixable, RawSubject, Rule};
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::server_id::is_server_id;

/// ## What it does
/// Reports a manifest whose `name` is not its file's name without `.json`.
///
/// ## Why is this bad?
/// The proxy reads `{id}_CLIENT_ID` and `{id}_SECRET`. The guide takes the id from the file's name, the programs take it
/// from `name`: if the two differ, the secret is set under one name and read under the other.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "name": "acme_mcp" }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "id-mismatch",
    level: Severity::Error,
    fix: Fixable::Risky,
    source: include_str!("id_mismatch.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    let Some(name) = subject.value.get("name").and_then(|name| name.as_str()) else {
        return;
    };
    if name == subject.stem {
        return;
    }
    let stem = subject.stem;
    // Renaming the file is no help if `name` itself is invalid.
    let help = if is_server_id(name) {
        format!("rename the file to `{name}.json`, or set `name` to `{stem}`")
    } else {
        format!("set `name` to `{stem}`")
    };
    let shown = if name.is_empty() { "empty".to_owned() } else { format!("`{name}`") };
    let message = format!("`name` is {shown}, but the file is `{stem}.json`");
    findings.push(
        RULE.at(subject.value_at("/name"), message)
            .help(help)
            .fix(Fix::risky([Edit::Replace("/name".into(), stem.into())])),
    );
}

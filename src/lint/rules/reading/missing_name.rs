use crate::lint::{Alone, Check, Findings, Fixable, RawSubject, Rule};
use crate::source::finding::{Edit, Fix, Place, Severity};

/// ## What it does
/// Reports a manifest without a `name`. The server id is then the file's name without `.json`, and the fix writes it down.
///
/// ## Why is this bad?
/// The id names the proxy's variables, `{id}_CLIENT_ID` and `{id}_SECRET`. If the file is renamed, so are they, and the
/// proxy no longer finds the secret.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "name": null }
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "name": "acme__mcp" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "missing-name",
    level: Severity::Warning,
    fix: Fixable::Safe,
    alone: Alone::NoFix,
    source: include_str!("missing_name.rs"),
    check: Check::Value(check),
    ..super::DEFAULTS
};

fn check(subject: &RawSubject<'_>, findings: &mut Findings) {
    let Some(members) = subject.value.as_object() else {
        return;
    };
    if members.get("name").is_some_and(|name| !name.is_null()) {
        return;
    }
    findings.push(
        RULE.at(
            Place::whole(subject.file),
            "`name` is missing, so the file's name is the server id",
        )
        .help("write the id down as `name`: `catproof check --fix` does")
        .fix(Fix::safe([Edit::Insert("".into(), "name".to_owned(), subject.stem.into())])),
    );
}

use crate::lint::{Check, Findings, IgnoreSubject, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports an ignore in `catproof.toml` that matches no finding. Only if its file was read and its rule ran: a check of
/// one file says nothing about the ignores of the others.
///
/// ## Why is this bad?
/// The finding is fixed, or the file is gone. If the ignore stays, it hides the same mistake the next time.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx" } }
/// ```
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// reason = "the app's next version reads it"
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx", "sandbox": "strict" } }
/// ```
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// reason = "the app's next version reads it"
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unused-ignore",
    level: Severity::Warning,
    source: include_str!("unused_ignore.rs"),
    check: Check::Ignore(check),
    ..super::DEFAULTS
};

fn check(subject: &IgnoreSubject<'_>, findings: &mut Findings) {
    // `expired-ignore` reports an expired one.
    if subject.is_used || subject.is_expired {
        return;
    }
    let ignore = subject.ignore;
    let (rule, path) = (ignore.rule.get_ref(), ignore.file.get_ref());
    let place = match &ignore.pointer {
        Some(pointer) => format!("at `{}` of `{path}`", pointer.get_ref()),
        None => format!("in `{path}`"),
    };
    findings.push(
        RULE.at(
            Place::bytes(subject.file, ignore.rule.span()),
            format!("there is no `{rule}` finding {place}"),
        )
        .help("remove the ignore"),
    );
}

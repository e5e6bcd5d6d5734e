use toml::Spanned;

use crate::lint::{Check, Findings, IgnoreSubject, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports an ignore in `catproof.toml` without a `reason`, or with an empty one.
///
/// ## Why is this bad?
/// Whoever reads it later cannot tell a decision from an oversight, and nobody dares to remove it.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx", "sandbox": "strict" } }
/// ```
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// ```
///
/// Use instead:
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// reason = "the app's next version reads it"
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "ignore-without-reason",
    level: Severity::Error,
    source: include_str!("ignore_without_reason.rs"),
    check: Check::Ignore(check),
    ..super::DEFAULTS
};

fn check(subject: &IgnoreSubject<'_>, findings: &mut Findings) {
    let ignore = subject.ignore;
    let reason = ignore.reason.as_ref();
    if reason.is_some_and(|reason| !reason.get_ref().trim().is_empty()) {
        return;
    }
    let span = reason.map_or_else(|| ignore.rule.span(), Spanned::span);
    findings.push(
        RULE.at(
            Place::bytes(subject.file, span),
            format!("nothing says why `{}` is ignored", ignore.rule.get_ref()),
        )
        .help("add a `reason`"),
    );
}

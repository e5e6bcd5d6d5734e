use toml::Spanned;

use crate::catalog::config::Ignore;
use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::FileId;
use crate::source::finding::{Finding, Place, Severity};

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
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx", "sandbox": "strict" } }
/// ```
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// reason = "the app's next version reads it"
/// ```
pub static RULE: Rule = Rule {
    id: "ignore-without-reason",
    group: Group::Suppressions,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("ignore_without_reason.rs"),
    check: Check::Stage,
};

/// The finding, at the empty reason, or at the rule where there is none.
pub fn finding(file: FileId, ignore: &Ignore) -> Finding {
    let span = ignore
        .reason
        .as_ref()
        .map_or_else(|| ignore.rule.span(), Spanned::span);
    RULE.at(
        Place::bytes(file, span),
        format!("nothing says why `{}` is ignored", ignore.rule.get_ref()),
    )
    .help("add a `reason`")
}

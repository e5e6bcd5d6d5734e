use crate::lint::{Check, Findings, IgnoreSubject, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports an ignore in `catproof.toml` whose last day is over, by the clock or by `--today`. Its findings are reported
/// again.
///
/// ## Why is this bad?
/// Somebody decided that the problem may stay until that day and no longer.
///
/// ## Example
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx", "sandbox": "strict" } }
/// ```
/// ```toml catproof.toml
/// [[ignore]]
/// rule = "unknown-key"
/// file = "catalog/acme__mcp.json"
/// reason = "the app's next version reads it"
/// expires = "2020-12-31"
/// ```
///
/// Use instead:
/// ```json catalog/acme__mcp.json
/// { "server": { "command": "npx" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "expired-ignore",
    level: Severity::Error,
    source: include_str!("expired_ignore.rs"),
    check: Check::Ignore(check),
    ..super::DEFAULTS
};

fn check(subject: &IgnoreSubject<'_>, findings: &mut Findings) {
    if let Some(expires) = subject.ignore.expires.as_ref().filter(|_| subject.is_expired) {
        findings.push(
            RULE.at(
                Place::bytes(subject.file, expires.span()),
                format!("the ignore expired on `{}`", expires.get_ref().0),
            )
            .help("fix the finding and remove the ignore, or set a later `expires`"),
        );
    }
}

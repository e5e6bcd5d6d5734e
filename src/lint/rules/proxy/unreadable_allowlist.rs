use crate::lint::{AllowlistSubject, Check, Findings, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports an allowlist that cannot be read without running it: something other than string literals in
/// `ALLOWED_DESTINATIONS`, a list that other code may modify, or no list at all.
///
/// ## Why is this bad?
/// The hosts that the proxy allows are unknown, so nothing was compared. catproof never runs code that it is given.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example', process.env.EXTRA_HOST];
/// ```
///
/// Use instead:
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unreadable-allowlist",
    level: Severity::Error,
    source: include_str!("unreadable_allowlist.rs"),
    check: Check::Allowlist(check),
    ..super::DEFAULTS
};

fn check(subject: &AllowlistSubject<'_>, findings: &mut Findings) {
    let place = match &subject.unreadable.range {
        Some(range) => Place::bytes(subject.file, range.clone()),
        None => Place::whole(subject.file),
    };
    let message = format!("the allowlist cannot be read: {}", subject.unreadable.reason);
    findings.push(
        RULE.at(place, message).help("write each host as a separate string literal, in one list"),
    );
}

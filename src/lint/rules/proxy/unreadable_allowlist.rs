use crate::lint::{AllowlistSubject, Check, Findings, Rule};
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports an allowlist that cannot be read without running it: something other than string literals in
/// `ALLOWED_DESTINATIONS`, a list that the file may change or hand on to be changed, or none at all.
///
/// ## Why is this bad?
/// Which hosts the proxy allows cannot be known, so nothing was compared. catproof never runs other people's code.
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
    findings
        .push(RULE.at(place, message).help("write each host as a string of its own, in one list"));
}

use crate::catalog::allowlist::Unreadable;
use crate::lint::{Check, Fixable, Group, Rule};
use crate::source::FileId;
use crate::source::finding::{Finding, Place, Severity};

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
/// ```json
/// {
///   "oauth_config": { "generic_oauth": true, "token_endpoint": "https://id.acme.example/token" }
/// }
/// ```
/// ```js allowlist.js
/// export const ALLOWED_DESTINATIONS = ['id.acme.example'];
/// ```
pub static RULE: Rule = Rule {
    id: "unreadable-allowlist",
    group: Group::Proxy,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("unreadable_allowlist.rs"),
    check: Check::Stage,
};

/// The finding, at what is no string literal.
pub fn finding(file: FileId, unreadable: Unreadable) -> Finding {
    let place = match unreadable.range {
        Some(range) => Place::bytes(file, range),
        None => Place::whole(file),
    };
    RULE.at(
        place,
        format!("the allowlist cannot be read: {}", unreadable.reason),
    )
    .help("write each host as a string of its own, in one list")
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded};

/// ## What it does
/// Reports protected resource metadata whose `resource` is neither the remote URL nor a parent path of it on the same
/// origin.
///
/// ## Why is this bad?
/// It describes another server (RFC 9728 §3.3), and a token for that server is not valid for this one.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "problems": [
///         { "rule": "resource-mismatch", "message": "the resource metadata is for `https://other.example/mcp`" }
///       ]
///     }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json generated/discovery.lock.json
/// {
///   "servers": { "acme__mcp": {} }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "resource-mismatch",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("resource_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = "set the remote URL to the one that the provider publishes as `resource`";
    report_recorded(&RULE, subject, &metadata_place(subject), help, findings);
}

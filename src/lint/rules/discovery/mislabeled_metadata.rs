use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded};

/// ## What it does
/// Reports metadata that is JSON but is served with another content type. It is used nevertheless.
///
/// ## Why is this bad?
/// RFC 8414 and RFC 9728 require `application/json`, and a strict client rejects anything else.
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
///         {
///           "rule": "mislabeled-metadata",
///           "message": "the metadata at `https://mcp.acme.example/.well-known/oauth-protected-resource/mcp` is served as `text/html`, not as `application/json`"
///         }
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
    id: "mislabeled-metadata",
    level: Severity::Warning,
    source: include_str!("mislabeled_metadata.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = "ask the provider to serve it as `application/json`";
    report_recorded(&RULE, subject, &metadata_place(subject), help, findings);
}

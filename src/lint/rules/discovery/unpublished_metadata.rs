use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded, with_type_1_alternative};

/// ## What it does
/// Reports a server that responds but does not publish its metadata at any of the URLs where clients look for it.
///
/// ## Why is this bad?
/// An app that follows the MCP authorization specification cannot find the endpoints, so the login cannot start.
/// The URL may be wrong, or the server may not use OAuth at all.
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
///           "rule": "unpublished-metadata",
///           "message": "`https://mcp.acme.example` publishes no metadata at any of its 2 well-known URLs"
///         }
///       ]
///     }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/v2/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/v2/mcp" }
/// }
/// ```
/// Then run `catproof probe`.
pub(crate) static RULE: Rule = Rule {
    id: "unpublished-metadata",
    level: Severity::Warning,
    source: include_str!("unpublished_metadata.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = with_type_1_alternative(
        subject,
        "check the URL, and ask the provider to publish its metadata",
    );
    report_recorded(&RULE, subject, &metadata_place(subject), help, findings);
}

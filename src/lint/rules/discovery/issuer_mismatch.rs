use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{issuer_place, report_recorded};

/// ## What it does
/// Reports metadata whose `issuer` is not, byte for byte, the expected issuer.
///
/// ## Why is this bad?
/// The comparison is how a client detects that somebody else answers for an authorization server (RFC 8414 §3.3). Such
/// a document must not be used, so the endpoints stay unknown.
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
///           "rule": "issuer-mismatch",
///           "message": "the metadata names the issuer `https://evil.example`, not `https://mcp.acme.example`"
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
    id: "issuer-mismatch",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("issuer_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = "use the issuer exactly as the provider publishes it, including any trailing slash";
    report_recorded(&RULE, subject, &issuer_place(subject), help, findings);
}

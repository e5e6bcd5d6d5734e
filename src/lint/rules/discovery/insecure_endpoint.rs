use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded};

/// ## What it does
/// Reports a discovered endpoint that is not https.
///
/// ## Why is this bad?
/// Codes and secrets would travel in clear text. OAuth 2.1 requires https for every endpoint.
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
///         { "rule": "insecure-endpoint", "message": "`token_endpoint` is `http://mcp.acme.example/token`" }
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
    id: "insecure-endpoint",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("insecure_endpoint.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = "ask the provider to publish https endpoints: the proxy sends no secret over http";
    report_recorded(&RULE, subject, &metadata_place(subject), help, findings);
}

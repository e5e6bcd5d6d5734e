use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded, with_type_1_alternative};

/// ## What it does
/// Reports metadata that is not a JSON object, that lacks an endpoint, or whose endpoint is not a URL.
///
/// ## Why is this bad?
/// RFC 8414 and RFC 9728 define what a client can rely on. Without it the login cannot start.
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
///       "problems": [{ "rule": "invalid-metadata", "message": "`token_endpoint` is missing" }]
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
    id: "invalid-metadata",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("invalid_metadata.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let help = with_type_1_alternative(subject, "ask the provider to correct the document");
    report_recorded(&RULE, subject, &metadata_place(subject), help, findings);
}

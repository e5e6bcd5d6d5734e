use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Group, Rule, Subject, Yield};
use crate::source::finding::Severity;

use super::{metadata_place, report_recorded};

/// ## What it does
/// Reports protected resource metadata whose `resource` is neither the remote URL nor a parent path of it on the same
/// origin.
///
/// ## Why is this bad?
/// It describes another server (RFC 9728 §3.3), and tokens for that one are none for this.
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
///   "generated": "by hand",
///   "version": 1,
///   "servers": {
///     "acme__mcp": {
///       "inputs": {
///         "remote_url": "https://mcp.acme.example/mcp",
///         "server_url": "https://mcp.acme.example/mcp"
///       },
///       "recorded": "2026-09-30",
///       "requests": [],
///       "problems": [
///         {
///           "rule": "resource-mismatch",
///           "message": "the metadata is about `https://other.example/mcp`"
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
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "generated": "by hand",
///   "version": 1,
///   "servers": {
///     "acme__mcp": {
///       "inputs": {
///         "remote_url": "https://mcp.acme.example/mcp",
///         "server_url": "https://mcp.acme.example/mcp"
///       },
///       "recorded": "2026-09-30",
///       "requests": []
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "resource-mismatch",
    group: Group::Discovery,
    level: Severity::Error,
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
    source: include_str!("resource_mismatch.rs"),
    check: Check::Server(check),
    ..Rule::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    report_recorded(
        &RULE,
        subject,
        &metadata_place(subject),
        "use the URL that the provider publishes as `resource`",
        findings,
    );
}

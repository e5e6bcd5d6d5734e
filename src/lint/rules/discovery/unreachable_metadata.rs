use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

use super::{metadata_place, recorded_problems};

/// ## What it does
/// Reports that the metadata could not be fetched: no answer, or a server error.
///
/// ## Why is this bad?
/// What the server publishes was not checked, so it may be right or wrong. The facts of an earlier run stay in force.
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
///         { "rule": "unreachable-metadata", "message": "`https://mcp.acme.example/mcp` did not answer" }
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
    id: "unreachable-metadata",
    level: Severity::Warning,
    source: include_str!("unreachable_metadata.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // No date: the lock does not keep these problems, so they are always from this run.
    for (_, message) in recorded_problems(&RULE, subject) {
        findings.push(
            RULE.at(metadata_place(subject), message)
                .help("check the URL, and run `catproof probe` again (with `--replay`, record the request first)"),
        );
    }
}

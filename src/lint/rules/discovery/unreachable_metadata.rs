use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

use super::{metadata_place, recorded_problems};

/// ## What it does
/// Reports that the metadata could not be asked for: no answer, or a server error.
///
/// ## Why is this bad?
/// Nothing is known against the server, and nothing is known for it either: what it publishes was not checked.
/// Facts of an earlier run stay in force.
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
    // What was not reached is not knowledge: no lock keeps it, so it is always of this very run.
    for (_, message) in recorded_problems(&RULE, subject) {
        findings.push(
            RULE.at(metadata_place(subject), message)
                .help("check the URL, and run `catproof probe` again; a replay needs a recording of the request"),
        );
    }
}

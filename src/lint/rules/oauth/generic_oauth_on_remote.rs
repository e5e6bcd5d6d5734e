use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::{Fact, Undetermined, Verdict};
use crate::source::finding::Severity;

/// ## What it does
/// Reports `generic_oauth: true` on a remote server.
///
/// ## Why is this bad?
/// The flag means type 1, the location means type 3 or 4: the generic flow passes the token to a process, and a remote
/// server has none.
///
/// ## Example
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" }, "oauth_config": { "generic_oauth": true } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" }, "oauth_config": { "generic_oauth": false } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "generic-oauth-on-remote",
    level: Severity::Error,
    source: include_str!("generic_oauth_on_remote.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let classification = &subject.entry.classification;
    if classification.verdict != Verdict::Undetermined(Undetermined::GenericOnRemote) {
        return;
    }
    let finding = RULE
        .at(
            subject.value_at("/oauth_config/generic_oauth"),
            "`generic_oauth` is for local servers, but this one is remote",
        )
        .help("remove `generic_oauth`: remote servers use the MCP authorization flow");
    let remote = classification.evidence_of(Fact::Remote);
    findings.push(match remote.and_then(|remote| remote.pointer) {
        Some(pointer) => finding.related(subject.value_at(pointer), "this makes the server remote"),
        None => finding,
    });
}

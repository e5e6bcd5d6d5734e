use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Rule, Subject, Yield};
use crate::manifest::oauth::{Fact, Undetermined, Verdict};
use crate::source::finding::Severity;

/// ## What it does
/// Reports `generic_oauth: true` on a remote server.
///
/// ## Why is this bad?
/// The flag says type 1, the location says type 3 or 4: the token of the generic flow is handed to a process, and a
/// remote server has none.
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
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
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
    let location = classification.evidence_of(Fact::Remote);
    findings.push(match location.and_then(|location| location.pointer) {
        Some(pointer) => finding.related(subject.value_at(pointer), "this makes it remote"),
        None => finding,
    });
}

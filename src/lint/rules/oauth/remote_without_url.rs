use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::{self, Fact};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a server that is remote by its `type` or by `command: "remote"`, and has neither `server.url` nor
/// `remote_url`.
///
/// ## Why is this bad?
/// Nobody can connect to it.
///
/// ## Example
/// ```json
/// { "server": { "type": "remote" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "remote-without-url",
    level: Severity::Error,
    source: include_str!("remote_without_url.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if oauth::remote_url(subject.manifest).is_some() {
        return;
    }
    let remote = subject.entry.classification.evidence_of(Fact::Remote);
    let Some(remote) = remote.filter(|remote| remote.value) else {
        return;
    };
    let (suggested_field, evidence) = match remote.pointer {
        Some("/server/command") => ("remote_url", "/server/command"),
        Some(_) | None => ("server.url", "/server/type"),
    };
    findings.push(
        RULE.at(subject.value_at(evidence), "the server is remote, but has no URL")
            .help(format!("add `{suggested_field}`")),
    );
}

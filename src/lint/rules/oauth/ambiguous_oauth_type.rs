use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Rule, Subject, Yield};
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server whose `oauth_config` has neither `generic_oauth: true` nor a static `client_id`.
///
/// ## Why is this bad?
/// It is none of the four OAuth types: only a remote server can register its client, and only a static client works
/// for a local one. The app would try a registration that leads nowhere.
///
/// ## Example
/// ```json
/// { "oauth_config": { "server_url": "https://acme.example", "client_id": null } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "server_url": "https://acme.example", "client_id": "4711.acme-desktop" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "ambiguous-oauth-type",
    level: Severity::Error,
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
    source: include_str!("ambiguous_oauth_type.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let verdict = subject.entry.classification.verdict;
    if verdict != Verdict::Undetermined(Undetermined::LocalWithoutClient) {
        return;
    }
    findings.push(
        RULE.at(
            subject.client_id_place(),
            "a local server without a static `client_id` is none of the four OAuth types",
        )
        .help("set `client_id` (type 2, `mcp-static`), or say where the remote server is (type 4, `remote-dynamic`)"),
    );
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server whose `oauth_config` has neither `generic_oauth: true` nor a static `client_id`.
///
/// ## Why is this bad?
/// It fits none of the four OAuth types: a local server needs a static client, since only a remote server can register
/// one. The app would attempt a registration that cannot succeed.
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
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
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
            "a local server needs a static `client_id`: without one it fits none of the four OAuth types",
        )
        .help("set `oauth_config.client_id` (type 2, `mcp-static`), or, if the server is remote, `server.url` (type 4, `remote-dynamic`)"),
    );
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::{Undetermined, Verdict};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a local server with `generic_oauth: true` and no static `client_id`. An empty one does not count, nor
/// does the URL of a client ID metadata document.
///
/// ## Why is this bad?
/// Plain OAuth 2.0 has no way to register a client. Without a client id from the provider the login cannot start, and the
/// server has no OAuth type.
///
/// ## Example
/// ```json
/// { "oauth_config": { "generic_oauth": true, "client_id": "" } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "generic_oauth": true, "client_id": "4711.acme-desktop" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "generic-oauth-without-client-id",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("generic_oauth_without_client_id.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let verdict = subject.entry.classification.verdict;
    if verdict != Verdict::Undetermined(Undetermined::GenericWithoutClient) {
        return;
    }
    findings.push(
        RULE.at(
            subject.client_id_place(),
            "the generic flow needs a static `client_id`: it cannot register a client",
        )
        .help("register a client with the provider, and set `oauth_config.client_id` to its id")
        .related(subject.value_at("/oauth_config/generic_oauth"), "this selects the generic flow"),
    );
}

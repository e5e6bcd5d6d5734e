use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::is_unfilled;

/// ## What it does
/// Reports a `client_id` that is still to be filled in: `your-…`, `<…>`, `${…}`, `REDACTED`, `xxx…`,
/// `changeme`, `TODO`.
///
/// ## Why is this bad?
/// The app sends the client id as it is written, and the provider does not know it. A client id is not a secret.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "your-client-id" } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "placeholder-client-id",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("placeholder_client_id.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let Some(client_id) = oauth.and_then(|oauth| oauth.client_id.as_deref()) else {
        return;
    };
    if is_unfilled(client_id) {
        findings.push(
            RULE.at(
                subject.value_at("/oauth_config/client_id"),
                format!("`{client_id}` is a placeholder"),
            )
            .help("set `oauth_config.client_id` to the one that the provider issued: it is not a secret"),
        );
    }
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::client_secret;
use crate::source::finding::Severity;
use crate::text::secrets::client_secret::ClientSecret;

/// ## What it does
/// Reports a `client_secret` that names a variable, such as `${ACME_SECRET}`.
///
/// ## Why is this bad?
/// Nothing expands it: the app and the proxy would send the literal text. The proxy reads the secret from `{id}_SECRET`.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "${ACME_SECRET}" } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "REDACTED" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unexpanded-secret-reference",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("unexpanded_secret_reference.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let Some(ClientSecret::Reference(reference)) = oauth.map(client_secret) else {
        return;
    };
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/client_secret"),
            format!("nothing expands `{reference}`"),
        )
        .help(format!(
            "write `REDACTED`: the proxy reads the secret from `{}_SECRET`",
            subject.manifest.name
        )),
    );
}

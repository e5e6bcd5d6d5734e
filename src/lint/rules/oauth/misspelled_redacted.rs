use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Fixable, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::OAuthType;
use crate::manifest::oauth::client_secret;
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::secrets::client_secret::{ClientSecret, REDACTED};

/// ## What it does
/// Reports a `client_secret` that means `REDACTED` but is not exactly that word: `redacted`, `<REDACTED>`, `********`, or a
/// placeholder such as `your-client-secret`.
///
/// ## Why is this bad?
/// Programs compare with the exact word. Anything else is taken for a real secret and sent as one.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "<redacted>" } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "REDACTED" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "misspelled-redacted",
    level: Severity::Error,
    fix: Fixable::Safe,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("misspelled_redacted.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let message = match oauth.map(client_secret) {
        Some(ClientSecret::RedactedLookalike(secret)) => {
            format!("`{secret}` is not exactly `REDACTED`, and would be sent as the secret")
        }
        Some(ClientSecret::Placeholder(secret)) => {
            format!("`{secret}` is a placeholder, and would be sent as the secret")
        }
        Some(
            ClientSecret::Absent
            | ClientSecret::Redacted
            | ClientSecret::Reference(_)
            | ClientSecret::Literal(_),
        )
        | None => return,
    };
    let pointer = "/oauth_config/client_secret";
    let (help, edit) = match subject.entry.oauth_type() {
        Some(OAuthType::RemoteDynamic) => (
            "remove `client_secret`: a client that registers itself is issued its own",
            Edit::Remove(pointer.into()),
        ),
        Some(OAuthType::Generic | OAuthType::McpStatic | OAuthType::RemoteStatic) | None => {
            ("write exactly `REDACTED`", Edit::Replace(pointer.into(), REDACTED.into()))
        }
    };
    findings.push(RULE.at(subject.value_at(pointer), message).help(help).fix(Fix::safe([edit])));
}

use crate::finding::{Edit, Fix, Severity};
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::oauth::secret::{ClientSecret, REDACTED, client_secret};

/// ## What it does
/// Reports a `client_secret` that means `REDACTED` and is not exactly that: `redacted`, `<REDACTED>`, `********`.
///
/// ## Why is this bad?
/// Programs compare with the exact word. Anything else is taken for a real secret, and sent as one.
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
pub static RULE: Rule = Rule {
    id: "misspelled-redacted",
    group: Group::OAuth,
    level: Severity::Error,
    fix: Fixable::Safe,
    source: include_str!("misspelled_redacted.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let oauth = subject.manifest.oauth_config.as_ref();
    let Some(ClientSecret::MisspelledRedacted(secret)) = oauth.map(client_secret) else {
        return;
    };
    let pointer = "/oauth_config/client_secret";
    findings.push(
        RULE.at(
            subject.value_at(pointer),
            format!("`{secret}` is not the word `REDACTED`"),
        )
        .help("write exactly `REDACTED`")
        .fix(Fix::safe([Edit::Replace(pointer.into(), REDACTED.into())])),
    );
}

use crate::lint::{Check, Findings, Fixable, Rule, Subject};
use crate::manifest::oauth::client_secret;
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::secrets::client_secret::{ClientSecret, REDACTED};

/// ## What it does
/// Reports `requires_proxy: true` of a static client without `client_secret: "REDACTED"`.
///
/// ## Why is this bad?
/// The word tells readers and programs that the proxy holds a secret.
/// Without it the entry looks like a public client, and the proxy's secret may be left unset.
///
/// ## Example
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": null, "requires_proxy": true } }
/// ```
///
/// Use instead:
/// ```json
/// { "oauth_config": { "client_id": "4711.acme-desktop", "client_secret": "REDACTED", "requires_proxy": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "proxy-without-redacted-secret",
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("proxy_without_redacted_secret.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let has_secret = client_secret(oauth) != ClientSecret::Absent;
    if !oauth_type.has_static_client() || has_secret || oauth.requires_proxy != Some(true) {
        return;
    }
    let mark_secret = match oauth.client_secret {
        Some(_) => Edit::Replace("/oauth_config/client_secret".into(), REDACTED.into()),
        None => Edit::Insert("/oauth_config".into(), "client_secret".into(), REDACTED.into()),
    };
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/requires_proxy"),
            "`requires_proxy` is set, but `client_secret` is not `REDACTED`",
        )
        .help("add `\"client_secret\": \"REDACTED\"`")
        .fix(Fix::safe([mark_secret])),
    );
}

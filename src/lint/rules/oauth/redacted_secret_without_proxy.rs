use crate::lint::{Check, Findings, Fixable, Rule, Subject};
use crate::manifest::oauth::client_secret;
use crate::source::finding::{Edit, Fix, Severity};
use crate::text::secrets::client_secret::ClientSecret;

/// ## What it does
/// Reports `client_secret: "REDACTED"` of a static client without `requires_proxy: true`.
///
/// ## Why is this bad?
/// Only the OAuth proxy replaces the word with the real secret.
/// Without it the app sends `REDACTED` itself, and the provider refuses the login.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "client_secret": "REDACTED",
///     "requires_proxy": false
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "client_secret": "REDACTED",
///     "requires_proxy": true
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "redacted-secret-without-proxy",
    level: Severity::Error,
    fix: Fixable::Risky,
    source: include_str!("redacted_secret_without_proxy.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let is_redacted = client_secret(oauth) == ClientSecret::Redacted;
    if !oauth_type.has_static_client() || !is_redacted || oauth.requires_proxy == Some(true) {
        return;
    }
    let require_proxy = match oauth.requires_proxy {
        Some(_) => Edit::Replace("/oauth_config/requires_proxy".into(), true.into()),
        None => Edit::Insert("/oauth_config".into(), "requires_proxy".into(), true.into()),
    };
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/client_secret"),
            "the word `REDACTED` would be sent as the client secret",
        )
        .help(
            "set `oauth_config.requires_proxy` to `true`, so that the proxy sends the real secret",
        )
        .fix(Fix::risky([require_proxy])),
    );
}

use url::Url;

use crate::lint::rules::oauth::insecure_redirect_uri;
use crate::lint::rules::oauth::redirect_not_proxy_callback;
use crate::lint::rules::oauth::tunnel_redirect_uri;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a proxied server whose first redirect URI has another scheme, host or port than the proxy that the
/// configuration names as `[proxy] url`. Silent under the development profile and for `catalog_local`.
///
/// ## Why is this bad?
/// The provider sends the user back to a proxy that does not hold the secret, or that no longer exists.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
///   }
/// }
/// ```
/// ```toml catproof.toml
/// [proxy]
/// url = "https://login.acme.example"
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "generic_oauth": true,
///     "redirect_uris": ["https://login.acme.example/oauth/callback"]
///   }
/// }
/// ```
/// ```toml catproof.toml
/// [proxy]
/// url = "https://login.acme.example"
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "proxy-url-mismatch",
    level: Severity::Warning,
    yields_to: &[Yield::AtPlace(&[
        &redirect_not_proxy_callback::RULE,
        &insecure_redirect_uri::RULE,
        &tunnel_redirect_uri::RULE,
    ])],
    profile: ProfileScope::Own,
    source: include_str!("proxy_url_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(proxy_url) = &subject.context.config.proxy.url else {
        return;
    };
    if !subject.entry.is_proxied || subject.is_development() {
        return;
    }
    let Some(redirect_uri) = &subject.entry.redirect_uri else {
        return;
    };
    // Other rules report a redirect URI that does not parse.
    let (Ok(proxy), Ok(callback)) = (Url::parse(proxy_url), Url::parse(redirect_uri)) else {
        return;
    };
    if proxy.origin() == callback.origin() {
        return;
    }
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/redirect_uris/0"),
            format!("the provider sends the user back to `{redirect_uri}`, but the proxy is at `{proxy_url}`"),
        )
        .help("put the callback of the configured proxy first"),
    );
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

use super::{UNUSABLE_REDIRECT_URI_RULES, empty_redirect_uris};

/// ## What it does
/// Reports a proxied server (types 1 to 3) whose redirect URI in use is not a callback of the OAuth proxy. The one in
/// use is on the origin of `[proxy] url`, if such a one is registered, else the first. A callback of the proxy is an
/// https URI whose path is `/oauth/callback`, `/oauth-callback` or `/callback/<provider>`; if the configuration lists
/// `callback_urls`, it is exactly one of those. For `catalog_local` and under the development profile, a proxy on
/// loopback or behind a tunnel is accepted.
///
/// ## Why is this bad?
/// The code has to come back to the proxy, which exchanges it.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "client_secret": "REDACTED",
///     "requires_proxy": true,
///     "redirect_uris": ["https://acme.example/welcome"]
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
///     "requires_proxy": true,
///     "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "redirect-not-proxy-callback",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::AtPlace(&UNUSABLE_REDIRECT_URI_RULES),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ]),
    profile: ProfileScope::Own,
    source: include_str!("redirect_not_proxy_callback.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.oauth().is_none() || !subject.entry.is_proxied {
        return;
    }
    let Some((place, uri)) = subject.redirect_uri_in_use() else {
        return;
    };
    let served = &subject.context.config.proxy.callback_urls;
    let is_served = if served.is_empty() {
        redirect::is_public_proxy_callback(uri)
    } else {
        served.iter().any(|callback| callback == uri)
    };
    let is_developers_own = subject.is_development()
        && redirect::has_proxy_callback_path(uri)
        && (redirect::is_loopback(uri) || redirect::is_tunnel(uri));
    if is_served || is_developers_own {
        return;
    }
    let help = if served.is_empty() {
        "put the proxy's callback first, such as `https://oauth.acme.example/oauth/callback`"
            .to_owned()
    } else {
        format!("put one of `callback_urls` first: `{}`", served.join("`, `"))
    };
    findings
        .push(RULE.at(place, format!("`{uri}` is not a callback of the OAuth proxy")).help(help));
}

use url::Url;

use crate::lint::rules::oauth::insecure_redirect_uri;
use crate::lint::rules::oauth::redirect_not_proxy_callback;
use crate::lint::rules::oauth::tunnel_redirect_uri;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a proxied server without a redirect URI on the proxy that the configuration names as `[proxy] url`: with the
/// same scheme, host and port.
///
/// ## Why is this bad?
/// The login goes through another proxy, which does not hold the secret, no longer exists, or belongs to somebody else.
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
    yields_to: Yields::to(&[Yield::AtPlace(&[
        &redirect_not_proxy_callback::RULE,
        &insecure_redirect_uri::RULE,
        &tunnel_redirect_uri::RULE,
    ])]),
    source: include_str!("proxy_url_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let proxy_url = subject.context.config.proxy.url.as_deref();
    let proxy = proxy_url.and_then(|url| Some((url, Url::parse(url).ok()?.origin())));
    let (Some((proxy_url, origin)), true) = (proxy, subject.entry.is_proxied) else {
        return;
    };
    let Some((place, in_use)) = subject.redirect_uri_in_use() else {
        return;
    };
    // Other rules report a redirect URI that does not parse.
    if Url::parse(in_use).is_err() || redirect::same_origin(in_use, proxy_url) {
        return;
    }
    let callback = format!("{}/oauth/callback", origin.ascii_serialization());
    findings.push(
        RULE.at(
            place,
            format!("no redirect URI is on the proxy at `{proxy_url}`, so `{in_use}` is used"),
        )
        .help(format!(
            "register `{callback}` with the provider, and add it to `oauth_config.redirect_uris`"
        )),
    );
}

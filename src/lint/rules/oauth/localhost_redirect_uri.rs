use url::Url;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a redirect URI on `localhost` instead of a loopback address.
///
/// ## Why is this bad?
/// A name can resolve to an address that is not loopback, and an app that listens on only one of 127.0.0.1 and ::1 may
/// not be the one that the browser reaches (RFC 8252 §8.3).
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": ["http://localhost:33418/oauth/callback"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"] }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "localhost-redirect-uri",
    level: Severity::Note,
    source: include_str!("localhost_redirect_uri.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (place, uri) in subject.redirect_uris() {
        let host = Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
        if host.as_deref() == Some("localhost") {
            findings.push(
                RULE.at(place, format!("`{uri}` uses `localhost` instead of a loopback address"))
                    .help("use `127.0.0.1` or `[::1]`, and register the new URI if the client was registered by hand"),
            );
        }
    }
}

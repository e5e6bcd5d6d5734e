use url::Url;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::{OAuthType, redirect};
use crate::source::finding::Severity;

/// ## What it does
/// Reports a remote server without a static client (type 4) whose callback on the user's machine is at port 8080.
///
/// ## Why is this bad?
/// That is the OAuth proxy's default port. If a developer runs the proxy and the app on one machine, whichever starts
/// first gets the code.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": ["http://127.0.0.1:8080/oauth/callback"] }
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
    id: "callback-port-is-proxy-port",
    level: Severity::Note,
    source: include_str!("callback_port_is_proxy_port.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

/// The proxy's default port.
const PROXY_PORT: u16 = 8080;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((_, OAuthType::RemoteDynamic)) = subject.oauth() else {
        return;
    };
    let Some((place, uri)) = subject.redirect_uris().next() else {
        return;
    };
    let port = Url::parse(uri).ok().and_then(|url| url.port());
    if redirect::is_loopback(uri) && port == Some(PROXY_PORT) {
        findings.push(
            RULE.at(place, format!("port {PROXY_PORT} is the OAuth proxy's default port"))
                .help("use another port for the app's callback"),
        );
    }
}

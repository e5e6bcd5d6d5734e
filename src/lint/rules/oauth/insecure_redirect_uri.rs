use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

use super::empty_redirect_uris;

/// ## What it does
/// Reports a redirect URI that no authorization code should be sent to: http on a host that is not loopback, a relative or
/// protocol-relative reference, a scheme that is neither http(s) nor an app's own (with a dot), a fragment, user
/// information, a backslash, a space or a control character.
///
/// ## Why is this bad?
/// Whoever has the code can complete the login. Over http anybody on the network can read it; the other forms are parsed
/// differently by browsers and servers, which leads to open redirects (RFC 9700 §4.1).
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": ["http://oauth.acme.example/oauth/callback"] }
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
    id: "insecure-redirect-uri",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ]),
    source: include_str!("insecure_redirect_uri.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (place, uri) in subject.redirect_uris() {
        if let Some((flaw, help)) = redirect::flaw(uri) {
            findings.push(RULE.at(place, format!("{} {flaw}", named(uri))).help(help));
        }
    }
}

fn named(uri: &str) -> String {
    if uri.is_empty() { "the redirect URI".to_owned() } else { format!("`{uri}`") }
}

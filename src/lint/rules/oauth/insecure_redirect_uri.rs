use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, Rule, Subject, Yield};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

use super::{UNUSABLE_REDIRECT_URI, empty_redirect_uris};

/// ## What it does
/// Reports a redirect URI that no code should be sent to. That is http on another host than loopback, a relative or
/// protocol-relative reference, a scheme that is neither http(s) nor an app's own (with a dot), a fragment, user
/// information, a backslash, a space or a control character.
///
/// ## Why is this bad?
/// The code is as good as the login. Over http anybody on the way reads it; the rest are the ways in which browsers and
/// servers read one URI as two different ones, which is what open redirects are made of (RFC 9700 §4.1).
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
    yields_to: &[
        Yield::AtPlace(&UNUSABLE_URL),
        Yield::AtPlace(&UNUSABLE_REDIRECT_URI),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ],
    source: include_str!("insecure_redirect_uri.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (place, uri) in subject.redirect_uris() {
        if let Some(flaw) = redirect::flaw(uri) {
            findings.push(
                RULE.at(place, format!("`{uri}` {flaw}"))
                    .help("use an https callback, or http on a loopback address"),
            );
        }
    }
}

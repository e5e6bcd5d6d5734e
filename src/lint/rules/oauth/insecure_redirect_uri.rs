use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

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
pub static RULE: Rule = Rule {
    id: "insecure-redirect-uri",
    group: Group::OAuth,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("insecure_redirect_uri.rs"),
    check: Check::Server(check),
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

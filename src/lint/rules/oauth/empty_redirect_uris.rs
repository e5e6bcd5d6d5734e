use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

/// ## What it does
/// Reports an `oauth_config` without redirect URIs.
///
/// ## Why is this bad?
/// The provider has nowhere to send the user back to, so no login can complete.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": [] }
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
    id: "empty-redirect-uris",
    level: Severity::Error,
    source: include_str!("empty_redirect_uris.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let (place, message) = match oauth.redirect_uris.as_deref() {
        None => (subject.key("/oauth_config"), "`redirect_uris` is missing"),
        Some([]) => (subject.value_at("/oauth_config/redirect_uris"), "`redirect_uris` is empty"),
        Some(_) => return,
    };
    let callback = if oauth_type.has_static_client() {
        "a callback of the OAuth proxy, such as `https://oauth.acme.example/oauth/callback`"
    } else {
        "a callback on the user's machine, such as `http://127.0.0.1:33418/oauth/callback`"
    };
    findings.push(RULE.at(place, message).help(format!("add {callback}")));
}

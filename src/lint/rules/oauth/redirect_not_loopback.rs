use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::{OAuthType, redirect};
use crate::source::finding::Severity;

use super::{UNUSABLE_REDIRECT_URI_RULES, empty_redirect_uris};

/// ## What it does
/// Reports a remote server without a static client (type 4) whose first redirect URI is not on a loopback address.
///
/// ## Why is this bad?
/// Only the first redirect URI is used. The app registers the client and exchanges the code itself, so the code has to
/// come back to the user's machine; any other host would receive an authorization code that is not meant for it.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "redirect_uris": ["https://oauth.acme.example/oauth/callback"] }
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
    id: "redirect-not-loopback",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::AtPlace(&UNUSABLE_REDIRECT_URI_RULES),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ]),
    source: include_str!("redirect_not_loopback.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((_, OAuthType::RemoteDynamic)) = subject.oauth() else {
        return;
    };
    let Some((place, uri)) = subject.redirect_uris().next() else {
        return;
    };
    if !redirect::is_loopback(uri) {
        findings.push(
            RULE.at(place, format!("`{uri}` is not on the user's own machine"))
                .help("put a loopback URI first, such as `http://127.0.0.1:33418/oauth/callback`"),
        );
    }
}

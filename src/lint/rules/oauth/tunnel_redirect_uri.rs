use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::redirect;
use crate::source::finding::Severity;

use super::{empty_redirect_uris, insecure_redirect_uri};

/// ## What it does
/// Reports a redirect URI on a tunnel service (ngrok, Cloudflare quick tunnels, localtunnel, serveo, localhost.run)
/// in the production catalog. Silent for `catalog_local` and under the development profile.
///
/// ## Why is this bad?
/// The name belongs to whoever runs the tunnel at the moment. When the developer closes the laptop, the login breaks; when
/// somebody else gets the name, they receive the codes.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "redirect_uris": ["https://brave-otter.ngrok-free.app/oauth/callback"]
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "tunnel-redirect-uri",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::AtPlace(&[&insecure_redirect_uri::RULE]),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ]),
    profile: ProfileScope::Own,
    source: include_str!("tunnel_redirect_uri.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.is_development() {
        return;
    }
    for (place, uri) in subject.redirect_uris() {
        if redirect::is_tunnel(uri) {
            findings.push(
                RULE.at(place, format!("`{uri}` goes through a developer's tunnel"))
                    .help("remove it, or keep the server in `catalog_local`"),
            );
        }
    }
}

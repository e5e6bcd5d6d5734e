use url::{Host, Url};

use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;

use super::{UNUSABLE_REDIRECT_URI_RULES, empty_redirect_uris};

/// ## What it does
/// Reports a redirect URI whose host has a label `dev`, `staging`, `test` or `local` in the production catalog. The
/// top-level domain `.dev` does not count. Silent for `catalog_local` and under the development profile.
///
/// ## Why is this bad?
/// Users' authorization codes would go to a system that is changed, logged and shared like a development system.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "redirect_uris": ["https://oauth.dev.acme.example/oauth/callback"]
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
    id: "development-redirect-uri",
    level: Severity::Warning,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_REDIRECT_URI_RULES),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ]),
    profile: ProfileScope::Own,
    source: include_str!("development_redirect_uri.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.is_development() {
        return;
    }
    for (place, uri) in subject.redirect_uris() {
        if let Some(host) = development_host(uri) {
            findings.push(
                RULE.at(place, format!("the host `{host}` looks like a development environment"))
                    .help("use the callback of the production proxy"),
            );
        }
    }
}

/// The host of a URI, if one of its labels marks it as not for production.
fn development_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let Host::Domain(domain) = url.host()? else {
        return None;
    };
    let (names, top) = domain.rsplit_once('.').unwrap_or(("", domain));
    let mut labels = names.split('.');
    let is_development = labels.any(|label| matches!(label, "dev" | "staging" | "test" | "local"))
            // RFC 6761 and RFC 6762 reserve these top-level domains.
            || matches!(top, "test" | "local");
    is_development.then(|| domain.to_owned())
}

use url::{Host, Url};

use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield};
use crate::source::finding::Severity;

use super::{UNUSABLE_REDIRECT_URI, empty_redirect_uris};

/// ## What it does
/// Reports a redirect URI whose host has a label `dev`, `staging`, `test` or `local` in the production catalog. The
/// top-level domain `.dev` is a domain like any other. Silent for `catalog_local` and under the development
/// profile.
///
/// ## Why is this bad?
/// Users' codes would go to a system that is changed, logged and shared as development systems are.
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
    yields_to: &[
        Yield::AtPlace(&UNUSABLE_REDIRECT_URI),
        Yield::InFile(&[&empty_redirect_uris::RULE]),
    ],
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
        if let Some(label) = development_label(uri) {
            findings.push(
                RULE.at(place, format!("`{label}` in `{uri}` says development"))
                    .help("use the callback of the production proxy"),
            );
        }
    }
}

/// The label that says that a host is not for production.
fn development_label(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let Host::Domain(domain) = url.host()? else {
        return None;
    };
    let (names, top) = domain.rsplit_once('.').unwrap_or(("", domain));
    let labels =
        names.split('.').filter(|label| matches!(*label, "dev" | "staging" | "test" | "local"));
    // RFC 6761 and RFC 6762 keep these two out of the public name space.
    let top = [top].into_iter().filter(|top| matches!(*top, "test" | "local"));
    labels.chain(top).next().map(str::to_owned)
}

use url::Url;

use crate::lint::rules::secrets::credentials_in_url;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::hosts;

/// ## What it does
/// Reports an `http:` URL on a host that is not loopback, in `server.url`, `remote_url` or `oauth_config`.
/// Redirect URIs are checked by `insecure-redirect-uri`.
///
/// ## Why is this bad?
/// Codes, tokens and client secrets would travel in clear text, and anybody on the network path could pose as the provider.
/// OAuth 2.1 requires https for every endpoint.
///
/// ## Example
/// ```json
/// { "server": { "type": "remote", "url": "http://mcp.acme.example/mcp" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "plaintext-url",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&[&credentials_in_url::RULE])]),
    source: include_str!("plaintext_url.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (pointer, url) in subject.urls() {
        if is_plaintext(url) {
            findings.push(
                RULE.at(subject.value_at(pointer), format!("traffic to `{url}` is not encrypted"))
                    .help("use `https://`, if the provider supports it"),
            );
        }
    }
}

fn is_plaintext(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !hosts::is_loopback(&url))
}

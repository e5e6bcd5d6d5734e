use url::Url;

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a remote URL whose path ends in `/sse`.
///
/// ## Why is this bad?
/// The HTTP+SSE transport has been deprecated since protocol version 2025-03-26. Providers serve streamable HTTP at
/// another path, and switch the old one off.
///
/// ## Example
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/sse" } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "deprecated-sse-url",
    level: Severity::Warning,
    source: include_str!("deprecated_sse_url.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(text) = oauth::remote_url(subject.manifest) else {
        return;
    };
    let Ok(url) = Url::parse(text) else {
        return;
    };
    if url.path().trim_end_matches('/').ends_with("/sse") {
        findings.push(
            RULE.at(
                subject.value_at(oauth::remote_url_pointer(subject.manifest)),
                format!("`{text}` looks like the deprecated HTTP+SSE transport"),
            )
            .help("use the provider's streamable HTTP URL, often `/mcp`"),
        );
    }
}

use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth;
use crate::source::finding::Severity;

use super::{differing_resource_urls, is_slash_apart};
use super::{plaintext_url, remote_signal_conflict};

/// ## What it does
/// Reports a remote server whose `server_url` is not the URL of the server.
///
/// ## Why is this bad?
/// `server_url` is the `resource` that a token is requested for (RFC 8707). The server refuses a token for another
/// resource or, worse, another server accepts it.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://auth.acme.example" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "resource-url-mismatch",
    level: Severity::Error,
    yields_to: Yields::to(&[
        Yield::AtPlace(&UNUSABLE_URL_RULES),
        Yield::WhereCompared(&[&plaintext_url::RULE]),
        Yield::InFile(&[&remote_signal_conflict::RULE]),
    ]),
    source: include_str!("resource_url_mismatch.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((remote_url, server_url)) = differing_resource_urls(subject) else {
        return;
    };
    if is_slash_apart(remote_url, server_url) {
        return;
    }
    let mut message =
        format!("`server_url` is `{server_url}`, but the server is at `{remote_url}`");
    if server_url.eq_ignore_ascii_case(remote_url) {
        message.push_str(": they differ only in case");
    }
    findings.push(
        RULE.at(subject.value_at("/oauth_config/server_url"), message)
        .help(
            "set `oauth_config.server_url` to the remote URL: the authorization server is discovered from there",
        )
        .related(subject.value_at(oauth::remote_url_pointer(subject.manifest)), "the remote URL"),
    );
}

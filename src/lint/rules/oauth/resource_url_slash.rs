use crate::lint::{Check, Findings, Fixable, Rule, Subject, Yield, Yields};
use crate::manifest::oauth;
use crate::source::finding::{Edit, Fix, Severity};

use super::remote_signal_conflict;
use super::{differing_resource_urls, is_slash_apart};

/// ## What it does
/// Reports a remote server whose `server_url` and remote URL differ only by a trailing slash.
///
/// ## Why is this bad?
/// `server_url` is the `resource` that a token is requested for (RFC 8707), and resources are compared byte for byte: a
/// strict authorization server rejects one of them, a strict client rejects the metadata of the other.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp/" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp/" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp/" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "resource-url-slash",
    level: Severity::Warning,
    fix: Fixable::Risky,
    yields_to: Yields::to(&[Yield::InFile(&[&remote_signal_conflict::RULE])]),
    source: include_str!("resource_url_slash.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((remote_url, server_url)) = differing_resource_urls(subject) else {
        return;
    };
    if !is_slash_apart(remote_url, server_url) {
        return;
    }
    let pointer = "/oauth_config/server_url";
    findings.push(
        RULE.at(
            subject.value_at(pointer),
            format!("`{server_url}` and `{remote_url}` differ by a trailing slash"),
        )
        .help("write `server_url` exactly like the remote URL")
        .related(subject.value_at(oauth::remote_url_pointer(subject.manifest)), "the remote URL")
        .fix(Fix::risky([Edit::Replace(pointer.into(), remote_url.into())])),
    );
}

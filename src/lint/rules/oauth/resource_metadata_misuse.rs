use crate::finding::Severity;
use crate::lint::{Check, Findings, Fixable, Group, Rule, Subject};
use crate::oauth::metadata_url::names_authorization_server;
use crate::oauth::{self, OAuthType};

use super::has_same_origin;

/// ## What it does
/// Reports a `resource_metadata_url` that is on another origin than the remote server, or that names the metadata of an
/// authorization server instead.
///
/// ## Why is this bad?
/// Protected resource metadata (RFC 9728) describes the MCP server and is published by it. What another origin says about the
/// server counts for nothing, and an OpenID Connect document is no description of a resource.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "resource_metadata_url": "https://id.acme.example/.well-known/openid-configuration"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "resource_metadata_url": "https://mcp.acme.example/.well-known/oauth-protected-resource/mcp"
///   }
/// }
/// ```
pub static RULE: Rule = Rule {
    id: "resource-metadata-misuse",
    group: Group::OAuth,
    level: Severity::Warning,
    fix: Fixable::No,
    source: include_str!("resource_metadata_misuse.rs"),
    check: Check::Server(check),
};

const POINTER: &str = "/oauth_config/resource_metadata_url";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let Some(url) = oauth.resource_metadata_url.as_deref() else {
        return;
    };
    let elsewhere =
        oauth::remote_url(subject.manifest).filter(|remote_url| !has_same_origin(url, remote_url));
    // Type 1 reads no metadata at all: `ignored-oauth-field` says so.
    let finding = match (oauth_type, names_authorization_server(url), elsewhere) {
        (OAuthType::Generic, _, _) | (_, false, None) => return,
        (_, true, _) => RULE
            .at(
                subject.value_at(POINTER),
                format!("`{url}` describes an authorization server, not a resource"),
            )
            .help(match oauth_type.is_remote() {
                true => "remove it: the remote server says itself where its metadata is",
                false => "move it to `well_known_url`",
            }),
        (_, false, Some(remote_url)) => RULE
            .at(
                subject.value_at(POINTER),
                format!("`{url}` is not at the origin of `{remote_url}`"),
            )
            .help("remove it: the remote server says itself where its metadata is"),
    };
    findings.push(finding);
}

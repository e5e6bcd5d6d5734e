use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth;
use crate::manifest::oauth::metadata_url::is_authorization_server_metadata;
use crate::source::finding::Severity;

use super::{has_same_origin, plaintext_url};

/// ## What it does
/// Reports a `resource_metadata_url` that is on another origin than the remote server, or that names the metadata of an
/// authorization server instead.
///
/// ## Why is this bad?
/// Protected resource metadata (RFC 9728) describes the MCP server and is published by it. Clients ignore what another
/// origin publishes about the server, and an OpenID Connect document does not describe a resource.
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
pub(crate) static RULE: Rule = Rule {
    id: "resource-metadata-misuse",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::WhereCompared(&[&plaintext_url::RULE])]),
    source: include_str!("resource_metadata_misuse.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let Some(url) = oauth.resource_metadata_url.as_deref() else {
        return;
    };
    // Type 1 uses no metadata at all, which `ignored-oauth-field` reports.
    if !oauth_type.is_mcp_flow() {
        return;
    }
    let place = subject.value_at("/oauth_config/resource_metadata_url");
    let remote_url_on_other_origin =
        oauth::remote_url(subject.manifest).filter(|remote_url| !has_same_origin(url, remote_url));
    let message = match (is_authorization_server_metadata(url), remote_url_on_other_origin) {
        (true, _) => format!("`{url}` describes an authorization server, not a resource"),
        (false, Some(remote_url)) => format!("`{url}` is not on the same origin as `{remote_url}`"),
        (false, None) => return,
    };
    let help = if oauth_type.is_remote() {
        "remove it: the remote server announces its own metadata"
    } else {
        // A local server has no remote URL, so the URL is that of an authorization server's metadata.
        "move it to `oauth_config.well_known_url`"
    };
    let finding = RULE.at(place, message).help(help);
    findings.push(match remote_url_on_other_origin {
        Some(_) => finding.related(
            subject.value_at(oauth::remote_url_pointer(subject.manifest)),
            "the remote URL",
        ),
        None => finding,
    });
}

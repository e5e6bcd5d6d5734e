use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::manifest::oauth::metadata_url::is_authorization_server_metadata;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a field of `oauth_config` that the server's OAuth type does not use. These are `token_endpoint` of types 2 to
/// 4, `well_known_url` of types 1, 3 and 4, `resource_metadata_url` of types 1 and 2, `supports_resource_metadata:
/// true` of type 1.
///
/// ## Why is this bad?
/// The field looks as if it controls the login, but has no effect. Either it is left over, or the server was meant to
/// have another OAuth type.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "token_endpoint": "https://auth.acme.example/oauth/token" }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "token_endpoint": null }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "ignored-oauth-field",
    level: Severity::Warning,
    source: include_str!("ignored_oauth_field.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, oauth_type)) = subject.oauth() else {
        return;
    };
    let resource_metadata = oauth.resource_metadata_url.as_deref();
    let ignored = match oauth_type {
        OAuthType::Generic => vec![
            ("well_known_url", oauth.well_known_url.is_some()),
            ("resource_metadata_url", resource_metadata.is_some()),
            ("supports_resource_metadata", oauth.supports_resource_metadata == Some(true)),
        ],
        OAuthType::McpStatic => vec![
            ("token_endpoint", oauth.token_endpoint.is_some()),
            (
                "resource_metadata_url",
                // `resource-metadata-misuse` reports a URL of authorization server metadata.
                resource_metadata.is_some_and(|url| !is_authorization_server_metadata(url)),
            ),
        ],
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => vec![
            ("token_endpoint", oauth.token_endpoint.is_some()),
            ("well_known_url", oauth.well_known_url.is_some()),
        ],
    };
    for (field, is_given) in ignored {
        if is_given {
            findings.push(
                RULE.at(
                    subject.key(format!("/oauth_config/{field}")),
                    format!(
                        "`{field}` has no effect with OAuth type {} (`{}`)",
                        oauth_type.number(),
                        oauth_type.name()
                    ),
                )
                .help(format!(
                    "remove `{field}`, or see `catproof explain {}` for what this type uses",
                    oauth_type.name()
                )),
            );
        }
    }
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::{discovered, lists, recorded};

/// ## What it does
/// Reports a proxied server whose authorization server does not accept the client secret in the way that the proxy
/// sends it: `client_secret_post` for type 1, that or `client_secret_basic` for types 2 and 3.
///
/// ## Why is this bad?
/// The token request is refused with `invalid_client`, after the user has already logged in.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": {
///     "server_url": "https://mcp.acme.example/mcp",
///     "client_id": "4711.acme-desktop",
///     "client_secret": "REDACTED",
///     "requires_proxy": true
///   }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "authorization_server": {
///         "token_endpoint": "https://mcp.acme.example/token",
///         "token_endpoint_auth_methods_supported": ["private_key_jwt"]
///       }
///     }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "authorization_server": {
///         "token_endpoint": "https://mcp.acme.example/token",
///         "token_endpoint_auth_methods_supported": ["client_secret_basic"]
///       }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unsupported-client-authentication",
    level: Severity::Error,
    source: include_str!("unsupported_client_authentication.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((_, oauth_type), lock, server)) = discovered(subject) else {
        return;
    };
    let Some(methods) = &server.token_endpoint_auth_methods_supported else {
        return;
    };
    let sent: &[&str] = match oauth_type {
        OAuthType::Generic => &["client_secret_post"],
        OAuthType::McpStatic | OAuthType::RemoteStatic => {
            &["client_secret_basic", "client_secret_post"]
        }
        OAuthType::RemoteDynamic => return,
    };
    if !subject.entry.is_proxied || sent.iter().any(|method| lists(methods, method)) {
        return;
    }
    findings.push(
        RULE.at(
            subject.value_at("/oauth_config/requires_proxy"),
            format!(
                "the proxy sends the secret using `{}`, but the authorization server accepts only `{}` {}",
                sent.join("` or `"),
                methods.join("`, `"),
                recorded(lock)
            ),
        )
        .help("register a client with an authentication method that the proxy supports"),
    );
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::{discovered, recorded, takes_registration};

/// ## What it does
/// Reports a remote server with a static client (type 3) whose authorization server supports dynamic
/// client registration.
///
/// ## Why is this bad?
/// With type 4 (`remote-dynamic`) the server needs no secret, no proxy and no entry in an allowlist.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp", "client_id": "4711.acme-desktop" }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": { "authorization_server": { "dynamic_registration": true } }
///   }
/// }
/// ```
///
/// Use instead:
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": { "authorization_server": { "dynamic_registration": false } }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "dynamic-registration-available",
    level: Severity::Note,
    source: include_str!("dynamic_registration_available.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((_, OAuthType::RemoteStatic), lock, server)) = discovered(subject) else {
        return;
    };
    if takes_registration(server) == Some(true) {
        findings.push(
            RULE.at(
                subject.client_id_place(),
                format!(
                    "the authorization server supports dynamic client registration {}",
                    recorded(lock)
                ),
            )
            .help("consider type 4: no `client_id`, no secret, no proxy"),
        );
    }
}

use crate::lint::{Check, Findings, Rule, Subject};
use crate::manifest::oauth::{OAuthType, Registration, registration};
use crate::source::finding::Severity;

use super::{discovered, recorded, takes_registration};

/// ## What it does
/// Reports a remote server without a static client (type 4) whose authorization server accepts client ID metadata
/// documents, but not dynamic registration.
///
/// ## Why is this bad?
/// Today's desktop app only knows dynamic registration. A client with a metadata document can log in.
///
/// ## Example
/// ```json
/// {
///   "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
///   "oauth_config": { "server_url": "https://mcp.acme.example/mcp" }
/// }
/// ```
///
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "authorization_server": { "dynamic_registration": false, "client_id_metadata_document_supported": true }
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
///       "authorization_server": { "dynamic_registration": true, "client_id_metadata_document_supported": true }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "client-metadata-only",
    level: Severity::Note,
    source: include_str!("client_metadata_only.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((oauth, OAuthType::RemoteDynamic), lock, server)) = discovered(subject) else {
        return;
    };
    let takes_documents = server.client_id_metadata_document_supported == Some(true);
    let takes_no_registration = takes_registration(server) == Some(false);
    if registration(oauth) == Registration::Dynamic && takes_documents && takes_no_registration {
        findings.push(
            RULE.at(
                subject.client_id_place(),
                format!(
                    "the authorization server accepts only client ID metadata documents {}",
                    recorded(lock)
                ),
            )
            .help("set `oauth_config.client_id` to the https URL of the app's client ID metadata document"),
        );
    }
}

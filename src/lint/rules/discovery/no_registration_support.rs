use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::oauth::OAuthType;
use crate::source::finding::Severity;

use super::{discovered, recorded, takes_registration};

/// ## What it does
/// Reports a remote server without a static client (type 4) whose authorization server supports neither dynamic
/// registration nor client ID metadata documents.
///
/// ## Why is this bad?
/// The app cannot become a client by itself. One has to be registered by hand, which makes the server type 3.
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
///       "authorization_server": {
///         "dynamic_registration": false,
///         "client_id_metadata_document_supported": false
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
///       "authorization_server": { "dynamic_registration": true, "client_id_metadata_document_supported": false }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "no-registration-support",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("no_registration_support.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(((_, OAuthType::RemoteDynamic), lock, server)) = discovered(subject) else {
        return;
    };
    let takes_documents = server.client_id_metadata_document_supported;
    if takes_registration(server) == Some(false) && takes_documents == Some(false) {
        findings.push(
            RULE.at(
                subject.client_id_place(),
                format!(
                    "the authorization server supports no client registration {}",
                    recorded(lock)
                ),
            )
            .help("register a client by hand and set `oauth_config.client_id` (type 3, `remote-static`)"),
        );
    }
}

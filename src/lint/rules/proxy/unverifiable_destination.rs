use crate::catalog::entry::Destinations;
use crate::lint::rules::discovery::insecure_endpoint;
use crate::lint::rules::discovery::invalid_metadata;
use crate::lint::rules::discovery::issuer_mismatch;
use crate::lint::rules::discovery::resource_mismatch;
use crate::lint::rules::discovery::unreachable_metadata;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield};
use crate::source::Origin;
use crate::source::finding::{Place, Severity};

/// ## What it does
/// Reports a proxied server of type 2 or 3 for whose URLs the discovery lock knows no token endpoint.
/// Silent for `catalog_local` under the production profile, where nothing is compiled from it.
///
/// ## Why is this bad?
/// Which host gets the secret is published by the provider, not written in the manifest, and it is never guessed from
/// `server_url`. Until `catproof probe` has asked, the server has no pin and nothing of it is in the allowlist.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "acme-catalog",
///     "server_url": "https://id.acme.example",
///     "well_known_url": "https://id.acme.example/.well-known/openid-configuration"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json generated/discovery.lock.json
/// {
///   "servers": {
///     "acme__mcp": {
///       "inputs": {
///         "remote_url": null,
///         "server_url": "https://id.acme.example",
///         "well_known_url": "https://id.acme.example/.well-known/openid-configuration"
///       },
///       "issuer": "https://id.acme.example",
///       "authorization_server": {
///         "authorization_endpoint": "https://id.acme.example/authorize",
///         "token_endpoint": "https://id.acme.example/token",
///         "dynamic_registration": false,
///         "client_id_metadata_document_supported": false,
///         "code_challenge_methods_supported": ["S256"],
///         "token_endpoint_auth_methods_supported": ["client_secret_post"]
///       }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unverifiable-destination",
    level: Severity::Warning,
    yields_to: &[Yield::InFile(&[
        &issuer_mismatch::RULE,
        &invalid_metadata::RULE,
        &insecure_endpoint::RULE,
        &resource_mismatch::RULE,
        &unreachable_metadata::RULE,
    ])],
    profile: ProfileScope::Own,
    source: include_str!("unverifiable_destination.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let entry = subject.entry;
    // Without a lock, what it lacks is not this server's fault: `unreadable-lock` says so.
    if subject.context.locks.is_none() {
        return;
    }
    if entry.destinations != Destinations::Unverifiable
        || !entry.is_compiled(subject.context.config.profile)
    {
        return;
    }
    let is_known_by_name = |id: &str| {
        subject.context.locks.is_some_and(|locks| locks.entries(entry.origin, id).next().is_some())
    };
    let reason = match subject.lock {
        Some(_) => "the discovery lock records no token endpoint for these URLs",
        None if is_known_by_name(&entry.id) => "the discovery lock answers other URLs than these",
        None => "the discovery lock does not have this server",
    };
    let place = match entry.discovery_pointer {
        Some(pointer) => subject.value_at(pointer),
        None => Place::key(entry.file, "/oauth_config"),
    };
    let help = match entry.origin {
        Origin::Catalog => format!("run `catproof probe {}`, and commit the lock", entry.id),
        // Git ignores the lock of the developers' servers.
        Origin::CatalogLocal => format!("run `catproof probe {}`", entry.id),
    };
    findings.push(
        RULE.at(place, format!("nobody knows which host gets the client secret: {reason}"))
            .help(help),
    );
}

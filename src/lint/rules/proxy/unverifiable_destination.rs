use crate::catalog::entry::Destinations;
use crate::lint::rules::discovery::insecure_endpoint;
use crate::lint::rules::discovery::invalid_metadata;
use crate::lint::rules::discovery::issuer_mismatch;
use crate::lint::rules::discovery::resource_mismatch;
use crate::lint::rules::discovery::unreachable_metadata;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::source::Origin;
use crate::source::finding::Severity;

/// ## What it does
/// Reports a proxied server of type 2 or 3 if the discovery lock has no token endpoint for its URLs.
/// Silent for `catalog_local` under the production profile, which does not compile it.
///
/// ## Why is this bad?
/// The provider publishes which host gets the secret; it is not in the manifest, and never guessed from `server_url`.
/// Until `catproof probe` has recorded it, the allowlist has nothing for this server.
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
///       "authorization_server": { "token_endpoint": "https://id.acme.example/token" }
///     }
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unverifiable-destination",
    level: Severity::Warning,
    yields_to: Yields::to(&[Yield::InFile(&[
        &issuer_mismatch::RULE,
        &invalid_metadata::RULE,
        &insecure_endpoint::RULE,
        &resource_mismatch::RULE,
        &unreachable_metadata::RULE,
    ])]),
    profile: ProfileScope::Own,
    source: include_str!("unverifiable_destination.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let entry = subject.entry;
    // `unreadable-lock` reports a lock that could not be read.
    let Some(locks) = subject.context.locks else {
        return;
    };
    if entry.destinations != Destinations::Unverifiable
        || !entry.is_compiled(subject.context.config.profile)
    {
        return;
    }
    let has_other_urls = locks.entries(entry.origin, &entry.id).next().is_some();
    let reason = match subject.lock {
        Some(_) => "the discovery lock records no token endpoint for these URLs",
        None if has_other_urls => "the discovery lock was recorded for other URLs",
        None => "the server is not in the discovery lock",
    };
    let help = match entry.origin {
        Origin::Catalog => "run `catproof probe`, and commit the lock",
        // Git ignores the lock of the developers' servers.
        Origin::CatalogLocal => "run `catproof probe`",
    };
    findings.push(
        RULE.at(
            entry.discovery_place(),
            format!("it is not known which host gets the client secret: {reason}"),
        )
        .help(help),
    );
}

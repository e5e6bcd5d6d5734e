//! The discovery lock: what the well-known endpoints answered, recorded so that every other run is offline.
//!
//! Written by `probe`, reviewed and committed like `Cargo.lock`, read by `check` and `build`.
//! A fact is `null` only where it is unknown. What a fetched document leaves out is recorded with the meaning that
//! its RFC gives to the absence: no `code_challenge_methods_supported` is an empty list (a client must refuse),
//! no `token_endpoint_auth_methods_supported` is `client_secret_basic` (RFC 8414 §2).

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Origin;

/// The whole lock file, by server id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "catproof discovery lock")]
pub struct Lock {
    /// Says that the file is generated, and by what.
    pub generated: String,
    /// The version of this shape.
    pub version: u32,
    /// One entry for each server that has something to discover.
    // Shared: the lock as read, as written and as used for judging have most entries in common.
    pub servers: BTreeMap<String, Arc<LockEntry>>,
}

/// Both lock files of a catalog: the committed one, and the one for the developers' servers, which git ignores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locks {
    pub catalog: Lock,
    pub catalog_local: Lock,
}

impl Locks {
    pub fn committed(lock: Lock) -> Self {
        Self { catalog: lock, catalog_local: Lock::default() }
    }

    /// The lock of the servers in a folder.
    pub fn of(&self, origin: Origin) -> &Lock {
        match origin {
            Origin::Catalog => &self.catalog,
            Origin::CatalogLocal => &self.catalog_local,
        }
    }

    /// The entries of a server id, the one from its own folder's lock first. The committed lock counts for a developer's
    /// server too: one that shadows a catalog server may well have the same URLs.
    pub fn entries(&self, origin: Origin, server_id: &str) -> impl Iterator<Item = &LockEntry> {
        let local = (origin == Origin::CatalogLocal).then_some(&self.catalog_local);
        let locks = local.into_iter().chain([&self.catalog]);
        locks.filter_map(move |lock| lock.servers.get(server_id).map(Arc::as_ref))
    }
}

/// What discovery learned about one server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// The manifest's URLs that this entry answers; with others it counts as absent.
    pub inputs: LockInputs,
    /// The day of the recording, `YYYY-MM-DD`, in UTC.
    pub recorded: String,
    /// True where any document was put together from published facts instead of being fetched.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconstructed: bool,
    /// Where the facts of a reconstructed entry were published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was asked, in order.
    pub requests: Vec<LockRequest>,
    /// The protected resource metadata (RFC 9728), where there is some.
    pub resource: Option<ResourceFacts>,
    /// The issuer, byte for byte as published.
    pub issuer: Option<String>,
    /// The authorization server metadata (RFC 8414), where it could be used.
    pub authorization_server: Option<AuthorizationServerFacts>,
    /// What was wrong with an answer, by rule id; empty when all is well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<LockProblem>,
}

/// The manifest's URLs that decide what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockInputs {
    /// The remote URL, for a remote server.
    pub remote_url: Option<String>,
    /// `oauth_config.server_url`.
    pub server_url: Option<String>,
    /// `oauth_config.well_known_url`.
    pub well_known_url: Option<String>,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// `GET`, or `POST` for the MCP `initialize` without a token.
    pub method: String,
    /// The URL as it was asked.
    pub url: String,
    /// The HTTP status; null when no answer came or none is known.
    pub status: Option<u16>,
    /// What followed from the answer, in a few words.
    pub outcome: String,
    /// SHA-256 of the document, in hexadecimal; null without a document, or when it was reconstructed.
    pub sha256: Option<String>,
}

/// The facts of a protected resource metadata document that catproof uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceFacts {
    /// Where it was read.
    pub metadata_url: String,
    /// `resource`, byte for byte.
    pub resource: Option<String>,
    /// `authorization_servers`; the first counts.
    pub authorization_servers: Vec<String>,
    /// `scopes_supported`; null where the document does not list scopes.
    pub scopes_supported: Option<Vec<String>>,
}

/// The facts of an authorization server metadata document that catproof uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationServerFacts {
    /// Where it was read.
    pub metadata_url: String,
    /// `authorization_endpoint`.
    pub authorization_endpoint: Option<String>,
    /// `token_endpoint`.
    pub token_endpoint: Option<String>,
    /// `revocation_endpoint` (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// `registration_endpoint` (RFC 7591).
    pub registration_endpoint: Option<String>,
    /// Whether clients can register themselves (RFC 7591).
    pub dynamic_registration: Option<bool>,
    /// `client_id_metadata_document_supported`.
    pub client_id_metadata_document_supported: Option<bool>,
    /// `code_challenge_methods_supported` (RFC 7636).
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// `token_endpoint_auth_methods_supported`.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// `scopes_supported`; null where the document does not list scopes.
    pub scopes_supported: Option<Vec<String>>,
    /// `grant_types_supported`.
    pub grant_types_supported: Option<Vec<String>>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207).
    pub authorization_response_iss_parameter_supported: Option<bool>,
}

/// One thing that was wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockProblem {
    /// The id of the rule that reports it.
    pub rule: String,
    /// What is wrong, in the words of the finding.
    pub message: String,
}

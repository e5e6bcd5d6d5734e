//! A classified server, small enough to be kept for the whole run: what the cross-file rules, `list` and the
//! compiler's overview need. The manifest itself is dropped as soon as its own rules have run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Manifest;
use crate::oauth::{self, Classification, OAuthType, Verdict};
use crate::probe::lock::{Lock, LockEntry, LockInputs};
use crate::source::{FileId, Origin};

/// One server of the catalog, classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub file: FileId,
    pub origin: Origin,
    /// The file's name without `.json`.
    pub stem: String,
    /// `name`; the stem where the manifest could not be read.
    pub id: String,
    pub display_name: Option<String>,
    pub classification: Classification,
    /// Whether the server's client secret is the proxy's to keep: a static client with `requires_proxy: true`.
    pub is_proxied: bool,
    /// Where a remote server is.
    pub remote_url: Option<String>,
    /// The first redirect URI, the one that is used.
    pub redirect_uri: Option<String>,
    pub destinations: Destinations,
}

impl Entry {
    /// The type, where there is one.
    pub fn oauth_type(&self) -> Option<OAuthType> {
        self.classification.verdict.oauth_type()
    }

    /// The names of the proxy's environment variables for this server: client id and secret; empty without a proxy.
    pub fn env_names(&self) -> Vec<String> {
        match self.is_proxied {
            true => vec![
                format!("{}_CLIENT_ID", self.id),
                format!("{}_SECRET", self.id),
            ],
            false => Vec::new(),
        }
    }

    /// The hosts that the proxy must be allowed to send this server's secret to.
    pub fn needed_hosts(&self) -> impl Iterator<Item = &Destination> {
        self.destinations
            .known()
            .iter()
            .filter(|destination| destination.purpose.carries_secret())
    }
}

/// What is known about where a server's secret goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destinations {
    /// The server needs no proxy.
    NotNeeded,
    /// From the manifest (type 1) or from the discovery lock (types 2 and 3), sorted.
    Known(Vec<Destination>),
    /// Types 2 and 3 without a lock entry for exactly this manifest's URLs: never guessed from `server_url`.
    Unverifiable,
}

impl Destinations {
    pub fn known(&self) -> &[Destination] {
        match self {
            Self::Known(destinations) => destinations,
            Self::NotNeeded | Self::Unverifiable => &[],
        }
    }
}

/// What a host is asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Codes and refresh tokens are exchanged there; the secret is sent.
    Token,
    /// Tokens are revoked there (RFC 7009); the secret is sent.
    Revocation,
    /// Only metadata is read there; it belongs in no allowlist.
    Discovery,
}

impl Purpose {
    pub fn carries_secret(self) -> bool {
        match self {
            Self::Token | Self::Revocation => true,
            Self::Discovery => false,
        }
    }
}

/// A host, the endpoint on it, and where both are known from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    pub host: String,
    pub purpose: Purpose,
    /// The exact URL.
    pub endpoint: String,
    pub source: DestinationSource,
}

/// Where a destination is known from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DestinationSource {
    /// A field of the manifest, by its pointer.
    Manifest(&'static str),
    /// An entry of the discovery lock: the metadata document that named it.
    Lock {
        document: String,
        reconstructed: bool,
    },
}

impl DestinationSource {
    /// In one line, for people and artifacts.
    pub fn describe(&self) -> String {
        match self {
            Self::Manifest(pointer) => format!("manifest {pointer}"),
            Self::Lock {
                document,
                reconstructed: false,
            } => format!("lock {document}"),
            Self::Lock {
                document,
                reconstructed: true,
            } => format!("lock {document} (reconstructed)"),
        }
    }
}

/// Classifies a manifest and gathers what is kept of it.
pub fn entry(
    file: FileId,
    origin: Origin,
    stem: &str,
    manifest: &Manifest,
    lock: Option<&Lock>,
) -> Entry {
    let classification = oauth::classify(manifest);
    let oauth = manifest.oauth_config.as_ref();
    let has_static_client = classification
        .verdict
        .oauth_type()
        .is_some_and(OAuthType::has_static_client);
    let is_proxied =
        has_static_client && oauth.is_some_and(|oauth| oauth.requires_proxy == Some(true));
    let destinations = match is_proxied {
        true => destinations(
            &classification,
            manifest,
            lock.and_then(|lock| lock_entry(lock, manifest)),
        ),
        false => Destinations::NotNeeded,
    };
    Entry {
        file,
        origin,
        stem: stem.to_owned(),
        id: manifest.name.clone(),
        display_name: manifest.display_name.clone(),
        classification,
        is_proxied,
        remote_url: oauth::remote_url(manifest).map(str::to_owned),
        redirect_uri: oauth.and_then(|oauth| oauth.redirect_uris.as_ref()?.first().cloned()),
        destinations,
    }
}

/// An entry for a file that is no manifest: there is nothing to classify.
pub fn unreadable(file: FileId, origin: Origin, stem: &str, name: Option<&str>) -> Entry {
    let verdict = Verdict::Undetermined(oauth::Undetermined::Unreadable);
    Entry {
        file,
        origin,
        stem: stem.to_owned(),
        id: name.unwrap_or(stem).to_owned(),
        display_name: None,
        classification: Classification {
            verdict,
            evidence: Vec::new(),
        },
        is_proxied: false,
        remote_url: None,
        redirect_uri: None,
        destinations: Destinations::NotNeeded,
    }
}

/// The lock's entry for a server, if it answers exactly this manifest's URLs.
pub fn lock_entry<'a>(lock: &'a Lock, manifest: &Manifest) -> Option<&'a LockEntry> {
    lock.servers
        .get(&manifest.name)
        .filter(|entry| entry.inputs == lock_inputs(manifest))
}

/// The manifest's URLs that decide what discovery asks.
pub fn lock_inputs(manifest: &Manifest) -> LockInputs {
    let oauth = manifest.oauth_config.as_ref();
    LockInputs {
        remote_url: oauth::remote_url(manifest).map(str::to_owned),
        server_url: oauth.and_then(|oauth| oauth.server_url.clone()),
        well_known_url: oauth.and_then(|oauth| oauth.well_known_url.clone()),
    }
}

/// Where the secret of a proxied server goes.
fn destinations(
    classification: &Classification,
    manifest: &Manifest,
    lock: Option<&LockEntry>,
) -> Destinations {
    let Some(oauth_type) = classification.verdict.oauth_type() else {
        return Destinations::NotNeeded;
    };
    match oauth_type {
        OAuthType::Generic => {
            let endpoint = manifest
                .oauth_config
                .as_ref()
                .and_then(|oauth| oauth.token_endpoint.as_deref());
            let source = DestinationSource::Manifest("/oauth_config/token_endpoint");
            Destinations::Known(
                endpoint
                    .and_then(|url| destination(Purpose::Token, url, source))
                    .into_iter()
                    .collect(),
            )
        }
        OAuthType::McpStatic | OAuthType::RemoteStatic => match lock {
            Some(entry) => discovered(entry),
            None => Destinations::Unverifiable,
        },
        OAuthType::RemoteDynamic => Destinations::NotNeeded,
    }
}

/// The hosts that a lock entry names.
fn discovered(entry: &LockEntry) -> Destinations {
    let Some(server) = &entry.authorization_server else {
        return Destinations::Unverifiable;
    };
    let source = DestinationSource::Lock {
        document: server.metadata_url.clone(),
        reconstructed: entry.reconstructed,
    };
    let Some(token) = server
        .token_endpoint
        .as_deref()
        .and_then(|url| destination(Purpose::Token, url, source.clone()))
    else {
        return Destinations::Unverifiable;
    };
    let revocation = server
        .revocation_endpoint
        .as_deref()
        .and_then(|url| destination(Purpose::Revocation, url, source.clone()));
    let asked = entry
        .resource
        .iter()
        .map(|resource| resource.metadata_url.as_str());
    let asked = asked.chain([server.metadata_url.as_str()]);
    let asked = asked.filter_map(|url| destination(Purpose::Discovery, url, source.clone()));
    let mut known: Vec<_> = [token].into_iter().chain(revocation).chain(asked).collect();
    known.sort();
    known.dedup();
    Destinations::Known(known)
}

/// A destination, if the URL is one that a secret may be sent to at all: https with a host.
/// Loopback http is kept: the rules decide whether the profile allows it.
fn destination(purpose: Purpose, url: &str, source: DestinationSource) -> Option<Destination> {
    let parsed = url::Url::parse(url).ok()?;
    let host = parsed.host_str()?.to_owned();
    matches!(parsed.scheme(), "https" | "http").then(|| Destination {
        host,
        purpose,
        endpoint: url.to_owned(),
        source,
    })
}

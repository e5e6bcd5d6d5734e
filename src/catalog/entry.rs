//! A classified server: what the cross-file rules, `list` and the compiler's overview need. It is kept for the whole
//! run, the manifest only while its own rules run.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::discovery::lock::{LockEntry, LockInputs, Locks};
use crate::manifest::model::Manifest;
use crate::manifest::oauth::client_secret;
use crate::manifest::oauth::redirect;
use crate::manifest::oauth::{self, Classification, OAuthType, Verdict};
use crate::source::finding::Place;
use crate::source::{FileId, Origin};
use crate::text::profile::Profile;
use crate::text::secrets::client_secret::ClientSecret;

/// One server of the catalog, classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub file: FileId,
    pub origin: Origin,
    /// The file's name without `.json`.
    pub stem: Arc<str>,
    /// `name`; the stem if the manifest could not be read.
    pub id: String,
    /// Whether the id comes from the manifest, not from the file name.
    pub is_named: bool,
    pub display_name: Option<String>,
    pub classification: Classification,
    /// Whether the proxy keeps the client secret: a static client with `requires_proxy: true`.
    pub is_proxied: bool,
    /// `oauth_config.requires_proxy`, as written.
    pub requires_proxy: Option<bool>,
    /// Whether `oauth_config.client_secret` is a real secret, not a placeholder or a variable.
    pub holds_secret: bool,
    /// The URLs that discovery depends on.
    pub inputs: LockInputs,
    /// The client id, trimmed; `None` without a static client.
    pub client_id: Option<String>,
    /// `oauth_config.token_endpoint`.
    pub token_endpoint: Option<String>,
    /// The pointer to the URL that discovery starts from; `None` if there is none.
    pub discovery_pointer: Option<&'static str>,
    /// The redirect URI in use: for a proxied server the one on the origin of `[proxy] url`, else the first.
    pub redirect_uri: Option<String>,
    pub destinations: Destinations,
    /// A hash of `server`, to see whether two entries of one id run the same thing.
    pub server_hash: u64,
    /// A hash of `oauth_config`.
    pub oauth_hash: u64,
}

impl Entry {
    /// The type, where there is one.
    pub fn oauth_type(&self) -> Option<OAuthType> {
        self.classification.verdict.oauth_type()
    }

    /// The proxy's environment variables for this server, client id and secret; empty without a proxy.
    pub fn env_names(&self) -> Vec<String> {
        if self.is_proxied {
            vec![format!("{}_CLIENT_ID", self.id), format!("{}_SECRET", self.id)]
        } else {
            Vec::new()
        }
    }

    /// The hosts that the proxy must be allowed to send this server's secret to.
    pub fn needed_hosts(&self) -> impl Iterator<Item = &Destination> {
        self.destinations.known().iter().filter(|destination| destination.purpose.carries_secret())
    }

    /// The manifest field that leads to a destination: the one that names it, or the URL that was requested.
    pub fn place_of(&self, destination: &Destination) -> Place {
        match destination.source {
            DestinationSource::Manifest(pointer) => Place::value(self.file, pointer),
            DestinationSource::Lock { .. } => self.discovery_place(),
        }
    }

    /// The URL that discovery starts from; without one, `oauth_config`.
    pub fn discovery_place(&self) -> Place {
        match self.discovery_pointer {
            Some(pointer) => Place::value(self.file, pointer),
            None => Place::key(self.file, "/oauth_config"),
        }
    }

    /// Whether a profile compiles the server: a developer's server only under development.
    pub fn is_compiled(&self, profile: Profile) -> bool {
        self.origin == Origin::Catalog || profile == Profile::Development
    }
}

/// What is known about where a server's secret goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destinations {
    /// The server needs no proxy.
    NotNeeded,
    /// From the manifest (type 1) or from the discovery lock (types 2 and 3), sorted.
    Known(Vec<Destination>),
    /// Types 2 and 3 without a lock entry for exactly this manifest's URLs. Never guessed from `server_url`.
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

/// What a host is used for.
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
        self != Self::Discovery
    }
}

/// A host, the endpoint on it, and the source of both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    pub host: String,
    pub purpose: Purpose,
    /// The exact URL.
    pub endpoint: String,
    pub source: DestinationSource,
}

/// The source of a destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DestinationSource {
    /// A field of the manifest, by its pointer.
    Manifest(&'static str),
    /// The discovery lock, by the metadata document that names it.
    Lock { document: String, reconstructed: bool },
}

impl DestinationSource {
    /// In one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Manifest(pointer) => format!("manifest {pointer}"),
            Self::Lock { document, reconstructed } => {
                let suffix = if *reconstructed { " (reconstructed)" } else { "" };
                format!("lock {document}{suffix}")
            }
        }
    }
}

/// Classifies a manifest.
pub fn entry(
    file: FileId,
    origin: Origin,
    stem: &Arc<str>,
    manifest: &Manifest,
    locks: Option<&Locks>,
    proxy_url: Option<&str>,
) -> Entry {
    let classification = oauth::classify(manifest);
    let oauth = manifest.oauth_config.as_ref();
    let oauth_type = classification.verdict.oauth_type();
    let requires_proxy = oauth.and_then(|oauth| oauth.requires_proxy);
    let is_proxied =
        requires_proxy == Some(true) && oauth_type.is_some_and(OAuthType::has_static_client);
    let destinations = match oauth_type {
        Some(oauth_type) if is_proxied => {
            let lock = locks.and_then(|locks| lock_entry(locks, origin, manifest));
            destinations(oauth_type, manifest, lock)
        }
        _ => Destinations::NotNeeded,
    };
    Entry {
        file,
        origin,
        stem: Arc::clone(stem),
        id: manifest.name.clone(),
        is_named: true,
        display_name: manifest.display_name.clone(),
        discovery_pointer: oauth_type
            .and_then(|oauth_type| discovery_pointer(oauth_type, manifest)),
        classification,
        is_proxied,
        requires_proxy,
        holds_secret: oauth
            .is_some_and(|oauth| matches!(client_secret(oauth), ClientSecret::Literal(_))),
        inputs: lock_inputs(manifest),
        client_id: oauth
            .filter(|_| oauth_type.is_some_and(OAuthType::has_static_client))
            .and_then(|oauth| Some(oauth.client_id.as_ref()?.trim().to_owned())),
        token_endpoint: oauth.and_then(|oauth| oauth.token_endpoint.clone()),
        redirect_uri: oauth.and_then(|oauth| {
            let proxy_url = proxy_url.filter(|_| is_proxied);
            redirect::in_use(oauth.redirect_uris.as_deref()?, proxy_url).cloned()
        }),
        destinations,
        server_hash: hash(&manifest.server),
        oauth_hash: hash(&manifest.oauth_config),
    }
}

/// The pointer to the URL that discovery starts from.
fn discovery_pointer(oauth_type: OAuthType, manifest: &Manifest) -> Option<&'static str> {
    let oauth = manifest.oauth_config.as_ref()?;
    match oauth_type {
        OAuthType::Generic => None,
        OAuthType::McpStatic if oauth.well_known_url.is_some() => {
            Some("/oauth_config/well_known_url")
        }
        OAuthType::McpStatic => oauth.server_url.is_some().then_some("/oauth_config/server_url"),
        OAuthType::RemoteStatic | OAuthType::RemoteDynamic => {
            oauth::remote_url(manifest).map(|_| oauth::remote_url_pointer(manifest))
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The entries that the profile compiles, sorted by id, one per id: under development, a developer's file replaces the
/// catalog's.
pub(crate) fn effective(entries: &[Entry], profile: Profile) -> impl Iterator<Item = &Entry> {
    let mut chosen: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.is_compiled(profile)) {
        let earlier = chosen.entry(&entry.id).or_insert(entry);
        if entry.origin == Origin::CatalogLocal && earlier.origin == Origin::Catalog {
            *earlier = entry;
        }
    }
    chosen.into_values()
}

/// Sorts entries by id, the order of the cross-file rules and of all output.
pub(crate) fn sort(entries: &mut [Entry]) {
    entries.sort_by(|left, right| (&left.id, left.file).cmp(&(&right.id, right.file)));
}

/// An entry for a file that is not a manifest.
pub(crate) fn unreadable(
    file: FileId,
    origin: Origin,
    stem: &Arc<str>,
    name: Option<&str>,
) -> Entry {
    let verdict = Verdict::Undetermined(oauth::Undetermined::Unreadable);
    Entry {
        file,
        origin,
        stem: Arc::clone(stem),
        id: name.unwrap_or(stem).to_owned(),
        is_named: name.is_some(),
        display_name: None,
        classification: Classification { verdict, evidence: Vec::new() },
        is_proxied: false,
        requires_proxy: None,
        holds_secret: false,
        inputs: LockInputs::default(),
        client_id: None,
        token_endpoint: None,
        discovery_pointer: None,
        redirect_uri: None,
        destinations: Destinations::NotNeeded,
        server_hash: 0,
        oauth_hash: 0,
    }
}

/// The lock entry of a server, if it is for exactly this manifest's URLs.
pub(crate) fn lock_entry<'a>(
    locks: &'a Locks,
    origin: Origin,
    manifest: &Manifest,
) -> Option<&'a LockEntry> {
    let mut known = locks.entries(origin, &manifest.name).peekable();
    // Most servers have no entry: do not copy their URLs.
    known.peek()?;
    let inputs = lock_inputs(manifest);
    known.find(|entry| entry.inputs == inputs)
}

/// The manifest's URLs that discovery depends on.
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
    oauth_type: OAuthType,
    manifest: &Manifest,
    lock: Option<&LockEntry>,
) -> Destinations {
    match oauth_type {
        OAuthType::Generic => {
            let oauth = manifest.oauth_config.as_ref();
            let endpoint = oauth.and_then(|oauth| oauth.token_endpoint.as_deref());
            let source = DestinationSource::Manifest("/oauth_config/token_endpoint");
            let token = endpoint.and_then(|url| destination(Purpose::Token, url, &source));
            Destinations::Known(token.into_iter().collect())
        }
        OAuthType::McpStatic | OAuthType::RemoteStatic => {
            lock.and_then(discovered).map_or(Destinations::Unverifiable, Destinations::Known)
        }
        OAuthType::RemoteDynamic => Destinations::NotNeeded,
    }
}

/// The destinations of a lock entry, sorted; `None` without a token endpoint.
fn discovered(entry: &LockEntry) -> Option<Vec<Destination>> {
    let server = entry.authorization_server.as_ref()?;
    let source = DestinationSource::Lock {
        document: server.metadata_url.clone(),
        reconstructed: entry.reconstructed,
    };
    let token = destination(Purpose::Token, server.token_endpoint.as_ref()?, &source)?;
    let revocation = server.revocation_endpoint.iter().map(|url| (Purpose::Revocation, url));
    let resource = entry.resource.iter().map(|resource| &resource.metadata_url);
    let metadata = resource.chain([&server.metadata_url]).map(|url| (Purpose::Discovery, url));
    let others = revocation.chain(metadata);
    let others = others.filter_map(|(purpose, url)| destination(purpose, url, &source));
    let mut known: Vec<_> = [token].into_iter().chain(others).collect();
    known.sort();
    known.dedup();
    Some(known)
}

/// The destination of a URL; `None` if it is not an http or https URL with a host. Whether http is allowed is left to
/// the rules.
fn destination(purpose: Purpose, url: &str, source: &DestinationSource) -> Option<Destination> {
    let parsed = url::Url::parse(url).ok()?;
    let host = parsed.host_str()?.to_owned();
    let endpoint = url.to_owned();
    let is_http = matches!(parsed.scheme(), "https" | "http");
    is_http.then(|| Destination { host, purpose, endpoint, source: source.clone() })
}

//! Discovery: what the providers publish at their well-known endpoints, recorded in the discovery lock.
//!
//! Without I/O: [`well_known`] builds the URLs, [`challenge`] and [`documents`] parse the answers, [`mod@discover`]
//! decides what to request next. [`fetch`] is the interface to the network ([`client`]) or to a folder of recordings
//! ([`record`]); [`lock`] and [`refresh`] are the lock file.
//!
//! Specifications: RFC 8414, RFC 9728, RFC 9207, OpenID Connect Discovery 1.0 and the
//! [MCP authorization specification](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization).

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;

pub use address::Reach;
pub use client::{ClientOptions, Network};
pub use discover::{DiscoveryTarget, ProbeRun, TargetKind};
pub use fetch::{Answer, Fetch, FetchFailure, Request};
pub(crate) use lock::Locks;
pub use lock::{Lock, LockEntry, LockInputs};
pub use record::{Recorder, Recordings};
pub(crate) use refresh::{Drift, Stale, UnreadableLock, overlay, read_lock_text};
pub use refresh::{changes, merge, read_lock, stale};

use discover::discover;
use request_cache::RequestCache;

pub(crate) mod address;
pub(crate) mod challenge;
pub(crate) mod client;
pub(crate) mod discover;
pub(crate) mod documents;
pub(crate) mod draft;
pub(crate) mod fetch;
pub(crate) mod lock;

pub(crate) mod record;
pub(crate) mod refresh;
pub(crate) mod request_cache;
pub(crate) mod well_known;

/// Servers discovered at once: more than the requests in flight, so that servers waiting for a busy origin do not hold
/// up the others.
const SERVERS_AT_ONCE: usize = 32;

/// What a run learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The servers that have something to discover (types 2 to 4): what goes into the lock file.
    pub lock: Lock,
    /// The servers of type 1: whether their endpoints exist, and what their providers publish. The first changes from
    /// day to day and the second is only advice, so neither is locked.
    pub endpoints: BTreeMap<String, Arc<LockEntry>>,
}

/// Reported after each server.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// How many servers are done, this one included.
    pub done: usize,
    pub total: usize,
    pub server_id: &'a str,
    pub entry: &'a LockEntry,
}

/// Where the answers come from, chosen at run time.
#[derive(Debug)]
pub(crate) enum AnswerSource {
    Network(Box<Network>),
    /// The network, with its answers recorded (`--record`).
    Recorded(Box<Recorder<Network>>),
    /// Recordings only (`--replay`).
    Replay(Recordings),
}

impl Probed {
    /// Separates the entries that go into the lock from the rest.
    pub fn of<'a>(
        answered: impl IntoIterator<Item = (&'a DiscoveryTarget, Arc<LockEntry>)>,
    ) -> Self {
        let (mut servers, mut endpoints) = (BTreeMap::new(), BTreeMap::new());
        for (target, entry) in answered {
            let entries = match target.kind {
                TargetKind::Generic { .. } => &mut endpoints,
                TargetKind::McpStatic | TargetKind::Remote => &mut servers,
            };
            entries.insert(target.server_id.clone(), entry);
        }
        Self { lock: Lock::of(servers), endpoints }
    }
}

/// Discovers the targets of one lock, sorted by server id.
pub async fn probe<F: Fetch>(
    targets: &[DiscoveryTarget],
    fetch: &F,
    run: ProbeRun<'_>,
    progress: impl FnMut(Progress<'_>),
) -> Probed {
    let entries = ask(targets.iter(), fetch, run, progress).await;
    Probed::of(targets.iter().zip(entries))
}

/// Discovers the targets, several at a time, sending each request once. Returns an entry for each target, in order,
/// whatever the order in which the answers arrive.
///
/// `progress` is called once per server. Never fails: what went wrong is in the entries, by rule id.
pub(crate) async fn ask<'a, F: Fetch>(
    targets: impl ExactSizeIterator<Item = &'a DiscoveryTarget>,
    fetch: &F,
    run: ProbeRun<'_>,
    mut progress: impl FnMut(Progress<'_>),
) -> Vec<Arc<LockEntry>> {
    let cache = RequestCache::new(fetch);
    let total = targets.len();
    let pending = stream::iter(targets.enumerate()).map(|(index, target)| {
        let cache = &cache;
        async move { (index, target, discover(target, cache, run).await) }
    });
    let mut answered = pending.buffer_unordered(SERVERS_AT_ONCE).enumerate();
    let mut entries = BTreeMap::new();
    while let Some((done, (index, target, entry))) = answered.next().await {
        progress(Progress { done: done + 1, total, server_id: &target.server_id, entry: &entry });
        entries.insert(index, Arc::new(entry));
    }
    entries.into_values().collect()
}

/// Runs a future to its end on the current thread. Name lookups that never return are abandoned, so that the process
/// can exit.
///
/// # Errors
/// The runtime cannot be set up.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let value = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(value)
}

impl Fetch for AnswerSource {
    async fn fetch(&self, request: &Request) -> Result<Answer, FetchFailure> {
        match self {
            Self::Network(network) => network.fetch(request).await,
            Self::Recorded(recorder) => recorder.fetch(request).await,
            Self::Replay(recordings) => recordings.fetch(request).await,
        }
    }
}

//! Discovery: what the providers publish at their well-known endpoints, recorded in the discovery lock.
//!
//! The rooms, in reading order: [`well_known`] says which URLs are asked, [`challenge`] and [`documents`] read the
//! answers, [`mod@discover`] puts them into an order; all of that is pure. [`fetch`] is the question that the network
//! ([`client`]) or a folder of recordings ([`record`]) answers; [`lock`] and [`refresh`] are the file that remains.
//!
//! Specifications: RFC 8414, RFC 9728, RFC 9207, OpenID Connect Discovery 1.0 and the
//! [MCP authorization specification](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization).

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;

pub use address::Reach;
pub use client::{Manners, Network};
pub use discover::{ProbeRun, Target, TargetKind};
pub use fetch::{Answer, Failure, Fetch, Request};
pub(crate) use lock::Locks;
pub use lock::{Lock, LockEntry, LockInputs};
pub use record::{Recorder, Recordings};
pub(crate) use refresh::{Change, Stale, UnreadableLock, overlay, read_lock_text};
pub use refresh::{changes, merge, read_lock, stale};

use discover::discover;
use once::Once;

pub(crate) mod address;
pub(crate) mod challenge;
pub(crate) mod client;
pub(crate) mod discover;
pub(crate) mod documents;
pub(crate) mod draft;
pub(crate) mod fetch;
pub(crate) mod lock;
pub(crate) mod once;
pub(crate) mod record;
pub(crate) mod refresh;
pub(crate) mod well_known;

/// Servers under way at once. More than requests may be in flight, so that those that wait for a busy origin keep
/// nobody else from going on.
const SERVERS_AT_ONCE: usize = 32;

/// What a run learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The servers that have something to discover (types 2 to 4): what belongs into the lock file.
    pub lock: Lock,
    /// The servers of type 1: whether their endpoints exist, and what their providers publish. The first is a matter
    /// of the day and the second only advice, so neither is locked.
    pub endpoints: BTreeMap<String, Arc<LockEntry>>,
}

/// One server is done.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// How many are done, this one included.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// The server that is done.
    pub server_id: &'a str,
    /// What was learned about it.
    pub entry: &'a LockEntry,
}

/// Where the answers come from, for a caller that decides it at run time.
#[derive(Debug)]
pub(crate) enum Source {
    /// The network.
    Network(Box<Network>),
    /// The network, recorded as it answers (`--record`).
    Recorded(Box<Recorder<Network>>),
    /// Recordings and nothing else (`--replay`).
    Replay(Recordings),
}

impl Probed {
    /// Sorts what was learned by what belongs into the lock.
    pub fn of<'a>(answered: impl IntoIterator<Item = (&'a Target, Arc<LockEntry>)>) -> Self {
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

/// Asks everything there is to ask about the targets of one lock, and sorts the answers by server id.
pub async fn probe<F: Fetch>(
    targets: &[Target],
    fetch: &F,
    run: ProbeRun<'_>,
    progress: impl FnMut(Progress<'_>),
) -> Probed {
    let entries = ask(targets.iter(), fetch, run, progress).await;
    Probed::of(targets.iter().zip(entries))
}

/// Asks everything there is to ask about the targets, each thing once, several servers at a time. Gives an entry for
/// each target, in their order.
///
/// The result does not depend on the order in which the answers arrive. `progress` is called once a server. Never
/// fails: what went wrong is in the entries, by rule id.
pub(crate) async fn ask<'a, F: Fetch>(
    targets: impl ExactSizeIterator<Item = &'a Target>,
    fetch: &F,
    run: ProbeRun<'_>,
    mut progress: impl FnMut(Progress<'_>),
) -> Vec<Arc<LockEntry>> {
    let once = Once::new(fetch);
    let total = targets.len();
    let under_way = stream::iter(targets.enumerate()).map(|(index, target)| {
        let once = &once;
        async move { (index, target, discover(target, once, run).await) }
    });
    let mut answered = under_way.buffer_unordered(SERVERS_AT_ONCE).enumerate();
    let mut entries = BTreeMap::new();
    while let Some((done, (index, target, entry))) = answered.next().await {
        progress(Progress { done: done + 1, total, server_id: &target.server_id, entry: &entry });
        entries.insert(index, Arc::new(entry));
    }
    entries.into_values().collect()
}

/// Runs a probe to its end on a runtime of its own: one thread, since all it does is wait.
///
/// Name lookups that never return are left behind, so that the process can end.
///
/// # Errors
/// The system gives no thread to run on.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let value = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(value)
}

impl Fetch for Source {
    async fn fetch(&self, request: &Request) -> Result<Answer, Failure> {
        match self {
            Self::Network(network) => network.fetch(request).await,
            Self::Recorded(recorder) => recorder.fetch(request).await,
            Self::Replay(recordings) => recordings.fetch(request).await,
        }
    }
}

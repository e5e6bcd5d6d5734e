//! The log: one JSON object per line. No field contains text from a caller: no path, header, query or body, and only
//! the ids of configured servers.
//!
//! A thread writes it, so that nobody waits for whoever reads it. What cannot be written in full is counted: a flood of
//! refused requests, and lines that the reader leaves no room for. The lines and the counts together are all requests.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::json;

/// How much to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only failures of the proxy or a provider.
    Error,
    /// Also one line per request; in a flood, refused requests are only counted.
    Info,
    /// Also each refused request of a flood.
    Debug,
}

/// Where the log goes.
#[derive(Clone)]
pub struct Log {
    level: LogLevel,
    queue: SyncSender<Entry>,
    counts: Arc<Mutex<Counts>>,
}

/// What the thread is sent.
enum Entry {
    Line(String),
    /// A request to write the counts, and to answer once all is written.
    Flush(SyncSender<()>),
}

/// Lines that wait to be written; with the longest lines, about a megabyte.
const QUEUED: usize = 2048;

/// How often counts are written.
const COUNTS_EVERY: Duration = Duration::from_secs(10);

/// The refused requests that are logged one by one: so many at once, and then one a second.
const REFUSALS_AT_ONCE: u32 = 100;
const REFUSAL_EVERY: Duration = Duration::from_secs(1);

/// Kinds that are counted apart. The reasons are a few fixed texts, and errors of the network.
const MOST_KINDS: usize = 256;

/// One request with its response.
#[derive(Debug, Serialize)]
pub(super) struct RequestLine<'a> {
    pub(crate) request: &'a str,
    pub(crate) method: &'a str,
    /// The route, not the path, which is a caller's text.
    pub(crate) route: Option<&'a str>,
    pub(crate) server: Option<&'a str>,
    /// The host of the provider's endpoint, if the request was sent there.
    pub(crate) host: Option<&'a str>,
    /// `None` if the connection ended before the response.
    pub(crate) status: Option<u16>,
    pub(crate) provider_status: Option<u16>,
    pub(crate) ms: u128,
    /// Why the response is not a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
}

/// What was counted instead of being logged line by line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Counted {
    level: LogLevel,
    event: &'static str,
    status: Option<u16>,
    reason: Option<String>,
}

#[derive(Default)]
struct Counts {
    kinds: BTreeMap<Counted, u64>,
    /// When the refusals logged so far will be forgotten; ahead of now by at most those at once.
    refusals_until: Option<Instant>,
}

/// The start of every line; the names are those of the existing proxy.
#[derive(Serialize)]
struct Stamped<T> {
    level: LogLevel,
    /// Milliseconds since 1970.
    time: u128,
    #[serde(flatten)]
    line: T,
}

impl Log {
    /// A log on standard error.
    pub fn standard_error(level: LogLevel) -> Self {
        Self::to(level, io::stderr())
    }

    /// A log on anything else.
    pub fn to(level: LogLevel, sink: impl Write + Send + 'static) -> Self {
        let (queue, queued) = sync_channel(QUEUED);
        let counts = Arc::default();
        let of_thread = Arc::clone(&counts);
        // Without its thread, everything is counted as dropped: there is nowhere to report it.
        let _ = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&queued, &of_thread, sink));
        Self { level, queue, counts }
    }

    pub(super) fn request(&self, line: &RequestLine) {
        let level = match line.status {
            Some(500..) => LogLevel::Error,
            _ => LogLevel::Info,
        };
        let reason = || line.reason.map(str::to_owned);
        // A request that went to a provider carried a secret, and gets its line.
        let is_foldable = line.host.is_none() && self.level < LogLevel::Debug;
        if is_foldable && !lock(&self.counts).takes_refusal(Instant::now()) {
            self.count(level, "folded requests", line.status, reason());
        } else if !self.write(level, line) {
            self.count(level, "dropped requests", line.status, reason());
        }
    }

    /// Logs an event outside of any request.
    pub(super) fn event(&self, level: LogLevel, event: &str, detail: &str) {
        if !self.write(level, json!({ "event": event, "detail": detail })) {
            self.count(level, "dropped events", None, Some(event.to_owned()));
        }
    }

    /// Counts what happens too often for a line each.
    pub(super) fn count(
        &self,
        level: LogLevel,
        event: &'static str,
        status: Option<u16>,
        reason: Option<String>,
    ) {
        if level <= self.level {
            lock(&self.counts).add(Counted { level, event, status, reason });
        }
    }

    /// Waits until all is written, but no longer than this: nobody may be reading.
    pub fn flush(&self, longest: Duration) {
        let end = Instant::now() + longest;
        let (done, is_done) = sync_channel(1);
        let mut entry = Entry::Flush(done);
        while let Err(TrySendError::Full(returned)) = self.queue.try_send(entry) {
            if Instant::now() >= end {
                return;
            }
            entry = returned;
            thread::sleep(Duration::from_millis(5));
        }
        let _ = is_done.recv_timeout(end.saturating_duration_since(Instant::now()));
    }

    /// Whether the line is written, or does not have to be.
    fn write(&self, level: LogLevel, line: impl Serialize) -> bool {
        level > self.level || self.queue.try_send(Entry::Line(text(level, line))).is_ok()
    }
}

impl Counts {
    /// Whether a refused request is logged in full.
    fn takes_refusal(&mut self, now: Instant) -> bool {
        let until = self.refusals_until.map_or(now, |until| until.max(now)) + REFUSAL_EVERY;
        let is_within = until.saturating_duration_since(now) <= REFUSAL_EVERY * REFUSALS_AT_ONCE;
        if is_within {
            self.refusals_until = Some(until);
        }
        is_within
    }

    fn add(&mut self, mut kind: Counted) {
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(&kind) {
            kind.reason = None;
        }
        *self.kinds.entry(kind).or_default() += 1;
    }
}

/// Writes what is sent until nobody can send any more.
fn write_all(queued: &Receiver<Entry>, counts: &Mutex<Counts>, mut sink: impl Write) {
    // A failure to write the log cannot be reported anywhere.
    let mut write = |text: &str| drop(sink.write_all(text.as_bytes()));
    let mut next = Instant::now() + COUNTS_EVERY;
    loop {
        let entry = queued.recv_timeout(next.saturating_duration_since(Instant::now()));
        if let Ok(Entry::Line(line)) = &entry {
            write(line);
        }
        if !matches!(entry, Ok(Entry::Line(_))) || Instant::now() >= next {
            next = Instant::now() + COUNTS_EVERY;
            let kinds = std::mem::take(&mut lock(counts).kinds);
            for (kind, count) in kinds {
                let Counted { level, event, status, reason } = kind;
                let line =
                    json!({ "event": event, "status": status, "reason": reason, "count": count });
                write(&text(level, line));
            }
        }
        match entry {
            Ok(Entry::Flush(done)) => drop(done.send(())),
            Err(RecvTimeoutError::Disconnected) => return,
            _ => {}
        }
    }
}

/// One line of the log.
fn text(level: LogLevel, line: impl Serialize) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    let time = time.unwrap_or_default().as_millis();
    let text = serde_json::to_string(&Stamped { level, time, line });
    text.unwrap_or_default() + "\n"
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Log({:?})", self.level)
    }
}

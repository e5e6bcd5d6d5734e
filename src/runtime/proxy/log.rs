//! The log: one JSON object per line. No field contains text from a caller: no path, header, query or body, and only
//! the ids of configured servers.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::json;

/// How much to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only failures of the proxy or a provider.
    Error,
    /// Also one line per request.
    Info,
    /// Also why a request or a connection was refused.
    Debug,
}

/// Where the log goes.
#[derive(Clone)]
pub struct Log {
    level: LogLevel,
    sink: Arc<Mutex<dyn Write + Send>>,
}

/// One request with its response.
#[derive(Debug, Serialize)]
pub(super) struct RequestLine<'a> {
    pub(crate) request: &'a str,
    pub(crate) method: &'a str,
    /// The route, not the path, which is a caller's text.
    pub(crate) route: Option<&'a str>,
    pub(crate) server: Option<&'a str>,
    /// The host of the provider's endpoint.
    pub(crate) host: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) provider_status: Option<u16>,
    pub(crate) ms: u128,
    /// Why the response is not a success. For refusals, only at the level `debug`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
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
        Self { level, sink: Arc::new(Mutex::new(sink)) }
    }

    pub(super) fn request(&self, mut line: RequestLine) {
        let level = if line.status >= 500 { LogLevel::Error } else { LogLevel::Info };
        let tells = level == LogLevel::Error || self.level == LogLevel::Debug;
        line.reason = line.reason.filter(|_| tells);
        self.write(level, line);
    }

    /// Logs an event outside of any request.
    pub(super) fn event(&self, level: LogLevel, event: &str, detail: &str) {
        self.write(level, json!({ "event": event, "detail": detail }));
    }

    fn write(&self, level: LogLevel, line: impl Serialize) {
        if level > self.level {
            return;
        }
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        let time = time.unwrap_or_default().as_millis();
        let Ok(mut text) = serde_json::to_string(&Stamped { level, time, line }) else {
            return;
        };
        text.push('\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // A failure to write the log cannot be reported anywhere.
        let _ = sink.write_all(text.as_bytes());
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Log({:?})", self.level)
    }
}

//! The log: one JSON object a line. None of its fields is a caller's own text: no path, header, query or body, and a
//! server id only when it is a configured one.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::json;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what the proxy or a provider failed to do.
    Error,
    /// Also one line a request.
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

/// One answered request.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    pub(crate) request: &'a str,
    pub(crate) method: &'a str,
    /// The route, never the path: a path is a caller's text.
    pub(crate) route: Option<&'a str>,
    pub(crate) server: Option<&'a str>,
    /// The host of the endpoint that was asked.
    pub(crate) host: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) provider_status: Option<u16>,
    pub(crate) ms: u128,
    /// Why the answer is not a success: for errors always, for refusals only in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
}

/// What every line starts with; the names are those of today's proxy.
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

    pub(super) fn request(&self, mut line: Line) {
        let level = match line.status {
            500.. => LogLevel::Error,
            _ => LogLevel::Info,
        };
        let tells = level == LogLevel::Error || self.level == LogLevel::Debug;
        line.reason = line.reason.filter(|_| tells);
        self.write(level, line);
    }

    /// Something that happened outside of any request.
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
        // Where the log cannot be written, there is nobody left to tell.
        let _ = sink.write_all(text.as_bytes());
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Log({:?})", self.level)
    }
}

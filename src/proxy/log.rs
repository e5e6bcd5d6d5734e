//! The log: one JSON object a line. Its fields are all that can be written, and none of them is a caller's own text:
//! no header, query or body, and a server id only when it is a configured one.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum LogLevel {
    /// Only what the proxy or a provider failed to do.
    Error,
    /// Also one line a request.
    Info,
    /// Also why a request was refused, and what became of connections.
    Debug,
}

/// Where the log goes.
#[derive(Clone)]
pub struct Log {
    level: LogLevel,
    sink: Arc<Mutex<dyn Write + Send>>,
}

/// One answered request.
#[derive(Debug, Default, Serialize)]
pub(super) struct Line<'a> {
    pub request: &'a str,
    pub method: &'a str,
    /// The route, never the path: a path is a caller's text.
    pub route: Option<&'a str>,
    pub server: Option<&'a str>,
    /// The host of the endpoint that was asked.
    pub host: Option<&'a str>,
    pub status: u16,
    pub provider_status: Option<u16>,
    pub ms: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// Something that happened outside of any request.
#[derive(Debug, Serialize)]
pub(super) struct Event<'a> {
    pub event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What every line starts with; the names are those of today's proxy.
#[derive(Serialize)]
struct Stamped<'a, T> {
    level: &'static str,
    /// Milliseconds since 1970.
    time: u128,
    #[serde(flatten)]
    line: &'a T,
}

impl Log {
    /// A log on standard error.
    pub fn standard_error(level: LogLevel) -> Self {
        Self::to(level, io::stderr())
    }

    /// A log on anything else.
    pub fn to(level: LogLevel, sink: impl Write + Send + 'static) -> Self {
        Self {
            level,
            sink: Arc::new(Mutex::new(sink)),
        }
    }

    pub(super) fn request(&self, mut line: Line) {
        let level = match line.status {
            500.. => LogLevel::Error,
            _ => LogLevel::Info,
        };
        if self.level < LogLevel::Debug && level > LogLevel::Error {
            line.reason = None;
        }
        self.write(level, &line);
    }

    pub(super) fn event(&self, level: LogLevel, event: &str, detail: Option<String>) {
        self.write(level, &Event { event, detail });
    }

    fn write<T: Serialize>(&self, level: LogLevel, line: &T) {
        if level > self.level {
            return;
        }
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        let stamped = Stamped {
            level: level.name(),
            time: time.unwrap_or_default().as_millis(),
            line,
        };
        let Ok(mut text) = serde_json::to_string(&stamped) else {
            return;
        };
        text.push('\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // Where the log cannot be written, there is nobody left to tell.
        let _ = sink.write_all(text.as_bytes());
    }
}

impl LogLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Log")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

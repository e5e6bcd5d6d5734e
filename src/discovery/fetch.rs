//! One question and its answer: what discovery and the network, a recording or a test have between them.
//!
//! A [`Fetch`] answers one request and follows nothing; redirects, the order and the meaning of the answers are
//! discovery's business, so that the network and a replay can never disagree about them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// The body of the MCP `initialize` request that a remote server is asked with.
///
/// It carries no token: what the server answers to that is the question.
pub(crate) const INITIALIZE: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","#,
    r#""capabilities":{},"clientInfo":{"name":"catproof","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}}}"#
);

/// How a URL is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Method {
    /// A plain read.
    #[serde(rename = "GET")]
    Get,
    /// A `POST` of [`INITIALIZE`]; no other body is ever sent.
    #[serde(rename = "POST")]
    Initialize,
}

/// One request. Two requests that look the same on the wire are equal: see [`Request::new`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    /// How the URL is asked.
    pub method: Method,
    /// The URL, as it appears in the lock.
    pub url: String,
}

/// One answer, as far as discovery looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The HTTP status; none in a reconstructed answer whose source does not state it.
    pub status: Option<u16>,
    /// The `Content-Type` field.
    pub content_type: Option<String>,
    /// The `Location` field, as it was sent.
    pub location: Option<String>,
    /// The `WWW-Authenticate` fields, in order.
    pub www_authenticate: Vec<String>,
    /// The body, where it was read.
    pub body: Body,
    /// The day it was recorded, `YYYY-MM-DD`; none for an answer of this run.
    pub recorded: Option<String>,
    /// Set where the answer was put together from published facts.
    pub reconstruction: Option<Reconstruction>,
}

/// The body of an answer. Only the body of a `200` to a `GET` is ever read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Body {
    /// Not looked at.
    #[default]
    Unread,
    /// The whole body, byte for byte.
    Bytes(Vec<u8>),
    /// Cut off: larger than the limit, given in bytes.
    TooLarge(usize),
}

/// What a reconstructed answer was made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconstruction {
    /// Where the facts were published.
    pub source: String,
    /// The document's members that the source leaves open: their facts are unknown, not absent.
    pub unknown: BTreeSet<String>,
    /// What the source states without saying in which answer it stood.
    pub stated: Stated,
}

/// Facts that a source states about a server, instead of the answers that they came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// Where the source read the protected resource metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_metadata_url: Option<String>,
    /// The issuer that the source names for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Where the source read the authorization server metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_url: Option<String>,
    /// Whether the source says that clients can register themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dynamic_registration: Option<bool>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which kind of failure.
    pub kind: FailureKind,
    /// What happened, in a few words, the same on every platform: it goes into the lock.
    pub message: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Never asked: the URL or an address of its name is off limits.
    Refused,
    /// No connection came about, or it broke.
    Unreachable,
    /// The name has no address. Not tried again: the system's resolution has its own retries.
    Unresolved,
    /// The certificate or the TLS handshake is not acceptable.
    Tls,
    /// The limits ran out first.
    TimedOut,
    /// The replay has no recording of it.
    NotRecorded,
}

/// Answers requests, one at a time, each without following anything.
pub trait Fetch: Sync {
    /// Answers one request, or says why there is no answer. Never waits for ever.
    fn fetch(&self, request: &Request) -> impl Future<Output = Result<Answer, Failure>> + Send;
}

impl Request {
    /// The request for a URL, spelled as it goes over the wire: `https://a.example` is `https://a.example/`, and a
    /// fragment never leaves the house. What is not a URL stays as it is, and nobody will answer it.
    #[must_use]
    pub fn new(method: Method, url: &str) -> Self {
        let url = match Url::parse(url) {
            Ok(mut parsed) => {
                parsed.set_fragment(None);
                parsed.into()
            }
            Err(_) => url.to_owned(),
        };
        Self { method, url }
    }
}

impl Method {
    /// The HTTP method: `GET` or `POST`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Initialize => "POST",
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method.as_str(), self.url)
    }
}

impl Failure {
    /// A failure of a kind, with its message.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

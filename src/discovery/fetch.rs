//! Requests and answers: the interface between discovery and the network, a recording or a test.
//!
//! A [`Fetch`] answers one request and follows no redirect. Redirects, the order of requests and the meaning of answers
//! are decided by discovery alone, so that a replay follows the same path as the network did.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// The body of the MCP `initialize` request to a remote server. It goes out without a token, to see the challenge.
pub(crate) const INITIALIZE: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","#,
    r#""capabilities":{},"clientInfo":{"name":"catproof","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}}}"#
);

/// How a URL is requested.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Method {
    #[default]
    #[serde(rename = "GET")]
    Get,
    /// A `POST` of [`INITIALIZE`]; no other body is ever sent.
    #[serde(rename = "POST")]
    Initialize,
}

/// One request. Two requests that look the same on the wire are equal: see [`Request::new`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    pub method: Method,
    /// The URL, as it appears in the lock.
    pub url: String,
}

/// The parts of an answer that discovery reads.
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
    /// The day it was recorded, `YYYY-MM-DD`; none if it was fetched in this run.
    pub recorded: Option<String>,
    /// Set if the answer was reconstructed from published facts.
    pub reconstruction: Option<Reconstruction>,
}

/// The body of an answer. Only the body of a `200` to a `GET` is ever read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Body {
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
    /// The document's members that the source says nothing about: unknown, not absent.
    pub unknown: BTreeSet<String>,
    /// What the source states without saying which answer it came from.
    pub stated: Stated,
}

/// Facts that a source states about a server without quoting the answers.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchFailure {
    pub kind: FailureKind,
    /// What happened, in a few words, the same on every platform: it goes into the lock.
    pub message: String,
}

/// The ways a request can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Never sent: the URL or an address of its host is off limits.
    Refused,
    /// The connection failed or broke.
    Unreachable,
    /// The host name has no address. Not retried: the system's resolver does that.
    Unresolved,
    /// The certificate was rejected or the TLS handshake failed.
    Tls,
    /// A time limit passed first.
    TimedOut,
    /// The replay has no recording of it.
    NotRecorded,
}

/// Answers single requests, following no redirect.
pub trait Fetch: Sync {
    /// Answers one request, or says why there is no answer, within a bounded time.
    fn fetch(&self, request: &Request)
    -> impl Future<Output = Result<Answer, FetchFailure>> + Send;
}

impl Request {
    /// The request for a URL, normalized as it is sent: `https://a.example` becomes `https://a.example/`, and a fragment
    /// is dropped. What is not a URL stays as it is, and fails when it is fetched.
    #[must_use]
    pub fn new(method: Method, url: &str) -> Self {
        let url = Url::parse(url).map_or_else(
            |_| url.to_owned(),
            |mut url| {
                url.set_fragment(None);
                url.into()
            },
        );
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

impl FetchFailure {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

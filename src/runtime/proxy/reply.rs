//! The reply to the app: the provider's reply, unchanged, or an error of RFC 6749 §5.2.
//!
//! Providers differ: Slack reports errors with a 200 and `ok: false`, and GitHub with a 200 too, as a form unless asked
//! for JSON. To the app, a success is a 200 with a JSON object, and everything else is an error.

use std::collections::{BTreeSet, HashSet};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// An error of the proxy itself, for the caller and for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// A code of RFC 6749 §5.2, or the nearest of §4.1.2.1 where there is none.
    pub error: &'static str,
    pub description: &'static str,
    /// The actual reason, only for the log: it may reveal which servers are configured.
    pub reason: String,
}

impl Refusal {
    pub const TOO_LARGE: Self = Self::new(413, "invalid_request", "the request is too long");
    pub const MEDIA_TYPE: Self =
        Self::new(415, "invalid_request", "the request must be JSON or a form");
    pub const MALFORMED: Self =
        Self::new(400, "invalid_request", "the request is malformed or lacks a parameter");
    pub const TOO_SLOW: Self = Self::new(408, "invalid_request", "the request took too long");
    pub const NOT_FOUND: Self = Self::new(404, "invalid_request", "not found");
    pub const METHOD: Self = Self::new(405, "invalid_request", "the method is not allowed");
    pub const HOST: Self =
        Self::new(421, "invalid_request", "the host is not a name of this proxy");
    pub const ORIGIN: Self = Self::new(403, "access_denied", "the origin is not allowed");
    pub const GRANT: Self = Self::new(
        400,
        "unsupported_grant_type",
        "only authorization_code and refresh_token are supported",
    );
    pub const RATE: Self = Self::new(429, "temporarily_unavailable", "too many requests");
    pub const BUSY: Self = Self::new(503, "temporarily_unavailable", "too many requests at once");
    pub const TIMEOUT: Self =
        Self::new(504, "temporarily_unavailable", "the provider took too long");

    const fn new(status: u16, error: &'static str, description: &'static str) -> Self {
        Self { status, error, description, reason: String::new() }
    }

    /// The same reply for an unknown server, one without a secret, and a request that is not one of its own: only the log
    /// tells which it was.
    pub fn client(reason: &str) -> Self {
        let description = "unknown server, or parameters that do not match it";
        Self::new(401, "invalid_client", description).because(reason)
    }

    /// The provider did not reply, or its reply cannot be forwarded.
    pub fn provider(reason: impl Into<String>) -> Self {
        let description = "the provider did not send a valid OAuth reply";
        Self::new(502, "server_error", description).because(reason)
    }

    pub(crate) fn because(self, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { reason, ..self }
    }

    pub fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }
}

/// A provider's reply, normalised for the app.
#[derive(Debug, PartialEq)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Map<String, Value>,
}

/// A shorter secret may occur in a reply by chance.
const SHORTEST_SECRET: usize = 8;

/// A shorter piece of a secret may do so, and is of little use.
const SHORTEST_PIECE: usize = 12;

/// Of a longer secret, such as a key, the start is enough to know it by.
const COMPARED: usize = 4096;

impl Reply {
    /// The body as text. Refuses one that repeats the secret, as debug error pages do.
    pub fn text_without(&self, secret: &str) -> Result<String, Refusal> {
        if secret.len() >= SHORTEST_SECRET && self.repeats(secret) {
            Err(Refusal::provider("the provider's reply repeats the secret"))
        } else {
            Ok(serde_json::to_string(&self.body).unwrap_or_default())
        }
    }

    /// Whether a piece of the secret is in the reply: as it is, or form-encoded or in Base64 as it was posted, whatever
    /// the case and the alphabet of Base64.
    fn repeats(&self, secret: &str) -> bool {
        let forms: Vec<Vec<u8>> = forms(secret).iter().map(|form| folded(form)).collect();
        let pieces = |form| <[u8]>::windows(form, form.len().clamp(1, SHORTEST_PIECE));
        let pieces: HashSet<&[u8]> = forms.iter().map(Vec::as_slice).flat_map(pieces).collect();
        let mut text = String::new();
        add_text(&Value::Object(self.body.clone()), &mut text);
        let decoded: Vec<u8> = form_urlencoded::parse(text.as_bytes())
            .flat_map(|(name, value)| [name.into_owned(), value.into_owned()])
            .flat_map(|text| (text + "\n").into_bytes())
            .collect();
        let lengths: BTreeSet<usize> = pieces.iter().map(|piece| piece.len()).collect();
        [folded(text.as_bytes()), folded(&decoded)].iter().any(|text| {
            lengths.iter().any(|length| text.windows(*length).any(|piece| pieces.contains(piece)))
        })
    }
}

/// A secret as a provider may repeat it.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let secret = secret.as_bytes();
    let secret = secret.get(..COMPARED).unwrap_or(secret);
    let encoded: String = form_urlencoded::byte_serialize(secret).collect();
    let mut forms = vec![secret.to_owned(), encoded.clone().into_bytes()];
    for form in [secret, encoded.as_bytes()] {
        // In a longer text it starts at any of the three bytes that four digits stand for. The digits at its ends depend
        // on what is around it.
        for before in 0..3 {
            let digits = STANDARD_NO_PAD.encode([&vec![0; before], form].concat());
            let digits = digits.into_bytes();
            let own = if before == 0 { 0 } else { before + 1 }..digits.len().saturating_sub(1);
            forms.extend(digits.get(own).map(<[u8]>::to_owned));
        }
    }
    forms
}

/// In lower case, and with one alphabet of Base64.
fn folded(text: &[u8]) -> Vec<u8> {
    let fold = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte.to_ascii_lowercase(),
    };
    text.iter().map(fold).collect()
}

/// All names and values of a reply, one a line.
fn add_text(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                *text += name;
                text.push('\n');
                add_text(value, text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| add_text(item, text)),
        Value::String(value) => *text += value,
        scalar => *text += &scalar.to_string(),
    }
    text.push('\n');
}

/// Reads the reply to a token request.
pub fn token_reply(status: StatusCode, content_type: &str, body: &[u8]) -> Result<Reply, Refusal> {
    match object(content_type, body) {
        Some(object) if status.is_success() && !is_error(&object) => {
            Ok(Reply { status: StatusCode::OK, body: object })
        }
        object => error_reply(status, object),
    }
}

/// Reads the reply to a revocation request: the body of a success is ignored (RFC 7009 §2.2).
pub fn revocation_reply(
    status: StatusCode,
    content_type: &str,
    body: &[u8],
) -> Result<Reply, Refusal> {
    let object = object(content_type, body);
    if status.is_success() && !object.as_ref().is_some_and(is_error) {
        Ok(Reply {
            status: StatusCode::OK,
            body: Map::from_iter([("success".to_owned(), Value::Bool(true))]),
        })
    } else {
        error_reply(status, object)
    }
}

/// The provider's reply if it is an OAuth error, with an error status.
fn error_reply(status: StatusCode, object: Option<Map<String, Value>>) -> Result<Reply, Refusal> {
    if status.is_redirection() {
        return Err(Refusal::provider("the provider redirects, which is not followed"));
    }
    let Some(mut body) = object.filter(is_error) else {
        let code = status.as_u16();
        return Err(match code {
            429 | 503 => Refusal::new(code, "temporarily_unavailable", "the provider is busy"),
            400..=499 => {
                Refusal::new(code, "invalid_request", "the provider refused without an OAuth error")
            }
            _ => Refusal::provider("the provider's reply is not an OAuth reply"),
        });
    };
    if !body.get("error").is_some_and(Value::is_string) {
        body.insert("error".to_owned(), Value::from("invalid_request"));
    }
    // A client would take any other status for a success.
    let is_error = status.is_client_error() || status.is_server_error();
    Ok(Reply { status: if is_error { status } else { StatusCode::BAD_REQUEST }, body })
}

/// Whether a reply is an error, whatever its status: it has a non-empty `error`, or Slack's `ok: false`.
fn is_error(object: &Map<String, Value>) -> bool {
    let has_error = match object.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(error)) => !error.is_empty(),
        Some(_) => true,
    };
    has_error || object.get("ok") == Some(&Value::Bool(false))
}

/// Parses a body as a JSON object or as a form.
fn object(content_type: &str, body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Some(object),
        Ok(_) => None,
        Err(_) => form(content_type, body),
    }
}

fn form(content_type: &str, body: &[u8]) -> Option<Map<String, Value>> {
    let is_form = content_type.starts_with("application/x-www-form-urlencoded")
        || content_type.starts_with("text/plain");
    let object: Map<String, Value> = form_urlencoded::parse(body)
        .map(|(name, value)| (name.to_string(), form_value(&name, &value)))
        .collect();
    let is_reply = object.contains_key("access_token") || object.contains_key("error");
    (is_form && is_reply).then_some(object)
}

/// Durations are numbers in JSON (RFC 6749 §5.1), everything else is text.
fn form_value(name: &str, value: &str) -> Value {
    match value.parse::<u64>() {
        Ok(seconds) if name.ends_with("expires_in") => Value::from(seconds),
        _ => Value::from(value),
    }
}

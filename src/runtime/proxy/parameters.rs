//! The app's token and revocation requests, as JSON or as a form, with the fields of the existing app.
//!
//! Anything else that a caller sends (`client_id`, `REDACTED` as `client_secret`, headers) is ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use url::form_urlencoded;

use super::reply::Refusal;

/// The parameters that are read.
const KNOWN: [&str; 14] = [
    "authorization_code",
    "authorization_server_url",
    "code",
    "code_verifier",
    "grant_type",
    "mcp_server_id",
    "redirect_uri",
    "refresh_token",
    "resource",
    "revocation_endpoint",
    "scope",
    "token",
    "token_endpoint",
    "token_type_hint",
];

/// The members of a JSON object in order, including repeated keys.
struct ParsedMembers(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for ParsedMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = ParsedMembers;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedMembers, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(ParsedMembers(members))
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

/// The known parameters of a request that have a value; one without counts as omitted (RFC 6749 §3.2).
#[derive(Default)]
pub struct Parameters(BTreeMap<String, String>);

/// A form to post, without the client's own credentials.
pub(crate) type Fields<'a> = Vec<(&'static str, &'a str)>;

/// Leaves out the values, which include codes and tokens.
impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Parameters {
    /// Reads a body of at most `longest` bytes. One that announces more is refused without reading it.
    pub async fn read(request: Request, longest: usize) -> Result<Self, Refusal> {
        let content_type = request.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next());
        let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
        let announced = usize::try_from(request.body().size_hint().lower());
        if announced.map_or(true, |announced| announced > longest) {
            return Err(Refusal::TOO_LARGE);
        }
        let body = to_bytes(request.into_body(), longest).await;
        let body = body.map_err(|_| Refusal::TOO_LARGE)?;
        match media_type.as_str() {
            "application/json" => Self::of_json(&body),
            "application/x-www-form-urlencoded" => Self::of_form(&body),
            _ => Err(Refusal::MEDIA_TYPE),
        }
    }

    /// Reads a body of the media type `application/json`.
    pub fn of_json(body: &[u8]) -> Result<Self, Refusal> {
        let ParsedMembers(members) =
            serde_json::from_slice(body).map_err(|_| Refusal::MALFORMED)?;
        let mut parameters = Self::default();
        let mut seen = BTreeSet::new();
        for (name, value) in members {
            // A gateway in front of the proxy may have checked the other one.
            if KNOWN.contains(&name.as_str()) && !seen.insert(name.clone()) {
                return Err(Refusal::MALFORMED);
            }
            match value {
                Value::String(value) => parameters.add(&name, value)?,
                Value::Null => {}
                _ if KNOWN.contains(&name.as_str()) => return Err(Refusal::MALFORMED),
                _ => {}
            }
        }
        Ok(parameters)
    }

    /// Reads a body of the media type `application/x-www-form-urlencoded`.
    pub fn of_form(body: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            parameters.add(&name, value.into_owned())?;
        }
        Ok(parameters)
    }

    /// Adds a value of printable ASCII (RFC 6749, appendix A), which rules out line breaks. No parameter may be repeated
    /// (RFC 6749 §3.2).
    fn add(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        if value.is_empty() || !KNOWN.contains(&name) {
            return Ok(());
        }
        let is_printable = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let earlier = self.0.insert(name.to_owned(), value);
        if is_printable && earlier.is_none() { Ok(()) } else { Err(Refusal::MALFORMED) }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The token request of RFC 6749 §4.1.3 and §6. Other grants are refused: with the secret added, `client_credentials`
    /// would give any caller a token of the client itself.
    pub fn token_request(&self) -> Result<Fields<'_>, Refusal> {
        let code = self.get("code").or(self.get("authorization_code"));
        // On `/mcp/sdk-token`, the existing app sends no `grant_type`, only a field `authorization_code`.
        let by_field = code.map(|_| "authorization_code");
        let grant = self.get("grant_type").or(by_field);
        let required = match grant {
            Some("authorization_code") => ("code", code),
            Some("refresh_token") => ("refresh_token", self.get("refresh_token")),
            Some(_) => return Err(Refusal::GRANT),
            None => return Err(Refusal::MALFORMED),
        };
        let optional: &[&str] = match required.0 {
            "code" => &["redirect_uri", "code_verifier"],
            _ => &["scope"],
        };
        self.request(&[("grant_type", grant), required], optional)
    }

    /// The revocation request of RFC 7009 §2.1.
    pub fn revocation_request(&self) -> Result<Fields<'_>, Refusal> {
        self.request(&[("token", self.get("token"))], &["token_type_hint"])
    }

    fn request<'a>(
        &'a self,
        required: &[(&'static str, Option<&'a str>)],
        optional: &[&'static str],
    ) -> Result<Fields<'a>, Refusal> {
        let optional = optional.iter().map(|name| (*name, self.get(name)));
        if required.iter().any(|(_, value)| value.is_none()) {
            return Err(Refusal::MALFORMED);
        }
        let given = required.iter().copied().chain(optional);
        Ok(given.filter_map(|(name, value)| Some((name, value?))).collect())
    }
}

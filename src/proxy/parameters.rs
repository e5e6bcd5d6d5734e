//! What the app sends: a token or revocation request as JSON or as a form, with the fields of today's app.
//!
//! Whatever else a caller sends (`client_id`, the word `REDACTED` as `client_secret`, headers) is not read at all.

use axum::Form;
use axum::Json;
use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::reply::Refusal;

/// The longest value that a caller may send. Refresh tokens that are whole documents fit.
const LONGEST: usize = 16 * 1024;

/// All that is read of a request's body.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    mcp_server_id: Option<Text>,
    grant_type: Option<Text>,
    #[serde(alias = "authorization_code")]
    code: Option<Text>,
    redirect_uri: Option<Text>,
    code_verifier: Option<Text>,
    refresh_token: Option<Text>,
    scope: Option<Text>,
    resource: Option<Text>,
    token: Option<Text>,
    token_type_hint: Option<Text>,
    token_endpoint: Option<Text>,
    revocation_endpoint: Option<Text>,
    authorization_server_url: Option<Text>,
}

/// A value as RFC 6749, appendix A, has them all: printable ASCII. No line break can hide in it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Text(String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        match is_printable && text.len() <= LONGEST {
            true => Ok(Self(text)),
            false => Err("a value is not printable ASCII, or too long"),
        }
    }
}

/// A form to post, without the client's own credentials.
pub(super) type Fields<'a> = Vec<(&'static str, &'a str)>;

/// Which endpoints the caller thinks it speaks to; each can only agree with what was compiled.
pub(super) struct Named<'a> {
    pub server: Option<&'a str>,
    pub token_endpoint: Option<&'a str>,
    pub revocation_endpoint: Option<&'a str>,
    pub authorization_server: Option<&'a str>,
    pub resource: Option<&'a str>,
}

impl Parameters {
    /// Reads a body that is no longer than the router allows. One that announces more is not waited for.
    pub async fn read(request: Request, longest: usize) -> Result<Self, Refusal> {
        let announced = request.body().size_hint().lower();
        if usize::try_from(announced).map_or(true, |announced| announced > longest) {
            return Err(Refusal::TOO_LARGE);
        }
        let read = match media_type(request.headers()).as_str() {
            "application/json" => Json::from_request(request, &())
                .await
                .map(|Json(parameters)| parameters)
                .map_err(|rejection| rejection.status()),
            "application/x-www-form-urlencoded" => Form::from_request(request, &())
                .await
                .map(|Form(parameters)| parameters)
                .map_err(|rejection| rejection.into_response().status()),
            _ => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        };
        read.map_err(|status| match status {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::MEDIA_TYPE,
            _ => Refusal::MALFORMED,
        })
    }

    /// What the caller says about the other side.
    pub fn named(&self) -> Named<'_> {
        Named {
            server: given(self.mcp_server_id.as_ref()),
            token_endpoint: given(self.token_endpoint.as_ref()),
            revocation_endpoint: given(self.revocation_endpoint.as_ref()),
            authorization_server: given(self.authorization_server_url.as_ref()),
            resource: given(self.resource.as_ref()),
        }
    }

    /// The token request of RFC 6749 §4.1.3 and §6. No other grant is passed on: with the secret added, a
    /// `client_credentials` would give any caller a token of the client itself.
    pub fn token_request(&self) -> Result<Fields<'_>, Refusal> {
        let code = given(self.code.as_ref());
        let refresh_token = given(self.refresh_token.as_ref());
        let grant = match given(self.grant_type.as_ref()) {
            Some(grant) => grant,
            // `/mcp/sdk-token` of today's app says it by the name of the field.
            None if code.is_some() => "authorization_code",
            None => return Err(Refusal::MALFORMED),
        };
        match grant {
            "authorization_code" => {
                let mut fields = vec![("grant_type", grant)];
                fields.push(("code", code.ok_or(Refusal::MALFORMED)?));
                let redirect_uri = given(self.redirect_uri.as_ref());
                fields.extend(redirect_uri.map(|value| ("redirect_uri", value)));
                let verifier = given(self.code_verifier.as_ref());
                fields.extend(verifier.map(|value| ("code_verifier", value)));
                Ok(fields)
            }
            "refresh_token" => {
                let mut fields = vec![("grant_type", grant)];
                fields.push(("refresh_token", refresh_token.ok_or(Refusal::MALFORMED)?));
                let scope = given(self.scope.as_ref());
                fields.extend(scope.map(|value| ("scope", value)));
                Ok(fields)
            }
            _ => Err(Refusal::GRANT),
        }
    }

    /// The revocation request of RFC 7009 §2.1.
    pub fn revocation_request(&self) -> Result<Fields<'_>, Refusal> {
        let token = given(self.token.as_ref()).ok_or(Refusal::MALFORMED)?;
        let mut fields = vec![("token", token)];
        let hint = given(self.token_type_hint.as_ref());
        fields.extend(hint.map(|value| ("token_type_hint", value)));
        Ok(fields)
    }
}

/// A parameter without a value counts as omitted (RFC 6749 §3.2).
fn given(text: Option<&Text>) -> Option<&str> {
    text.map(|text| text.0.as_str())
        .filter(|text| !text.is_empty())
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next();
    essence.unwrap_or_default().trim().to_ascii_lowercase()
}

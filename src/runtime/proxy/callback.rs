//! The page that a provider sends the user back to: it says what really happened, and hands the answer to the app.
//!
//! The proxy keeps no state, so only the app can tell whether a `state` is its own. What no login can have produced (no
//! code, no state, a parameter twice) is not handed over, and never called a success. Everything of the query is
//! encoded twice: for the link, and for the page. The page has no script, and may load nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::response::{IntoResponse, Response};
use url::{Url, form_urlencoded};

use crate::text::hidden::is_hidden;

/// What the app is told; RFC 9207 has the last one.
const HANDED_OVER: [&str; 6] = ["code", "state", "error", "error_description", "error_uri", "iss"];

/// Longer than any provider's code, shorter than what systems refuse to open.
const LONGEST_QUERY: usize = 8 * 1024;

/// A callback page, before it is HTML.
pub struct Page {
    status: StatusCode,
    title: &'static str,
    text: String,
    /// What opens the app; nothing where there is nothing to hand over.
    link: Option<Url>,
}

/// Without what it says: a code may be in it.
impl fmt::Debug for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Page")
            .field("status", &self.status)
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

impl Page {
    /// What a provider's redirect with this query means.
    pub fn of(query: &str, deep_link: &Url) -> Self {
        let Some(parameters) = parameters(query) else {
            return Self::nothing();
        };
        let given = |name: &str| parameters.get(name).map(Cow::as_ref);
        // Without a state, the app cannot tell which login it is.
        let link = given("state").map(|_| link(&parameters, deep_link));
        match (given("error"), given("code"), link) {
            (Some(error), _, link) => Self {
                status: StatusCode::BAD_REQUEST,
                title: "Not authorized",
                text: match given("error_description") {
                    Some(description) => format!("The provider said: {description} ({error})."),
                    None => format!("The provider said: {error}."),
                },
                link,
            },
            (None, Some(_), Some(link)) => Self {
                status: StatusCode::OK,
                title: "Authorized",
                text: "The app finishes the login. You can close this page.".to_owned(),
                link: Some(link),
            },
            (None, _, _) => Self::nothing(),
        }
    }

    /// A page that nobody was sent to by a provider.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            title: "Nothing to do",
            text: "This page takes a provider's answer to a login, and there is none in its address. Start the login in the app."
                .to_owned(),
            link: None,
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let title = self.title;
        let text = escape(&self.text);
        let (refresh, button) = match &self.link {
            None => (String::new(), String::new()),
            Some(link) => {
                let link = escape(link.as_str());
                (
                    format!("<meta http-equiv=\"refresh\" content=\"0;url={link}\">\n"),
                    format!("<p><a href=\"{link}\">Open the app</a></p>\n"),
                )
            }
        };
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{refresh}\
             <style>body {{ font: 16px/1.5 sans-serif; margin: 20vh auto; max-width: 36em; padding: 0 1em }}</style>\n\
             <h1>{title}</h1>\n<p>{text}</p>\n{button}"
        );
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
            // The address of this page holds the code.
            (REFERRER_POLICY, "no-referrer"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        (self.status, headers, html).into_response()
    }
}

/// The parameters with a value, or nothing if one is given twice (RFC 6749 §3.1) or all are too long.
fn parameters(query: &str) -> Option<BTreeMap<Cow<'_, str>, Cow<'_, str>>> {
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let is_new = value.is_empty() || parameters.insert(name, value).is_none();
        if !is_new {
            return None;
        }
    }
    (query.len() <= LONGEST_QUERY).then_some(parameters)
}

fn link(parameters: &BTreeMap<Cow<str>, Cow<str>>, deep_link: &Url) -> Url {
    let mut link = deep_link.clone();
    let handed_over = HANDED_OVER.iter().filter_map(|name| Some((*name, parameters.get(*name)?)));
    link.query_pairs_mut().extend_pairs(handed_over);
    link
}

/// Text as HTML, in content and in quoted attributes. Characters that change the direction of what surrounds them, or
/// that have no picture, are left out: a provider's words must not rearrange the page's own.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if is_hidden(character) => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

//! The callback page: it reports the outcome of a login, and passes the provider's response to the app.
//!
//! The proxy keeps no state, so only the app can tell whether a `state` is its own. A response that no login can produce
//! (no code, no state, a repeated parameter) is not passed on, and never reported as a success. Values of the query are
//! encoded twice: for the link, and for the page. The page has no script, and loads nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::response::{IntoResponse, Response};
use url::{Url, form_urlencoded};

use crate::text::hidden::is_hidden;

/// The parameters that are passed to the app; `iss` is from RFC 9207.
const PASSED_ON: [&str; 6] = ["code", "state", "error", "error_description", "error_uri", "iss"];

/// Longer than any provider's code, shorter than the longest link that systems open.
const LONGEST_QUERY: usize = 8 * 1024;

/// A callback page, before it is HTML.
pub struct CallbackPage {
    status: StatusCode,
    title: &'static str,
    text: String,
    /// The link that opens the app; `None` if there is nothing to pass on.
    link: Option<Url>,
}

/// Leaves out the text and the link, which may contain a code.
impl fmt::Debug for CallbackPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Page")
            .field("status", &self.status)
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

impl CallbackPage {
    /// The page for a redirect with this query.
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
                // Not the provider's words: anybody can make a link to this page.
                text: match given("error_description") {
                    Some(description) => {
                        format!("The address of this page says: {description} ({error}).")
                    }
                    None => format!("The address of this page says: {error}."),
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

    /// The page for a request that is not a provider's redirect.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            title: "Nothing to do",
            text: "This page is for the end of a login, and its address contains no response from a provider. Start the login in the app."
                .to_owned(),
            link: None,
        }
    }
}

impl IntoResponse for CallbackPage {
    fn into_response(self) -> Response {
        let title = self.title;
        let text = escape(&self.text);
        let (mut refresh, mut button) = (String::new(), String::new());
        if let Some(link) = &self.link {
            let link = escape(link.as_str());
            refresh = format!("<meta http-equiv=\"refresh\" content=\"0;url={link}\">\n");
            button = format!("<p><a href=\"{link}\">Open the app</a></p>\n");
        }
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
            // The address of this page contains the code.
            (REFERRER_POLICY, "no-referrer"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        (self.status, headers, html).into_response()
    }
}

/// The parameters with a value; `None` if one is repeated (RFC 6749 §3.1) or the query is too long.
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
    let passed_on = PASSED_ON.iter().filter_map(|name| Some((*name, parameters.get(*name)?)));
    link.query_pairs_mut().extend_pairs(passed_on);
    link
}

/// Escapes text for HTML content and quoted attributes. Bidirectional and invisible characters are dropped: a
/// provider's text must not rearrange the page.
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

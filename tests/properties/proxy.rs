//! What the proxy reads: the app's requests, the providers' replies, and the query of a callback.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use catproof::testing::runtime::proxy::callback::CallbackPage;
use catproof::testing::runtime::proxy::parameters::Parameters;
use catproof::testing::runtime::proxy::reply::{Refusal, Reply, revocation_reply, token_reply};
use url::Url;

/// Any body of a request: it is refused, or every value that goes on to a provider is printable ASCII.
pub fn requests_are_read_or_refused(body: &[u8]) {
    for read in [Parameters::of_json(body), Parameters::of_form(body)] {
        let parameters = match read {
            Ok(parameters) => parameters,
            Err(refusal) => {
                assert_refusal(&refusal);
                continue;
            }
        };
        let secret = parameters.get("refresh_token").unwrap_or_default();
        assert!(secret.len() < 16 || !format!("{parameters:?}").contains(secret));
        for request in [parameters.token_request(), parameters.revocation_request()] {
            match request {
                Ok(fields) => {
                    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                    assert!(names.contains(&"grant_type") || names.contains(&"token"));
                    assert!(!names.iter().any(|name| name.starts_with("client_")));
                    for (_, value) in fields {
                        assert!(
                            !value.is_empty()
                                && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
                        );
                    }
                }
                Err(refusal) => assert_refusal(&refusal),
            }
        }
    }
}

fn assert_refusal(refusal: &Refusal) {
    assert!((400..600).contains(&refusal.status), "{refusal:?}");
    assert_eq!(refusal.body()["error"], refusal.error);
}

/// Any reply of a provider, its first two bytes the status: what goes on to the app is a 200 with a success, an error
/// with an `error`, or a refusal of the proxy's own.
pub fn replies_are_a_success_or_an_error(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let status = 100 + u16::from_be_bytes(*status) % 500;
    let status = StatusCode::from_u16(status).unwrap();
    for content_type in ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]
    {
        assert_reply(token_reply(status, content_type, body));
        assert_reply(revocation_reply(status, content_type, body));
    }
}

fn assert_reply(read: Result<Reply, Refusal>) {
    match read {
        Ok(Reply { status, body }) => {
            let has_error = body.get("error").is_some_and(serde_json::Value::is_string);
            assert!(
                status == StatusCode::OK || (status.as_u16() >= 400 && has_error),
                "{status}: {body:?}"
            );
            assert!(status.as_u16() != 200 || body.get("ok") != Some(&false.into()));
        }
        Err(refusal) => assert_refusal(&refusal),
    }
}

/// Any query of a callback makes a page whose only markup is the page's own, and whose link goes to the app.
pub fn callbacks_make_a_page_of_their_own_markup(query: &str) {
    let deep_link = Url::parse("archestra-ai://oauth-callback").unwrap();
    let page = CallbackPage::of(query, &deep_link);
    assert!(!format!("{page:?}").contains("archestra-ai"));
    let response = page.into_response();
    assert!([200, 400].contains(&response.status().as_u16()));
    let html = body_of(response);
    let tags = html.matches('<').count();
    let is_linked = html.contains("<a href=");
    let links = html.matches("archestra-ai://oauth-callback").count();
    assert_eq!(tags, if is_linked { 16 } else { 11 }, "{html}");
    assert!(!is_linked || links >= 2, "{html}");
    for link in html.split("href=\"").skip(1) {
        assert!(link.starts_with("archestra-ai://oauth-callback"), "{html}");
    }
    let is_bidirectional =
        |character| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!html.contains(is_bidirectional), "{html}");
}

/// The whole body: it is in memory, so that nothing has to be waited for.
fn body_of(response: axum::response::Response) -> String {
    let body = axum::body::to_bytes(response.into_body(), usize::MAX);
    let bytes = super::discovery::at_once(body).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

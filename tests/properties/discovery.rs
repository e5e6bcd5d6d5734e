//! Discovery: whatever providers answer, it ends, and what it learned is a lock that reads back.

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use catproof::testing::discovery::challenge::{self, Challenge};
use catproof::testing::discovery::documents::{
    self, Reading, ResourceMatch, authorization_server_facts, resource_facts,
};
use catproof::testing::discovery::fetch::{Body, FailureKind};
use catproof::testing::discovery::well_known::{
    authorization_server_urls, protected_resource_urls,
};
use catproof::testing::discovery::{
    self, Answer, DiscoveryTarget, Fetch, FetchFailure, LockInputs, ProbeRun, Reach, Request,
    TargetKind, changes, read_lock,
};
use catproof::testing::text::hidden::to_json;
use serde_json::{Value, json};
use url::Url;

use super::draw::Draw;

/// Drives a future that nothing outside has to wake.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("it waits for something")
}

/// Any bytes as the fields of a `401`: they are read to their end, and the challenge to go by is one of them.
pub fn challenges_are_read_to_their_end(text: &str) {
    let fields: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let challenges = challenge::parse(&fields);
    for Challenge { scheme, token68, parameters } in &challenges {
        assert!(!scheme.is_empty());
        assert!(token68.is_none() || parameters.is_empty() || text.contains(','));
        assert!(parameters.iter().all(|(name, _)| !name.is_empty()));
    }
    let bearer = challenge::bearer(&challenges);
    assert!(bearer.is_none_or(|bearer| challenges.contains(bearer)));
}

/// Any URL: the well-known URLs of it are on its own origin.
pub fn well_known_urls_stay_on_the_origin(text: &str) {
    let Ok(url) = Url::parse(text) else { return };
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    for known in [protected_resource_urls(&url), authorization_server_urls(&url)].concat() {
        let known = Url::parse(&known).unwrap();
        assert_eq!(known.origin(), url.origin(), "{text:?}");
        assert!(known.path().contains("/.well-known/"), "{text:?}");
        assert!(known.username().is_empty() && known.fragment().is_none());
    }
}

/// Any bytes as a lock: one that is read is written and read again as the same.
pub fn a_lock_reads_back(text: &str) {
    if let Ok(lock) = read_lock(text) {
        let written = to_json(&lock);
        let again = read_lock(&written).unwrap();
        assert_eq!(again, lock);
        assert_eq!(to_json(&again), written);
        assert_eq!(changes(&lock, &again), []);
    }
}

/// Answers that are drawn from bytes, request by request.
struct Drawn<'a>(Mutex<Draw<'a>>);

impl Fetch for Drawn<'_> {
    async fn fetch(&self, request: &Request) -> Result<Answer, FetchFailure> {
        let mut draw = self.0.lock().unwrap();
        if draw.once_in(12) {
            let message = draw.text();
            return Err(FetchFailure::new(
                draw.one_of(&[
                    FailureKind::Unreachable,
                    FailureKind::TimedOut,
                    FailureKind::Tls,
                    FailureKind::Refused,
                ]),
                message,
            ));
        }
        let status = draw.one_of(&[200, 401, 404, 302, 307, 403, 405, 500, 204, 429, 0, 999]);
        let url = |draw: &mut Draw<'_>| {
            let usual = draw.one_of(&URLS).to_owned();
            if draw.once_in(6) { draw.text() } else { usual }
        };
        let document = match draw.number(6) {
            0 | 1 => {
                json!({ "resource": url(&mut draw), "authorization_servers": [url(&mut draw), url(&mut draw)] })
            }
            2 | 3 => json!({
                "issuer": url(&mut draw), "token_endpoint": url(&mut draw), "authorization_endpoint": url(&mut draw),
                "registration_endpoint": url(&mut draw), "code_challenge_methods_supported": ["S256", draw.text()],
                "client_id_metadata_document_supported": draw.json(5), "scopes_supported": draw.json(5),
            }),
            4 => draw.json(0),
            _ => Value::Null,
        };
        let body = match draw.number(8) {
            0 => Body::Unread,
            1 => Body::TooLarge(1 << 20),
            2 => Body::Bytes(draw.text().into_bytes()),
            3 => Body::Bytes(b"<!doctype html><title>x</title>".to_vec()),
            _ => Body::Bytes(document.to_string().into_bytes()),
        };
        let metadata = url(&mut draw);
        Ok(Answer {
            status: Some(status),
            content_type: Some(
                draw.one_of(&["application/json", "text/html", "text/plain; charset=x", ""])
                    .to_owned(),
            ),
            location: draw
                .once_in(2)
                .then(|| request.url.clone() + &url(&mut draw))
                .or(Some(url(&mut draw))),
            www_authenticate: vec![match draw.number(3) {
                0 => format!("Bearer resource_metadata=\"{metadata}\", scope=\"read write\""),
                1 => draw.text(),
                _ => "Basic realm=\"x\"".to_owned(),
            }],
            body,
            ..Answer::default()
        })
    }
}

const URLS: [&str; 12] = [
    "https://acme.example/mcp",
    "https://acme.example",
    "https://id.acme.example/tenant",
    "https://id.acme.example/tenant/",
    "/relative?x=1",
    "https://acme.example/.well-known/oauth-protected-resource/mcp",
    "http://acme.example/plain",
    "https://127.0.0.1/",
    "https://user@acme.example/",
    "https://{tenant}.acme.example/",
    "//other.example/x",
    "https://bücher.example/#x",
];

/// Any answers: discovery of every kind of server ends, says nothing that acts on a terminal, and its lock reads back.
pub fn discovery_ends_with_a_lock_that_reads_back(bytes: &[u8]) {
    let mut draw = Draw::of(bytes);
    let mut url = || {
        let usual = draw.one_of(&URLS).to_owned();
        if draw.once_in(8) { draw.text() } else { usual }
    };
    let (remote_url, server_url, well_known_url) = (url(), url(), url());
    let target = |server_id: &str, kind, inputs| DiscoveryTarget {
        server_id: server_id.to_owned(),
        kind,
        inputs,
    };
    let inputs = LockInputs {
        remote_url: Some(remote_url.clone()),
        server_url: Some(server_url.clone()),
        well_known_url: Some(well_known_url.clone()),
    };
    let without = LockInputs { well_known_url: None, ..inputs.clone() };
    let generic = TargetKind::Generic {
        authorization_endpoint: Some(server_url),
        token_endpoint: Some(well_known_url),
    };
    let targets = [
        target("a", generic, inputs.clone()),
        target("b", TargetKind::McpStatic, inputs.clone()),
        target("c", TargetKind::McpStatic, without),
        target("d", TargetKind::Remote, inputs),
    ];
    let reach = draw.one_of(&[Reach::Public, Reach::Loopback]);
    let run = ProbeRun { today: "2026-11-26", reach };
    let fetch = Drawn(Mutex::new(draw));
    let probed = at_once(discovery::probe(&targets, &fetch, run, |_| {}));
    assert_eq!(probed.lock.servers.len() + probed.endpoints.len(), targets.len());
    a_lock_reads_back(&to_json(&probed.lock));
    for entry in probed.lock.servers.values().chain(probed.endpoints.values()) {
        assert!(entry.requests.len() < 64, "{entry:?}");
        for line in entry.story() {
            assert!(!line.is_empty());
        }
    }
}

/// Any bytes as the body of a `200`: the facts of a document that is read are those of the URL it was asked for.
pub fn documents_are_read_or_refused(bytes: &[u8]) {
    for content_type in ["application/json", "text/html"] {
        let answer = Answer {
            status: Some(200),
            content_type: Some(content_type.to_owned()),
            body: Body::Bytes(bytes.to_vec()),
            ..Answer::default()
        };
        let document = match documents::read(&answer) {
            Reading::Document(document) => document,
            Reading::Page => continue,
            Reading::Broken(why) => {
                assert!(!why.is_empty());
                continue;
            }
        };
        let metadata_url = "https://acme.example/.well-known/x";
        for resource in ["https://acme.example/mcp", "https://acme.example/a/b?c=d"] {
            if let Ok((facts, ResourceMatch::Exact)) =
                resource_facts(&document, metadata_url, resource)
            {
                assert_eq!(facts.resource.as_deref(), Some(resource));
            }
        }
        let issuers = ["https://acme.example", "https://acme.example/"];
        let read = authorization_server_facts(&document, metadata_url, &issuers, Reach::Public);
        if let Ok((published, facts)) = read {
            assert!(issuers.contains(&published.as_str()), "{published}");
            let endpoints =
                [&facts.token_endpoint, &facts.revocation_endpoint, &facts.registration_endpoint];
            for endpoint in endpoints.into_iter().flatten() {
                assert!(
                    endpoint.starts_with("https:") && Url::parse(endpoint).is_ok(),
                    "{endpoint}"
                );
            }
        }
    }
}

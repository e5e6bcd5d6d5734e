//! Providers on loopback: named origins, answers by request, and a log of what was asked in which order.
//!
//! In URLs, bodies, headers and the log, `{name}` stands for the origin of that name.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use catproof::testing::discovery::Network;
use catproof::testing::discovery::client::FetchLimits;
use catproof::testing::discovery::{
    ClientOptions, DiscoveryTarget, LockEntry, LockInputs, ProbeRun, Probed, Reach, TargetKind,
    probe,
};
use futures_util::stream;
use tokio::net::TcpListener;

use super::tls::Authority;

/// The day of every run.
pub const TODAY: &str = "2026-11-23";

/// A set of origins that answer together.
pub struct World {
    origins: Vec<(String, String)>,
    shared: Arc<Shared>,
    authority: Authority,
    proxy: Option<String>,
    pub limits: FetchLimits,
}

/// One answer.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Content,
    delay: Duration,
}

#[derive(Clone)]
enum Content {
    Text(String),
    /// The same bytes again and again, so many times, with a pause between them.
    Drip(Bytes, usize, Duration),
}

#[derive(Default)]
struct Shared {
    replies: Mutex<HashMap<String, Vec<Reply>>>,
    log: Mutex<Vec<String>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    dripped: AtomicUsize,
}

impl World {
    /// Plain http origins of these names; everything that is not told otherwise answers 404.
    pub async fn new(names: &[&str]) -> Self {
        let shared = Arc::new(Shared::default());
        let mut origins = Vec::new();
        for name in names {
            let name = format!("{{{name}}}");
            let origin = serve(name.clone(), &shared).await;
            origins.push((name, origin));
        }
        Self::of(origins, shared, None)
    }

    /// Plain http origins of these names behind one proxy, each with a host of its own: `http://name.localhost`.
    pub async fn behind_a_proxy(names: &[&str]) -> Self {
        let shared = Arc::new(Shared::default());
        let proxy = serve(String::new(), &shared).await;
        let origins =
            names.iter().map(|name| (format!("{{{name}}}"), format!("http://{name}.localhost")));
        Self::of(origins.collect(), shared, Some(proxy))
    }

    fn of(origins: Vec<(String, String)>, shared: Arc<Shared>, proxy: Option<String>) -> Self {
        let limits = FetchLimits { pause: Duration::from_millis(1), ..FetchLimits::default() };
        Self { origins, shared, authority: Authority::new(), proxy, limits }
    }

    /// Where the proxy listens that the origins are behind.
    pub fn proxy(&self) -> String {
        self.proxy.clone().unwrap()
    }

    /// The answer to one request, such as `GET {auth}/.well-known/openid-configuration`. Said several times, the
    /// answers come in turn and the last one stays.
    pub fn on(&self, request: &str, reply: Reply) -> &Self {
        let filled = Reply {
            headers: reply.headers.iter().map(|(name, value)| (*name, self.fill(value))).collect(),
            body: match reply.body {
                Content::Text(text) => Content::Text(self.fill(&text)),
                drip @ Content::Drip(..) => drip,
            },
            ..reply
        };
        let mut replies = self.shared.replies.lock().unwrap();
        replies.entry(request.to_owned()).or_default().push(filled);
        drop(replies);
        self
    }

    /// Puts real origins in place of the names.
    pub fn fill(&self, text: &str) -> String {
        self.origins.iter().fold(text.to_owned(), |text, (name, origin)| text.replace(name, origin))
    }

    /// Puts names in place of the real origins.
    pub fn unfill(&self, text: &str) -> String {
        self.origins.iter().fold(text.to_owned(), |text, (name, origin)| text.replace(origin, name))
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.shared.log.lock().unwrap().clone()
    }

    /// The most requests that were in flight at once.
    pub fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }

    /// How many bytes of dripping bodies were sent.
    pub fn dripped(&self) -> usize {
        self.shared.dripped.load(Ordering::SeqCst)
    }

    pub fn network(&self) -> Network {
        Network::new(&self.options()).unwrap()
    }

    pub fn options(&self) -> ClientOptions {
        ClientOptions {
            reach: Reach::Loopback,
            authorities: Some(self.authority.pem().into_bytes()),
            limits: self.limits,
            http_proxy: self.proxy.clone(),
        }
    }

    pub fn remote(&self, url: &str) -> DiscoveryTarget {
        let inputs = LockInputs {
            remote_url: Some(self.fill(url)),
            server_url: Some(self.fill(url)),
            well_known_url: None,
        };
        target(TargetKind::Remote, inputs)
    }

    pub fn mcp_static(&self, server_url: &str, well_known_url: Option<&str>) -> DiscoveryTarget {
        let inputs = LockInputs {
            remote_url: None,
            server_url: Some(self.fill(server_url)),
            well_known_url: well_known_url.map(|url| self.fill(url)),
        };
        target(TargetKind::McpStatic, inputs)
    }

    pub fn generic(&self, authorization_endpoint: &str, token_endpoint: &str) -> DiscoveryTarget {
        let kind = TargetKind::Generic {
            authorization_endpoint: Some(self.fill(authorization_endpoint)),
            token_endpoint: Some(self.fill(token_endpoint)),
        };
        target(kind, LockInputs::default())
    }

    /// Probes one server, and gives its entry with names in place of the origins.
    pub async fn probe(&self, target: DiscoveryTarget) -> LockEntry {
        let probed = probe_all(&[target], &self.network()).await;
        let entry =
            probed.lock.servers.into_values().chain(probed.endpoints.into_values()).next().unwrap();
        let text = self.unfill(&serde_json::to_string(&entry).unwrap());
        serde_json::from_str(&text).unwrap()
    }
}

pub async fn probe_all(targets: &[DiscoveryTarget], network: &Network) -> Probed {
    let run = ProbeRun { today: TODAY, reach: Reach::Loopback };
    probe(targets, network, run, |_| ()).await
}

fn target(kind: TargetKind, inputs: LockInputs) -> DiscoveryTarget {
    DiscoveryTarget { server_id: "server".to_owned(), kind, inputs }
}

/// Requests as a log shows them: method and URL, in order.
pub fn requests(entry: &LockEntry) -> Vec<String> {
    entry.requests.iter().map(|request| format!("{} {}", request.method, request.url)).collect()
}

/// The rule ids of an entry's problems, in order.
pub fn rules(entry: &LockEntry) -> Vec<&str> {
    entry.problems.iter().map(|problem| problem.rule.as_str()).collect()
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Content::Text(String::new()),
            delay: Duration::ZERO,
        }
    }

    pub fn json(body: &str) -> Self {
        Self::status(200).header("content-type", "application/json").body(body)
    }

    pub fn page() -> Self {
        Self::status(200)
            .header("content-type", "text/html; charset=utf-8")
            .body("<!doctype html><title>Welcome</title>")
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }

    /// A 401 whose Bearer challenge names the resource metadata.
    pub fn challenge(resource_metadata: &str) -> Self {
        Self::status(401).header(
            "www-authenticate",
            &format!(r#"Bearer error="invalid_token", resource_metadata="{resource_metadata}""#),
        )
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = Content::Text(body.to_owned());
        self
    }

    pub fn drip(mut self, piece: &[u8], times: usize, pause: Duration) -> Self {
        self.body = Content::Drip(Bytes::copy_from_slice(piece), times, pause);
        self
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// Starts an origin, or a proxy without a name, and gives its URL.
async fn serve(name: String, shared: &Arc<Shared>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state((name, Arc::clone(shared)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn answer(State((name, shared)): State<(String, Arc<Shared>)>, request: Request) -> Response {
    let at_once = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_in_flight.fetch_max(at_once, Ordering::SeqCst);
    // A proxy is asked with whole URLs.
    let asked = match (name.as_str(), request.uri().host()) {
        ("", Some(host)) => {
            let name = host.trim_end_matches(".localhost");
            let path = request.uri().path_and_query().unwrap();
            format!("{} {{{name}}}{path}", request.method())
        }
        _ => format!("{} {name}{}", request.method(), request.uri()),
    };
    shared.log.lock().unwrap().push(asked.clone());
    let reply = {
        let mut replies = shared.replies.lock().unwrap();
        match replies.get_mut(&asked) {
            Some(in_turn) if in_turn.len() > 1 => in_turn.remove(0),
            Some(in_turn) => in_turn.first().cloned().unwrap(),
            None => Reply::status(404),
        }
    };
    tokio::time::sleep(reply.delay).await;
    shared.in_flight.fetch_sub(1, Ordering::SeqCst);
    let builder = reply
        .headers
        .iter()
        .fold(Response::builder().status(reply.status), |builder, (name, value)| {
            builder.header(*name, value)
        });
    let body = match reply.body {
        Content::Text(text) => Body::from(text),
        Content::Drip(piece, times, pause) => Body::from_stream(stream::unfold(0, move |count| {
            let piece = piece.clone();
            let shared = Arc::clone(&shared);
            async move {
                tokio::time::sleep(pause).await;
                shared.dripped.fetch_add(piece.len(), Ordering::SeqCst);
                (count < times).then_some((Ok::<_, std::io::Error>(piece), count + 1))
            }
        })),
    };
    builder.body(body).unwrap()
}

//! One provider, one proxy and one caller, all on loopback; and the words that no log may hold.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use catproof::testing::discovery::client::{Lookup, SystemLookup};
use catproof::testing::runtime::proxy::{Limits, Log, LogLevel, ProxyOptions, bind_with_lookup};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::form_urlencoded;

/// What must not leave: in the environment of the proxy, in what callers send, in what providers answer.
pub const SECRET: &str = "planted-secret+/=:&%é\"'";
pub const CODE: &str = "planted-code-4711";
pub const VERIFIER: &str = "planted-verifier-0123456789012345678901234567890123";
pub const TOKEN: &str = "planted-access-token";
pub const REFRESH: &str = "planted-refresh-token";
/// An id that form-encoding changes.
pub const CLIENT_ID: &str = "client-id:1+%";

/// A provider: what it was asked, and what it answers by path.
#[derive(Clone)]
pub struct Provider {
    pub origin: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    asked: Mutex<Vec<Asked>>,
}

/// What a provider answers.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub delay: Duration,
}

/// One request that a provider got.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub form: BTreeMap<String, String>,
}

impl Answer {
    pub fn json(body: &Value) -> Self {
        Self::text(200, "application/json; charset=utf-8", &body.to_string())
    }

    pub fn form(body: &str) -> Self {
        Self::text(200, "application/x-www-form-urlencoded; charset=utf-8", body)
    }

    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.to_owned(),
            delay: Duration::ZERO,
        }
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self {
            headers: vec![("location", location.to_owned())],
            ..Self::text(status, "text/html", "elsewhere")
        }
    }

    pub fn tokens() -> Self {
        Self::json(&json!({
            "access_token": TOKEN,
            "refresh_token": REFRESH,
            "token_type": "Bearer",
            "expires_in": 3600,
        }))
    }

    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, shared }
    }

    pub fn on(&self, path: &str, answer: Answer) -> &Self {
        let mut answers = self.shared.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer);
        drop(answers);
        self
    }

    /// Everything that was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The one request that was asked.
    pub fn asked_once(&self) -> Asked {
        let mut asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path().to_owned();
    shared.asked.lock().unwrap().push(Asked {
        path: path.clone(),
        headers: parts.headers,
        form: form_urlencoded::parse(&body).into_owned().collect(),
    });
    let answer = shared.answers.lock().unwrap().get(&path).cloned();
    let Some(answer) = answer else {
        return StatusCode::NOT_FOUND.into_response();
    };
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap()
}

/// How a proxy is set up, before it runs.
pub struct Setup {
    pub launch: Value,
    pub options: ProxyOptions,
    pub lookup: Arc<dyn Lookup>,
    folder: TempDir,
    pub log: Captured,
}

impl Setup {
    /// A proxy of four servers under the development profile: a generic one, one of each MCP type, and one whose
    /// endpoints the lock does not know.
    pub fn new(provider: &Provider) -> Self {
        let mut setup = Self::of(launch(&provider.origin));
        setup.options.environment = ["acme__slack", "acme__google", "acme__github"]
            .into_iter()
            .map(|id| (format!("{id}_SECRET"), SECRET.to_owned()))
            .collect();
        setup
    }

    /// A proxy of this launch file, in an empty environment.
    pub fn of(launch: Value) -> Self {
        let folder = TempDir::new().unwrap();
        let log = Captured::default();
        let mut options = ProxyOptions::new(folder.path().join("launch.json"));
        options.environment = BTreeMap::new();
        options.log = Log::to(LogLevel::Debug, log.clone());
        Self { launch, options, lookup: Arc::new(SystemLookup), folder, log }
    }

    /// Changes the launch file.
    pub fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.launch);
        self
    }

    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.options.limits);
        self
    }

    /// Writes a file beside the launch file, and gives its path.
    pub fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes the launch file.
    pub fn written(self) -> Self {
        self.file("launch.json", &self.launch.to_string());
        self
    }

    pub async fn start(self) -> World {
        let setup = self.written();
        let writer = setup.options.log.clone();
        let listening = bind_with_lookup(setup.options, setup.lookup).await.unwrap();
        let address = listening.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(listening.serve(async {
            let _ = stopped.await;
        }));
        World {
            address,
            log: setup.log,
            writer,
            stop: Some(stop),
            task: Some(task),
            http: reqwest::Client::new(),
            _folder: setup.folder,
        }
    }
}

/// `launch.json` as `build --profile development` writes it.
fn launch(provider: &str) -> Value {
    let server = |id: &str, kind: &str| {
        json!({
            "display_name": id,
            "type": kind,
            "token_endpoint": format!("{provider}/{id}/token"),
            "revocation_endpoint": format!("{provider}/{id}/revoke"),
            "authorization_servers": [format!("{provider}/{id}")],
            "discovery_hosts": [],
            "client_authentication": "client_secret_post",
            "client_id": CLIENT_ID,
            "redirect_uris": ["http://localhost:8080/oauth/callback"],
            "scopes": ["read"],
            "resource": null,
            "environment": {
                "client_id": [format!("{id}_CLIENT_ID"), format!("{}_CLIENT_ID", id.to_uppercase())],
                "secret": [format!("{id}_SECRET"), format!("{}_SECRET", id.to_uppercase())],
                "secret_file": [format!("{id}_SECRET_FILE"), format!("{}_SECRET_FILE", id.to_uppercase())],
            },
        })
    };
    let mut launch = json!({
        "generated": "Generated by catproof",
        "version": 1,
        "kind": "proxy",
        "profile": "development",
        "run": { "folder": "oauth_proxy", "install": [], "start": [], "env_file": ".env" },
        "listen": { "host": "127.0.0.1", "port": 0 },
        "url": null,
        "callback_urls": ["http://localhost:8080/oauth/callback"],
        "deep_link": "archestra-ai://oauth-callback",
        "cors_origins": ["http://localhost:5173"],
        "allowed_destinations": ["127.0.0.1"],
        "servers": {
            "acme__slack": server("acme__slack", "generic"),
            "acme__google": server("acme__google", "mcp-static"),
            "acme__github": server("acme__github", "remote-static"),
            "acme__unknown": server("acme__unknown", "remote-static"),
        },
    });
    let servers = &mut launch["servers"];
    servers["acme__google"]["client_authentication"] = json!("client_secret_basic");
    servers["acme__github"]["resource"] = json!("https://mcp.github.test/mcp/");
    servers["acme__unknown"]["token_endpoint"] = json!(null);
    servers["acme__unknown"]["revocation_endpoint"] = json!(null);
    launch
}

/// A running proxy, and whoever calls it. When it is dropped, its whole log is searched for what is planted.
pub struct World {
    pub address: SocketAddr,
    log: Captured,
    writer: Log,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    http: reqwest::Client,
    _folder: TempDir,
}

/// What the proxy answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl World {
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(path).body(body.to_string())).await
    }

    pub async fn post_form(&self, path: &str, body: &str) -> Reply {
        let request = self
            .http
            .post(format!("http://{}{path}", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        self.send(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.http.get(format!("http://{}{path}", self.address))).await
    }

    /// A POST of JSON, without its body.
    pub fn request(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("http://{}{path}", self.address))
            .header("content-type", "application/json")
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// Tells the proxy to stop, without waiting.
    pub fn tell_to_stop(&mut self) -> JoinHandle<()> {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.take().unwrap()
    }

    pub fn log(&self) -> Vec<Value> {
        self.writer.flush(Duration::from_mins(1));
        let text = self.log.text();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.writer.flush(Duration::from_mins(1));
            assert_holds_nothing_planted(&self.log.text());
        }
    }
}

/// The planted words, and what is made of them on the way.
pub fn assert_holds_nothing_planted(text: &str) {
    let encoded: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let needles = [SECRET, "planted-", encoded.as_str(), "Basic ", "Bearer ", "REDACTED"];
    for needle in needles {
        assert!(!text.contains(needle), "`{needle}` is in:\n{text}");
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The one refusal that says nothing about which servers there are.
    pub fn assert_refused(&self) {
        assert_eq!(self.status, 401, "{self:?}");
        assert_eq!(self.json()["error"], "invalid_client", "{self:?}");
    }
}

/// A log that is kept.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A code exchange as today's app asks for it on `/oauth/token`.
pub fn code_request(id: &str, provider: &Provider) -> Value {
    json!({
        "grant_type": "authorization_code",
        "mcp_server_id": id,
        "token_endpoint": format!("{}/{id}/token", provider.origin),
        "code": CODE,
        "redirect_uri": "http://localhost:8080/oauth/callback",
        "code_verifier": VERIFIER,
    })
}

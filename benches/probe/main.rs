//! `probe` of a thousand servers, each on a port of its own and 20 ms away, beside what its manners allow at best.
//!
//! `cargo bench --bench probe` runs the program against providers on loopback, for catalogs of several sizes, and prints
//! time, requests in flight and peak memory. It fails where a request is made twice, where more than eight are in flight,
//! or where the time is beyond `requests × 20 ms ÷ 8 × 1.5` and the time of a `check` of the same files.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints what it measured"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::net::TcpListener;

/// The path of another build to measure instead of this one.
const PROGRAM: &str = "CATPROOF_BENCH_PROGRAM";

const SIZES: [usize; 3] = [100, 300, 1_000];
const DELAY: Duration = Duration::from_millis(20);
const IN_FLIGHT: u32 = 8;
/// `initialize`, the resource metadata, the authorization server metadata.
const REQUESTS: usize = 3;

#[tokio::main(worker_threads = 2)]
async fn main() {
    println!("servers  requests  most at once  seconds  allowed  peak memory");
    let mut is_quick = true;
    for size in SIZES {
        is_quick &= measure(size).await;
    }
    assert!(is_quick, "it took longer than is allowed");
}

/// What the providers have seen.
#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// Measures a catalog of so many servers, and says whether it was probed in the time that is allowed.
async fn measure(size: usize) -> bool {
    let seen = Arc::new(Seen::default());
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("catalog")).unwrap();
    for number in 0..size {
        let origin = provider(&seen).await;
        let id = format!("acme__server-{number:04}");
        let path = folder.path().join(format!("catalog/{id}.json"));
        std::fs::write(path, manifest(&id, &origin)).unwrap();
    }
    let (start, _) = run(folder.path(), &["check"]).await;
    let (time, peak_memory) = run(folder.path(), &["probe", "--allow-loopback"]).await;

    let requests = seen.requests.lock().unwrap().clone();
    let different: BTreeSet<&String> = requests.iter().collect();
    let count = u32::try_from(requests.len()).unwrap();
    let most = seen.most_in_flight.load(Ordering::SeqCst);
    let allowed = DELAY * count / IN_FLIGHT * 3 / 2 + start;
    println!(
        "{size:>7}  {count:>8}  {most:>12}  {:>7.2}  {:>7.2}  {peak_memory:>11}",
        time.as_secs_f64(),
        allowed.as_secs_f64(),
    );
    assert_eq!(requests.len(), size * REQUESTS);
    assert_eq!(different.len(), requests.len(), "a request was made twice");
    assert!(most <= usize::try_from(IN_FLIGHT).unwrap());
    let lock = std::fs::read_to_string(folder.path().join("generated/discovery.lock.json"));
    let lock: serde_json::Value = serde_json::from_str(&lock.unwrap()).unwrap();
    let servers = lock.get("servers").unwrap().as_object().unwrap();
    assert_eq!(servers.len(), size);
    time <= allowed
}

/// Runs the program to its end, and gives its time and its peak memory, as Linux has it.
async fn run(folder: &Path, arguments: &[&str]) -> (Duration, String) {
    let started = Instant::now();
    let program = std::env::var_os(PROGRAM);
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_catproof").into());
    let mut process = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = "unknown".to_owned();
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
        let status = status.unwrap_or_default();
        if let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            line.trim().clone_into(&mut peak);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(status.success(), "{arguments:?}: {status}");
    (started.elapsed(), peak)
}

/// Starts a provider on a port of its own, and gives its origin.
async fn provider(seen: &Arc<Seen>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state((origin.clone(), Arc::clone(seen)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

async fn answer(State((origin, seen)): State<(String, Arc<Seen>)>, request: Request) -> Response {
    let in_flight = seen.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most_in_flight.fetch_max(in_flight, Ordering::SeqCst);
    let asked = format!("{} {origin}{}", request.method(), request.uri());
    seen.requests.lock().unwrap().push(asked);
    tokio::time::sleep(DELAY).await;
    seen.in_flight.fetch_sub(1, Ordering::SeqCst);
    let json = [("content-type", "application/json")];
    match request.uri().path() {
        "/mcp" => {
            let challenge = format!(r#"Bearer resource_metadata="{origin}/resource""#);
            (axum::http::StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)])
                .into_response()
        }
        "/resource" => {
            let metadata =
                json!({ "resource": format!("{origin}/mcp"), "authorization_servers": [origin] });
            (json, metadata.to_string()).into_response()
        }
        _ => {
            let metadata = json!({
                "issuer": origin,
                "authorization_endpoint": format!("{origin}/authorize"),
                "token_endpoint": format!("{origin}/token"),
                "registration_endpoint": format!("{origin}/register"),
                "code_challenge_methods_supported": ["S256"],
            });
            (json, metadata.to_string()).into_response()
        }
    }
}

fn manifest(id: &str, origin: &str) -> String {
    json!({
        "name": id,
        "display_name": id,
        "description": "The notes of Acme, to read and to write",
        "author": { "name": "Acme" },
        "server": { "type": "remote", "url": format!("{origin}/mcp") },
        "oauth_config": {
            "name": "Acme",
            "server_url": format!("{origin}/mcp"),
            "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"],
            "scopes": []
        }
    })
    .to_string()
}

//! `catproof proxy` as a process: from a catalog to a token, what it says, and how it ends.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use catproof::testing::text::dotenv;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::proxy::floods::{connect_from, logged_requests, send_many};
use crate::proxy::whole::{generic, mcp_static, remote_static};
use crate::proxy::world::{
    Answer, CLIENT_ID, CODE, Provider, REFRESH, SECRET, TOKEN, VERIFIER,
    assert_holds_nothing_planted,
};
use crate::support::{self, run, run_process, scratch};

const IDS: [&str; 3] = ["acme__generic", "acme__mcp-static", "acme__remote.static"];

/// A provider that publishes what the MCP types discover.
async fn provider() -> Provider {
    let provider = Provider::start().await;
    let origin = &provider.origin;
    let document = Answer::json(&json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "revocation_endpoint": format!("{origin}/revoke"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }));
    provider.on("/.well-known/openid-configuration", document.clone());
    provider.on("/.well-known/oauth-authorization-server", document);
    let resource =
        json!({ "resource": format!("{origin}/mcp"), "authorization_servers": [origin] });
    provider.on("/.well-known/oauth-protected-resource/mcp", Answer::json(&resource));
    provider.on("/token", Answer::tokens());
    provider.on("/revoke", Answer::text(200, "text/plain", ""));
    provider
}

/// A catalog of a developer with one server of each type that has a secret, and the environment of their proxy.
fn catalog(provider: &Provider) -> TempDir {
    let folder = scratch();
    let origin = &provider.origin;
    for manifest in [generic(origin), mcp_static(origin), remote_static(origin)] {
        let name = format!("catalog_local/{}.json", manifest["name"].as_str().unwrap());
        support::write(&folder.path().join(name), manifest.to_string());
    }
    let client_ids = folder.path().join("catalog_local");
    let lines = IDS.map(|id| {
        let manifest = fs::read(client_ids.join(format!("{id}.json"))).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let client_id = manifest["oauth_config"]["client_id"].as_str().unwrap();
        format!("{id}_CLIENT_ID='{client_id}'\n{id}_SECRET=`{SECRET}`\n")
    });
    support::write(&folder.path().join(".env"), lines.concat());
    folder
}

/// Runs a command that must go well, under the development profile.
fn development(folder: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(folder, &[arguments, &["--profile", "development"]].concat());
    assert_eq!(code, 0, "{arguments:?}: {stdout}{stderr}");
    stdout
}

/// The catalog with its lock, made of recordings, and its artifacts.
async fn built() -> (Provider, TempDir) {
    let provider = provider().await;
    let folder = catalog(&provider);
    let path = folder.path();
    development(path, &["probe", "--allow-loopback", "--record", "answers"]);
    fs::remove_file(path.join("generated/development/discovery.lock.json")).unwrap();
    development(path, &["probe", "--allow-loopback", "--replay", "answers"]);
    development(path, &["build"]);
    (provider, folder)
}

/// A proxy that runs as a process of this test's own.
struct Running {
    process: Child,
    /// Its log; nothing once somebody else reads it.
    stderr: Option<BufReader<ChildStderr>>,
    /// What it said until it listened.
    said: Vec<String>,
    origin: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::at_level("debug", folder, arguments)
    }

    fn at_level(level: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_catproof"))
            .current_dir(folder)
            .args(["proxy", "--profile", "development", "--listen", "127.0.0.1:0"])
            .args(["--log", level])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut said = Vec::new();
        let origin = loop {
            let mut line = String::new();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "{said:?}");
            if let Ok(event) = serde_json::from_str::<Value>(&line) {
                assert_eq!(event["event"], "listening");
                break format!("http://{}", event["detail"].as_str().unwrap());
            }
            said.push(line.trim_end().to_owned());
        };
        Self { process, stderr: Some(stderr), said, origin }
    }

    /// Sends it a signal, and gives its exit code and the rest of its log.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let mut log = String::new();
        let mut stderr = self.stderr.take().unwrap();
        stderr.read_to_string(&mut log).unwrap();
        (self.process.wait().unwrap().code(), log)
    }

    /// The most memory that it ever had, in kB, as Linux has it.
    fn peak_memory(&self) -> Option<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().strip_suffix(" kB")?.parse().ok()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        // reqwest comes without a provider; the process may have one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::new()
            .post(format!("{}{path}", self.origin))
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_becomes_a_proxy_that_exchanges_refreshes_and_revokes() {
    let (provider, folder) = built().await;
    let proxy = Running::start(folder.path(), &["--env-file", ".env"]);
    assert_eq!(
        proxy.said,
        [
            format!("OAuth proxy on {}", proxy.origin),
            format!("exchanges tokens for 3 servers: {}", IDS.join(", ")),
        ]
    );
    let callback = "http://127.0.0.1:8080/oauth/callback";
    for id in IDS {
        let (path, body) = match id {
            "acme__generic" => (
                "/oauth/token".to_owned(),
                json!({"grant_type": "authorization_code", "mcp_server_id": id, "code": CODE,
                    "redirect_uri": callback, "code_verifier": VERIFIER}),
            ),
            _ => (
                format!("/mcp/sdk-token/{id}"),
                json!({"authorization_code": CODE, "code_verifier": VERIFIER, "redirect_uri": callback,
                    "authorization_server_url": provider.origin}),
            ),
        };
        assert_eq!(proxy.post(&path, body).await["access_token"], TOKEN);
        let refresh =
            json!({"grant_type": "refresh_token", "mcp_server_id": id, "refresh_token": REFRESH});
        let refreshed = proxy.post("/oauth/token", refresh).await;
        assert_eq!(refreshed["access_token"], TOKEN);
    }
    for id in ["acme__mcp-static", "acme__remote.static"] {
        let revoked = proxy.post("/oauth/revoke", json!({"mcp_server_id": id, "token": TOKEN}));
        assert_eq!(revoked.await["success"], true);
    }
    let carries_code = |verifier: Option<&str>| {
        let asked = provider.asked().into_iter();
        asked
            .filter(|asked| asked.path == "/token")
            .filter(|asked| asked.form.get("code").map(String::as_str) == Some(CODE))
            .filter(|asked| asked.form.get("code_verifier").map(String::as_str) == verifier)
            .count()
    };
    assert_eq!(carries_code(Some(VERIFIER)), 3);

    let (code, log) = proxy.stop("-TERM");
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.matches("\"status\":200").count(), 8, "{log}");
    assert!(log.ends_with("\"event\":\"stopping\"}\n"), "{log}");
    assert_holds_nothing_planted(&log);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_closes_does_not_stop_it() {
    let (_provider, folder) = built().await;
    let mut proxy = Running::start(folder.path(), &["--env-file", ".env"]);
    let id = proxy.process.id().to_string();
    let refresh =
        json!({"grant_type": "refresh_token", "mcp_server_id": IDS[0], "refresh_token": REFRESH});
    for _ in 0..3 {
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
        let answer = proxy.post("/oauth/token", refresh.clone()).await;
        assert_eq!(answer["access_token"], TOKEN);
    }
    assert_eq!(proxy.process.try_wait().unwrap(), None);
    assert_eq!(proxy.stop("-TERM").0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_has_begun_is_answered_before_the_end() {
    let (provider, folder) = built().await;
    let delay = std::time::Duration::from_millis(400);
    provider.on("/token", Answer::tokens().after(delay));
    let proxy = Running::start(folder.path(), &["--env-file", ".env"]);
    let refresh =
        json!({"grant_type": "refresh_token", "mcp_server_id": IDS[0], "refresh_token": REFRESH});
    let id = proxy.process.id().to_string();
    // Discovery asked this path too, so the request is known by its token.
    let has_begun = || {
        let asked = provider.asked();
        asked
            .iter()
            .any(|asked| asked.form.get("refresh_token").map(String::as_str) == Some(REFRESH))
    };
    let asked = async {
        while !has_begun() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    };
    let (answer, ()) = tokio::join!(proxy.post("/oauth/token", refresh), asked);
    assert_eq!(answer["access_token"], TOKEN);
    let mut proxy = proxy;
    assert_eq!(proxy.process.wait().unwrap().code(), Some(0));
}

/// One of everything that a caller can do to fill memory, many times over.
async fn attack(address: &str) {
    let open = || TcpStream::connect(address);
    let mut left = Vec::new();
    for _ in 0..300 {
        left.push(open().await.unwrap());
    }
    // The proxy closes what is beyond its limits, so any of this may fail.
    let halves = left.iter_mut().map(|stream| {
        stream.write_all(
            b"POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 30000\r\n\r\n{",
        )
    });
    join_all(halves).await;
    drop(left);
    let head =
        "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let oversized = format!("{head}content-length: 4000000\r\n\r\n{}", " ".repeat(4_000_000));
    let headers = format!("{head}x: {}\r\n\r\n", "y".repeat(4_000_000));
    let flood = format!("{head}content-length: 2\r\n\r\n{{}}").repeat(1000);
    for text in [&oversized, &headers, &flood] {
        let sent = (0..8).map(async |_| {
            let Ok(mut stream) = open().await else { return };
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = timeout(Duration::from_millis(50), stream.read(&mut [0; 4096])).await;
        });
        join_all(sent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_flat_whatever_callers_do() {
    let (_provider, folder) = built().await;
    let mut proxy = Running::start(folder.path(), &["--env-file", ".env"]);
    let mut log = proxy.stderr.take().unwrap();
    let log = std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    let address = proxy.origin["http://".len()..].to_owned();
    attack(&address).await;
    let Some(before) = proxy.peak_memory() else {
        eprintln!("skipped: only Linux tells the peak memory of a process");
        return;
    };
    for _ in 0..5 {
        attack(&address).await;
    }
    let after = proxy.peak_memory().unwrap();
    assert!(after < before + 8 * 1024, "{before} kB became {after} kB");
    assert_eq!(proxy.process.try_wait().unwrap(), None, "it runs on");
    drop(proxy);
    log.join().unwrap().unwrap();
}

/// Callers at one address that keep connections, let a provider hang, leave, and ask for what is not there, until told
/// to stop.
async fn flood(host: u8, proxy: SocketAddr, stopped: &AtomicBool) {
    let hangs =
        json!({"grant_type": "refresh_token", "mcp_server_id": IDS[0], "refresh_token": REFRESH});
    let hangs = hangs.to_string();
    let head = "host: localhost\r\ncontent-type: application/json\r\n";
    let hangs = format!(
        "POST /oauth/token HTTP/1.1\r\n{head}content-length: {}\r\n\r\n{hangs}",
        hangs.len()
    );
    let half = format!(
        "POST /oauth/token HTTP/1.1\r\n{head}content-length: 16000\r\n\r\n{}",
        " ".repeat(15_000)
    );
    let refused = format!("GET /nowhere HTTP/1.1\r\n{head}\r\n").repeat(2000);
    let mut kept = VecDeque::new();
    while !stopped.load(Ordering::Relaxed) {
        for text in ["", &half, &hangs, &refused] {
            let Ok(mut stream) = connect_from(host, proxy).await else { continue };
            // The responses are not read, so the proxy may stop reading too.
            let _ = timeout(Duration::from_millis(20), stream.write_all(text.as_bytes())).await;
            kept.push_back(stream);
        }
        while kept.len() > 150 {
            kept.pop_front();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_caller_is_served_under_all_floods_at_once() {
    let (provider, folder) = built().await;
    let launch = folder.path().join("generated/development/oauth_proxy/launch.json");
    let mut text: Value = serde_json::from_slice(&fs::read(&launch).unwrap()).unwrap();
    text["servers"][IDS[0]]["token_endpoint"] = json!(format!("{}/hangs", provider.origin));
    support::write(&launch, text.to_string());
    provider.on("/hangs", Answer::tokens().after(Duration::from_hours(1)));
    // Nobody reads its log until the end.
    let proxy = Running::at_level("info", folder.path(), &["--env-file", ".env"]);
    let address: SocketAddr = proxy.origin["http://".len()..].parse().unwrap();

    let honest = reqwest::Client::builder()
        .local_address(IpAddr::from([127, 0, 0, 9]))
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    let ask = async || {
        let refresh = json!({"grant_type": "refresh_token", "mcp_server_id": IDS[1], "refresh_token": REFRESH});
        let request = honest
            .post(format!("{}/oauth/token", proxy.origin))
            .header("content-type", "application/json")
            .body(refresh.to_string());
        let started = Instant::now();
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let id = response.headers()["x-request-id"].to_str().unwrap();
        let number: u64 = id.rsplit('-').next().unwrap().parse().unwrap();
        (started.elapsed(), number)
    };
    let stopped = Arc::new(AtomicBool::new(false));
    let floods = (2..=5).map(|host| {
        let stopped = Arc::clone(&stopped);
        tokio::spawn(async move { flood(host, address, &stopped).await })
    });
    let floods: Vec<_> = floods.collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        slowest = slowest.max(ask().await.0);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stopped.store(true, Ordering::Relaxed);
    join_all(floods).await;

    // What is still on its way is counted before the last request, once its connection has ended.
    let mut requests = ask().await.1;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let earlier = std::mem::replace(&mut requests, ask().await.1);
        if requests == earlier + 1 {
            break;
        }
    }
    // Without the program's own file, which in a debug build takes more than all the rest.
    let file = proxy.memory("RssFile:").unwrap_or_default();
    let memory = proxy.peak_memory().map(|peak| peak - file);
    eprintln!("{requests} requests; the slowest honest one took {slowest:?}; {memory:?} kB");
    assert!(requests > 1000, "{requests}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    let (code, log) = proxy.stop("-TERM");
    assert_eq!(code, Some(0), "{log}");
    assert_holds_nothing_planted(&log);
    let log: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(logged_requests(&log), requests);
    // A release build has 8 MB of its file in memory, and 25 MiB is the limit.
    assert!(memory.is_none_or(|memory| memory < 16 * 1024), "{memory:?} kB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_reads_keeps_it_from_neither_answering_nor_stopping() {
    let (_provider, folder) = built().await;
    let mut proxy = Running::start(folder.path(), &["--env-file", ".env"]);
    let address: SocketAddr = proxy.origin["http://".len()..].parse().unwrap();
    // More lines than a pipe holds; from each address as many as it may send at once.
    for host in 1..=10 {
        let mut stream = connect_from(host, address).await.unwrap();
        let answered = timeout(Duration::from_mins(1), send_many(&mut stream, "/nowhere", 90));
        answered.await.expect("it answers no more");
    }
    let sent = Command::new("kill").args(["-TERM", &proxy.process.id().to_string()]).status();
    assert!(sent.unwrap().success());
    for _ in 0..200 {
        if let Some(status) = proxy.process.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_would_run_and_what_is_missing() {
    let (_provider, folder) = built().await;
    let path = folder.path();
    let check = ["proxy", "--profile", "development", "--check"];
    let (code, stdout, stderr) = run(path, &[&check[..], &["--env-file", ".env"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    let ready = format!(
        "ready to listen on 127.0.0.1:8080\nexchanges tokens for 3 servers: {}\n",
        IDS.join(", ")
    );
    assert_eq!(stdout, ready);

    support::write(&path.join(".env"), format!("acme__generic_SECRET='{TOKEN}'\n"));
    let (code, stdout, _) = run(path, &[&check[..], &["--env-file", ".env"]].concat());
    assert_eq!(code, 1);
    for id in ["acme__mcp-static", "acme__remote.static"] {
        assert!(stdout.contains(&format!("{id}_SECRET")), "{stdout}");
    }
    assert_holds_nothing_planted(&stdout);
    // To start is another job than to check: it cannot be done.
    let start = ["proxy", "--profile", "development", "--env-file", ".env"];
    let (code, stdout, stderr) = run(path, &start);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("--allow-missing"), "{stderr}");
    assert_holds_nothing_planted(&stderr);

    let proxy = Running::start(path, &["--env-file", ".env", "--allow-missing"]);
    assert_eq!(proxy.said[1], "exchanges tokens for 1 server: acme__generic");
    assert!(proxy.said[2].starts_with("refuses acme__mcp-static: "), "{:?}", proxy.said);
    assert_eq!(proxy.stop("-INT").0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn host_and_port_are_taken_from_the_environment() {
    let (_provider, folder) = built().await;
    let path = folder.path();
    let secrets = fs::read_to_string(path.join(".env")).unwrap();
    let checked = |in_file: &str, of_process: &[(&str, &str)], more: &[&str]| {
        support::write(&path.join(".env"), format!("{secrets}{in_file}"));
        let mut command = support::catproof(path);
        command.args(["proxy", "--profile", "development", "--check", "--env-file", ".env"]);
        command.args(more).env_remove("HOST").env_remove("PORT");
        let output = command.envs(of_process.iter().copied()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(!said.contains("hunter2"), "{said}");
        (output.status.code().unwrap(), said)
    };
    let ready = |address: &str| format!("ready to listen on {address}");
    for (in_file, of_process, more, address) in [
        ("", &[][..], &[][..], "127.0.0.1:8080"),
        ("PORT='9191'\n", &[], &[], "127.0.0.1:9191"),
        ("PORT=9191\nHOST=0.0.0.0\n", &[], &[], "0.0.0.0:9191"),
        ("HOST=localhost\n", &[], &[], "127.0.0.1:8080"),
        ("HOST=::1\n", &[], &[], "[::1]:8080"),
        ("PORT=\nHOST=''\n", &[], &[], "127.0.0.1:8080"),
        ("PORT=9191\n", &[("PORT", "9292")], &[], "127.0.0.1:9292"),
        ("PORT=hunter2\n", &[("HOST", "hunter2")], &["--listen", "127.0.0.1:7"], "127.0.0.1:7"),
    ] {
        let (code, said) = checked(in_file, of_process, more);
        assert!(code == 0 && said.starts_with(&ready(address)), "{in_file}: {said}");
    }
    for (in_file, problem) in [
        ("PORT=hunter2\n", "`PORT` is not a port number"),
        ("PORT=70000\n", "`PORT` is not a port number"),
        ("HOST=hunter2\n", "`HOST` is not an IP address"),
    ] {
        let (code, said) = checked(in_file, &[], &[]);
        assert!(code == 1 && said.contains(problem), "{in_file}: {said}");
    }
}

/// Whatever a template asks for is read: each of its variables is changed, and the change is seen where it counts.
#[tokio::test(flavor = "multi_thread")]
async fn every_variable_of_a_template_is_read_by_something() {
    let provider = provider().await;
    let folder = scratch();
    let path = folder.path();
    let manifest = generic(&provider.origin);
    let id = manifest["name"].as_str().unwrap();
    support::write(&path.join(format!("catalog_local/{id}.json")), manifest.to_string());
    development(path, &["build"]);
    let secret = format!("{id}_SECRET");

    let template = dotenv::read(&development(path, &["env"]));
    assert_eq!(template.entries.len(), 3, "{template:?}");
    for entry in &template.entries {
        let value = if entry.key == "PORT" { "9191" } else { "changed" };
        let others = template.entries.iter().filter(|other| other.key != entry.key);
        let lines = others.map(|other| {
            let value = if other.key == secret { SECRET } else { &other.value };
            format!("{}=`{value}`\n", other.key)
        });
        let file = format!("{}{}='{value}'\n", lines.collect::<String>(), entry.key);
        support::write(&path.join(".env"), file);
        let field = match entry.key.as_str() {
            "PORT" => {
                let checked = development(path, &["proxy", "--check", "--env-file", ".env"]);
                assert!(checked.starts_with("ready to listen on 127.0.0.1:9191\n"), "{checked}");
                continue;
            }
            key if key == secret => "client_secret",
            key if key == format!("{id}_CLIENT_ID") => "client_id",
            key => panic!("nothing reads `{key}`"),
        };
        let proxy = Running::start(path, &["--env-file", ".env"]);
        let refresh =
            json!({"grant_type": "refresh_token", "mcp_server_id": id, "refresh_token": REFRESH});
        proxy.post("/oauth/token", refresh).await;
        assert_eq!(provider.asked().last().unwrap().form[field], "changed");
    }

    // The app's own variables are checked for it.
    let template = dotenv::read(&development(path, &["env", "--for", "app"]));
    assert!(!template.entries.is_empty());
    for entry in &template.entries {
        support::write(&path.join(".env"), format!("{}=\n", entry.key));
        let (code, stdout, _) =
            run(path, &["env", "--for", "app", "--check", ".env", "--profile", "development"]);
        assert!(code == 1 && stdout.contains(&format!("empty: `{}`", entry.key)), "{stdout}");
    }
}

/// Each environment, from complete to empty, is judged alike: `env --check`, `proxy --check`, and the lines that say why.
#[tokio::test(flavor = "multi_thread")]
async fn the_two_checks_of_an_environment_agree_on_every_variable() {
    let (_provider, folder) = built().await;
    let path = folder.path();
    let settings = "[proxy]\nposix_aliases = [\"acme__generic\"]\n";
    support::write(&path.join("catproof.toml"), settings);
    development(path, &["build"]);
    let complete = fs::read_to_string(path.join(".env")).unwrap();
    let id = "acme__generic";
    let mut environments = vec![complete.clone(), String::new()];
    for line in complete.lines() {
        let (name, _) = line.split_once('=').unwrap();
        environments.push(complete.replace(line, ""));
        environments.push(complete.replace(line, &format!("{name}=")));
        environments.push(complete.replace(line, &format!("{name}=one-of-my-own-7f3c")));
        environments.push(complete.replace(line, &format!("{name}=your-value-here")));
    }
    environments.push(complete.replace(&format!("{id}_SECRET"), "ACME__GENERIC_SECRET"));
    environments.push(complete.replace("acme__mcp-static_SECRET", "ACME__MCP_STATIC_SECRET"));
    let empty_first = format!("{id}_SECRET=\nACME__GENERIC_SECRET=`{SECRET}`\n");
    environments.push(complete.replace(&format!("{id}_SECRET=`{SECRET}`\n"), &empty_first));
    environments.push(format!("{complete}gone__server_SECRET=x\nnot a variable\n"));
    let mut failing = 0;
    for text in environments {
        support::write(&path.join(".env"), &text);
        let with =
            |arguments: &[&str]| run(path, &[arguments, &["--profile", "development"]].concat());
        let (env_code, env_lines, _) = with(&["env", "--check", ".env"]);
        let (proxy_code, proxy_lines, _) = with(&["proxy", "--check", "--env-file", ".env"]);
        assert_eq!(env_code, proxy_code, "{text}{env_lines}{proxy_lines}");
        let problems = proxy_lines.lines().filter(|line| line.starts_with(".env"));
        assert_eq!(problems.collect::<Vec<_>>(), env_lines.lines().collect::<Vec<_>>());
        failing += env_code;
    }
    // An own secret, the alias of a server that is listed, and a name whose first spelling is empty are sound.
    assert_eq!(failing, 1 + 6 * 4 - 3 + 1 + 1);
}

/// The key of a website's tokens is often in the environment under a name that a server's alias would have.
#[tokio::test(flavor = "multi_thread")]
async fn a_variable_of_another_program_is_read_only_where_the_configuration_says_so() {
    let provider = provider().await;
    let folder = scratch();
    let path = folder.path();
    let manifest = generic(&provider.origin).to_string().replace("acme__generic", "jwt");
    support::write(&path.join("catalog_local/jwt.json"), manifest);
    let check = || {
        development(path, &["build"]);
        let mut command = support::catproof(path);
        command.args(["proxy", "--profile", "development", "--check"]);
        command.env("JWT_SECRET", SECRET).env("jwt_CLIENT_ID", CLIENT_ID);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, stdout) = check();
    assert_eq!(
        (code, stdout.as_str()),
        (Some(1), "environment: missing: `jwt_SECRET` is not set\n")
    );
    support::write(&path.join("catproof.toml"), "[proxy]\nposix_aliases = [\"jwt\"]\n");
    let (code, stdout) = check();
    assert_eq!(code, Some(0), "{stdout}");
}

#[test]
fn what_cannot_be_started_is_said() {
    let folder = scratch();
    let path = folder.path();
    support::write(&path.join("broken.json"), "{\"version\": 1}");
    for (arguments, code, expected) in [
        (&[][..], 2, "run `catproof build`"),
        (&["--launch", "nowhere.json"], 2, "cannot read nowhere.json"),
        (&["--launch", "nowhere.json", "--check"], 2, "cannot read nowhere.json"),
        (&["--launch", "broken.json"], 2, "missing field"),
        (&["--launch", "broken.json", "--check"], 1, "missing field"),
        (&["--listen", "localhost"], 2, "invalid value 'localhost'"),
    ] {
        let (actual, stdout, stderr) = run_process(path, &[&["proxy"], arguments].concat());
        assert_eq!(actual, code, "{stdout}{stderr}");
        assert!((stdout + &stderr).contains(expected), "{arguments:?}");
    }
}

/// A decrypted environment is often handed over as a pipe, which can be read only once.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_check_reads_the_environment_once() {
    let (_provider, folder) = built().await;
    let mut command = support::catproof(folder.path());
    command.args(["proxy", "--profile", "development", "--check", "--env-file", "/dev/stdin"]);
    let environment = fs::read(folder.path().join(".env")).unwrap();
    let output = command.write_stdin(environment).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("ready to listen on "), "{said}");
}

//! Attacks: the process stays up, and no secret leaves.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use catproof::testing::discovery::client::Lookup;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::world::{Answer, CODE, Provider, Setup, World, code_request};

async fn world() -> (World, Provider) {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    (world, provider)
}

async fn assert_alive(world: &World, provider: &Provider) {
    let reply = world.post("/oauth/token", code_request("acme__slack", provider)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn odd_ids_are_unknown_servers_and_no_names_of_variables() {
    let (world, provider) = world().await;
    for id in [
        "__proto__",
        "constructor",
        "PATH",
        "HOME",
        "..",
        "../x",
        "acme__slack/../acme__google",
        "acme__slack_CLIENT_ID",
        "acme__slack_SECRET",
        "acme__slack ",
        "ACME__SLACK",
        "acme__slack%00",
        "{}",
        "$ne",
        "*",
        "acme__slac",
    ] {
        let body = json!({ "grant_type": "authorization_code", "mcp_server_id": id, "code": CODE });
        world.post("/oauth/token", body).await.assert_refused();
        let encoded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20").replace('.', "%2E");
        let reply = world.post(&format!("/mcp/sdk-token/{encoded}"), json!({ "code": CODE })).await;
        assert!(matches!(reply.status, 401 | 404), "{id}: {reply:?}");
    }
    for id in ["a\r\nx", "\u{0}", "é", "\u{202e}"] {
        let body = json!({ "grant_type": "authorization_code", "mcp_server_id": id, "code": CODE });
        assert_eq!(world.post("/oauth/token", body).await.status, 400);
    }
    let reply = world.post("/mcp/sdk-token/%ff%fe", json!({ "code": CODE })).await;
    assert_eq!(reply.status, 400);
    let mut both = json!({ "code": CODE, "mcp_server_id": "acme__google" });
    world.post("/mcp/sdk-token/acme__slack", both.clone()).await.assert_refused();
    both["mcp_server_id"] = json!("acme__slack");
    assert_eq!(world.post("/mcp/sdk-token/acme__slack", both).await.status, 200);
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn no_value_adds_a_header_a_field_or_a_line() {
    let (world, provider) = world().await;
    for value in ["x\r\nAuthorization: Basic eA==", "x\n", "x\0y", "\u{7f}", "\u{2028}", "x\ty"] {
        let mut body = code_request("acme__slack", &provider);
        for field in [
            "code",
            "redirect_uri",
            "code_verifier",
            "token_endpoint",
            "grant_type",
            "mcp_server_id",
        ] {
            let kept = body[field].take();
            body[field] = json!(value);
            assert_eq!(world.post("/oauth/token", body.clone()).await.status, 400, "{field}");
            body[field] = kept;
        }
    }
    assert!(provider.asked().is_empty());
    let mut body = code_request("acme__slack", &provider);
    body["code"] = json!("x&client_secret=mine&code=y#z;+%00");
    assert_eq!(world.post("/oauth/token", body).await.status, 200);
    assert_eq!(provider.asked_once().form["code"], "x&client_secret=mine&code=y#z;+%00");
}

#[tokio::test]
async fn other_grants_and_the_callers_own_credentials_are_not_passed_on() {
    let (world, provider) = world().await;
    for grant in [
        "client_credentials",
        "password",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
        "Authorization_Code",
    ] {
        let mut body = code_request("acme__slack", &provider);
        body["grant_type"] = json!(grant);
        let reply = world.post("/oauth/token", body).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("unsupported_grant_type")));
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn malformed_bodies_are_refused_as_oauth_errors() {
    let (world, provider) = world().await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut bodies: Vec<String> = [
        "",
        "{",
        "null",
        "[]",
        "\"x\"",
        "1e999",
        "{\"code\":1}",
        "{\"code\":{}}",
        "{\"code\":[\"x\"]}",
        "{\"grant_type\":\"authorization_code\",\"mcp_server_id\":\"acme__slack\"}",
        "{\"grant_type\":\"refresh_token\",\"code\":\"x\",\"mcp_server_id\":\"acme__slack\"}",
        "{\"grant_type\":\"authorization_code\",\"code\":\"x\"}",
        "{\"code\":\"\\ud800\"}",
        "\u{feff}{}",
    ]
    .map(str::to_owned)
    .into();
    bodies.push(format!("{{\"x\":{deep}}}"));
    for body in bodies {
        let reply = world.send(world.request("/oauth/token").body(body.clone())).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &json!("invalid_request")),
            "{body:.60}"
        );
    }
    for form in [
        "",
        "&&&",
        "=",
        "grant_type",
        "%",
        "%zz=%zz",
        "code=%ff&grant_type=authorization_code&mcp_server_id=acme__slack",
        "grant_type=authorization_code&code=a&code=b&mcp_server_id=acme__slack",
        "grant_type=authorization_code&code=&mcp_server_id=acme__slack",
        "grant_type[]=authorization_code&code[]=a&mcp_server_id=acme__slack",
    ] {
        let reply = world.post_form("/oauth/token", form).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &json!("invalid_request")),
            "{form}"
        );
    }
    for media_type in [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "",
    ] {
        let url = format!("http://{}/oauth/token", world.address);
        let request = world.http().post(url).header("content-type", media_type).body("{}");
        let reply = world.send(request).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (415, &json!("invalid_request")),
            "{media_type}"
        );
    }
    assert!(provider.asked().is_empty());
    assert_alive(&world, &provider).await;
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there_are_errors_too() {
    let (world, _) = world().await;
    for (path, status) in [
        ("/oauth/token", 405),
        ("/mcp/sdk-token/x", 405),
        ("/oauth/authorize", 404),
        ("/callback/a/b", 404),
        ("//", 404),
    ] {
        let reply = world.get(path).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (status, &json!("invalid_request")),
            "{path}"
        );
    }
    assert_eq!(world.post("/health", json!({})).await.status, 405);
}

#[tokio::test]
async fn oversized_bodies_are_cut_off() {
    let (world, provider) = world().await;
    let mut body = code_request("acme__slack", &provider);
    body["filler"] = json!("x".repeat(64 * 1024));
    assert_eq!(world.post("/oauth/token", body).await.status, 413);
    // Announced, and never sent.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 413 "));
    // Without an announcement, without an end.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let mut sent = 0;
    while sent < 1000 && stream.write_all(chunk.as_bytes()).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 1000, "4 MB went in");
    // Headers, too.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head =
        format!("GET /health HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "y".repeat(64 * 1024));
    let _ = stream.write_all(head.as_bytes()).await;
    assert!(!answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert_alive(&world, &provider).await;
}

#[tokio::test]
async fn slow_callers_are_cut_off() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let short = Duration::from_millis(200);
    let world = Setup::new(&provider)
        .limits(|limits| {
            (limits.header_time, limits.body_time) = (short, short);
            // Nothing else ends a connection while the test runs.
            limits.connection_time = Duration::from_hours(1);
        })
        .start()
        .await;
    let end = |stream: TcpStream| async move {
        let mut stream = stream;
        let answer = timeout(Duration::from_mins(1), answer(&mut stream)).await;
        answer.expect("the connection is still open")
    };
    for sent in [
        "",
        "GET /health HTTP/1.1\r\nhost:",
        "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let answer = end(stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    // An idle connection is closed as well.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert!(end(stream).await.starts_with("HTTP/1.1 200 "));
    assert_alive(&world, &provider).await;
}

#[tokio::test]
async fn slow_and_endless_providers_are_cut_off() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider)
        .limits(|limits| limits.provider_time = Duration::from_millis(200))
        .start()
        .await;
    let request = code_request("acme__slack", &provider);
    provider.on("/acme__slack/token", Answer::tokens().after(Duration::from_mins(1)));
    let reply = world.post("/oauth/token", request.clone()).await;
    assert_eq!((reply.status, &reply.json()["error"]), (504, &json!("temporarily_unavailable")));
    let endless = Answer::json(&json!({ "access_token": "x".repeat(300 * 1024) }));
    provider.on("/acme__slack/token", endless);
    let reply = world.post("/oauth/token", request).await;
    assert_eq!((reply.status, &reply.json()["error"]), (502, &json!("server_error")));
}

#[tokio::test]
async fn connections_that_are_opened_and_left_keep_nobody_out() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider)
        .limits(|limits| {
            limits.header_time = Duration::from_secs(3);
            // Fewer than are opened: only the limit by address keeps the other's places free.
            limits.connections = 64;
            limits.connections_per_address = 16;
        })
        .start()
        .await;
    // Another address has places of its own, all the time.
    let other = reqwest::Client::builder()
        .local_address(IpAddr::from([127, 0, 0, 2]))
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    // Ten thousand in all, as many at once as the system's queue takes: for those beyond, it waits a second.
    for _ in 0..100 {
        let opened = join_all((0..100).map(|_| TcpStream::connect(world.address))).await;
        let request = other.get(format!("http://{}/health", world.address));
        assert_eq!(world.send(request).await.status, 200);
        drop(opened);
    }
    // The places of the connections that were left are free again as soon as the proxy has seen them go.
    let health = format!("http://{}/health", world.address);
    for _ in 0..300 {
        match world.http().get(&health).send().await {
            Ok(_) => break,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    assert_alive(&world, &provider).await;
}

#[tokio::test]
async fn more_questions_than_providers_are_asked_at_once_wait_outside() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens().after(Duration::from_millis(300)));
    let world = Setup::new(&provider).limits(|limits| limits.in_flight = 2).start().await;
    let request = || world.post("/oauth/token", code_request("acme__slack", &provider));
    let replies = join_all((0..6).map(|_| request())).await;
    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(200), count(503)), (2, 4), "{replies:?}");
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn a_flood_is_refused_by_address_and_only_that_address() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let mut setup = Setup::new(&provider).limits(|limits| (limits.rate, limits.burst) = (0.001, 5));
    setup.options.behind_proxy = true;
    let world = setup.start().await;
    let from = async |address: &str| {
        let request = world.request("/oauth/token").header("x-forwarded-for", address);
        let body = code_request("acme__slack", &provider).to_string();
        world.send(request.body(body)).await.status
    };
    for _ in 0..5 {
        assert_eq!(from("203.0.113.1").await, 200);
    }
    for spoofed in ["203.0.113.1", "198.51.100.7, 203.0.113.1", "x,203.0.113.1"] {
        assert_eq!(from(spoofed).await, 429, "{spoofed}");
    }
    assert_eq!(from("203.0.113.2").await, 200);
    // One customer's /64 is one address.
    for n in 0..5 {
        assert_eq!(from(&format!("2001:db8::{n}")).await, 200);
    }
    assert_eq!(from("2001:db8::ffff").await, 429);
    assert_eq!(from("2001:db8:0:1::1").await, 200);
}

#[tokio::test]
async fn no_header_of_a_caller_counts_unless_a_trusted_server_is_in_front() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider)
        .limits(|limits| (limits.rate, limits.burst) = (0.001, 2))
        .start()
        .await;
    let mut statuses = Vec::new();
    for n in 0..4 {
        let request = world.http().get(format!("http://{}/health", world.address));
        statuses.push(
            world.send(request.header("x-forwarded-for", format!("203.0.113.{n}"))).await.status,
        );
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
}

/// Every name has these addresses.
struct Rebound(Vec<IpAddr>);

impl Lookup for Rebound {
    fn lookup(&self, _: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

#[tokio::test]
async fn a_name_with_a_private_address_is_not_connected_to() {
    let provider = Provider::start().await;
    let public = IpAddr::from([93, 184, 215, 14]);
    for (profile, addresses) in [
        ("production", vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]),
        ("production", vec![public, IpAddr::V4(Ipv4Addr::LOCALHOST)]),
        ("production", vec!["::ffff:127.0.0.1".parse().unwrap()]),
        ("production", vec![IpAddr::from([169, 254, 169, 254])]),
        ("production", vec![IpAddr::from([10, 0, 0, 1])]),
        ("development", vec![IpAddr::from([10, 0, 0, 1])]),
        ("production", vec![]),
    ] {
        let mut setup = Setup::new(&provider).with(|launch| {
            launch["profile"] = json!(profile);
            launch["allowed_destinations"] = json!(["auth.example.com"]);
            let slack = launch["servers"]["acme__slack"].clone();
            launch["servers"] = json!({ "acme__slack": slack });
            let endpoint = json!("https://auth.example.com/acme__slack/token");
            launch["servers"]["acme__slack"]["token_endpoint"] = endpoint;
            launch["servers"]["acme__slack"]["revocation_endpoint"] = json!(null);
        });
        setup.lookup = Arc::new(Rebound(addresses.clone()));
        let world = setup.start().await;
        let body = json!({ "code": CODE });
        let reply = world.post("/mcp/sdk-token/acme__slack", body).await;
        assert_eq!((reply.status, &reply.json()["error"]), (502, &json!("server_error")));
        let log = world.log();
        let reason = log.last().map(|line| &line["reason"]).and_then(Value::as_str).unwrap();
        let expected = if addresses.is_empty() { "has no address" } else { "which is not public" };
        assert!(reason.contains(expected), "{reason}");
    }
    assert!(provider.asked().is_empty());
}

/// All that the proxy still sends on a connection.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(Duration::from_secs(15), read).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

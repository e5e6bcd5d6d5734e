//! Floods: callers that keep connections, providers that hang and logs that nobody reads stop nobody else; and each
//! request is in the log, by a line or by a count.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use catproof::testing::runtime::proxy::{Limits, Log, LogLevel};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::world::{Answer, Captured, Provider, Setup, World, code_request};

/// Far longer than anything here takes, and shorter than what is hung up.
const SOON: Duration = Duration::from_secs(20);
const NEVER: Duration = Duration::from_hours(1);

/// A connection from 127.0.0.`host`.
pub async fn connect_from(host: u8, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 0, host), 0).into())?;
    socket.connect(address).await
}

/// The requests that a log tells of, by a line or by a count.
pub fn logged_requests(log: &[Value]) -> u64 {
    let of_line = |line: &Value| match line["event"].as_str() {
        None => 1,
        Some("folded requests" | "dropped requests") => line["count"].as_u64().unwrap(),
        Some(_) => 0,
    };
    log.iter().map(of_line).sum()
}

/// How often something was counted.
fn counted(log: &[Value], event: &str) -> u64 {
    let counts = log.iter().filter(|line| line["event"] == event);
    counts.map(|line| line["count"].as_u64().unwrap()).sum()
}

/// Sends so many requests on one connection, and reads all responses.
pub async fn send_many(stream: &mut TcpStream, path: &str, count: usize) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let last = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let (mut reader, mut writer) = stream.split();
    let all = request.repeat(count - 1) + &last;
    let mut responses = Vec::new();
    let (written, read) =
        tokio::join!(writer.write_all(all.as_bytes()), reader.read_to_end(&mut responses));
    written.unwrap();
    read.unwrap();
    assert_eq!(String::from_utf8(responses).unwrap().matches("HTTP/1.1 ").count(), count);
}

/// A setup whose limits of time and rate end nothing.
fn patient(provider: &Provider) -> Setup {
    Setup::new(provider).limits(|limits| {
        (limits.rate, limits.burst) = (1e6, 1_000_000);
        (limits.header_time, limits.body_time, limits.provider_time) = (NEVER, NEVER, NEVER);
    })
}

#[tokio::test]
async fn connections_that_have_been_idle_longest_make_room() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = patient(&provider)
        .limits(|limits| (limits.connections, limits.connections_per_address) = (32, 8))
        .start()
        .await;
    // Nothing; half a header; half a body; a response that is not read.
    let half_a_body = "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\n\
                       content-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    let unread = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut idle = Vec::new();
    for round in 0..3 {
        for host in 2..=5 {
            for sent in ["", "GET /health HTTP/1.1\r\nhos", half_a_body, unread] {
                let mut stream = connect_from(host, world.address).await.unwrap();
                stream.write_all(sent.as_bytes()).await.unwrap();
                idle.push(stream);
            }
        }
        let honest = world.post("/oauth/token", code_request("acme__slack", &provider));
        let reply = timeout(SOON, honest).await;
        assert_eq!(reply.expect("the honest caller is shut out").status, 200, "{round}");
    }
    // What the honest caller keeps open is not closed for those who open many.
    let mut kept = connect_from(6, world.address).await.unwrap();
    for host in [2, 3, 4, 5].repeat(20) {
        idle.push(connect_from(host, world.address).await.unwrap());
    }
    let answered = timeout(SOON, send_many(&mut kept, "/health", 1)).await;
    answered.expect("the connection was closed");
    assert!(counted(&world.log(), "closed idle connections") > 80, "{:?}", world.log());
}

#[tokio::test]
async fn a_connection_that_waits_for_a_provider_is_not_closed_to_make_room() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens().after(Duration::from_millis(500)));
    let world = patient(&provider)
        .limits(|limits| (limits.connections, limits.connections_per_address) = (4, 4))
        .start()
        .await;
    let request = world.request("/oauth/token");
    let request = request.body(code_request("acme__slack", &provider).to_string());
    let waiting = tokio::spawn(request.send());
    while provider.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(connect_from(1, world.address).await.unwrap());
    }
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
}

/// A proxy whose servers `acme__slack` and `acme__google` are at one provider, and `acme__github` at another.
async fn with_two_providers(limit: impl FnOnce(&mut Setup)) -> (World, Provider) {
    let provider = Provider::start().await;
    let other = provider.origin.replace("127.0.0.1", "localhost");
    let mut setup = patient(&provider).with(|launch| {
        launch["allowed_destinations"] = json!(["127.0.0.1", "localhost"]);
        let github = &mut launch["servers"]["acme__github"];
        github["token_endpoint"] = json!(format!("{other}/acme__github/token"));
    });
    setup.options.behind_proxy = true;
    limit(&mut setup);
    for id in ["acme__slack", "acme__google"] {
        provider.on(&format!("/{id}/token"), Answer::tokens().after(NEVER));
    }
    provider.on("/acme__github/token", Answer::tokens());
    (setup.start().await, provider)
}

/// A request for a token from this address.
fn request_from(world: &World, id: &str, address: &str) -> reqwest::RequestBuilder {
    let body = json!({ "code": "c", "code_verifier": "v".repeat(43) }).to_string();
    world.request(&format!("/mcp/token/{id}")).header("x-forwarded-for", address).body(body)
}

/// The status of its response; `None` while the provider has not answered.
async fn status(world: &World, id: &str, address: &str) -> Option<u16> {
    let reply = world.send(request_from(world, id, address));
    timeout(Duration::from_millis(300), reply).await.ok().map(|reply| reply.status)
}

/// Lets a server's provider hang for callers of these addresses, and waits until it was asked.
async fn hang(world: &World, provider: &Provider, id: &str, addresses: &[&str]) {
    let earlier = provider.asked().len();
    for address in addresses {
        tokio::spawn(request_from(world, id, address).send());
    }
    while provider.asked().len() < earlier + addresses.len() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_provider_that_hangs_takes_only_the_share_of_its_servers_and_its_own() {
    let (world, provider) = with_two_providers(|setup| {
        let limits = &mut setup.options.limits;
        (limits.in_flight, limits.in_flight_per_provider) = (8, 3);
        limits.in_flight_per_server = 2;
    })
    .await;
    hang(&world, &provider, "acme__slack", &["203.0.113.1", "203.0.113.2"]).await;
    // The server has no place left, its provider has one.
    assert_eq!(status(&world, "acme__slack", "203.0.113.3").await, Some(503));
    hang(&world, &provider, "acme__google", &["203.0.113.4"]).await;
    assert_eq!(status(&world, "acme__google", "203.0.113.5").await, Some(503));
    assert_eq!(status(&world, "acme__github", "203.0.113.6").await, Some(200));
    let log = world.log();
    let reasons: Vec<&Value> = log.iter().map(|line| &line["reason"]).collect();
    assert!(reasons.contains(&&json!("too many requests at once for this server")), "{log:?}");
    assert!(reasons.contains(&&json!("too many requests at once to this provider")), "{log:?}");
}

#[tokio::test]
async fn one_caller_takes_only_the_share_of_one() {
    let (world, provider) =
        with_two_providers(|setup| setup.options.limits.in_flight_per_address = 2).await;
    hang(&world, &provider, "acme__slack", &["2001:db8::1", "2001:db8::2"]).await;
    assert_eq!(status(&world, "acme__github", "2001:db8::3").await, Some(503));
    assert_eq!(status(&world, "acme__github", "203.0.113.6").await, Some(200));
}

#[tokio::test]
async fn a_caller_that_leaves_gives_its_place_back_and_is_logged() {
    let (world, provider) =
        with_two_providers(|setup| setup.options.limits.in_flight_per_server = 1).await;
    for _ in 0..3 {
        let earlier = provider.asked().len();
        while provider.asked().len() == earlier {
            // Until the proxy has seen the earlier one go, it answers 503.
            assert!(matches!(status(&world, "acme__slack", "203.0.113.1").await, None | Some(503)));
        }
    }
    let left = |log: &[Value]| {
        let lines = log.iter().filter(|line| {
            line["reason"] == "the connection ended before the response"
                && line["server"] == "acme__slack"
                && line["host"] == "127.0.0.1"
                && line["status"].is_null()
        });
        lines.count()
    };
    let all_seen = async {
        while left(&world.log()) < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, all_seen).await.unwrap();
}

/// A reader of the log that reads nothing until it is told to.
struct Unread {
    told: Receiver<()>,
    read: Captured,
}

impl Write for Unread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // An error is the end of the test, and all is read from then on.
        let _ = self.told.recv();
        self.read.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_nothing_and_what_it_lacks_is_counted() {
    let provider = Provider::start().await;
    let mut setup = patient(&provider);
    let (read, told) = channel();
    let log = Captured::default();
    setup.options.log = Log::to(LogLevel::Debug, Unread { told, read: log.clone() });
    let writer = setup.options.log.clone();
    let mut world = setup.start().await;
    let mut stream = connect_from(1, world.address).await.unwrap();
    timeout(SOON * 3, send_many(&mut stream, "/nowhere", 6000)).await.unwrap();
    let stopped = world.tell_to_stop();
    timeout(SOON, stopped).await.expect("it does not stop").unwrap();
    assert_eq!(log.text(), "");
    drop(read);
    writer.flush(SOON);
    let log: Vec<Value> =
        log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(logged_requests(&log), 6000);
    assert!(log.len() < 2100, "{}", log.len());
}

#[tokio::test]
async fn a_flood_of_refused_requests_is_counted_and_requests_to_providers_are_not() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let mut setup = patient(&provider);
    setup.options.log = Log::to(LogLevel::Info, setup.log.clone());
    let world = setup.start().await;
    let mut stream = connect_from(1, world.address).await.unwrap();
    send_many(&mut stream, "/nowhere", 3000).await;
    for _ in 0..20 {
        world.post("/oauth/token", code_request("acme__slack", &provider)).await;
    }
    let log = world.log();
    assert_eq!(logged_requests(&log), 3020);
    assert!(log.len() < 200, "{}", log.len());
    let folded = log.iter().find(|line| line["event"] == "folded requests").unwrap();
    assert_eq!((&folded["status"], &folded["reason"]), (&json!(404), &json!("not found")));
    assert_eq!(log.iter().filter(|line| line["status"] == 200).count(), 20);
}

#[test]
fn the_end_waits_as_long_as_a_provider_may_take() {
    let limits = Limits::default();
    assert!(limits.shutdown_time > limits.provider_time);
}

#[tokio::test]
async fn requests_that_are_cut_off_by_the_end_are_logged() {
    let (mut world, provider) =
        with_two_providers(|setup| setup.options.limits.shutdown_time = Duration::ZERO).await;
    hang(&world, &provider, "acme__slack", &["203.0.113.1"]).await;
    timeout(SOON, world.tell_to_stop()).await.unwrap().unwrap();
    let log = world.log();
    assert!(log.iter().any(|line| line["server"] == "acme__slack" && line["status"].is_null()));
    assert!(log.iter().any(|line| line["event"] == "stopped with requests in flight"), "{log:?}");
}

//! Who may use the proxy: callers that know its name, with codes of its own logins.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::world::{Answer, CODE, Provider, Setup, VERIFIER, World, code_request};

async fn world() -> (World, Provider) {
    let provider = Provider::start().await;
    for id in ["acme__slack", "acme__google", "acme__github"] {
        provider.on(&format!("/{id}/token"), Answer::tokens());
    }
    (Setup::new(&provider).start().await, provider)
}

#[tokio::test]
async fn a_code_is_exchanged_only_with_a_redirect_uri_of_its_server() {
    let (world, provider) = world().await;
    for redirect_uri in [
        "https://evil.example/callback",
        "http://localhost:8080/oauth/callback/",
        "http://localhost:8080/oauth/callback?x",
        "http://localhost:8081/oauth/callback",
        "http://LOCALHOST:8080/oauth/callback",
        "http://localhost:8080/oauth-callback",
    ] {
        let mut body = code_request("acme__slack", &provider);
        body["redirect_uri"] = json!(redirect_uri);
        world.post("/oauth/token", body).await.assert_refused();
        let body = json!({
            "authorization_code": CODE, "code_verifier": VERIFIER, "redirect_uri": redirect_uri,
        });
        world.post("/mcp/sdk-token/acme__google", body).await.assert_refused();
    }
    assert!(provider.asked().is_empty());
    assert_eq!(world.log().last().unwrap()["reason"], "another redirect URI is named");
    let reply = world.post("/oauth/token", code_request("acme__slack", &provider)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn a_code_of_an_mcp_login_needs_its_verifier() {
    let (world, provider) = world().await;
    for id in ["acme__google", "acme__github"] {
        let mut body = code_request(id, &provider);
        for verifier in [json!(null), json!("")] {
            body["code_verifier"] = verifier;
            world.post("/oauth/token", body.clone()).await.assert_refused();
            let path = format!("/mcp/token/{id}");
            world.post_form(&path, &format!("code={CODE}")).await.assert_refused();
        }
        assert_eq!(world.log().last().unwrap()["reason"], "a code without a `code_verifier`");
    }
    assert!(provider.asked().is_empty());
    // The generic flow of today's app has no PKCE, and a refresh has no code.
    let mut body = code_request("acme__slack", &provider);
    body["code_verifier"] = json!(null);
    assert_eq!(world.post("/oauth/token", body).await.status, 200);
    let body = json!({ "grant_type": "refresh_token", "refresh_token": "r" });
    assert_eq!(world.post("/mcp/token/acme__google", body).await.status, 200);
}

/// The status of a request with these headers instead of a `Host`.
async fn status(address: SocketAddr, target: &str, headers: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("GET {target} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response["HTTP/1.1 ".len()..][..3].parse().unwrap()
}

#[tokio::test]
async fn only_requests_to_a_name_of_the_proxy_are_answered() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider).with(|launch| {
        launch["url"] = json!("https://Oauth.acme.example/");
        launch["callback_urls"] = json!(["https://callback.acme.example:8443/oauth/callback"]);
    });
    setup.options.allowed_hosts = vec!["Tunnel.example".to_owned()];
    let world = setup.start().await;
    for (host, expected) in [
        ("localhost", 200),
        ("LocalHost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("oauth.acme.example", 200),
        ("callback.acme.example", 200),
        ("tunnel.example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("evil.example:8080", 421),
        ("x@localhost", 421),
        ("localhost@evil.example", 421),
        ("acme.example", 421),
        ("10.0.0.1", 421),
        ("[::2]", 421),
        ("", 421),
        ("a b", 421),
        ("localhost,evil.example", 421),
    ] {
        for path in ["/health", "/oauth/callback?error=x"] {
            let actual = status(world.address, path, &format!("host: {host}\r\n")).await;
            let expected = if expected == 200 && path != "/health" { 400 } else { expected };
            assert_eq!(actual, expected, "{host}{path}");
        }
    }
    let address = world.address;
    assert_eq!(status(address, "/health", "").await, 400);
    let two = "host: localhost\r\nhost: localhost\r\n";
    assert_eq!(status(address, "/health", two).await, 400);
    let two = "host: localhost\r\nHost: evil.example\r\n";
    assert_eq!(status(address, "/health", two).await, 400);
    let absolute = status(address, "http://evil.example/health", "host: localhost\r\n").await;
    assert_eq!(absolute, 421);
    let absolute = status(address, "http://localhost/health", "host: localhost\r\n").await;
    assert_eq!(absolute, 200);
}

#[tokio::test]
async fn a_proxy_that_listens_everywhere_is_reached_by_any_address_and_no_other_name() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider);
    setup.options.listen = Some(([0, 0, 0, 0], 0).into());
    let world = setup.start().await;
    let address = SocketAddr::from(([127, 0, 0, 1], world.address.port()));
    for (host, expected) in [("10.1.2.3:8080", 200), ("localhost", 200), ("proxy", 421)] {
        assert_eq!(status(address, "/health", &format!("host: {host}\r\n")).await, expected);
    }
}

#[tokio::test]
async fn the_address_of_a_caller_is_read_as_proxies_write_it() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider).limits(|limits| (limits.rate, limits.burst) = (0.001, 3));
    setup.options.behind_proxy = true;
    let world = setup.start().await;
    for same in [
        ["203.0.113.1", "203.0.113.1:4711", "203.0.113.1", "[203.0.113.1]"],
        ["2001:db8::1", "[2001:db8::2]", "[2001:db8::3]:4711", "2001:db8:0:0:ffff::"],
        ["::ffff:203.0.113.2", "[::ffff:203.0.113.2]:1", "203.0.113.2", "203.0.113.2:2"],
    ] {
        let mut statuses = Vec::new();
        for address in same {
            let request = world.http().get(format!("http://{}/health", world.address));
            let request = request.header("x-forwarded-for", format!("192.0.2.1, {address}"));
            statuses.push(world.send(request).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 429], "{same:?}");
    }
    let reasons: Vec<Value> = world.log().iter().map(|line| line["reason"].clone()).collect();
    assert!(reasons.contains(&json!("too many requests")), "{reasons:?}");
}

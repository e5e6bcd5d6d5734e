//! What goes wrong at providers: each fault with its own finding, none beyond the limits.

use std::time::Duration;

use catproof::testing::discovery::Fetch as _;
use catproof::testing::discovery::fetch::{FailureKind, Method};
use catproof::testing::discovery::{ClientOptions, LockEntry, Network, Request};
use tokio::net::TcpListener;

use super::simulator::{Reply, World, requests, rules};

const WELL_KNOWN: &str = "{a}/.well-known/openid-configuration";
const GOOD: &str =
    r#"{"issuer":"{a}","authorization_endpoint":"{a}/authorize","token_endpoint":"{a}/token"}"#;

/// Asks one well-known URL that answers with `reply`, and gives the one problem.
async fn problem(reply: Reply) -> (String, String, LockEntry) {
    problem_in(&World::new(&["a"]).await, reply).await
}

async fn problem_in(world: &World, reply: Reply) -> (String, String, LockEntry) {
    world.on(&format!("GET {WELL_KNOWN}"), reply);
    let entry = world.probe(world.mcp_static("{a}", Some(WELL_KNOWN))).await;
    assert_eq!(entry.problems.len(), 1, "{:?}", entry.problems);
    let problem = entry.problems.first().unwrap();
    (problem.rule.clone(), problem.message.clone(), entry.clone())
}

async fn finding(reply: Reply) -> (String, String) {
    let (rule, message, entry) = problem(reply).await;
    assert_eq!(entry.authorization_server, None);
    (rule, message)
}

fn said(rule: &str, message: &str) -> (String, String) {
    (rule.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_404_is_metadata_that_nobody_publishes() {
    assert_eq!(
        finding(Reply::status(404)).await,
        said(
            "unpublished-metadata",
            "`{a}` publishes no metadata at `{a}/.well-known/openid-configuration`"
        )
    );
    assert_eq!(finding(Reply::page()).await.0, "unpublished-metadata");
}

#[tokio::test]
async fn a_server_error_says_nothing_and_is_asked_twice_more() {
    let world = World::new(&["a"]).await;
    world.on(&format!("GET {WELL_KNOWN}"), Reply::status(500));
    let entry = world.probe(world.mcp_static("{a}", Some(WELL_KNOWN))).await;
    assert_eq!(rules(&entry), ["unreachable-metadata"]);
    assert_eq!(
        entry.problems.first().unwrap().message,
        "`{a}/.well-known/openid-configuration` answers 500"
    );
    assert_eq!(world.asked().len(), 3);
    assert_eq!(requests(&entry).len(), 1);
}

#[tokio::test]
async fn a_server_error_that_passes_is_not_seen() {
    let world = World::new(&["a"]).await;
    world
        .on(&format!("GET {WELL_KNOWN}"), Reply::status(503))
        .on(&format!("GET {WELL_KNOWN}"), Reply::json(GOOD));
    let entry = world.probe(world.mcp_static("{a}", Some(WELL_KNOWN))).await;
    assert_eq!(rules(&entry), [""; 0]);
    assert!(entry.authorization_server.is_some());
}

#[tokio::test]
async fn a_server_error_stops_the_search_at_once() {
    let world = World::new(&["a"]).await;
    world
        .on("GET {a}/.well-known/oauth-authorization-server", Reply::status(500))
        .on(&format!("GET {WELL_KNOWN}"), Reply::json(GOOD));
    let entry = world.probe(world.mcp_static("{a}", None)).await;
    assert_eq!(rules(&entry), ["unreachable-metadata"]);
    assert_eq!(requests(&entry), ["GET {a}/.well-known/oauth-authorization-server"]);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed() {
    for private in [
        "http://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://0xa.1/",
    ] {
        let (rule, message) = finding(Reply::redirect(301, private)).await;
        assert_eq!(rule, "unreachable-metadata");
        assert!(
            message.contains("it redirects to") && message.ends_with("is not a public address"),
            "{message}"
        );
    }
    let (rule, message) = finding(Reply::redirect(302, "http://elsewhere.example/")).await;
    assert_eq!(
        (rule.as_str(), message.ends_with("it is plain http")),
        ("unreachable-metadata", true),
        "{message}"
    );
}

#[tokio::test]
async fn a_redirect_loop_ends_after_three() {
    let (rule, message, entry) =
        problem(Reply::redirect(302, "/.well-known/openid-configuration")).await;
    assert_eq!(rule, "unreachable-metadata");
    assert!(message.ends_with("it redirects more than 3 times"), "{message}");
    assert_eq!(entry.requests.len(), 4);
}

#[tokio::test]
async fn three_redirects_are_followed() {
    let world = World::new(&["a", "b"]).await;
    world
        .on(&format!("GET {WELL_KNOWN}"), Reply::redirect(301, "/one"))
        .on("GET {a}/one", Reply::redirect(307, "{b}/two"))
        .on("GET {b}/two", Reply::redirect(302, "three?x=1"))
        .on("GET {b}/three?x=1", Reply::json(GOOD));
    let entry = world.probe(world.mcp_static("{a}", Some(WELL_KNOWN))).await;
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(entry.authorization_server.as_ref().unwrap().metadata_url, "{b}/three?x=1");
    assert_eq!(requests(&entry).len(), 4);
}

#[tokio::test]
async fn slow_headers_and_slow_bodies_run_into_the_limit() {
    // Both would take an hour, and end then with another finding.
    let hour = Duration::from_hours(1);
    let slow_headers = Reply::json(GOOD).after(hour);
    let slow_body = Reply::status(200).drip(b" ", 1, hour);
    for reply in [slow_headers, slow_body] {
        let mut world = World::new(&["a"]).await;
        world.limits.total = Duration::from_millis(400);
        let (rule, message, _) = problem_in(&world, reply).await;
        assert_eq!(rule, "unreachable-metadata");
        assert!(message.ends_with("no complete answer within 0.4 s"), "{message}");
    }
}

#[tokio::test]
async fn endless_and_huge_bodies_are_cut_as_they_stream() {
    const MEGABYTE: usize = 1024 * 1024;
    let endless = Reply::status(200).drip(&[b' '; 1024], usize::MAX, Duration::ZERO);
    let huge = Reply::status(200).drip(&vec![b' '; MEGABYTE], 100, Duration::ZERO);
    let announced = Reply::json(&" ".repeat(300 * 1024));
    for reply in [endless, huge, announced] {
        let world = World::new(&["a"]).await;
        let (rule, message, _) = problem_in(&world, reply).await;
        assert_eq!(
            (rule, message),
            said(
                "invalid-metadata",
                "the metadata at `{a}/.well-known/openid-configuration` is larger than 256 KiB"
            )
        );
        // What is sent beyond the limit fills the buffers of the connection, and nothing else.
        assert!(world.dripped() < 50 * MEGABYTE, "{}", world.dripped());
    }
}

#[tokio::test]
async fn a_wrong_content_type_is_named_and_the_document_used() {
    let reply = Reply::status(200).header("content-type", "text/plain").body(GOOD);
    let (rule, message, entry) = problem(reply).await;
    assert_eq!(rule, "mislabeled-metadata");
    assert_eq!(
        message,
        "the metadata at `{a}/.well-known/openid-configuration` is served as `text/plain`, not as `application/json`"
    );
    assert!(entry.authorization_server.is_some());
}

#[tokio::test]
async fn what_is_no_json_object_is_invalid() {
    let deep = "[".repeat(10_000);
    for (body, what) in [
        ("", "is empty"),
        ("{\"issuer\":", "is not JSON: EOF while parsing a value at line 1 column 10"),
        ("OK", "is not JSON: expected value at line 1 column 1"),
        ("[]", "is JSON, but no object"),
        ("{\"a\": 1e999}", "is not JSON: number out of range at line 1 column 11"),
        (deep.as_str(), "is not JSON: recursion limit exceeded at line 1 column 128"),
    ] {
        let message = format!("the metadata at `{{a}}/.well-known/openid-configuration` {what}");
        assert_eq!(finding(Reply::json(body)).await, said("invalid-metadata", &message));
    }
}

#[tokio::test]
async fn a_missing_endpoint_or_one_that_is_no_url_is_invalid() {
    for (body, what) in [
        (r#"{"issuer":"{a}","authorization_endpoint":"{a}/authorize"}"#, "has no `token_endpoint`"),
        (
            r#"{"issuer":"{a}","authorization_endpoint":"/authorize","token_endpoint":"{a}/t"}"#,
            "has a `authorization_endpoint` that is not a URL: `/authorize`",
        ),
        (
            r#"{"issuer":"{a}","authorization_endpoint":["{a}"],"token_endpoint":"{a}/t"}"#,
            "has a `authorization_endpoint` that is not a string",
        ),
        (
            r#"{"issuer":"{a}","authorization_endpoint":"{a}/a","token_endpoint":"{a}/t","scopes_supported":"a b"}"#,
            "has a `scopes_supported` that is not a list of strings",
        ),
        (
            r#"{"issuer":"{a}","authorization_endpoint":"{a}/a","token_endpoint":"{a}\n/t"}"#,
            r"has a `token_endpoint` that is not a URL: `{a}\u{a}/t`",
        ),
        (
            r#"{"issuer":"{a}","authorization_endpoint":"{a}/a","token_endpoint":"https://good.example@evil.example/t"}"#,
            "has a `token_endpoint` that is not a URL: `https://good.example@evil.example/t`",
        ),
        (r#"{"authorization_endpoint":"{a}/a","token_endpoint":"{a}/t"}"#, "has no `issuer`"),
    ] {
        let message = format!("the metadata at `{{a}}/.well-known/openid-configuration` {what}");
        assert_eq!(finding(Reply::json(body)).await, said("invalid-metadata", &message));
    }
}

#[tokio::test]
async fn an_endpoint_without_tls_is_insecure() {
    for member in
        ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "registration_endpoint"]
    {
        let mut document: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        document
            .as_object_mut()
            .unwrap()
            .insert(member.to_owned(), "http://provider.example/x".into());
        let (rule, message) = finding(Reply::json(&document.to_string())).await;
        assert_eq!(rule, "insecure-endpoint");
        assert_eq!(
            message,
            format!(
                "`{member}` in the metadata at `{{a}}/.well-known/openid-configuration` is `http://provider.example/x`, which is not https"
            )
        );
    }
}

#[tokio::test]
async fn another_issuer_is_a_mismatch_and_so_is_a_slash() {
    for (issuer, why) in [
        ("https://other.example", ", and so must not be used"),
        ("{a}/", ": the same but for a slash at the end, which counts"),
        (
            "{a}/{tenantid}",
            ": a template that stands for many issuers: name the one of a single tenant",
        ),
    ] {
        let (rule, message) = finding(Reply::json(
            &GOOD.replace(r#""issuer":"{a}""#, &format!(r#""issuer":"{issuer}""#)),
        ))
        .await;
        assert_eq!(rule, "issuer-mismatch");
        assert_eq!(
            message,
            format!(
                "the metadata at `{{a}}/.well-known/openid-configuration` is of the issuer `{issuer}`, not of `{{a}}`{why}"
            )
        );
    }
}

#[tokio::test]
async fn an_issuer_with_a_slash_is_found_by_its_own_name() {
    let world = World::new(&["a"]).await;
    world.on(
        &format!("GET {WELL_KNOWN}"),
        Reply::json(&GOOD.replace(r#""issuer":"{a}""#, r#""issuer":"{a}/""#)),
    );
    let entry = world.probe(world.mcp_static("{a}/", None)).await;
    assert_eq!(entry.issuer.as_deref(), Some("{a}/"));
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn a_resource_of_somebody_else_must_not_be_used() {
    for resource in ["https://other.example/mcp", "{a}/mc", "{a}/mcp/", "{a}/mcp/deeper", "{b}/mcp"]
    {
        let world = World::new(&["a", "b"]).await;
        world.on("POST {a}/mcp", Reply::challenge("{a}/meta")).on(
            "GET {a}/meta",
            Reply::json(&format!(
                r#"{{"resource":"{resource}","authorization_servers":["{{a}}"]}}"#
            )),
        );
        let entry = world.probe(world.remote("{a}/mcp")).await;
        assert_eq!(rules(&entry), ["resource-mismatch"], "{resource}");
        assert_eq!((&entry.resource, &entry.issuer), (&None, &None));
        assert_eq!(world.asked(), ["POST {a}/mcp", "GET {a}/meta"]);
    }
}

#[tokio::test]
async fn metadata_that_a_challenge_names_must_be_there() {
    let world = World::new(&["a"]).await;
    world.on("POST {a}/mcp", Reply::challenge("{a}/meta"));
    let entry = world.probe(world.remote("{a}/mcp")).await;
    assert_eq!(rules(&entry), ["invalid-metadata"]);
    assert_eq!(world.asked(), ["POST {a}/mcp", "GET {a}/meta"]);
}

#[tokio::test]
async fn named_metadata_and_issuers_must_be_https() {
    let world = World::new(&["a"]).await;
    world.on("POST {a}/mcp", Reply::challenge("http://provider.example/meta"));
    let entry = world.probe(world.remote("{a}/mcp")).await;
    assert_eq!(rules(&entry), ["insecure-endpoint"]);

    world.on("POST {a}/two", Reply::challenge("{a}/meta")).on(
        "GET {a}/meta",
        Reply::json(
            r#"{"resource":"{a}/two","authorization_servers":["http://provider.example"]}"#,
        ),
    );
    let entry = world.probe(world.remote("{a}/two")).await;
    assert_eq!(rules(&entry), ["insecure-endpoint"]);
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn what_a_server_names_is_checked_like_what_the_manifest_names() {
    for private in [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://0xa.1/",
        "https://167772161/",
    ] {
        let world = World::new(&["a"]).await;
        let named = format!(r#"{{"resource":"{{a}}/two","authorization_servers":["{private}"]}}"#);
        world
            .on("POST {a}/one", Reply::challenge(private))
            .on("POST {a}/two", Reply::challenge("{a}/meta"))
            .on("GET {a}/meta", Reply::json(&named));
        for url in ["{a}/one", "{a}/two"] {
            let entry = world.probe(world.remote(url)).await;
            assert_eq!(rules(&entry), ["unreachable-metadata"], "{private}");
            let outcome = &entry.requests.last().unwrap().outcome;
            assert!(
                outcome.starts_with("is not requested: ")
                    && outcome.ends_with("is not a public address"),
                "{outcome}"
            );
        }
    }
    // A password in a URL is sent to nobody, and neither is one that has no end.
    let endless = format!("https://a.example/{}", "a".repeat(3_000));
    for (named, rule) in [
        ("https://user:word@a.example/", "invalid-metadata"),
        ("https://a.example\\@b.example/", "invalid-metadata"),
        ("https:a.example", "invalid-metadata"),
        ("https:///a.example", "invalid-metadata"),
        ("https://@a.example", "invalid-metadata"),
        ("javascript:alert(1)", "invalid-metadata"),
        (endless.as_str(), "invalid-metadata"),
    ] {
        let world = World::new(&["a"]).await;
        world.on("POST {a}/mcp", Reply::challenge(named));
        let entry = world.probe(world.remote("{a}/mcp")).await;
        assert_eq!(rules(&entry), [rule], "{named}");
        assert_eq!(entry.requests.len(), 1);
        assert!(entry.problems.first().unwrap().message.len() < 600);
    }
    let (rule, message) = finding(Reply::redirect(302, &endless)).await;
    assert_eq!(rule, "unreachable-metadata");
    assert!(message.ends_with("which is not a URL"), "{message}");
}

#[tokio::test]
async fn a_member_that_is_stated_twice_is_refused() {
    for (body, name) in [
        (
            r#"{"issuer":"{a}","authorization_endpoint":"{a}/a","token_endpoint":"{a}/t","token_endpoint":"https://evil.example/t"}"#,
            "token_endpoint",
        ),
        (
            r#"{"issuer":"{a}","authorization_endpoint":"{a}/a","token_endpoint":"{a}/t","\u0069ssuer":"https://evil.example"}"#,
            "issuer",
        ),
    ] {
        let (rule, message) = finding(Reply::json(body)).await;
        assert_eq!(rule, "invalid-metadata");
        assert!(message.ends_with(&format!("states `{name}` twice")), "{message}");
    }
    // What discovery does not look at may be there as often as it likes.
    let world = World::new(&["a"]).await;
    let further = r#","x":1,"x":2,"y":{"issuer":1,"issuer":2}}"#;
    let body = GOOD.replace("/token\"}", &format!("/token\"{further}"));
    world.on(&format!("GET {WELL_KNOWN}"), Reply::json(&body));
    let entry = world.probe(world.mcp_static("{a}", Some(WELL_KNOWN))).await;
    assert_eq!(rules(&entry), [""; 0]);
    assert!(entry.authorization_server.is_some());
}

#[tokio::test]
async fn nothing_hidden_gets_from_an_answer_into_the_lock() {
    for hidden in [r"\u202e", r"\u0000", r"\n", r"\u007f", r"\u200b", r"\u061c", "\u{430}"] {
        for (member, value) in [
            ("scopes_supported", format!(r#"["re{hidden}ad"]"#)),
            ("code_challenge_methods_supported", format!(r#"["S256","{hidden}"]"#)),
            ("token_endpoint_auth_methods_supported", format!(r#"["no{hidden}ne"]"#)),
            ("grant_types_supported", format!(r#"["{hidden}"]"#)),
            ("revocation_endpoint", format!(r#""https://a.example/{hidden}""#)),
            ("issuer", format!(r#""https://a.example/{hidden}""#)),
        ] {
            let body = format!(
                r#"{{"authorization_endpoint":"{{a}}/a","token_endpoint":"{{a}}/t","{member}":{value}{}}}"#,
                match member {
                    "issuer" => "",
                    _ => r#","issuer":"{a}""#,
                }
            );
            let world = World::new(&["a"]).await;
            world.on(&format!("GET {WELL_KNOWN}"), Reply::json(&body));
            // Without an issuer in the manifest, the document is taken at its word.
            let mut target = world.mcp_static("{a}", Some(WELL_KNOWN));
            target.inputs.server_url = None;
            let entry = world.probe(target).await;
            assert_eq!(rules(&entry), ["invalid-metadata"], "{member} {hidden}");
            let text = serde_json::to_string(&entry).unwrap();
            assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
        }
    }
    for resource in [r"{a}/mc\tp", r"{a}/mcp\u202e", " {a}/mcp", r"{a}\\mcp", "{a}/mcp#x"] {
        let world = World::new(&["a"]).await;
        let body = format!(r#"{{"resource":"{resource}","authorization_servers":["{{a}}"]}}"#);
        world
            .on("POST {a}/mcp", Reply::challenge("{a}/meta"))
            .on("GET {a}/meta", Reply::json(&body));
        let entry = world.probe(world.remote("{a}/mcp")).await;
        assert_eq!(rules(&entry), ["resource-mismatch"], "{resource}");
    }
}

#[tokio::test]
async fn resource_metadata_without_an_authorization_server_is_invalid() {
    for body in [
        r#"{"resource":"{a}/mcp"}"#,
        r#"{"resource":"{a}/mcp","authorization_servers":[]}"#,
        r#"{"authorization_servers":["{a}"]}"#,
        r#"{"resource":"{a}/mcp","authorization_servers":["not a url"]}"#,
    ] {
        let world = World::new(&["a"]).await;
        world
            .on("POST {a}/mcp", Reply::status(401))
            .on("GET {a}/.well-known/oauth-protected-resource/mcp", Reply::json(body));
        let entry = world.probe(world.remote("{a}/mcp")).await;
        assert_eq!(rules(&entry), ["invalid-metadata"], "{body}");
        assert_eq!(entry.requests.len(), 2);
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let world = World::new(&["a"]).await;
    let entry = world.probe(world.remote(&format!("http://{address}/mcp"))).await;
    assert_eq!(rules(&entry), ["unreachable-metadata"]);
    assert_eq!(
        entry.problems.first().unwrap().message,
        format!("`http://{address}/mcp` cannot be requested: no connection to `127.0.0.1`")
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_three_times() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let world = World::new(&["a"]).await;
    let visitors = tokio::spawn(async move {
        for _ in 0..3 {
            drop(listener.accept().await.unwrap());
        }
        // Nobody comes a fourth time.
        tokio::time::timeout(Duration::from_millis(300), listener.accept()).await.is_err()
    });
    let entry = world.probe(world.remote(&format!("http://{address}/mcp"))).await;
    assert_eq!(rules(&entry), ["unreachable-metadata"]);
    assert!(visitors.await.unwrap());
}

#[tokio::test]
async fn foreign_text_cannot_add_a_line_or_a_control_character() {
    let reply = Reply::json(
        "{\"issuer\":\"https://a.example/\\u001b[31m\\nX\\u202e\",\"authorization_endpoint\":\"{a}/a\",\"token_endpoint\":\"{a}/t\"}",
    );
    let (rule, message) = finding(reply).await;
    assert_eq!(rule, "issuer-mismatch");
    assert!(message.contains(r"\u{1b}[31m\u{a}X\u{202e}"), "{message}");
}

#[tokio::test]
async fn a_proxy_that_was_named_gets_every_request() {
    let world = World::new(&["proxy"]).await;
    let options = ClientOptions { http_proxy: Some(world.fill("{proxy}")), ..world.options() };
    world.on("GET {proxy}http://localhost:9/m", Reply::json("{}"));
    let request = Request { method: Method::Get, url: "http://localhost:9/m".to_owned() };
    let answer = Network::new(&options).unwrap().fetch(&request).await.unwrap();
    assert_eq!(answer.status, Some(200));
    // What stands in the URL is checked all the same.
    let private = Request { url: "https://10.0.0.1/".to_owned(), ..request };
    let refused = Network::new(&options).unwrap().fetch(&private).await;
    assert_eq!(refused.unwrap_err().kind, FailureKind::Refused);
    assert_eq!(world.asked().len(), 1);
}

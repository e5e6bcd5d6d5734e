//! One test for each defect of today's proxy (D1 to D14): each would have caught it.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::world::{
    Answer, CLIENT_ID, CODE, Provider, REFRESH, SECRET, Setup, TOKEN, VERIFIER, World, code_request,
};

/// A proxy with two providers: its own, and one that nothing may reach.
async fn with_stranger() -> (World, Provider, Provider) {
    let (provider, stranger) = (Provider::start().await, Provider::start().await);
    for id in ["acme__slack", "acme__google", "acme__github"] {
        provider.on(&format!("/{id}/token"), Answer::tokens());
        stranger.on(&format!("/{id}/token"), Answer::tokens());
    }
    let world = Setup::new(&provider).start().await;
    (world, provider, stranger)
}

#[tokio::test]
async fn d1_the_sdk_route_goes_to_no_server_that_the_caller_names() {
    let (world, provider, stranger) = with_stranger().await;
    let metadata = json!({
        "issuer": stranger.origin,
        "token_endpoint": format!("{}/acme__google/token", stranger.origin),
    });
    stranger.on("/.well-known/oauth-authorization-server", Answer::json(&metadata));
    for url in [
        stranger.origin.clone(),
        format!("{}/acme__google", stranger.origin),
        format!("{}@{}/acme__google", provider.origin, &stranger.origin["http://".len()..]),
        format!("{}/acme__github", provider.origin),
        format!("{}/acme__google?x", provider.origin),
        "not a url".to_owned(),
    ] {
        let body = json!({
            "authorization_code": CODE, "code_verifier": VERIFIER, "authorization_server_url": url,
        });
        world.post("/mcp/sdk-token/acme__google", body).await.assert_refused();
    }
    assert!(stranger.asked().is_empty());
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn d2_no_redirect_is_followed() {
    let (world, provider, stranger) = with_stranger().await;
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = format!("{}/acme__slack/token", stranger.origin);
        provider.on("/acme__slack/token", Answer::redirect(status, &elsewhere));
        provider.on("/acme__slack/revoke", Answer::redirect(status, &elsewhere));
        let reply = world.post("/oauth/token", code_request("acme__slack", &provider)).await;
        assert_eq!((reply.status, &reply.json()["error"]), (502, &json!("server_error")));
        let body = json!({ "mcp_server_id": "acme__slack", "token": TOKEN });
        let reply = world.post("/oauth/revoke", body).await;
        assert_eq!((reply.status, &reply.json()["error"]), (502, &json!("server_error")));
    }
    assert!(stranger.asked().is_empty());
}

#[tokio::test]
async fn d3_a_secret_goes_to_no_endpoint_of_another_server() {
    let (world, provider, _) = with_stranger().await;
    let mut body = code_request("acme__slack", &provider);
    for other in [
        format!("{}/acme__github/token", provider.origin),
        format!("{}/acme__slack/token/", provider.origin),
        format!("{}/acme__slack/token?x=1", provider.origin),
        format!("{}/acme__slack/revoke", provider.origin),
        format!("{}/", provider.origin),
    ] {
        body["token_endpoint"] = json!(other);
        world.post("/oauth/token", body.clone()).await.assert_refused();
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn d4_no_header_picks_the_target_or_goes_along() {
    let (world, provider, stranger) = with_stranger().await;
    let form = format!("grant_type=authorization_code&code={CODE}&code_verifier={VERIFIER}");
    let request = |target: String| {
        world
            .http()
            .post(format!("http://{}/mcp/token/acme__github", world.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-target-endpoint", target)
            .header("authorization", "Bearer of-the-caller")
            .header("cookie", "session=of-the-caller")
            .header("x-anything", "of-the-caller")
            .body(form.clone())
    };
    let reply = world.send(request(format!("{}/acme__github/token", stranger.origin))).await;
    reply.assert_refused();
    assert!(stranger.asked().is_empty());
    assert!(provider.asked().is_empty());

    let reply = world.send(request(format!("{}/acme__github/token", provider.origin))).await;
    assert_eq!(reply.status, 200);
    let asked = provider.asked_once();
    assert!(!format!("{:?}", asked.headers).contains("of-the-caller"));
}

#[tokio::test]
async fn d5_production_knows_neither_loopback_nor_http() {
    let provider = Provider::start().await;
    for (endpoint, problem) in [
        (format!("{}/token", provider.origin), "127.0.0.1 is not a public address"),
        ("https://localhost/token".to_owned(), "`localhost` is a loopback name"),
        ("https://10.0.0.1/token".to_owned(), "10.0.0.1 is not a public address"),
        ("https://[::ffff:127.0.0.1]/token".to_owned(), "is not a public address"),
        ("http://auth.example.com/token".to_owned(), "it is plain http"),
        ("https://u:p@auth.example.com/token".to_owned(), "it carries credentials"),
        ("https://auth.example.com:8443/token".to_owned(), "it has an explicit port"),
        ("https://other.example.com/token".to_owned(), "not among the allowed destinations"),
    ] {
        let setup = Setup::new(&provider).with(|launch| {
            launch["profile"] = json!("production");
            launch["allowed_destinations"] =
                json!(["127.0.0.1", "localhost", "10.0.0.1", "auth.example.com"]);
            launch["servers"]["acme__slack"]["token_endpoint"] = json!(endpoint);
        });
        let error = catproof::testing::runtime::proxy::check(&setup.written().options)
            .unwrap_err()
            .to_string();
        assert!(error.contains("servers/acme__slack/token_endpoint"), "{error}");
        assert!(error.contains(problem), "{endpoint}: {error}");
    }
}

#[tokio::test]
async fn d6_nothing_secret_is_logged() {
    let (world, provider, _) = with_stranger().await;
    for id in ["acme__slack", "acme__google", "acme__github"] {
        world.post("/oauth/token", code_request(id, &provider)).await;
        provider.on(&format!("/{id}/token"), Answer::text(400, "text/html", SECRET));
        world.post("/oauth/token", code_request(id, &provider)).await;
        provider.on(&format!("/{id}/token"), Answer::json(&json!({ "error": TOKEN })));
        world.post("/oauth/token", code_request(id, &provider)).await;
        world.post(&format!("/mcp/sdk-token/{SECRET}"), json!({ "code": CODE })).await;
        world
            .post_form(&format!("/mcp/token/{id}?code={CODE}"), &format!("code={CODE}&x={SECRET}"))
            .await;
        world.post("/oauth/revoke", json!({ "mcp_server_id": id, "token": TOKEN })).await;
        world
            .post(
                "/oauth/token",
                json!({ "mcp_server_id": SECRET, "code": CODE, "refresh_token": REFRESH }),
            )
            .await;
        world.get(&format!("/oauth/callback?code={CODE}&state={TOKEN}")).await;
        world.get(&format!("/callback/{CODE}?error={TOKEN}&state=1")).await;
        world.get(&format!("/{CODE}")).await;
        let request =
            world.request(&format!("/{SECRET}")).header("authorization", format!("Bearer {TOKEN}"));
        world.send(request.body(CODE)).await;
        let method = reqwest::Method::from_bytes(CODE.as_bytes()).unwrap();
        let url = format!("http://{}/health", world.address);
        world.send(world.http().request(method, url)).await;
    }
    // That none of it is in the log is asserted for every test, when its world is dropped.
    assert_eq!(world.log().len(), 1 + 3 * 13 - 3);
}

#[tokio::test]
async fn d7_replies_keep_every_field_and_never_become_an_empty_success() {
    let (world, provider, _) = with_stranger().await;
    let request = code_request("acme__slack", &provider);
    let whole = json!({ "access_token": "xoxb", "authed_user": { "access_token": "xoxp" }, "n": [1, null] });
    provider.on("/acme__slack/token", Answer::json(&whole));
    assert_eq!(world.post("/oauth/token", request.clone()).await.json(), whole);
    provider
        .on("/acme__slack/token", Answer::json(&json!({ "ok": false, "error": "invalid_code" })));
    assert_eq!(world.post("/oauth/token", request.clone()).await.status, 400);
    provider.on("/acme__slack/token", Answer::form("access_token=a&token_type=bearer"));
    let reply = world.post("/oauth/token", request).await;
    assert_eq!(reply.json(), json!({ "access_token": "a", "token_type": "bearer" }));
    assert_eq!(provider.asked()[0].headers["accept"], "application/json");
}

#[tokio::test]
async fn d8_no_authorization_server_url_is_needed() {
    let (world, provider, _) = with_stranger().await;
    let body = json!({ "authorization_code": CODE, "code_verifier": VERIFIER });
    let reply = world.post("/mcp/sdk-token/acme__google", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let empty = json!({
        "authorization_code": CODE, "code_verifier": VERIFIER, "authorization_server_url": "",
    });
    assert_eq!(world.post("/mcp/sdk-token/acme__google", empty).await.status, 200);
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn d9_the_callback_page_says_what_really_happened() {
    let (world, _, _) = with_stranger().await;
    for path in ["/oauth/callback", "/oauth-callback", "/callback/slack"] {
        let page = world
            .get(&format!("{path}?code=a%26b%22%3E&state=s+1&iss=https%3A%2F%2Fa.test&junk=x"))
            .await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("<h1>Authorized</h1>"), "{page:?}");
        let link = "archestra-ai://oauth-callback?code=a%26b%22%3E&amp;state=s+1&amp;iss=https%3A%2F%2Fa.test\"";
        assert!(page.text.contains(&format!("0;url={link}")), "{page:?}");
        assert!(page.text.contains(&format!("href=\"{link}")), "{page:?}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));

        let denial = "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE&state=s";
        let page = world.get(&format!("{path}?{denial}&code=x")).await;
        assert_eq!(page.status, 400);
        assert!(page.text.contains("<h1>Not authorized</h1>"), "{page:?}");
        assert!(
            page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; (access_denied)"),
            "{page:?}"
        );
        assert!(!page.text.contains("<script"), "{page:?}");
        // Anybody can make such a link, so it is not said to be the provider's words.
        assert!(page.text.contains("The address of this page says: &lt;script"), "{page:?}");
        assert!(!page.text.contains("provider"), "{page:?}");
        assert!(
            page.text.contains("oauth-callback?code=x&amp;state=s&amp;error=access_denied"),
            "{page:?}"
        );

        let page = world.get(&format!("{path}?error=access_denied")).await;
        assert!(page.text.contains("The address of this page says: access_denied."), "{page:?}");
        assert!(!page.text.contains("archestra-ai"), "{page:?}");

        for nothing in [
            "",
            "?",
            "?state=s",
            "?code=x",
            "?code=&state=s",
            "?code=x&state=",
            "?code=x&state=s&state=t",
            "?code=x&code=y&state=s",
            "?CODE=x&STATE=s",
        ] {
            let page = world.get(&format!("{path}{nothing}")).await;
            assert_eq!(page.status, 400, "{nothing}");
            assert!(page.text.contains("<h1>Nothing to do</h1>"), "{nothing}");
            assert!(!page.text.contains("archestra-ai"), "{nothing}");
        }
    }
    let long = world.get(&format!("/oauth/callback?state=s&code={}", "x".repeat(9000))).await;
    assert_eq!(long.status, 400);
}

#[tokio::test]
async fn d10_only_configured_pages_and_no_floods_are_let_in() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider)
        .limits(|limits| (limits.rate, limits.burst) = (0.001, 12))
        .start()
        .await;
    let body = code_request("acme__slack", &provider).to_string();
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:5173.evil.example",
        "HTTP://localhost:5173",
    ] {
        let request = world.request("/oauth/token").header("origin", origin).body(body.clone());
        let reply = world.send(request).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (403, &json!("access_denied")),
            "{origin}"
        );
        assert!(!reply.headers.contains_key("access-control-allow-origin"));
        let request = world
            .http()
            .request(reqwest::Method::OPTIONS, format!("http://{}/oauth/token", world.address));
        let reply = world.send(request.header("origin", origin)).await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"));
    }
    assert!(provider.asked().is_empty());
    let request = world
        .http()
        .request(reqwest::Method::OPTIONS, format!("http://{}/oauth/token", world.address));
    let request = request
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST");
    let reply = world.send(request).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:5173");
    assert_eq!(reply.header("access-control-allow-methods"), "GET, POST");
    let request =
        world.request("/oauth/token").header("origin", "http://localhost:5173").body(body.clone());
    let reply = world.send(request).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:5173");
    assert_eq!(reply.header("vary"), "Origin");

    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(world.send(world.request("/oauth/token").body(body.clone())).await);
    }
    let last = statuses.last().unwrap();
    assert_eq!((last.status, last.header("retry-after")), (429, "1"));
    assert_eq!(last.json()["error"], "temporarily_unavailable");
    assert!(provider.asked().len() < 6, "{}", provider.asked().len());
}

#[tokio::test]
async fn d11_it_listens_where_it_is_told_and_tells_nobody_which_servers_there_are() {
    let (world, provider, _) = with_stranger().await;
    assert!(world.address.ip().is_loopback());
    let health = world.get("/health").await;
    assert_eq!(health.json(), json!({ "status": "ok", "allowedDestinations": ["127.0.0.1"] }));
    assert_eq!(world.get("/").await.status, 404);

    // One server is not configured, one has no endpoint, one has another endpoint.
    let mut answers = Vec::new();
    for id in ["nobody", "acme__unknown", "acme__slack"] {
        let endpoint = "https://nobody.example/token";
        for (path, body) in [
            (
                "/oauth/token".to_owned(),
                json!({ "mcp_server_id": id, "grant_type": "authorization_code", "code": CODE, "token_endpoint": endpoint }),
            ),
            (
                format!("/mcp/sdk-token/{id}"),
                json!({ "code": CODE, "authorization_server_url": endpoint }),
            ),
            (format!("/mcp/sdk-token/{id}"), json!({ "code": CODE, "resource": endpoint })),
            (
                "/oauth/revoke".to_owned(),
                json!({ "mcp_server_id": id, "token": TOKEN, "revocation_endpoint": endpoint }),
            ),
        ] {
            let reply = world.post(&path, body).await;
            reply.assert_refused();
            answers.push(reply.text);
        }
        // What is wrong with the request itself is the same for all of them too.
        let reply =
            world.post(&format!("/mcp/sdk-token/{id}"), json!({ "grant_type": "password" })).await;
        assert_eq!(reply.json()["error"], "unsupported_grant_type");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn d12_the_environment_is_that_of_the_guide_and_is_asked_for_by_name() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider);
    setup.options.environment = [
        ("GOOGLE_CLIENT_SECRET", SECRET),
        ("acme__slack_SECRET", ""),
        ("ACME__GITHUB_SECRET", SECRET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let setup = setup.written();
    let error = catproof::testing::runtime::proxy::check(&setup.options).unwrap_err().to_string();
    for named in [
        "acme__google_SECRET",
        "ACME__GOOGLE_SECRET",
        "acme__google_SECRET_FILE",
        "acme__slack_SECRET",
    ] {
        assert!(error.contains(named), "{named}: {error}");
    }
    // What is set under its alias is there, and a server without an endpoint needs no secret.
    assert!(!error.contains("github") && !error.contains("unknown"), "{error}");
    assert!(!error.contains("GOOGLE_CLIENT_SECRET"), "{error}");
    // Said once.
    assert_eq!(error.matches("acme__google_SECRET or").count(), 1, "{error}");
}

#[tokio::test]
async fn d13_the_client_authenticates_as_compiled_and_form_encoded() {
    let (world, provider, _) = with_stranger().await;
    world.post("/oauth/token", code_request("acme__google", &provider)).await;
    let asked = provider.asked_once();
    assert!(!asked.form.contains_key("client_id"));
    assert!(!asked.form.contains_key("client_secret"));
    let header = asked.headers["authorization"].to_str().unwrap().to_owned();
    // base64 of `client-id%3A1%2B%25:planted-secret%2B%2F%3D%3A%26%25%C3%A9%22%27`.
    let encoded =
        "Y2xpZW50LWlkJTNBMSUyQiUyNTpwbGFudGVkLXNlY3JldCUyQiUyRiUzRCUzQSUyNiUyNSVDMyVBOSUyMiUyNw==";
    assert_eq!(header, format!("Basic {encoded}"));

    let body = json!({ "code": CODE, "code_verifier": VERIFIER });
    world.post("/mcp/token/acme__github", body).await;
    let asked = provider.asked();
    assert!(!asked[1].headers.contains_key("authorization"));
    assert_eq!(asked[1].form["client_id"], CLIENT_ID);
    assert_eq!(asked[1].form["client_secret"], SECRET);
}

#[tokio::test]
async fn d14_a_revocation_succeeds_only_if_it_did_and_only_with_the_secret() {
    let (world, provider, stranger) = with_stranger().await;
    let revoke = |id: &str| json!({ "mcp_server_id": id, "token": TOKEN });
    provider
        .on("/acme__slack/revoke", Answer::json(&json!({ "ok": false, "error": "token_revoked" })));
    let reply = world.post("/oauth/revoke", revoke("acme__slack")).await;
    assert_eq!(
        (reply.status, reply.json()),
        (400, json!({ "ok": false, "error": "token_revoked" }))
    );
    provider.on("/acme__slack/revoke", Answer::text(500, "text/plain", "at /srv/app.js:12"));
    let reply = world.post("/oauth/revoke", revoke("acme__slack")).await;
    assert_eq!((reply.status, &reply.json()["error"]), (502, &json!("server_error")));
    assert!(!reply.text.contains("app.js"));
    world.post("/oauth/revoke", revoke("nobody")).await.assert_refused();
    let mut elsewhere = revoke("acme__slack");
    elsewhere["revocation_endpoint"] = json!(format!("{}/acme__slack/revoke", stranger.origin));
    world.post("/oauth/revoke", elsewhere).await.assert_refused();
    assert!(stranger.asked().is_empty());
    assert_eq!(provider.asked()[0].form["client_secret"], SECRET);
}

#[tokio::test]
async fn d11_the_default_is_loopback_and_another_address_is_asked_for() {
    let provider = Provider::start().await;
    let setup = Setup::new(&provider)
        .with(|launch| launch["listen"] = json!({ "host": "127.0.0.1", "port": 8080 }));
    let mut setup = setup.written();
    let summary = catproof::testing::runtime::proxy::check(&setup.options).unwrap();
    assert_eq!(summary.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
    setup.options.listen = Some(SocketAddr::from(([0, 0, 0, 0], 9)));
    assert_eq!(catproof::testing::runtime::proxy::check(&setup.options).unwrap().listen.port(), 9);
}

#[tokio::test]
async fn d14_a_server_without_revocation_is_refused_like_an_unknown_one() {
    let provider = Provider::start().await;
    let without =
        |launch: &mut Value| launch["servers"]["acme__slack"]["revocation_endpoint"] = json!(null);
    let world = Setup::new(&provider).with(without).start().await;
    let body = json!({ "mcp_server_id": "acme__slack", "token": TOKEN });
    world.post("/oauth/revoke", body).await.assert_refused();
}

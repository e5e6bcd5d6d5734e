//! Whole exchanges, with the reply shapes of Slack, GitHub and Google.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use url::form_urlencoded;

use super::world::{
    Answer, CLIENT_ID, CODE, Provider, REFRESH, SECRET, Setup, TOKEN, VERIFIER, code_request,
};

#[tokio::test]
async fn a_code_is_exchanged_with_the_secret_added_and_nothing_else() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    let mut body = code_request("acme__slack", &provider);
    body["client_id"] = json!("of the caller");
    body["client_secret"] = json!("REDACTED");
    body["unknown"] = json!(["x"]);
    let reply = world.post("/oauth/token", body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({ "access_token": TOKEN, "refresh_token": REFRESH, "token_type": "Bearer", "expires_in": 3600 })
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    let asked = provider.asked_once();
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", "http://localhost:8080/oauth/callback"),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(asked.form, expected.into());
    assert_eq!(asked.headers["accept"], "application/json");
    assert!(!asked.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_form_is_as_good_as_json() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    let body = format!(
        "grant_type=refresh_token&mcp_server_id=acme__slack&refresh_token={REFRESH}&scope=a+b"
    );
    let reply = world.post_form("/oauth/token", &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let form = provider.asked_once().form;
    assert_eq!(form["refresh_token"], REFRESH);
    assert_eq!(form["scope"], "a b");
    assert_eq!(form["client_secret"], SECRET);
    assert!(!form.contains_key("code"));
}

#[tokio::test]
async fn the_route_of_the_sdk_takes_its_own_field_names() {
    let provider = Provider::start().await;
    provider.on("/acme__github/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    let body = json!({
        "authorization_code": CODE,
        "code_verifier": VERIFIER,
        "redirect_uri": "http://localhost:8080/oauth/callback",
        "resource": "https://mcp.github.test/mcp",
        "authorization_server_url": format!("{}/acme__github/", provider.origin),
    });
    let reply = world.post("/mcp/sdk-token/acme__github", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let form = provider.asked_once().form;
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], CODE);
    assert_eq!(form["code_verifier"], VERIFIER);
    // As compiled, with its slash.
    assert_eq!(form["resource"], "https://mcp.github.test/mcp/");
}

#[tokio::test]
async fn the_route_of_the_sdk_refreshes_too() {
    let provider = Provider::start().await;
    provider.on("/acme__github/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    let body = json!({ "grant_type": "refresh_token", "refresh_token": REFRESH });
    let reply = world.post("/mcp/token/acme__github", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(provider.asked_once().form["refresh_token"], REFRESH);
}

#[tokio::test]
async fn a_token_is_revoked_with_the_secret_added() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/revoke", Answer::text(200, "text/plain", ""));
    let world = Setup::new(&provider).start().await;
    let body = json!({ "mcp_server_id": "acme__slack", "token": TOKEN, "token_type_hint": "access_token" });
    let reply = world.post("/oauth/revoke", body).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "success": true })));
    let form = provider.asked_once().form;
    assert_eq!(form["token"], TOKEN);
    assert_eq!(form["token_type_hint"], "access_token");
    assert_eq!(form["client_secret"], SECRET);
    assert!(!form.contains_key("grant_type"));
}

#[tokio::test]
async fn slack_replies_pass_whole_and_its_errors_are_errors() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider).start().await;
    let slack = json!({
        "ok": true,
        "app_id": "A0KRD7HC3",
        "authed_user": { "id": "U1234", "scope": "chat:write", "access_token": "xoxp-1", "token_type": "user" },
        "scope": "commands",
        "token_type": "bot",
        "access_token": "xoxb-1",
        "bot_user_id": "U0KRQLJ9H",
        "team": { "name": "Slack Pickleball Team", "id": "T9TK3CUKW" },
        "enterprise": null,
        "is_enterprise_install": false,
    });
    provider.on("/acme__slack/token", Answer::json(&slack));
    let request = code_request("acme__slack", &provider);
    let reply = world.post("/oauth/token", request.clone()).await;
    assert_eq!((reply.status, reply.json()), (200, slack));

    let error = json!({ "ok": false, "error": "invalid_code" });
    provider.on("/acme__slack/token", Answer::json(&error));
    let reply = world.post("/oauth/token", request.clone()).await;
    assert_eq!((reply.status, reply.json()), (400, error));

    provider.on("/acme__slack/token", Answer::json(&json!({ "ok": false })));
    let reply = world.post("/oauth/token", request).await;
    assert_eq!(
        (reply.status, reply.json()),
        (400, json!({ "ok": false, "error": "invalid_request" }))
    );
}

#[tokio::test]
async fn github_forms_become_json_and_its_errors_are_errors() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider).start().await;
    let request = code_request("acme__github", &provider);
    provider.on(
        "/acme__github/token",
        Answer::form("access_token=gho_16C7&expires_in=28800&refresh_token=ghr_1B4a&refresh_token_expires_in=15811200&scope=repo%2Cgist&token_type=bearer"),
    );
    let reply = world.post("/oauth/token", request.clone()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({
            "access_token": "gho_16C7",
            "expires_in": 28800,
            "refresh_token": "ghr_1B4a",
            "refresh_token_expires_in": 15_811_200,
            "scope": "repo,gist",
            "token_type": "bearer",
        })
    );
    provider.on(
        "/acme__github/token",
        Answer::form("error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired."),
    );
    let reply = world.post("/oauth/token", request).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["error"], "bad_verification_code");
    assert_eq!(reply.json()["error_description"], "The code passed is incorrect or expired.");
}

#[tokio::test]
async fn errors_of_a_provider_keep_their_words_and_status() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider).start().await;
    let request = code_request("acme__google", &provider);
    let path = "/acme__google/token";
    let body = r#"{"error":"invalid_grant","error_description":"Bad Request"}"#;
    for (status, content_type, body, expected, error) in [
        (400, "application/json", body, 400, "invalid_grant"),
        (401, "application/json", r#"{"error":"invalid_client"}"#, 401, "invalid_client"),
        (403, "text/html", "<h1>no</h1>", 403, "invalid_request"),
        (
            400,
            "application/json",
            r#"{"error":{"message":"x","code":190}}"#,
            400,
            "invalid_request",
        ),
        (429, "text/html", "slow", 429, "temporarily_unavailable"),
        (503, "text/html", "later", 503, "temporarily_unavailable"),
        (500, "text/html", "oops", 502, "server_error"),
        (200, "text/html", "<h1>error=1</h1>", 502, "server_error"),
        (200, "application/json", "[]", 502, "server_error"),
        (200, "application/json", r#"{"access_token":"#, 502, "server_error"),
        (200, "application/json", "", 502, "server_error"),
    ] {
        provider.on(path, Answer::text(status, content_type, body));
        let reply = world.post("/oauth/token", request.clone()).await;
        assert_eq!(reply.status, expected, "{status} {body}");
        assert_eq!(reply.json()["error"], error, "{status} {body}");
    }
}

#[tokio::test]
async fn a_provider_that_repeats_the_secret_is_not_passed_on() {
    let provider = Provider::start().await;
    let world = Setup::new(&provider).start().await;
    let request = code_request("acme__slack", &provider);
    let encoded: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let posted = format!("grant_type=authorization_code&client_secret={encoded}");
    let mut echoes = vec![
        format!("s={SECRET};"),
        SECRET.to_uppercase(),
        SECRET.chars().take(13).collect(),
        SECRET.chars().skip(3).take(14).collect(),
        posted.clone(),
        posted.to_lowercase(),
        posted.replace('%', "%25"),
    ];
    // At each of the three places that Base64 can begin at.
    for before in ["", "x", "xy"] {
        for text in [format!("{before}{SECRET}"), format!("{before}id:{encoded}&x=y")] {
            let standard = STANDARD.encode(&text);
            echoes.extend([URL_SAFE_NO_PAD.encode(&text), standard.to_uppercase()]);
            echoes.push(form_urlencoded::byte_serialize(standard.as_bytes()).collect());
            echoes.push(format!("Basic {standard}"));
        }
    }
    for echo in echoes {
        for reply in [
            json!({ "access_token": "x", "debug": { "you sent": [echo] } }),
            json!({ "error": "invalid_client", "error_description": echo }),
            json!({ "access_token": "x", echo.as_str(): 1 }),
        ] {
            provider.on("/acme__slack/token", Answer::json(&reply));
            let reply = world.post("/oauth/token", request.clone()).await;
            assert_eq!(reply.status, 502, "{echo}");
            assert_eq!(reply.json()["error"], "server_error");
            assert!(!reply.text.contains("planted"), "{reply:?}");
        }
    }
    let form = Answer::form(&format!("access_token=x&debug={encoded}"));
    provider.on("/acme__slack/token", form);
    assert_eq!(world.post("/oauth/token", request.clone()).await.status, 502);
    // What looks like it, and is not.
    provider.on("/acme__slack/token", Answer::json(&json!({ "access_token": "planted-sec" })));
    assert_eq!(world.post("/oauth/token", request).await.status, 200);
}

#[tokio::test]
async fn headers_of_a_provider_stay_with_the_proxy() {
    let provider = Provider::start().await;
    let mut answer = Answer::tokens();
    answer.headers.push(("set-cookie", "session=1".to_owned()));
    answer.headers.push(("access-control-allow-origin", "*".to_owned()));
    provider.on("/acme__slack/token", answer);
    let world = Setup::new(&provider).start().await;
    let reply = world.post("/oauth/token", code_request("acme__slack", &provider)).await;
    assert_eq!(reply.status, 200);
    assert!(!reply.headers.contains_key("set-cookie"));
    assert!(!reply.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_log_says_what_happened_in_one_line() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let world = Setup::new(&provider).start().await;
    let reply = world.post("/oauth/token", code_request("acme__slack", &provider)).await;
    world.post("/mcp/sdk-token/nobody", json!({ "authorization_code": CODE })).await;
    let log = world.log();
    assert_eq!(log[0]["event"], "listening");
    let line = &log[1];
    assert_eq!(line["request"], reply.header("x-request-id"));
    assert_eq!(line["method"], "POST");
    assert_eq!(line["route"], "/oauth/token");
    assert_eq!(line["server"], "acme__slack");
    assert_eq!(line["host"], "127.0.0.1");
    assert_eq!(line["status"], 200);
    assert_eq!(line["provider_status"], 200);
    assert!(line["ms"].is_u64());
    assert_eq!(log[2]["server"], json!(null));
    assert_eq!(log[2]["reason"], "no such server, or no secret for it");
}

#[tokio::test]
async fn requests_in_flight_are_answered_before_the_proxy_stops() {
    let provider = Provider::start().await;
    let slow = Answer::tokens().after(std::time::Duration::from_millis(400));
    provider.on("/acme__slack/token", slow);
    let mut world = Setup::new(&provider).start().await;
    let request = world.request("/oauth/token");
    let request = request.body(code_request("acme__slack", &provider).to_string());
    let in_flight = tokio::spawn(request.send());
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let stopping = world.tell_to_stop();
    assert_eq!(in_flight.await.unwrap().unwrap().status(), 200);
    stopping.await.unwrap();
    assert!(tokio::net::TcpStream::connect(world.address).await.is_err());
}

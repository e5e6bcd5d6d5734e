//! What the proxy starts with, and what it refuses to start with.

use catproof::testing::runtime::proxy::parameters::Parameters;
use catproof::testing::runtime::proxy::{ProxyError, check};
use catproof::testing::text::profile::Profile;
use serde_json::json;

use super::world::{
    Answer, Provider, SECRET, Setup, TOKEN, assert_holds_nothing_planted, code_request,
};

#[tokio::test]
async fn the_environment_wins_over_the_file_and_the_guides_names_over_their_aliases() {
    let provider = Provider::start().await;
    for id in ["acme__slack", "acme__google", "acme__github"] {
        provider.on(&format!("/{id}/token"), Answer::tokens());
    }
    let mut setup = Setup::new(&provider).with(|launch| {
        launch["servers"]["acme__google"]["client_authentication"] = json!("client_secret_post");
    });
    let secret_file = setup.file("secret", "of the third file\r\n");
    let env_file = setup.file(
        ".env",
        &format!(
            "acme__slack_SECRET='of the file'\nACME__SLACK_SECRET=alias\nacme__slack_CLIENT_ID=\"slack id\"\n\
             acme__google_SECRET=loses\nacme__google_SECRET=of-the-file#comment\n\
             ACME__GITHUB_SECRET_FILE=`{}`\n",
            secret_file.display()
        ),
    );
    setup.options.env_file = Some(env_file);
    setup.options.environment =
        [("acme__google_SECRET".to_owned(), "of the process".to_owned())].into();
    let world = setup.start().await;
    for id in ["acme__slack", "acme__google", "acme__github"] {
        assert_eq!(world.post("/oauth/token", code_request(id, &provider)).await.status, 200);
    }
    let secrets: Vec<String> =
        provider.asked().iter().map(|asked| asked.form["client_secret"].clone()).collect();
    assert_eq!(secrets, ["of the file", "of the process", "of the third file"]);
    assert_eq!(provider.asked()[0].form["client_id"], "slack id");
}

#[tokio::test]
async fn missing_secrets_can_be_put_up_with_and_their_servers_are_refused() {
    let provider = Provider::start().await;
    provider.on("/acme__slack/token", Answer::tokens());
    let mut setup = Setup::new(&provider);
    setup.options.environment.remove("acme__google_SECRET");
    setup.options.environment.remove("acme__github_SECRET");
    let mut setup = setup.written();
    let Err(ProxyError::Incomplete(missing)) = check(&setup.options) else {
        panic!("it must not start");
    };
    let servers: Vec<&str> = missing.iter().map(|missing| missing.server.as_str()).collect();
    assert_eq!(servers, ["acme__github", "acme__google"]);
    setup.options.allow_missing = true;
    let summary = check(&setup.options).unwrap();
    assert_eq!(summary.ready, ["acme__slack"]);
    assert_eq!(summary.without_endpoint, ["acme__unknown"]);
    assert_eq!(summary.without_secret, missing);
    assert_eq!(summary.profile, Profile::Development);
    let world = setup.start().await;
    assert_eq!(
        world.post("/oauth/token", code_request("acme__slack", &provider)).await.status,
        200
    );
    world.post("/oauth/token", code_request("acme__google", &provider)).await.assert_refused();
}

#[tokio::test]
async fn a_secret_file_that_cannot_be_used_is_named_by_its_variable() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider).written();
    setup.options.environment.remove("acme__slack_SECRET");
    let empty = setup.file("empty", "\n");
    for path in ["/nonexistent/planted-path", empty.to_str().unwrap()] {
        let variable = "acme__slack_SECRET_FILE".to_owned();
        setup.options.environment.insert(variable, path.to_owned());
        let error = check(&setup.options).unwrap_err().to_string();
        assert!(error.contains("acme__slack_SECRET_FILE"), "{error}");
        assert_holds_nothing_planted(&error);
    }
}

#[tokio::test]
async fn a_launch_file_that_build_never_wrote_is_refused_with_every_problem() {
    let provider = Provider::start().await;
    let setup = Setup::new(&provider).with(|launch| {
        launch["listen"]["host"] = json!("localhost");
        launch["deep_link"] = json!("nowhere");
        launch["cors_origins"] = json!(["*", "https://app.example/", "https://a.example\r\nx: y"]);
        launch["servers"]["acme__slack"]["token_endpoint"] = json!("slack.com/token");
        launch["servers"]["acme__google"]["revocation_endpoint"] = json!("http://10.0.0.1/");
        launch["servers"]["acme__github"]["token_endpoint"] =
            json!(format!("{}/#x", provider.origin));
    });
    let error = check(&setup.written().options).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1 + 6, "{error}");

    for (pointer, value) in
        [("version", json!(2)), ("kind", json!("server")), ("surprise", json!(1))]
    {
        let setup = Setup::new(&provider).with(|launch| launch[pointer] = value);
        assert!(
            matches!(check(&setup.written().options), Err(ProxyError::Launch { .. })),
            "{pointer}"
        );
    }
    let setup = Setup::new(&provider);
    assert!(matches!(check(&setup.options), Err(ProxyError::Unreadable { .. })));
}

#[tokio::test]
async fn the_deep_link_has_a_scheme_of_the_apps_own() {
    let provider = Provider::start().await;
    for link in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "https://evil.example/callback",
        "http://localhost/",
        "data:text/html,x",
        "file:///etc/passwd",
    ] {
        let setup = Setup::new(&provider).with(|launch| launch["deep_link"] = json!(link));
        let error = check(&setup.written().options).unwrap_err().to_string();
        assert!(error.contains("not the app's own"), "{link}: {error}");
    }
    let setup =
        Setup::new(&provider).with(|launch| launch["deep_link"] = json!("com.acme.app:/callback"));
    assert!(check(&setup.written().options).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn no_file_is_read_without_end() {
    let provider = Provider::start().await;
    let zero = std::path::PathBuf::from("/dev/zero");
    let mut setup = Setup::new(&provider).written();
    let launch = std::mem::replace(&mut setup.options.launch, zero.clone());
    let unreadable = |setup: &Setup| {
        let error = check(&setup.options).unwrap_err();
        assert!(matches!(error, ProxyError::Unreadable { .. }), "{error}");
    };
    unreadable(&setup);
    setup.options.launch = launch;
    setup.options.env_file = Some(zero);
    unreadable(&setup);
    setup.options.env_file = None;
    setup.options.environment.remove("acme__slack_SECRET");
    let variable = "acme__slack_SECRET_FILE".to_owned();
    let environment = &mut setup.options.environment;
    environment.insert(variable.clone(), "/dev/zero".to_owned());
    let error = check(&setup.options).unwrap_err().to_string();
    assert!(error.contains("not a regular file"), "{error}");

    // As Kubernetes puts secrets: behind a link.
    let secret = setup.file("secret", SECRET);
    let link = secret.with_file_name("link");
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let link = link.to_str().unwrap().to_owned();
    setup.options.environment.insert(variable, link);
    assert!(check(&setup.options).is_ok());
}

#[test]
fn a_json_body_names_no_parameter_twice() {
    for body in [
        r#"{"code": "a", "code": "b"}"#,
        r#"{"code": null, "code": "b"}"#,
        r#"{"code": "a", "co\u0064e": "b"}"#,
    ] {
        assert!(Parameters::of_json(body.as_bytes()).is_err(), "{body}");
    }
    let body = r#"{"code": "a", "other": 1, "other": {}}"#;
    let parameters = Parameters::of_json(body.as_bytes()).unwrap();
    assert_eq!(parameters.get("code"), Some("a"));
}

#[tokio::test]
async fn no_debug_view_and_no_message_holds_a_value_of_the_environment() {
    let provider = Provider::start().await;
    let mut setup = Setup::new(&provider).written();
    setup.options.environment.insert("acme__slack_SECRET".to_owned(), String::new());
    setup.options.environment.insert("OTHER_SECRET".to_owned(), SECRET.to_owned());
    let error = check(&setup.options).unwrap_err();
    assert_holds_nothing_planted(&format!("{error} {error:?}"));
    assert_holds_nothing_planted(&format!("{:?}", setup.options));
    setup.options.environment.insert("acme__slack_SECRET".to_owned(), TOKEN.to_owned());
    let listening = catproof::testing::runtime::proxy::bind(setup.options).await.unwrap();
    assert_holds_nothing_planted(&format!("{listening:?}"));
}

#[tokio::test]
async fn an_address_that_is_taken_is_said() {
    let provider = Provider::start().await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut setup = Setup::new(&provider).written();
    setup.options.listen = Some(taken.local_addr().unwrap());
    let error = catproof::testing::runtime::proxy::serve(setup.options, std::future::pending())
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot listen on 127.0.0.1:"), "{error}");
}

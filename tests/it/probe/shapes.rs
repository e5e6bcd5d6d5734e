//! Twelve shapes of real providers, and what discovery makes of each: verdict, facts, and exactly these requests.

use std::collections::BTreeSet;

use catproof::probe::{LockInputs, Target, TargetKind};

use super::simulator::{Reply, World, probe_all, requests, rules};

/// A metadata document of `issuer` whose endpoints are below `at`, with further members.
fn server(issuer: &str, at: &str, further: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{at}/authorize","token_endpoint":"{at}/token",
            "response_types_supported":["code"],"code_challenge_methods_supported":["S256"]{further}}}"#
    ))
}

fn resource(resource: &str, servers: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"resource":"{resource}","authorization_servers":[{servers}],"scopes_supported":["read"]}}"#
    ))
}

#[tokio::test]
async fn google_has_its_tokens_on_another_host_than_its_issuer() {
    let world = World::new(&["accounts", "oauth2"]).await;
    let google = server(
        "{accounts}",
        "{oauth2}",
        r#","revocation_endpoint":"{oauth2}/revoke","token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"]"#,
    );
    world.on("GET {accounts}/.well-known/openid-configuration", google);
    let target = world.mcp_static(
        "{accounts}",
        Some("{accounts}/.well-known/openid-configuration"),
    );
    let entry = world.probe(target).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.token_endpoint.as_deref(), Some("{oauth2}/token"));
    assert_eq!(
        facts.revocation_endpoint.as_deref(),
        Some("{oauth2}/revoke")
    );
    assert_eq!(facts.dynamic_registration, Some(false));
    assert_eq!(entry.issuer.as_deref(), Some("{accounts}"));
    assert_eq!(rules(&entry), [""; 0]);
    let asked = ["GET {accounts}/.well-known/openid-configuration"];
    assert_eq!(
        (world.asked(), requests(&entry)),
        (
            asked.map(String::from).to_vec(),
            asked.map(String::from).to_vec()
        )
    );

    // Without `well_known_url`, the issuer's own URLs are asked in their order.
    let entry = world.probe(world.mcp_static("{accounts}", None)).await;
    assert_eq!(
        requests(&entry),
        [
            "GET {accounts}/.well-known/oauth-authorization-server",
            "GET {accounts}/.well-known/openid-configuration"
        ]
    );
    assert_eq!(
        entry
            .authorization_server
            .as_ref()
            .unwrap()
            .token_endpoint
            .as_deref(),
        Some("{oauth2}/token")
    );
}

#[tokio::test]
async fn github_has_a_path_issuer_and_a_resource_with_a_slash() {
    let world = World::new(&["mcp", "github"]).await;
    world
        .on(
            "POST {mcp}/mcp/",
            Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp/"),
        )
        .on(
            "GET {mcp}/.well-known/oauth-protected-resource/mcp/",
            resource("{mcp}/mcp/", r#""{github}/login/oauth""#),
        )
        .on(
            "GET {github}/.well-known/oauth-authorization-server/login/oauth",
            server("{github}/login/oauth", "{github}/login/oauth", ""),
        );
    let entry = world.probe(world.remote("{mcp}/mcp/")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(entry.issuer.as_deref(), Some("{github}/login/oauth"));
    assert_eq!(
        facts.token_endpoint.as_deref(),
        Some("{github}/login/oauth/token")
    );
    assert_eq!(facts.dynamic_registration, Some(false));
    assert_eq!(
        facts.token_endpoint_auth_methods_supported.as_deref(),
        Some(&["client_secret_basic".to_owned()][..])
    );
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(
        world.asked(),
        [
            "POST {mcp}/mcp/",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp/",
            "GET {github}/.well-known/oauth-authorization-server/login/oauth",
        ]
    );
}

#[tokio::test]
async fn slack_classic_publishes_nothing_and_its_endpoints_exist() {
    let world = World::new(&["slack"]).await;
    world
        .on(
            "GET {slack}/oauth/v2/authorize",
            Reply::redirect(302, "https://slack.example/signin"),
        )
        .on(
            "GET {slack}/api/oauth.v2.access",
            Reply::json(r#"{"ok":false,"error":"invalid_code"}"#),
        );
    let [authorization_endpoint, token_endpoint] =
        ["{slack}/oauth/v2/authorize", "{slack}/api/oauth.v2.access"].map(|url| world.fill(url));
    let target = Target {
        server_id: "slack".to_owned(),
        kind: TargetKind::Generic {
            authorization_endpoint: Some(authorization_endpoint),
            token_endpoint: Some(token_endpoint),
        },
        inputs: LockInputs {
            server_url: Some(world.fill("{slack}/oauth/v2/authorize")),
            ..LockInputs::default()
        },
    };
    let entry = world.probe(target).await;
    assert_eq!(entry.authorization_server, None);
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(
        world.asked(),
        [
            "GET {slack}/oauth/v2/authorize",
            "GET {slack}/api/oauth.v2.access"
        ]
    );
}

#[tokio::test]
async fn slack_mcp_has_its_endpoints_on_another_host_than_its_issuer() {
    let world = World::new(&["mcp", "slack"]).await;
    world
        .on(
            "POST {mcp}/mcp",
            Reply::status(401).header("www-authenticate", "Bearer"),
        )
        .on(
            "GET {mcp}/.well-known/oauth-protected-resource",
            resource("{mcp}", r#""{mcp}""#),
        )
        .on(
            "GET {mcp}/.well-known/oauth-authorization-server",
            server(
                "{mcp}",
                "{slack}/api",
                r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#,
            ),
        );
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.token_endpoint.as_deref(), Some("{slack}/api/token"));
    assert_eq!(
        facts.token_endpoint_auth_methods_supported.as_deref(),
        Some(&["client_secret_post".to_owned()][..])
    );
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(
        world.asked(),
        [
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ]
    );
}

#[tokio::test]
async fn stripe_has_a_path_issuer_on_another_host() {
    let world = World::new(&["mcp", "access"]).await;
    world
        .on("POST {mcp}/", Reply::status(401).header("www-authenticate", "Bearer realm=\"mcp\""))
        .on("GET {mcp}/.well-known/oauth-protected-resource", resource("{mcp}", r#""{access}/mcp""#))
        .on(
            "GET {access}/.well-known/oauth-authorization-server/mcp",
            server("{access}/mcp", "{access}/mcp/oauth2", r#","registration_endpoint":"{access}/mcp/oauth2/register","token_endpoint_auth_methods_supported":["none"]"#),
        );
    let entry = world.probe(world.remote("{mcp}")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(
        facts.registration_endpoint.as_deref(),
        Some("{access}/mcp/oauth2/register")
    );
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(
        world.asked(),
        [
            "POST {mcp}/",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {access}/.well-known/oauth-authorization-server/mcp",
        ]
    );
}

#[tokio::test]
async fn atlassian_v1_has_no_resource_metadata_and_its_tokens_on_a_third_host() {
    let world = World::new(&["mcp", "cf"]).await;
    world.on("POST {mcp}/v1/mcp", Reply::status(401)).on(
        "GET {mcp}/.well-known/oauth-authorization-server",
        Reply::json(
            r#"{"issuer":"{mcp}","authorization_endpoint":"{mcp}/v1/authorize","token_endpoint":"{cf}/v1/token",
                "registration_endpoint":"{cf}/v1/register","code_challenge_methods_supported":["plain","S256"]}"#,
        ),
    );
    let entry = world.probe(world.remote("{mcp}/v1/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(entry.resource, None);
    assert_eq!(facts.token_endpoint.as_deref(), Some("{cf}/v1/token"));
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(rules(&entry), [""; 0]);
    assert!(!entry.asks_for_nothing());
    assert_eq!(
        world.asked(),
        [
            "POST {mcp}/v1/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/v1/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource",
            "GET {mcp}/.well-known/oauth-authorization-server",
        ]
    );
}

#[tokio::test]
async fn hugging_face_answers_with_a_web_page_and_lets_initialize_through() {
    let world = World::new(&["hf"]).await;
    world
        .on("POST {hf}/mcp", Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#))
        .on("GET {hf}/.well-known/oauth-protected-resource/mcp", Reply::page())
        .on("GET {hf}/.well-known/oauth-protected-resource", resource("{hf}/mcp", r#""{hf}""#))
        .on("GET {hf}/.well-known/oauth-authorization-server", server("{hf}", "{hf}/oauth", r#","registration_endpoint":"{hf}/oauth/register","client_id_metadata_document_supported":true"#));
    let entry = world.probe(world.remote("{hf}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(facts.client_id_metadata_document_supported, Some(true));
    assert_eq!(rules(&entry), [""; 0]);
    assert!(!entry.asks_for_nothing());
    assert_eq!(
        world.asked(),
        [
            "POST {hf}/mcp",
            "GET {hf}/.well-known/oauth-protected-resource/mcp",
            "GET {hf}/.well-known/oauth-protected-resource",
            "GET {hf}/.well-known/oauth-authorization-server",
        ]
    );
}

#[tokio::test]
async fn linear_names_the_parent_of_its_url_as_resource() {
    let world = World::new(&["mcp"]).await;
    world
        .on("POST {mcp}/mcp", Reply::status(401).header("www-authenticate", r#"Bearer realm="OAuth", error="invalid_token""#))
        .on("GET {mcp}/.well-known/oauth-protected-resource", resource("{mcp}", r#""{mcp}""#))
        .on("GET {mcp}/.well-known/oauth-authorization-server", server("{mcp}", "{mcp}", r#","registration_endpoint":"{mcp}/register","revocation_endpoint":"{mcp}/token","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"]"#));
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert_eq!(
        entry.resource.as_ref().unwrap().resource.as_deref(),
        Some("{mcp}")
    );
    assert_eq!(rules(&entry), [""; 0]);
    let relaxed = entry
        .requests
        .get(2)
        .map(|request| request.outcome.as_str());
    assert_eq!(
        relaxed,
        Some(
            "resource metadata of `{mcp}`, a parent of the remote URL, which is accepted; authorization server `{mcp}`"
        )
    );
}

#[tokio::test]
async fn entra_publishes_a_template_for_its_issuer() {
    let world = World::new(&["login"]).await;
    let well_known = "{login}/common/v2.0/.well-known/openid-configuration";
    world.on(
        &format!("GET {well_known}"),
        server("{login}/{tenantid}/v2.0", "{login}/common/oauth2/v2.0", ""),
    );
    let entry = world
        .probe(world.mcp_static("{login}/common/v2.0", Some(well_known)))
        .await;
    assert_eq!(rules(&entry), ["issuer-mismatch"]);
    assert!(
        entry
            .problems
            .first()
            .unwrap()
            .message
            .contains("a template that stands for many issuers"),
        "{:?}",
        entry.problems
    );
    assert_eq!((entry.issuer, entry.authorization_server), (None, None));
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn clickup_does_not_offer_to_refresh() {
    let world = World::new(&["mcp"]).await;
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"))
        .on("GET {mcp}/.well-known/oauth-protected-resource/mcp", resource("{mcp}/mcp", r#""{mcp}""#))
        .on("GET {mcp}/.well-known/oauth-authorization-server", server("{mcp}", "{mcp}/oauth", r#","registration_endpoint":"{mcp}/oauth/register","grant_types_supported":["authorization_code"]"#));
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(
        facts.grant_types_supported.as_deref(),
        Some(&["authorization_code".to_owned()][..])
    );
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn supabase_registers_at_a_third_place_and_gives_a_secret() {
    let world = World::new(&["mcp", "api"]).await;
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"))
        .on("GET {mcp}/.well-known/oauth-protected-resource/mcp", resource("{mcp}/mcp", r#""{api}""#))
        .on("GET {api}/.well-known/oauth-authorization-server", server("{api}", "{api}/v1/oauth", r#","registration_endpoint":"{api}/platform/oauth/apps/register","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]"#));
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(
        facts.registration_endpoint.as_deref(),
        Some("{api}/platform/oauth/apps/register")
    );
    assert!(
        !facts
            .token_endpoint_auth_methods_supported
            .as_ref()
            .unwrap()
            .contains(&"none".to_owned())
    );
    assert_eq!(rules(&entry), [""; 0]);
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn of_two_authorization_servers_the_first_counts() {
    let world = World::new(&["mcp", "one", "two"]).await;
    world
        .on(
            "POST {mcp}/mcp",
            Reply::challenge("{mcp}/.well-known/oauth-protected-resource/mcp"),
        )
        .on(
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            resource("{mcp}/mcp", r#""{one}","{two}""#),
        )
        .on(
            "GET {one}/.well-known/openid-configuration",
            server("{one}", "{one}", ""),
        )
        .on(
            "GET {two}/.well-known/openid-configuration",
            server("{two}", "{two}", ""),
        );
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert_eq!(entry.issuer.as_deref(), Some("{one}"));
    assert_eq!(
        entry.resource.as_ref().unwrap().authorization_servers,
        ["{one}", "{two}"]
    );
    assert_eq!(
        world.asked(),
        [
            "POST {mcp}/mcp",
            "GET {mcp}/.well-known/oauth-protected-resource/mcp",
            "GET {one}/.well-known/oauth-authorization-server",
            "GET {one}/.well-known/openid-configuration",
        ]
    );
}

#[tokio::test]
async fn a_server_that_wants_no_token_is_seen_to_want_none() {
    let world = World::new(&["mcp"]).await;
    world.on(
        "POST {mcp}/mcp",
        Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    );
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert!(entry.asks_for_nothing());
    assert_eq!(rules(&entry), ["unpublished-metadata"]);
}

#[tokio::test]
async fn two_spellings_of_a_url_are_asked_once() {
    let world = World::new(&["mcp"]).await;
    world
        .on("POST {mcp}/", Reply::challenge("{mcp}/meta#part"))
        .on("GET {mcp}/meta", resource("{mcp}/", r#""{mcp}""#));
    let targets = ["{mcp}", "{mcp}/", "{mcp}/#x"].map(|url| Target {
        server_id: url.to_owned(),
        ..world.remote(url)
    });
    let probed = probe_all(&targets, &world.network()).await;
    assert_eq!(probed.lock.servers.len(), 3);
    let asked: BTreeSet<String> = world.asked().into_iter().collect();
    assert_eq!(asked.len(), world.asked().len());
}

#[tokio::test]
async fn an_entry_tells_its_story() {
    let world = World::new(&["mcp", "auth"]).await;
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/meta"))
        .on("GET {mcp}/meta", resource("{mcp}/mcp", r#""{auth}/t""#))
        .on(
            "GET {auth}/.well-known/oauth-authorization-server/t",
            Reply::page(),
        )
        .on(
            "GET {auth}/.well-known/openid-configuration/t",
            Reply::redirect(302, "{auth}/moved"),
        )
        .on("GET {auth}/moved", server("{auth}", "{auth}", ""));
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert_eq!(
        entry.story(),
        [
            "1. POST {mcp}/mcp (401): asks for a token and names its resource metadata: `{mcp}/meta`",
            "2. GET {mcp}/meta (200): resource metadata; authorization server `{auth}/t`",
            "3. GET {auth}/.well-known/oauth-authorization-server/t (200): answers with a web page: no metadata here",
            "4. GET {auth}/.well-known/openid-configuration/t (302): redirects to `{auth}/moved`",
            "5. GET {auth}/moved (200): authorization server metadata that must not be used: issuer-mismatch",
            "issuer-mismatch: the metadata at `{auth}/moved` is of the issuer `{auth}`, not of `{auth}/t`, and so must not be used",
        ]
    );
    assert_eq!(entry.registers_clients(), None);
}

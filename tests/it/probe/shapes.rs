//! The twelve shapes of providers, as the commands and as discovery itself see them.

use std::collections::BTreeSet;

use catproof::testing::discovery::DiscoveryTarget;
use serde_json::{Value, json};

use super::providers::{
    SHAPES, Start, atlassian, clickup, entra, github, google, hugging_face, linear, resource,
    server, slack_classic, slack_mcp, stripe, supabase, two_servers,
};
use super::simulator::{Reply, World, probe_all, requests, rules};
use crate::support::{merge, rule_ids, run, scratch, write};

const WELL_KNOWN_OF_ENTRA: &str = "{login}/common/v2.0/.well-known/openid-configuration";

/// The manifest of a shape's server.
fn manifest(world: &World, start: Start) -> Value {
    let (server, oauth) = match start {
        Start::Generic { server_url, token_endpoint } => (
            json!({ "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }),
            json!({ "server_url": server_url, "token_endpoint": token_endpoint, "generic_oauth": true, "access_token_env_var": "ACME_TOKEN" }),
        ),
        Start::McpStatic { server_url, well_known_url } => (
            json!({ "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }),
            json!({ "server_url": server_url, "well_known_url": well_known_url }),
        ),
        Start::RemoteStatic(url) | Start::RemoteDynamic(url) => {
            (json!({ "type": "remote", "url": url }), json!({ "server_url": url }))
        }
    };
    let mut manifest =
        json!({ "name": "acme__mcp", "server": server, "oauth_config": { "scopes": ["read"] } });
    merge(&mut manifest["oauth_config"], &oauth);
    if !matches!(start, Start::RemoteDynamic(_)) {
        let client =
            json!({ "client_id": "4711", "client_secret": "REDACTED", "requires_proxy": true });
        merge(&mut manifest["oauth_config"], &client);
    }
    serde_json::from_str(&world.fill(&manifest.to_string())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shape_has_its_verdict_destinations_and_findings_and_is_asked_exactly_this() {
    for shape in SHAPES {
        let name = shape.name;
        let world = World::behind_a_proxy(shape.origins).await;
        (shape.publish)(&world);
        let root = scratch();
        let manifest = manifest(&world, shape.start).to_string();
        write(&root.path().join("catalog/acme__mcp.json"), manifest);

        let proxy = world.proxy();
        let probe = ["probe", "--allow-loopback", "--http-proxy", &proxy, "--pedantic"];
        let (_, report, stderr) = run(root.path(), &[&probe[..], &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{stderr}"));
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(rule_ids(findings), shape.findings, "{name}");
        assert_eq!(world.asked(), shape.requests, "{name}");

        let (_, list, _) = run(root.path(), &["list", "--format", "json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        let server = &list["servers"][0];
        assert_eq!(server["oauth"]["type"], shape.oauth_type, "{name}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let destinations = server["destinations"].as_array().unwrap().iter();
        let mut destinations: Vec<String> = destinations
            .map(|it| format!("{} {}", text(&it["host"]), text(&it["purpose"])))
            .collect();
        destinations.sort();
        assert_eq!(destinations, shape.destinations, "{name}");
    }
}

#[tokio::test]
async fn google_has_its_tokens_on_another_host_than_its_issuer() {
    let world = World::new(&["accounts", "oauth2"]).await;
    google(&world);
    let target =
        world.mcp_static("{accounts}", Some("{accounts}/.well-known/openid-configuration"));
    let entry = world.probe(target).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.token_endpoint.as_deref(), Some("{oauth2}/token"));
    assert_eq!(facts.revocation_endpoint.as_deref(), Some("{oauth2}/revoke"));
    assert_eq!(facts.dynamic_registration, Some(false));
    assert_eq!(entry.issuer.as_deref(), Some("{accounts}"));
    assert_eq!(rules(&entry), [""; 0]);
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
        entry.authorization_server.as_ref().unwrap().token_endpoint.as_deref(),
        Some("{oauth2}/token")
    );
}

#[tokio::test]
async fn github_has_a_path_issuer_and_a_resource_with_a_slash() {
    let world = World::new(&["mcp", "github"]).await;
    github(&world);
    let entry = world.probe(world.remote("{mcp}/mcp/")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(entry.issuer.as_deref(), Some("{github}/login/oauth"));
    assert_eq!(facts.token_endpoint.as_deref(), Some("{github}/login/oauth/token"));
    assert_eq!(facts.dynamic_registration, Some(false));
    assert_eq!(
        facts.token_endpoint_auth_methods_supported.as_deref(),
        Some(&["client_secret_basic".to_owned()][..])
    );
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn slack_classic_publishes_metadata_of_another_login_and_its_endpoints_exist() {
    let world = World::new(&["slack"]).await;
    slack_classic(&world);
    let target = world.generic("{slack}/oauth/v2/authorize", "{slack}/api/oauth.v2.access");
    let entry = world.probe(target).await;
    assert_eq!((&entry.issuer, &entry.authorization_server), (&None, &None));
    assert_eq!(rules(&entry), [""; 0]);
    let outcomes: Vec<&str> =
        entry.requests.iter().map(|request| request.outcome.as_str()).collect();
    assert_eq!(
        outcomes,
        [
            "exists: it answers 302",
            "exists: it answers 200",
            "answers 404: no metadata here",
            "authorization server metadata of another login, whose tokens are at `{slack}/openid/connect/token`",
        ]
    );
}

#[tokio::test]
async fn a_provider_of_type_1_may_publish_metadata_of_this_very_login() {
    let world = World::new(&["accounts", "oauth2"]).await;
    google(&world);
    // An older authorization endpoint than the published one; the tokens are at the same place.
    let target = world.generic("{accounts}/o/oauth2/auth", "{oauth2}/token");
    let entry = world.probe(target).await;
    assert_eq!(entry.issuer.as_deref(), Some("{accounts}"));
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.code_challenge_methods_supported.as_deref(), Some(&["S256".to_owned()][..]));
    // Advice about PKCE, and nothing that an error could come of.
    assert_eq!(facts.token_endpoint_auth_methods_supported, None);
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn what_is_wrong_with_advice_is_no_problem() {
    let world = World::new(&["a", "b"]).await;
    for reply in [
        Reply::status(500),
        Reply::json("[]"),
        Reply::redirect(302, "https://10.0.0.1/"),
        Reply::status(200).body("{}"),
        server("https://else.example", "{a}", ""),
    ] {
        world.on("GET {a}/.well-known/oauth-authorization-server", reply);
        let entry = world.probe(world.generic("{a}/authorize", "{a}/token")).await;
        assert_eq!(rules(&entry), [""; 0]);
        assert_eq!((entry.issuer, entry.authorization_server), (None, None));
    }
    // Where nobody answers, nobody is asked for advice.
    let entry = world.probe(world.generic("http://127.0.0.1:1/authorize", "{b}/token")).await;
    assert_eq!(rules(&entry), ["unreachable-metadata"]);
    assert_eq!(entry.requests.len(), 2);
}

#[tokio::test]
async fn slack_mcp_has_its_endpoints_on_another_host_than_its_issuer() {
    let world = World::new(&["mcp", "slack"]).await;
    slack_mcp(&world);
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.token_endpoint.as_deref(), Some("{slack}/api/token"));
    assert_eq!(
        facts.token_endpoint_auth_methods_supported.as_deref(),
        Some(&["client_secret_post".to_owned()][..])
    );
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn stripe_has_a_path_issuer_on_another_host() {
    let world = World::new(&["mcp", "access"]).await;
    stripe(&world);
    let entry = world.probe(world.remote("{mcp}")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(facts.registration_endpoint.as_deref(), Some("{access}/mcp/oauth2/register"));
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn atlassian_v1_has_no_resource_metadata_and_its_tokens_on_a_third_host() {
    let world = World::new(&["mcp", "cf"]).await;
    atlassian(&world);
    let entry = world.probe(world.remote("{mcp}/v1/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(entry.resource, None);
    assert_eq!(facts.token_endpoint.as_deref(), Some("{cf}/v1/token"));
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(rules(&entry), [""; 0]);
    assert!(!entry.needs_no_oauth());
}

#[tokio::test]
async fn hugging_face_answers_with_a_web_page_and_lets_initialize_through() {
    let world = World::new(&["hf"]).await;
    hugging_face(&world);
    let entry = world.probe(world.remote("{hf}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(facts.client_id_metadata_document_supported, Some(true));
    assert_eq!(rules(&entry), [""; 0]);
    assert!(!entry.needs_no_oauth());
}

#[tokio::test]
async fn linear_names_the_parent_of_its_url_as_resource() {
    let world = World::new(&["mcp"]).await;
    linear(&world);
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert_eq!(entry.resource.as_ref().unwrap().resource.as_deref(), Some("{mcp}"));
    assert_eq!(rules(&entry), [""; 0]);
    let relaxed = entry.requests.get(2).map(|request| request.outcome.as_str());
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
    entra(&world);
    let entry =
        world.probe(world.mcp_static("{login}/common/v2.0", Some(WELL_KNOWN_OF_ENTRA))).await;
    assert_eq!(rules(&entry), ["issuer-mismatch"]);
    assert!(
        entry.problems.first().unwrap().message.contains("a template that stands for many issuers"),
        "{:?}",
        entry.problems
    );
    assert_eq!((entry.issuer, entry.authorization_server), (None, None));
}

#[tokio::test]
async fn clickup_does_not_offer_to_refresh() {
    let world = World::new(&["mcp"]).await;
    clickup(&world);
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(
        facts.grant_types_supported.as_deref(),
        Some(&["authorization_code".to_owned()][..])
    );
    assert_eq!(facts.dynamic_registration, Some(true));
}

#[tokio::test]
async fn supabase_registers_at_a_third_place_and_gives_a_secret() {
    let world = World::new(&["mcp", "api"]).await;
    supabase(&world);
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    let facts = entry.authorization_server.as_ref().unwrap();
    assert_eq!(facts.registration_endpoint.as_deref(), Some("{api}/platform/oauth/apps/register"));
    assert!(
        !facts.token_endpoint_auth_methods_supported.as_ref().unwrap().contains(&"none".to_owned())
    );
    assert_eq!(rules(&entry), [""; 0]);
}

#[tokio::test]
async fn of_two_authorization_servers_the_first_counts() {
    let world = World::new(&["mcp", "one", "two"]).await;
    two_servers(&world);
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert_eq!(entry.issuer.as_deref(), Some("{one}"));
    assert_eq!(entry.resource.as_ref().unwrap().authorization_servers, ["{one}", "{two}"]);
}

#[tokio::test]
async fn a_server_that_wants_no_token_is_seen_to_want_none() {
    let world = World::new(&["mcp"]).await;
    world.on("POST {mcp}/mcp", Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#));
    let entry = world.probe(world.remote("{mcp}/mcp")).await;
    assert!(entry.needs_no_oauth());
    assert_eq!(rules(&entry), ["unpublished-metadata"]);
}

#[tokio::test]
async fn two_spellings_of_a_url_are_asked_once() {
    let world = World::new(&["mcp"]).await;
    world
        .on("POST {mcp}/", Reply::challenge("{mcp}/meta#part"))
        .on("GET {mcp}/meta", resource("{mcp}/", r#""{mcp}""#));
    let targets = ["{mcp}", "{mcp}/", "{mcp}/#x"]
        .map(|url| DiscoveryTarget { server_id: url.to_owned(), ..world.remote(url) });
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
        .on("GET {auth}/.well-known/oauth-authorization-server/t", Reply::page())
        .on("GET {auth}/.well-known/openid-configuration/t", Reply::redirect(302, "{auth}/moved"))
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

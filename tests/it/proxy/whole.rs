//! From a manifest to a token: discovery, recorded and replayed into a lock; `build --profile development`; the proxy
//! on the `launch.json` that came of it.
//!
//! Types 2 and 3 run against a simulator, and, opt-in, against a real authorization server: install it anywhere with
//! `npm install oidc-provider` and name that folder in `CATPROOF_OIDC_PROVIDER`. Last run against 9.13.3.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use catproof::testing::discovery::{
    ClientOptions, DiscoveryTarget, LockInputs, Network, ProbeRun, Reach, Recorder, Recordings,
    TargetKind, probe,
};
use catproof::testing::text::hidden::to_json;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::world::{
    Answer, Asked, CLIENT_ID, CODE, Provider, REFRESH, SECRET, Setup, TOKEN, VERIFIER, World,
};
use crate::support;

const CALLBACK: &str = "http://127.0.0.1:8080/oauth/callback";
/// S256 of [`VERIFIER`].
const CHALLENGE: &str = "z65SOsPbGtjx6jnIsiKjGrCUJwbV1bbFI18Gnv-tktI";

/// A secret as RFC 6749, appendix A.2, wants it; with all that form-encoding changes.
const ASCII_SECRET: &str = "planted-secret +/=:&%~";

/// A type 1 manifest.
pub fn generic(origin: &str) -> Value {
    manifest(
        "acme__generic",
        &json!({
            "server_url": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "generic_oauth": true,
            "access_token_env_var": "ACME_TOKEN",
        }),
    )
}

/// A type 2 manifest.
pub fn mcp_static(origin: &str) -> Value {
    manifest(
        "acme__mcp-static",
        &json!({
            "server_url": origin,
            "well_known_url": format!("{origin}/.well-known/openid-configuration"),
            "supports_resource_metadata": false,
            "streamable_http_url": "http://127.0.0.1:8000/mcp",
            "streamable_http_port": 8000,
        }),
    )
}

/// A type 3 manifest.
pub fn remote_static(origin: &str) -> Value {
    let mut manifest = manifest(
        "acme__remote.static",
        &json!({
            "server_url": format!("{origin}/mcp"),
            "supports_resource_metadata": true,
        }),
    );
    manifest["server"] = json!({ "type": "remote", "url": format!("{origin}/mcp") });
    manifest
}

fn manifest(id: &str, oauth: &Value) -> Value {
    let mut manifest = json!({
        "name": id,
        "display_name": id,
        "description": "A server of the tests.",
        "server": { "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.0.0"], "env": {} },
        "oauth_config": {
            "name": id,
            "client_id": CLIENT_ID,
            "client_secret": "REDACTED",
            "redirect_uris": [CALLBACK],
            "scopes": ["openid"],
            "default_scopes": ["openid"],
            "requires_proxy": true,
        },
        "archestra_config": { "oauth": { "provider": null, "required": true }, "works_in_archestra": true },
    });
    for (field, value) in oauth.as_object().unwrap() {
        manifest["oauth_config"][field] = value.clone();
    }
    manifest
}

/// A catalog's folder, discovered and built.
async fn built(manifests: &[Value]) -> TempDir {
    let folder = support::scratch();
    let catalog = folder.path().join("catalog_local");
    fs::create_dir_all(&catalog).unwrap();
    for manifest in manifests {
        let file = format!("{}.json", manifest["name"].as_str().unwrap());
        fs::write(catalog.join(file), manifest.to_string()).unwrap();
    }
    let targets: Vec<DiscoveryTarget> = manifests.iter().filter_map(target).collect();
    let lock = discovered(&targets, &folder.path().join("recordings")).await;
    let generated = folder.path().join("generated/development");
    fs::create_dir_all(&generated).unwrap();
    fs::write(generated.join("discovery.lock.json"), lock).unwrap();
    let (code, stdout, stderr) =
        support::run(folder.path(), &["build", "--profile", "development"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    folder
}

fn target(manifest: &Value) -> Option<DiscoveryTarget> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let oauth = &manifest["oauth_config"];
    let inputs = LockInputs {
        remote_url: text(&manifest["server"]["url"]),
        server_url: text(&oauth["server_url"]),
        well_known_url: text(&oauth["well_known_url"]),
    };
    let kind = match &inputs {
        LockInputs { remote_url: Some(_), .. } => TargetKind::Remote,
        LockInputs { well_known_url: Some(_), .. } => TargetKind::McpStatic,
        _ => return None,
    };
    let server_id = text(&manifest["name"]).unwrap();
    Some(DiscoveryTarget { server_id, kind, inputs })
}

/// Records what the providers say, and makes the lock of the recordings alone.
async fn discovered(targets: &[DiscoveryTarget], folder: &Path) -> String {
    let run = ProbeRun { today: "2026-11-23", reach: Reach::Loopback };
    let options = ClientOptions { reach: Reach::Loopback, ..ClientOptions::default() };
    let recorder = Recorder::new(Network::new(&options).unwrap(), folder, run.today).unwrap();
    probe(targets, &recorder, run, |_| ()).await;
    recorder.finish().unwrap();
    let recordings = Recordings::open(folder).unwrap();
    let probed = probe(targets, &recordings, run, |_| ()).await;
    to_json(&probed.lock)
}

/// A proxy on what was built.
async fn proxy(built: &TempDir, secret: &str) -> World {
    let launch = built.path().join("generated/development/oauth_proxy/launch.json");
    let launch: Value = serde_json::from_str(&fs::read_to_string(launch).unwrap()).unwrap();
    let mut setup = Setup::of(launch);
    for id in ["acme__generic", "acme__mcp-static", "acme__remote.static"] {
        setup.options.environment.insert(format!("{id}_SECRET"), secret.to_owned());
    }
    setup.options.listen = Some(([127, 0, 0, 1], 0).into());
    setup.start().await
}

#[tokio::test]
async fn a_generic_server_goes_from_its_manifest_to_a_token() {
    let provider = Provider::start().await;
    provider.on(
        "/token",
        Answer::json(&json!({ "ok": true, "access_token": TOKEN, "authed_user": { "id": "U1" } })),
    );
    let world = proxy(&built(&[generic(&provider.origin)]).await, SECRET).await;
    let reply = world
        .post(
            "/oauth/token",
            json!({
                "grant_type": "authorization_code",
                "mcp_server_id": "acme__generic",
                "token_endpoint": format!("{}/token", provider.origin),
                "code": CODE,
                "redirect_uri": CALLBACK,
            }),
        )
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["authed_user"]["id"], "U1");
    let form = provider.asked_once().form;
    assert_eq!((form["client_id"].as_str(), form["client_secret"].as_str()), (CLIENT_ID, SECRET));
    provider.on("/token", Answer::form(&format!("access_token={TOKEN}&expires_in=60")));
    let body = json!({ "grant_type": "refresh_token", "mcp_server_id": "acme__generic", "refresh_token": REFRESH });
    let reply = world.post("/oauth/token", body).await;
    assert_eq!(reply.json(), json!({ "access_token": TOKEN, "expires_in": 60 }));
}

#[tokio::test]
async fn mcp_servers_go_from_their_manifests_to_a_token() {
    let provider = Provider::start().await;
    let origin = &provider.origin;
    let document = Answer::json(&json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "revocation_endpoint": format!("{origin}/revoke"),
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
    let world = proxy(&built(&[mcp_static(origin), remote_static(origin)]).await, SECRET).await;
    let discovery = provider.asked().len();
    for (id, authorization_server) in [
        ("acme__mcp-static", format!("{origin}/.well-known/openid-configuration")),
        ("acme__remote.static", origin.clone()),
    ] {
        let body = json!({
            "authorization_code": CODE,
            "code_verifier": VERIFIER,
            "redirect_uri": CALLBACK,
            "authorization_server_url": authorization_server,
        });
        let reply = world.post(&format!("/mcp/sdk-token/{id}"), body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let body =
            json!({ "grant_type": "refresh_token", "mcp_server_id": id, "refresh_token": REFRESH });
        assert_eq!(world.post("/oauth/token", body).await.status, 200);
        let body = json!({ "mcp_server_id": id, "token": TOKEN });
        assert_eq!(world.post("/oauth/revoke", body).await.json()["success"], true);
    }
    let asked: Vec<Asked> = provider.asked().split_off(discovery);
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(paths, ["/token", "/token", "/revoke", "/token", "/token", "/revoke"]);
    assert!(asked.iter().all(|asked| asked.headers.contains_key("authorization")));
    assert!(!asked[0].form.contains_key("resource"));
    assert_eq!(asked[3].form["resource"], format!("{origin}/mcp"));
}

#[tokio::test]
async fn a_real_provider_exchanges_refreshes_and_revokes() {
    let Some(folder) = std::env::var_os("CATPROOF_OIDC_PROVIDER") else {
        eprintln!(
            "skipped: CATPROOF_OIDC_PROVIDER names no folder with the package `oidc-provider`"
        );
        return;
    };
    for method in ["client_secret_basic", "client_secret_post"] {
        let real = RealProvider::start(Path::new(&folder), method);
        let origin = &real.origin;
        let world =
            proxy(&built(&[mcp_static(origin), remote_static(origin)]).await, ASCII_SECRET).await;
        for (id, resource) in
            [("acme__mcp-static", None), ("acme__remote.static", Some(format!("{origin}/mcp")))]
        {
            exchange_with(&real, &world, id, resource.as_deref()).await;
        }
    }
}

/// A code with its verifier, a refresh, a revocation; and what the provider makes of a wrong verifier and of tokens
/// that it no longer knows.
async fn exchange_with(real: &RealProvider, world: &World, id: &str, resource: Option<&str>) {
    let request = |code: String, verifier: &str| {
        json!({
            "authorization_code": code,
            "code_verifier": verifier,
            "redirect_uri": CALLBACK,
            "resource": resource,
            "authorization_server_url": real.origin,
        })
    };
    let path = format!("/mcp/sdk-token/{id}");
    let wrong =
        world.post(&path, request(real.code(resource).await, &VERIFIER.to_uppercase())).await;
    assert_eq!((wrong.status, &wrong.json()["error"]), (400, &json!("invalid_grant")), "{wrong:?}");

    let code = real.code(resource).await;
    let tokens = world.post(&path, request(code.clone(), VERIFIER)).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert!(tokens.json()["access_token"].is_string());
    let again = world.post(&path, request(code, VERIFIER)).await;
    assert_eq!(again.json()["error"], "invalid_grant", "a code is good for one exchange");

    let tokens = world.post(&path, request(real.code(resource).await, VERIFIER)).await.json();
    let refresh = |token: &Value| json!({ "grant_type": "refresh_token", "mcp_server_id": id, "refresh_token": token });
    let refreshed = world.post("/oauth/token", refresh(&tokens["refresh_token"])).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_ne!(refreshed.json()["access_token"], tokens["access_token"]);
    let token = &refreshed.json()["refresh_token"];
    let revoked = world
        .post(
            "/oauth/revoke",
            json!({
                "mcp_server_id": id, "token": token, "token_type_hint": "refresh_token",
            }),
        )
        .await;
    assert_eq!((revoked.status, revoked.json()), (200, json!({ "success": true })));
    let refused = world.post("/oauth/token", refresh(token)).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_grant")));
}

/// `oidc-provider` on Node, as a process of this test's own.
struct RealProvider {
    origin: String,
    process: Child,
}

impl RealProvider {
    fn start(folder: &Path, method: &str) -> Self {
        let script = support::project().join("tests/proxy/provider.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(fs::canonicalize(folder).unwrap())
            .args([method, CLIENT_ID, ASCII_SECRET])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut origin = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut origin).unwrap();
        Self { origin: origin.trim().to_owned(), process }
    }

    /// A new code, from the authorization endpoint through login and consent to the callback.
    async fn code(&self, resource: Option<&str>) -> String {
        let browser =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut url = Url::parse(&format!("{}/auth", self.origin)).unwrap();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", "openid")
            .append_pair("state", "s")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(resource.map(|resource| ("resource", resource)));
        let mut cookies: HashMap<String, String> = HashMap::new();
        for _ in 0..10 {
            let jar: Vec<String> =
                cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let response =
                browser.get(url.clone()).header(COOKIE, jar.join("; ")).send().await.unwrap();
            for cookie in response.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
                // An empty one takes back what was set for the path before.
                if let Some((name, value)) =
                    cookie.split_once('=').filter(|(_, value)| !value.is_empty())
                {
                    cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            let location = response.headers().get(LOCATION).cloned();
            let Some(location) = location else {
                panic!("no redirect: {}", response.text().await.unwrap());
            };
            let location = location.to_str().unwrap();
            url = url.join(location).unwrap();
            if let Some((_, code)) = url.query_pairs().find(|(name, _)| name == "code") {
                return code.into_owned();
            }
        }
        panic!("no code after ten redirects: {url}");
    }
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

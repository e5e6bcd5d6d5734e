//! The OAuth types through the command line. The cells of their tables are fixtures: `tests/fixtures/cells.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use catproof::testing::manifest::oauth::OAuthType;
use serde_json::{Value, json};

use crate::support::{check_json, merge, name, project, run, scratch, write};

#[test]
fn listed_callback_urls_are_the_only_ones_that_the_proxy_serves() {
    let scratch = scratch();
    let served = "https://oauth.acme.example/callback/acme";
    write(
        &scratch.path().join("catproof.toml"),
        format!("[proxy]\ncallback_urls = [\"{served}\"]\n"),
    );
    put_proxied(scratch.path(), "catalog/acme__served", served);
    let others = [
        ("catalog/acme__another_route", "https://oauth.acme.example/oauth/callback"),
        ("catalog/acme__query", "https://oauth.acme.example/callback/acme?app=1"),
        ("catalog/acme__loopback", "http://127.0.0.1:8080/oauth/callback"),
    ];
    for (path, uri) in others {
        put_proxied(scratch.path(), path, uri);
    }
    put_proxied(
        scratch.path(),
        "catalog_local/acme__developer",
        "http://127.0.0.1:8080/oauth/callback",
    );
    let refused = files_with("redirect-not-proxy-callback", scratch.path(), &[]);
    let expected: BTreeSet<String> =
        others.iter().map(|(path, _)| format!("{path}.json")).collect();
    assert_eq!(refused, expected);
}

#[test]
fn under_the_development_profile_a_proxy_on_loopback_or_behind_a_tunnel_is_sound() {
    let scratch = scratch();
    let loopback = "http://localhost:8080/oauth/callback";
    let tunnel = "https://brave-otter.ngrok-free.app/oauth/callback";
    put_proxied(scratch.path(), "catalog/acme__loopback", loopback);
    put_proxied(scratch.path(), "catalog/acme__tunnel", tunnel);
    let development = ["--profile", "development"];
    for rule in ["redirect-not-proxy-callback", "tunnel-redirect-uri"] {
        assert_eq!(files_with(rule, scratch.path(), &[]).len(), 1, "{rule}");
        assert!(files_with(rule, scratch.path(), &development).is_empty(), "{rule}");
    }
}

#[test]
fn each_type_is_explained_by_its_name_and_by_its_number() {
    for oauth_type in OAuthType::ALL {
        let (name, number) = (oauth_type.name(), oauth_type.number().to_string());
        let heading = format!("# Type {number}: {name}\n");
        for topic in [name, &number] {
            let (code, stdout, _) = run(scratch().path(), &["explain", topic]);
            assert_eq!(code, 0, "{topic}");
            assert!(stdout.starts_with(&heading), "{topic}: {stdout}");
        }
    }
}

#[test]
fn why_no_type_can_be_given_is_explained() {
    for (number, changes, reason) in [
        (
            "1",
            json!({ "client_id": "" }),
            "`generic_oauth` needs a static `client_id`, and there is none",
        ),
        (
            "2",
            json!({ "client_id": "" }),
            "a local server without a static `client_id` fits none of the four types",
        ),
        (
            "3",
            json!({ "generic_oauth": true }),
            "`generic_oauth` says type 1, but the server is remote",
        ),
    ] {
        let scratch = scratch();
        let mut manifest = sound_manifest(number);
        merge(&mut manifest, &json!({ "name": "acme__mcp", "oauth_config": changes }));
        write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
        let (_, stdout, _) = run(scratch.path(), &["explain", "acme__mcp"]);
        let said = format!("No type can be given: {reason}.");
        assert!(stdout.contains(&said), "{said}\n{stdout}");
    }
}

/// Writes the sound manifest of type 1 with one redirect URI.
fn put_proxied(folder: &Path, path: &str, redirect_uri: &str) {
    let id = name(Path::new(path));
    let changes = json!({ "name": id, "oauth_config": { "redirect_uris": [redirect_uri] } });
    let mut manifest = sound_manifest("1");
    merge(&mut manifest, &changes);
    write(&folder.join(format!("{path}.json")), manifest.to_string());
}

/// The manifest of a type on which nothing is to be found.
pub fn sound_manifest(number: &str) -> Value {
    let path = format!("tests/oauth/cells/none/acme__{number}_as_it_should_be.json");
    serde_json::from_str(&fs::read_to_string(project().join(path)).unwrap()).unwrap()
}

/// The files in which a rule fires.
fn files_with(rule: &str, folder: &Path, arguments: &[&str]) -> BTreeSet<String> {
    let (_, findings) = check_json(folder, arguments);
    findings
        .iter()
        .filter(|finding| finding["rule"] == rule)
        .map(|finding| finding["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_url_in_clear_text_hides_what_is_compared_with_it_and_nothing_else() {
    let rules = |oauth: Value| {
        let scratch = scratch();
        let mut login = json!({
            "name": "Login", "client_id": "", "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"], "scopes": []
        });
        login.as_object_mut().unwrap().extend(oauth.as_object().unwrap().clone());
        let server = json!({ "type": "remote", "url": "https://mcp.acme.example/mcp" });
        let manifest = json!({ "name": "acme__mcp", "server": server, "oauth_config": login });
        write(&scratch.path().join("acme__mcp.json"), manifest.to_string());
        let (_, findings) = check_json(scratch.path(), &["."]);
        let rules = findings.iter().map(|finding| finding["rule"].clone());
        rules.collect::<Vec<_>>()
    };
    let both = rules(json!({
        "server_url": "https://elsewhere.example/mcp", "auth_server_url": "http://auth.acme.example"
    }));
    assert!(both.contains(&json!("plaintext-url")), "{both:?}");
    assert!(both.contains(&json!("resource-url-mismatch")), "{both:?}");
    let one = rules(json!({ "server_url": "http://mcp.acme.example/mcp" }));
    assert!(one.contains(&json!("plaintext-url")), "{one:?}");
    assert!(!one.contains(&json!("resource-url-mismatch")), "{one:?}");
}

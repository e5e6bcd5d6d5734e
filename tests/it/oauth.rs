//! The tables of the four types, one small manifest for each cell: `tests/oauth/cells/<what is found>/<cell>.json`.
//!
//! The folder is the expectation: the rules that fire, joined with `+`, or `none`. `places.txt` beside the manifests
//! shows the characters that each finding underlines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use catproof::testing::catalog::entry::lock_inputs;
use catproof::testing::manifest::model::Manifest;
use catproof::testing::manifest::oauth::OAuthType;
use expect_test::expect_file;
use serde_json::{Value, json};

use crate::support::{check_json, entries, merge, name, project, run, scratch, write};

#[test]
fn each_cell_of_the_tables_gives_the_named_rules_and_no_other() {
    let mut wrong = Vec::new();
    for folder in entries(&project().join("tests/oauth/cells")) {
        let expected: BTreeSet<&str> = match name(&folder) {
            "none" => BTreeSet::new(),
            rules => rules.split('+').collect(),
        };
        let cells = findings_of_cells(&folder);
        let mut places = String::new();
        for (cell, findings) in &cells {
            // A note may accompany any cell; it counts only where it is what the cell is about.
            let found: BTreeSet<&str> = findings
                .iter()
                .map(|finding| (finding["rule"].as_str().unwrap(), &finding["severity"]))
                .filter(|(rule, severity)| *severity != "note" || expected.contains(rule))
                .map(|(rule, _)| rule)
                .collect();
            if found != expected {
                wrong.push(format!("{cell}: expected {expected:?}, found {found:?}"));
            }
            let shown = findings
                .iter()
                .filter(|finding| expected.contains(finding["rule"].as_str().unwrap()));
            for finding in shown {
                let text = fs::read_to_string(folder.join(format!("{cell}.json"))).unwrap();
                writeln!(places, "{cell}: {}", place(finding, &text)).unwrap();
            }
        }
        if !expected.is_empty() {
            expect_file![folder.join("places.txt")].assert_eq(&places);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every finding of a folder of cells, notes too, by cell. They are checked as one catalog, with a lock in which
/// every provider is as it should be.
fn findings_of_cells(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let scratch = scratch();
    let mut cells = BTreeMap::new();
    let mut servers = serde_json::Map::new();
    let manifests = entries(folder).into_iter();
    for path in manifests.filter(|path| path.extension().is_some_and(|ending| ending == "json")) {
        let text = fs::read_to_string(&path).unwrap();
        let manifest: Manifest = serde_json::from_str(&text).unwrap();
        servers.insert(manifest.name.clone(), lock_entry(&manifest));
        cells.insert(manifest.name, Vec::new());
        write(&scratch.path().join("catalog").join(name(&path)), text);
    }
    let lock = json!({ "generated": "by a test", "version": 1, "servers": servers });
    write(
        &scratch.path().join("generated/discovery.lock.json"),
        lock.to_string(),
    );
    let (_, findings) = check_json(scratch.path(), &["--pedantic"]);
    for finding in findings {
        let file = finding["file"].as_str().unwrap().to_owned();
        let cell = Path::new(&file).file_stem().unwrap().to_str().unwrap();
        cells.get_mut(cell).unwrap().push(finding);
    }
    cells
}

/// What discovery would record of a provider that publishes all that it should.
fn lock_entry(manifest: &Manifest) -> Value {
    json!({
        "inputs": lock_inputs(manifest),
        "recorded": "2026-09-30",
        "requests": [],
        "issuer": "https://id.acme.example",
        "authorization_server": {
            "metadata_url": "https://id.acme.example/.well-known/oauth-authorization-server",
            "authorization_endpoint": "https://id.acme.example/authorize",
            "token_endpoint": "https://id.acme.example/token",
            "dynamic_registration": true,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]
        }
    })
}

/// A finding in one line: its rule and level, its pointer, and the characters that it underlines.
fn place(finding: &Value, text: &str) -> String {
    let byte = |end: &str| usize::try_from(finding[end]["byte"].as_u64().unwrap()).unwrap();
    let field = |key: &str| finding[key].as_str().unwrap().to_owned();
    format!(
        "{} ({}) at {} of {}: {}",
        field("rule"),
        field("severity"),
        field("part"),
        field("pointer"),
        &text[byte("start")..byte("end")]
    )
}

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
        (
            "catalog/acme__another_route",
            "https://oauth.acme.example/oauth/callback",
        ),
        (
            "catalog/acme__query",
            "https://oauth.acme.example/callback/acme?app=1",
        ),
        (
            "catalog/acme__loopback",
            "http://127.0.0.1:8080/oauth/callback",
        ),
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
    let expected: BTreeSet<String> = others
        .iter()
        .map(|(path, _)| format!("{path}.json"))
        .collect();
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
        assert!(
            files_with(rule, scratch.path(), &development).is_empty(),
            "{rule}"
        );
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
            "a local server without a static `client_id` is none of the four types",
        ),
        (
            "3",
            json!({ "generic_oauth": true }),
            "`generic_oauth` says type 1, but the server is remote",
        ),
    ] {
        let scratch = scratch();
        let mut manifest = sound_manifest(number);
        merge(
            &mut manifest,
            &json!({ "name": "acme__mcp", "oauth_config": changes }),
        );
        write(
            &scratch.path().join("catalog/acme__mcp.json"),
            manifest.to_string(),
        );
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
        login
            .as_object_mut()
            .unwrap()
            .extend(oauth.as_object().unwrap().clone());
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

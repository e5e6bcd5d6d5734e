//! A developer's server with the id of one in the catalog: hidden under the production profile, in its place under the
//! development profile.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{check_json, rule_ids, run, scratch, write};

const ID: &str = "acme__mcp";

fn manifest(host: &str) -> String {
    json!({
        "name": ID, "display_name": host, "description": "Notes", "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] },
        "oauth_config": {
            "name": "Acme", "server_url": format!("https://{host}/authorize"),
            "token_endpoint": format!("https://{host}/token"), "generic_oauth": true,
            "client_id": "acme-1f3d5", "client_secret": "REDACTED", "requires_proxy": true,
            "access_token_env_var": "ACME_TOKEN", "scopes": ["notes"],
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
        }
    })
    .to_string()
}

/// A published server and a developer's one with the same id, which logs in elsewhere.
fn shadowed(folder: &Path) {
    write(&folder.join(format!("catalog/{ID}.json")), manifest("acme.example"));
    write(&folder.join(format!("catalog_local/{ID}.json")), manifest("acme.test"));
}

/// The files in which `host-not-allowed` fires for an allowlist of one host.
fn not_allowed(folder: &Path, profile: &str, allowed: &str) -> Vec<String> {
    write(
        &folder.join("providers.js"),
        format!("export const ALLOWED_DESTINATIONS = ['{allowed}'];\n"),
    );
    let options = ["--profile", profile, "--allowlist", "providers.js", "-A", "weakened-by-local"];
    let (_, findings) = check_json(folder, &options);
    let of_rule = findings.iter().filter(|finding| finding["rule"] == "host-not-allowed");
    of_rule.map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_allowlist_is_compared_with_what_the_profile_compiles() {
    let scratch = scratch();
    shadowed(scratch.path());
    let published = vec![format!("catalog/{ID}.json")];
    let local = vec![format!("catalog_local/{ID}.json")];
    let none: Vec<String> = Vec::new();
    assert_eq!(not_allowed(scratch.path(), "production", "acme.example"), none);
    assert_eq!(not_allowed(scratch.path(), "production", "acme.test"), published);
    assert_eq!(not_allowed(scratch.path(), "development", "acme.test"), none);
    assert_eq!(not_allowed(scratch.path(), "development", "acme.example"), local);
}

#[test]
fn explain_and_the_artifacts_speak_of_the_one_that_the_profile_compiles() {
    let scratch = scratch();
    shadowed(scratch.path());
    write(&scratch.path().join("catproof.toml"), "[rules]\nweakened-by-local = \"off\"\n");
    for (profile, host, is_developer, folder) in [
        ("production", "acme.example", false, "generated"),
        ("development", "acme.test", true, "generated/development"),
    ] {
        let options = ["--profile", profile];
        let (_, story, _) = run(scratch.path(), &[&["explain", ID][..], &options].concat());
        assert!(story.contains(&format!("https://{host}/token")), "{story}");
        let (code, _, stderr) = run(scratch.path(), &[&["build"][..], &options].concat());
        assert_eq!(code, 0, "{stderr}");
        let spec = scratch.path().join(folder).join(format!("desktop_app/servers/{ID}.json"));
        let spec: Value = serde_json::from_str(&fs::read_to_string(spec).unwrap()).unwrap();
        assert_eq!(
            (&spec["display_name"], &spec["developer"]),
            (&json!(host), &json!(is_developer))
        );
    }
}

/// Two ids that are one variable, nearly one id, and of owners that look alike on other domains.
#[test]
fn a_developers_server_is_to_blame_itself_for_what_the_profile_does_not_compile() {
    let scratch = scratch();
    let with_id = |id: &str, host: &str| manifest(host).replace(ID, id);
    write(&scratch.path().join("catalog/acme__mcp.json"), with_id("acme__mcp", "acme.example"));
    write(&scratch.path().join("catalog_local/Acme__mcp.json"), with_id("Acme__mcp", "acme.test"));
    write(
        &scratch.path().join("catalog_local/acme__m-cp.json"),
        with_id("acme__m-cp", "acme.example"),
    );
    write(
        &scratch.path().join("catalog_local/acme__m.cp.json"),
        with_id("acme__m.cp", "acme.example"),
    );
    let found = |profile: &str, rule: &str| -> Vec<String> {
        let (_, findings) = check_json(scratch.path(), &["--profile", profile]);
        let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
        of_rule.map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
    };
    let local = "catalog_local/Acme__mcp.json";
    let both = ["catalog/acme__mcp.json", local];
    // Two of the developers' own blame each other under every profile.
    let own = ["catalog_local/acme__m-cp.json", "catalog_local/acme__m.cp.json"];
    let collide = "colliding-env-name";
    assert_eq!(found("production", collide), [&[local][..], &own].concat());
    assert_eq!(found("development", collide), [&both[..], &own].concat());
    let looks = "lookalike-id";
    assert_eq!(found("production", looks)[..1], [local]);
    assert!(!found("production", looks).contains(&both[0].to_owned()));
    assert!(found("development", looks).contains(&both[0].to_owned()));
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, _, _) = run(scratch.path(), &["build", "--profile", "development"]);
    assert_eq!(code, 1);

    // Nearly one id, without a secret in a variable.
    let bare = |id: &str| json!({ "name": id, "server": { "command": "npx" } }).to_string();
    write(&scratch.path().join("catalog/tool.json"), bare("tool"));
    write(&scratch.path().join("catalog_local/Tool.json"), bare("Tool"));
    let near = "near-duplicate-id";
    assert_eq!(found("production", near), ["catalog_local/Tool.json"]);
    assert_eq!(found("development", near), ["catalog/tool.json", "catalog_local/Tool.json"]);
}

#[test]
fn the_developers_folder_is_theirs_wherever_it_lies() {
    let scratch = scratch();
    let bare = json!({"name": ID, "server": {"command": "npx"}}).to_string();
    for (folder, is_judged_as_published) in
        [("app/src/ui/catalog_local", false), ("other/src/ui/catalog", true)]
    {
        let file = format!("{folder}/{ID}.json");
        write(&scratch.path().join(&file), &bare);
        for named in [folder, &file] {
            let (_, findings) = check_json(scratch.path(), &[named]);
            let asked = rule_ids(&findings).contains(&"missing-metadata");
            assert_eq!(asked, is_judged_as_published, "{named}");
        }
    }
}

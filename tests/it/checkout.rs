//! The catalog that nobody names: the nearest one, and the folders of a checkout like the guide's.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{check_json, project, proxied, rule_ids, run, scratch, write};

const LOCAL: &str = "desktop_app/src/ui/catalog_local";
const ALLOWLIST: &str = "oauth_proxy/src/config/providers.js";
const ID: &str = "acme__notes";

/// A checkout as the guide describes it, with one developer's server.
fn checkout(folder: &Path) {
    write(&folder.join(LOCAL).join(format!("{ID}.json")), proxied(ID).to_string());
    let sample = fs::read_to_string(project().join("tests/guide/providers.js")).unwrap();
    write(&folder.join(ALLOWLIST), sample);
    let filled = format!("{ID}_CLIENT_ID=acme-1f3d5\n{ID}_SECRET='hunter2'\nPORT=8080\n");
    write(&folder.join("oauth_proxy/.env"), filled);
}

/// Allows the server's host in the checkout, as the guide's first step says.
fn allow_host(folder: &Path) {
    let path = folder.join(ALLOWLIST);
    let sample = fs::read_to_string(&path).unwrap();
    fs::write(path, sample.replace("'your-provider.com'", "'acme.example'")).unwrap();
}

#[test]
fn a_checkout_like_the_guides_needs_no_options() {
    let scratch = scratch();
    let folder = scratch.path();
    checkout(folder);
    let found = format!(
        "found `{LOCAL}` and `{ALLOWLIST}`; without `catalog`, the profile is `development`\n"
    );

    // The allowlist of the checkout counts, and does not have to be for this server alone.
    let (code, findings) = check_json(folder, &[]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["host-not-allowed"]));
    allow_host(folder);
    for command in [&["check"][..], &["list"], &["build"], &["env", "--check"], &["env"]] {
        let (code, stdout, stderr) = run(folder, command);
        assert_eq!(code, 0, "{command:?}: {stdout}{stderr}");
        assert!(stderr.starts_with(&found), "{command:?}: {stderr}");
        assert!(!stdout.contains("hunter2") && !stderr.contains("hunter2"));
    }
    let launch = format!("generated/development/desktop_app/servers/{ID}.json");
    assert!(folder.join(launch).is_file());
    let (_, stdout, _) = run(folder, &["list", "--format", "json"]);
    let listed: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(listed["servers"][0]["file"], format!("{LOCAL}/{ID}.json"));
    let (_, _, stderr) = run(folder, &["env", "--check"]);
    assert!(stderr.contains("checked 3 variables in `oauth_proxy/.env`: no problems"), "{stderr}");

    let arguments = ["new", "acme__new", "--type", "4", "--url", "https://mcp.acme.example/mcp"];
    let (code, stdout, _) = run(folder, &arguments);
    assert_eq!(code, 0);
    assert!(stdout.starts_with(&format!("wrote `{LOCAL}/acme__new.json`")), "{stdout}");
}

#[test]
fn a_checkout_is_found_from_each_of_its_folders() {
    let scratch = scratch();
    checkout(scratch.path());
    allow_host(scratch.path());
    for below in ["oauth_proxy", "desktop_app", "desktop_app/src/ui", LOCAL] {
        let (code, stdout, stderr) = run(&scratch.path().join(below), &["env", "--check"]);
        assert_eq!(code, 0, "{below}: {stdout}{stderr}");
        let up = "../".repeat(below.split('/').count());
        assert!(stderr.contains(&format!("found `{up}{LOCAL}`")), "{below}: {stderr}");
        assert!(stderr.contains(&format!("in `{up}oauth_proxy/.env`")), "{below}: {stderr}");
    }
    assert!(!scratch.path().join("desktop_app/src/ui/generated").exists());
}

#[test]
fn a_configuration_in_a_checkout_keeps_its_folders() {
    let scratch = scratch();
    let folder = scratch.path();
    checkout(folder);
    let list = |config: &str| {
        write(&folder.join("catproof.toml"), config);
        run(folder, &["list", "--format", "json"]).2
    };
    assert!(list("[proxy]\nurl = \"http://localhost:8080\"\n").contains("`development`"));
    let said = list("profile = \"production\"\n");
    assert!(said.contains(LOCAL) && !said.contains("`development`"), "{said}");
    write(&folder.join("catalog/acme__two.json"), proxied("acme__two").to_string());
    let said = list("");
    assert!(said.contains(LOCAL) && !said.contains("`development`"), "{said}");
    // What is named is what counts.
    fs::create_dir(folder.join("mine")).unwrap();
    let said = list("catalog_local = \"mine\"\n");
    assert!(!said.contains(LOCAL), "{said}");
}

#[test]
fn a_new_server_goes_where_the_app_reads_even_if_it_is_the_first() {
    let scratch = scratch();
    fs::create_dir_all(scratch.path().join("desktop_app/src/ui")).unwrap();
    let arguments = ["new", "acme__new", "--type", "4", "--url", "https://mcp.acme.example/mcp"];
    assert_eq!(run(&scratch.path().join("desktop_app"), &arguments).0, 0);
    assert!(scratch.path().join(LOCAL).join("acme__new.json").is_file());
}

#[test]
fn the_nearest_catalog_above_is_found() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__notes.json"), proxied(ID).to_string());
    let below = folder.join("docs/pages");
    // A folder of that name without a manifest is something else.
    fs::create_dir_all(folder.join("docs/catalog")).unwrap();
    fs::create_dir_all(&below).unwrap();
    let (code, _, stderr) = run(&below, &["check"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.starts_with("found `../../catalog`\n"), "{stderr}");
    assert_eq!(run(&below, &["build"]).0, 0);
    assert!(folder.join("generated/catalog.json").is_file());
    // From inside the catalog too, and here nothing has to be said.
    assert!(run(&folder.join("catalog"), &["list"]).2.starts_with("found `../catalog`\n"));
    assert!(!run(folder, &["list"]).2.contains("found"));
}

#[test]
fn a_missing_env_file_is_said_with_what_to_do() {
    let scratch = scratch();
    write(&scratch.path().join("catalog/acme__notes.json"), proxied(ID).to_string());
    let (code, _, stderr) = run(scratch.path(), &["env", "--check"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("there is no `oauth_proxy/.env`"), "{stderr}");
}

#[test]
fn the_proxy_reads_the_env_file_that_is_checked() {
    let scratch = scratch();
    let folder = scratch.path();
    checkout(folder);
    allow_host(folder);
    let (code, stdout, stderr) = run(folder, &["build"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(run(folder, &["env", "--check"]).0, 0);
    let check = |options: &[&str]| {
        run(&folder.join("oauth_proxy"), &[&["proxy", "--check"], options].concat())
    };
    let (code, stdout, stderr) = check(&[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.contains("reading `../oauth_proxy/.env`\n"), "{stderr}");
    // What is named is what counts.
    write(&folder.join("empty"), "");
    let (code, stdout, stderr) = check(&["--env-file", "../empty"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("_SECRET` is not set") && !stderr.contains("reading"), "{stdout}");
    fs::remove_file(folder.join("oauth_proxy/.env")).unwrap();
    let (code, stdout, _) = check(&[]);
    assert!(code == 1 && stdout.contains("environment: missing"), "{stdout}");
}

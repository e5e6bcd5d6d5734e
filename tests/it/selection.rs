//! Which part of a catalog the paths name: findings are shown for what was named, and judged by the whole catalog.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{catproof, check_json, project, proxied, rule_ids, run, scratch, write};

/// The files and rules of the findings of `check`.
fn found(folder: &Path, paths: &[&str]) -> Vec<(String, String)> {
    let (_, findings) = check_json(folder, &[&["--pedantic"], paths].concat());
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    findings.iter().map(|finding| (word(finding, "file"), word(finding, "rule"))).collect()
}

/// The shipped catalog is clean by its lock and its allowlist; without either, there are findings.
#[test]
fn the_catalogs_own_folders_are_judged_like_the_whole_of_it() {
    let clean: [(String, String); 0] = [];
    for named in [
        &["catalog"][..],
        &["./catalog/"],
        &["catalog/../catalog"],
        &["catalog_local"],
        &["catalog", "catalog_local"],
        &["catalog/", "catalog_local/acme__generic.json"],
    ] {
        assert_eq!(found(&project(), named), clean, "{named:?}");
        let (code, _, stderr) = run(&project(), &[&["check"], named].concat());
        assert_eq!(code, 0, "{stderr}");
        assert!(!stderr.contains("allowlist"), "{named:?}: {stderr}");
    }
}

#[test]
fn a_folder_that_is_named_is_judged_by_the_other_one_too() {
    let scratch = scratch();
    let manifest = json!({
        "name": "acme__mcp", "display_name": "Acme", "description": "Notes", "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }
    });
    for file in
        ["catalog/acme__mcp.json", "catalog_local/acme__mcp.json", "catalog_local/acme__two.json"]
    {
        write(&scratch.path().join(file), manifest.to_string());
    }
    let rules = |path: &str| -> Vec<String> {
        let rules = found(scratch.path(), &[path]).into_iter();
        rules.map(|(_, rule)| rule).collect()
    };
    assert!(rules("catalog").is_empty());
    let local = rules("catalog_local");
    assert!(local.contains(&"shadowed-server".to_owned()), "{local:?}");
    assert!(local.contains(&"id-mismatch".to_owned()), "{local:?}");
    // A pair of folders elsewhere is one catalog as well.
    let elsewhere = scratch.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let (_, findings) = check_json(&elsewhere, &["../catalog_local"]);
    assert!(rule_ids(&findings).contains(&"shadowed-server"), "{findings:#?}");
}

#[test]
fn a_catalog_outside_the_working_folder_is_named_by_its_files_too() {
    let scratch = scratch();
    let file = scratch.path().join("servers/acme__mcp.json");
    write(&file, json!({ "name": "acme__mcp", "server": { "command": "npx" } }).to_string());
    let working_folder = scratch.path().join("here");
    std::fs::create_dir(&working_folder).unwrap();
    for named in ["../servers", "../servers/acme__mcp.json"] {
        let (code, _, stderr) = run(&working_folder, &["check", "--catalog", "../servers", named]);
        assert_eq!(code, 0, "{named}: {stderr}");
        assert!(stderr.contains("checked 1 file"), "{named}: {stderr}");
    }
}

/// A proxied server whose secret goes where the shipped allowlist sends none.
fn draft() -> Value {
    proxied("acme__draft")
}

/// Checks a text from standard input in the folder of the shipped catalog.
fn check_input(text: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = catproof(&project());
    command.args(["check", "-", "--format", "concise"]).args(arguments);
    let output = command.write_stdin(text).output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code().unwrap(), stdout, stderr)
}

#[test]
fn standard_input_without_a_file_is_judged_by_itself() {
    let manifest = draft().to_string();
    let (code, stdout, stderr) = check_input(&manifest, &[]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    assert!(stderr.contains("checked 1 file: no findings"), "{stderr}");
    assert!(stderr.contains("standard input is checked on its own"), "{stderr}");
    // As a file of the catalog it is one that was not built yet.
    let file = ["--stdin-filename", "catalog/acme__draft.json"];
    let (code, stdout, _) = check_input(&manifest, &file);
    assert_eq!(code, 1);
    assert!(stdout.contains("[host-not-allowed]"), "{stdout}");
    // With an allowlist that is named, it is compared; what others may need of it is not known.
    let (_, stdout, _) =
        check_input(&manifest, &["--allowlist", "generated/oauth_proxy/providers.js"]);
    assert!(stdout.contains("[host-not-allowed]"), "{stdout}");
    assert!(!stdout.contains("[unused-allowed-host]"), "{stdout}");
    // What is wrong with it is found all the same, whatever it is.
    for (text, rule) in [
        (manifest.replace("acme__draft", "acme draft"), "[invalid-server-id]"),
        ("{\"server\": 1}".to_owned(), "[schema-violation]"),
        ("{".to_owned(), "[invalid-json]"),
        (String::new(), "[invalid-json]"),
    ] {
        let (code, stdout, stderr) = check_input(&text, &[]);
        assert_eq!(code, 1, "{stderr}");
        assert!(stdout.contains(rule), "{stdout}");
        assert!(!stdout.contains("[id-mismatch]"), "{stdout}");
    }
}

#[test]
fn a_server_of_the_catalog_on_standard_input_is_known_by_its_lock() {
    let google = project().join("catalog/iskhakov__google_workspace_mcp.json");
    let text = std::fs::read_to_string(google).unwrap();
    let (_, stdout, _) = check_input(&text, &[]);
    assert!(!stdout.contains("[unverifiable-destination]"), "{stdout}");
    let moved = text.replace("https://accounts.google.com", "https://accounts.acme.example");
    let (_, stdout, _) = check_input(&moved, &[]);
    assert!(stdout.contains("[unverifiable-destination]"), "{stdout}");
}

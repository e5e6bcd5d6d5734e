//! Which part of a catalog the paths name: findings are shown for what was named, and judged by the whole catalog.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{check_json, project, rule_ids, run, scratch, write};

/// The files and rules of the findings of `check`.
fn found(folder: &Path, paths: &[&str]) -> Vec<(String, String)> {
    let (_, findings) = check_json(folder, &[&["--pedantic"], paths].concat());
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| (word(finding, "file"), word(finding, "rule")))
        .collect()
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
    for file in [
        "catalog/acme__mcp.json",
        "catalog_local/acme__mcp.json",
        "catalog_local/acme__two.json",
    ] {
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
    assert!(
        rule_ids(&findings).contains(&"shadowed-server"),
        "{findings:#?}"
    );
}

#[test]
fn a_catalog_outside_the_working_folder_is_named_by_its_files_too() {
    let scratch = scratch();
    let file = scratch.path().join("servers/acme__mcp.json");
    write(
        &file,
        json!({ "name": "acme__mcp", "server": { "command": "npx" } }).to_string(),
    );
    let working_folder = scratch.path().join("here");
    std::fs::create_dir(&working_folder).unwrap();
    for named in ["../servers", "../servers/acme__mcp.json"] {
        let (code, _, stderr) = run(
            &working_folder,
            &["check", "--catalog", "../servers", named],
        );
        assert_eq!(code, 0, "{named}: {stderr}");
        assert!(stderr.contains("checked 1 file"), "{named}: {stderr}");
    }
}

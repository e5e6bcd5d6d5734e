//! JSON files of other kinds: one finding each, and none for a manifest with misspelt keys.

use std::collections::BTreeMap;
use std::fs;

use catproof::testing::source::is_manifest_name;
use serde_json::{Value, json};

use crate::support::{check_json, copy, entries, project, rule_ids, run, scratch, shared, write};

/// The rules of each file's findings.
fn by_file(findings: &[Value]) -> BTreeMap<String, Vec<&str>> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for finding in findings {
        let file = finding["file"].as_str().unwrap().to_owned();
        all.entry(file).or_default().push(finding["rule"].as_str().unwrap());
    }
    all
}

#[test]
fn another_kind_of_file_is_one_finding_wherever_it_lies() {
    let fixtures = project().join("tests/rules/not-a-server-file/fail/catalog");
    let scratch = scratch();
    copy(&fixtures, &scratch.path().join("catalog"));
    copy(&fixtures, &scratch.path().join("elsewhere"));
    let files = entries(&fixtures).iter().filter(|path| is_manifest_name(path)).count();
    for (folder, severity) in [("catalog", "error"), ("elsewhere", "note")] {
        let (code, findings) = check_json(scratch.path(), &[folder, "--pedantic"]);
        assert_eq!(code, i32::from(severity == "error"), "{findings:#?}");
        let found = by_file(&findings);
        assert_eq!(found.len(), files);
        for (file, rules) in found {
            assert_eq!(rules, ["not-a-server-file"], "{file}");
        }
        assert!(findings.iter().all(|finding| finding["severity"] == severity), "{findings:#?}");
    }
    // Whoever names the file wants to hear of it.
    let (code, findings) = check_json(scratch.path(), &["elsewhere/mcp.json"]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["not-a-server-file"]));
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 1, "{stderr}");
}

#[test]
fn a_secret_is_reported_in_any_kind_of_file() {
    let scratch = scratch();
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
    let notes = json!({ "command": "npx", "env": { "GITHUB_TOKEN": token } });
    let file = json!({ "mcpServers": { "notes": notes } });
    write(&scratch.path().join("elsewhere/mcp.json"), file.to_string());
    let (code, stdout, stderr) = run(scratch.path(), &["check", "elsewhere"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("committed-credential") && !stdout.contains(&token), "{stdout}");
}

/// The real files of other formats, and the manifests of the public catalog with a letter of each key missing.
#[test]
fn real_files_are_told_apart() {
    let Some(corpus) = shared("corpus") else {
        return;
    };
    for folder in ["client", "registry", "server_json", "schemas"] {
        let mut known = 0;
        for path in entries(&corpus.join("formats").join(folder)) {
            let Ok(value) = serde_json::from_slice::<Value>(&fs::read(&path).unwrap()) else {
                continue;
            };
            let scratch = scratch();
            write(&scratch.path().join("catalog/acme__mcp.json"), value.to_string());
            let (_, findings) = check_json(scratch.path(), &[]);
            let rules = rule_ids(&findings);
            assert!(rules.contains(&"not-a-server-file"), "{}: {rules:?}", path.display());
            known += 1;
        }
        assert!(known >= 5, "{folder}: {known}");
    }
    for path in entries(&corpus.join("servers")).into_iter().step_by(20) {
        let Ok(Value::Object(members)) = serde_json::from_slice(&fs::read(&path).unwrap()) else {
            continue;
        };
        let scratch = scratch();
        let misspelt = |key: String| {
            key.chars().enumerate().filter(|(at, _)| *at != 2).map(|(_, it)| it).collect()
        };
        let members: serde_json::Map<String, Value> =
            members.into_iter().map(|(key, value)| (misspelt(key), value)).collect();
        write(&scratch.path().join("catalog/acme__mcp.json"), Value::Object(members).to_string());
        let (code, findings) = check_json(scratch.path(), &[]);
        let rules = rule_ids(&findings);
        assert!(
            code == 1 && !rules.contains(&"not-a-server-file"),
            "{}: {rules:?}",
            path.display()
        );
    }
}

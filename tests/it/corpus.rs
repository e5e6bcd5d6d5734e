//! The public catalog, where the shared corpora are: what an independent script counts there, this program counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::support::{check_json, project, run, shared};

#[test]
fn the_types_of_the_public_catalog_are_those_that_were_counted() {
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let (code, stdout, _) = run(&folder, &["list", ".", "--format", "json"]);
    assert_eq!(code, 0);
    let listed: Value = serde_json::from_str(&stdout).unwrap();
    let servers = listed["servers"].as_array().unwrap();
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for server in servers {
        types
            .entry(server["oauth"]["type"].as_str().unwrap())
            .or_default()
            .push(server["id"].as_str().unwrap());
    }
    assert_eq!(servers.len(), 600);
    assert_eq!(types["generic"], ["korotovsky__slack-mcp-server"]);
    assert_eq!(types["mcp-static"], ["iskhakov__google_workspace_mcp"]);
    assert_eq!(types["remote-static"], ["githubcopilot__remote-mcp"]);
    assert_eq!(types["remote-dynamic"].len(), 13);
    assert_eq!(types["none"].len(), 584);
}

/// The number of files in which a rule fires.
const COUNTS: &[(&str, usize)] = &[
    // Identity
    ("id-mismatch", 1),
    ("near-duplicate-id", 6),
    ("env-name-not-posix", 2),
    ("lookalike-id", 0),
    ("invisible-character", 0),
    ("missing-metadata", 0),
    ("duplicate-server-id", 0),
    ("invalid-server-id", 0),
    ("schema-violation", 0),
    ("unknown-key", 0),
    ("unverifiable-destination", 2),
    // OAuth
    ("required-oauth-undeclared", 21),
    ("plaintext-url", 1),
    ("resource-url-slash", 1),
    ("resource-metadata-misuse", 1),
    ("undeclared-auth", 1),
    ("placeholder-scopes", 14),
    ("redundant-scope", 1),
    ("tunnel-redirect-uri", 1),
    ("development-redirect-uri", 3),
    ("localhost-redirect-uri", 15),
    ("deprecated-sse-url", 2),
    ("token-endpoint-off-site", 0),
    ("unrequired-oauth-config", 0),
    ("diverging-default-scopes", 0),
    ("duplicate-scope", 0),
    ("empty-redirect-uris", 0),
    ("insecure-redirect-uri", 0),
    ("redirect-not-proxy-callback", 0),
    ("redirect-not-loopback", 0),
    // Launch and Secrets
    ("undeclared-user-config", 0),
    ("expression-in-placeholder", 1),
    ("unknown-placeholder", 1),
    ("unsubstituted-placeholder", 202),
    ("unused-user-config", 10),
    ("unused-required-user-config", 4),
    ("leaking-optional-placeholder", 103),
    ("required-with-default", 66),
    ("default-type-mismatch", 0),
    ("unknown-command", 19),
    ("npx-without-yes", 17),
    ("docker-without-interactive", 5),
    ("unset-docker-env", 0),
    ("privileged-container", 0),
    ("shell-command", 3),
    ("path-command", 32),
    ("invalid-env-key", 1),
    ("committed-credential", 1),
    ("literal-credential", 1),
    ("sensitive-default", 17),
    ("sensitive-argument", 20),
    ("credentials-in-url", 0),
];

#[test]
fn each_rule_fires_in_as_many_files_as_an_independent_script_counted() {
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let (_, findings) = check_json(&folder, &[".", "--pedantic"]);
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in &findings {
        files
            .entry(finding["rule"].as_str().unwrap())
            .or_default()
            .insert(finding["file"].as_str().unwrap());
    }
    for &(rule, expected) in COUNTS {
        let counted = files.get(rule).map_or(0, BTreeSet::len);
        assert_eq!(counted, expected, "{rule}: {:#?}", files.get(rule));
    }
}

/// `tests/corpus/verdicts.md`: file, rule and verdict of each row.
fn verdicts() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(project().join("tests/corpus/verdicts.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, file, rule, verdict, why, _] = cells[..] else {
            panic!("not a row of four cells: {row}")
        };
        assert!(["true", "false"].contains(&verdict) && !why.is_empty(), "{row}");
        (file.to_owned(), rule.to_owned(), verdict.to_owned())
    })
    .collect()
}

#[test]
fn every_error_and_warning_on_the_public_catalog_has_a_verdict_and_no_error_is_false() {
    let verdicts = verdicts();
    let Some(folder) = shared("corpus/servers") else {
        return;
    };
    let (_, findings) = check_json(&folder, &["."]);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let found = findings.iter().map(|finding| (text(finding, "file"), text(finding, "rule")));
    let mut found: Vec<(String, String)> = found.collect();
    found.sort();
    let mut judged: Vec<(String, String)> =
        verdicts.iter().map(|(file, rule, _)| (file.clone(), rule.clone())).collect();
    judged.sort();
    assert_eq!(found, judged);
    for (file, rule, verdict) in &verdicts {
        let is_error = findings.iter().any(|finding| {
            finding["file"] == **file && finding["rule"] == **rule && finding["severity"] == "error"
        });
        assert!(!is_error || verdict == "true", "a false error: {file} {rule}");
    }
}

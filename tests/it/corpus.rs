//! The public catalog, where the shared corpora are: what an independent script counts there, this program counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{check_json, run, shared};

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

/// The number of files in which a rule fires; the rules that are not named fire in none.
const COUNTS: [(&str, usize); 0] = [];

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
    for (rule, expected) in COUNTS {
        let counted = files.get(rule).map_or(0, BTreeSet::len);
        assert_eq!(counted, expected, "{rule}: {:#?}", files.get(rule));
    }
}

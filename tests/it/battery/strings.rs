//! Naughty strings (minimaxir/big-list-of-naughty-strings) in five fields. They run where the shared corpora are.

use serde_json::{Value, json};

use super::oracles::{ForNode, assert_nothing_was_added};
use super::outputs::check_in_every_format;
use super::{server, told};
use crate::catalog::InMemory;
use crate::support::{scratch, shared, write};

/// A patch for each of the five fields.
fn fields(text: &str) -> [Value; 5] {
    [
        json!({ "display_name": text }),
        json!({ "server": { "args": [text], "env": { "ACME": text } } }),
        json!({ "oauth_config": { "client_id": text } }),
        json!({ "oauth_config": { "scopes": [text] } }),
        json!({ "oauth_config": { "redirect_uris": [text] } }),
    ]
}

#[test]
fn no_naughty_string_breaks_a_run_or_adds_anything() {
    let Some(folder) = shared("corpus/strings") else {
        return;
    };
    let strings = std::fs::read(folder.join("blns.json")).unwrap();
    let strings: Vec<String> = serde_json::from_slice(&strings).unwrap();
    assert_eq!(strings.len(), 515);
    let scratch = scratch();
    let mut servers = Vec::new();
    for (number, text) in strings.iter().enumerate() {
        for (field, patch) in fields(text).iter().enumerate() {
            let id = format!("acme__{field}_{number}");
            let manifest = server(&id, patch);
            write(&scratch.path().join(format!("catalog/{id}.json")), manifest.to_string());
            servers.push(manifest);
        }
    }
    let files = servers.len();
    let plan = InMemory::of(servers).plan();
    let mut for_node = ForNode::default();
    assert_nothing_was_added(&plan, &["acme.example"], &mut for_node);
    // Whatever is free text arrives, and as it was.
    for (number, text) in strings.iter().enumerate() {
        let launch = &plan.servers[&format!("acme__0_{number}")];
        assert_eq!(launch.display_name, *text);
    }
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    told(
        "naughty strings",
        format_args!(
            "{} in 5 fields: {files} manifests, {} findings in 8 formats, {} servers left out",
            strings.len(),
            findings.len(),
            plan.left_out.len()
        ),
    );
    for_node.judge("naughty strings");
}

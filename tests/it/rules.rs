//! What holds of the rules together. Each by itself is judged by its fixtures, in a test target of their own:
//! `tests/fixtures`.

use std::fs;

use catproof::testing::lint::RULES;
use catproof::testing::manifest::schema::SERVER_SCHEMA;
use serde_json::Value;

use crate::support::{check_json, copy_of, project, rule_ids, run, scratch};

#[test]
fn no_host_is_called_unused_while_nobody_knows_where_a_secret_goes() {
    let fixtures = project().join("tests/rules");
    let scratch = copy_of(&fixtures.join("unused-allowed-host/fail"));
    let unknown = fixtures.join("weakened-by-local/fail/catalog/acme__issuer.json");
    fs::copy(unknown, scratch.path().join("catalog/acme__issuer.json")).unwrap();
    let (_, findings) =
        check_json(scratch.path(), &[".", "--pedantic", "--allowlist", "allowlist.js"]);
    let rules = rule_ids(&findings);
    assert!(rules.contains(&"unverifiable-destination"), "{findings:#?}");
    assert!(!rules.contains(&"unused-allowed-host"), "{findings:#?}");
}

/// A help is read beside a line of the file: what it asks for may belong elsewhere.
#[test]
fn a_help_says_in_which_object_a_field_is_to_be_set() {
    let schema: Value = serde_json::from_str(SERVER_SCHEMA).unwrap();
    let fields = schema["$defs"]["OAuthConfig"]["properties"].as_object().unwrap();
    let mut helps = 0;
    for rule in RULES {
        let fixtures = project().join("tests/rules").join(rule.id).join("fail");
        if !fixtures.is_dir() {
            continue;
        }
        let scratch = copy_of(&fixtures);
        let (_, findings) = check_json(scratch.path(), &[".", "--pedantic"]);
        for help in findings.iter().filter_map(|finding| finding["help"].as_str()) {
            helps += 1;
            for verb in ["set", "add", "correct", "move it to", "add it to", "variable in"] {
                let start = format!("{verb} `");
                let asked = help.split(&start).skip(1);
                let asked = asked.filter_map(|rest| rest.split('`').next());
                for name in asked.filter(|name| fields.contains_key(*name)) {
                    // Both are also fields at the top.
                    assert!(["name", "description"].contains(&name), "{}: {help}", rule.id);
                }
            }
        }
    }
    assert!(helps > 100, "{helps}");
}

#[test]
fn the_explanation_of_a_rule_says_in_which_object_its_fields_are() {
    let scratch = scratch();
    for (topic, sentence) in [
        ("missing-token-endpoint", "`server_url` and `token_endpoint` belong in `oauth_config`."),
        ("undeliverable-token", "`streamable_http_url` belong in `oauth_config`."),
        ("mcp-static", "`streamable_http_url` and `well_known_url` belong in `oauth_config`."),
    ] {
        let (code, stdout, _) = run(scratch.path(), &["explain", topic]);
        assert_eq!(code, 0);
        assert!(stdout.contains("## Where it belongs\n"), "{stdout}");
        assert!(stdout.contains(sentence), "{topic}: {stdout}");
    }
    let (_, stdout, _) = run(scratch.path(), &["explain", "invalid-json"]);
    assert!(!stdout.contains("Where it belongs"), "{stdout}");
}

/// Rules that no file shows: what has changed at a provider, or is old on a given day. `probe` is their test.
const FOUND_BY_PROBE: [&str; 2] = ["stale-lock", "discovery-drift"];

#[test]
fn every_rule_has_fixtures() {
    let rules = RULES.iter();
    for rule in rules.filter(|rule| !FOUND_BY_PROBE.contains(&rule.id)) {
        let folder = project().join("tests/rules").join(rule.id);
        for side in ["fail", "pass"] {
            let has_one = fs::read_dir(folder.join(side)).is_ok_and(|entries| entries.count() > 0);
            assert!(has_one, "{} has no {side} fixture", rule.id);
        }
    }
}

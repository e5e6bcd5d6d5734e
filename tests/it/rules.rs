//! What holds of the rules together. Each by itself is judged by its fixtures, in a test target of their own:
//! `tests/fixtures`.

use std::fs;

use catproof::testing::lint::RULES;

use crate::support::{check_json, copy_of, project, rule_ids};

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

//! Repairing a whole folder, for the rules' fixtures and the public catalog.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{check_json, contents, copy_of, run};

/// Repairs a copy of a folder: what was offered is gone, nothing is new, and a second time changes nothing.
#[track_caller]
pub fn assert_repairs(folder: &Path, option: &str) {
    let scratch = copy_of(folder);
    let (_, before) = check_json(scratch.path(), &[".", "--pedantic"]);
    let (code, _, stderr) = run(scratch.path(), &["check", ".", "--pedantic", option]);
    assert!(code < 2, "{stderr}");
    let repaired = contents(scratch.path());
    let (_, after) = check_json(scratch.path(), &[".", "--pedantic"]);

    let is_offered = |finding: &Value| finding["fix"]["safe"] == true || option == "--unsafe-fixes";
    let left: Vec<&Value> =
        after.iter().filter(|finding| finding["fix"].is_object() && is_offered(finding)).collect();
    assert!(left.is_empty(), "{}: {left:#?}", folder.display());
    let (before, after) = (counts(&before), counts(&after));
    for (key, count) in &after {
        let had = before.get(key).unwrap_or(&0);
        assert!(count <= had, "{}: {key:?} {had} -> {count}", folder.display());
    }

    run(scratch.path(), &["check", ".", "--pedantic", option]);
    assert!(contents(scratch.path()) == repaired, "{}", folder.display());
}

/// How many findings each rule has in each file.
fn counts(findings: &[Value]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        let key = (finding["rule"].to_string(), finding["file"].to_string());
        *counts.entry(key).or_default() += 1;
    }
    counts
}

//! JSONTestSuite, its cases given as manifests. It runs where the shared corpora are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::told;
use crate::support::{check_json, entries, name, shared};

/// The findings of a folder of cases by file, each at bytes that the file has.
fn findings_of(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let (code, findings) = check_json(folder, &["."]);
    assert_eq!(code, 1);
    let files = entries(folder).into_iter();
    let mut of_file: BTreeMap<String, Vec<Value>> =
        files.map(|path| (name(&path).to_owned(), Vec::new())).collect();
    for finding in findings {
        let file = finding["file"].as_str().unwrap();
        let size = fs::metadata(folder.join(file)).unwrap().len();
        let byte = |end: &str| finding[end]["byte"].as_u64().unwrap();
        let (start, end) = (byte("start"), byte("end"));
        assert!(start <= end && end <= size, "{file}: {start}..{end} of {size}");
        of_file.get_mut(file).unwrap().push(finding);
    }
    of_file
}

fn count(findings: &[Value], rule: &str) -> usize {
    let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
    of_rule.count()
}

#[test]
fn each_case_of_the_parsing_suite_is_judged_as_it_is_named() {
    let Some(folder) = shared("corpus/json/test_parsing") else {
        return;
    };
    let cases = findings_of(&folder);
    for (file, findings) in &cases {
        let invalid = count(findings, "invalid-json");
        match file.split_once('_') {
            Some(("y", _)) => assert_eq!(invalid, 0, "{file}: {findings:#?}"),
            Some(("n", _)) => assert_eq!(invalid, 1, "{file}"),
            _ => assert!(invalid <= 1, "{file}"),
        }
    }
    assert_eq!(cases.len(), 318);
    told("json suite, parsing", cases.len());
}

#[test]
fn each_case_of_the_transform_suite_is_refused_or_said_to_be_ambiguous_where_it_is() {
    let Some(folder) = shared("corpus/json/test_transform") else {
        return;
    };
    let cases = findings_of(&folder);
    for (file, findings) in &cases {
        // Half of a surrogate pair stands for no character, escaped or not.
        let is_no_text = file.contains("invalid_codepoint");
        assert_eq!(
            count(findings, "invalid-json"),
            usize::from(is_no_text),
            "{file}: {findings:#?}"
        );
        let is_ambiguous = file.contains("same_key");
        assert_eq!(
            count(findings, "duplicate-key"),
            usize::from(is_ambiguous),
            "{file}: {findings:#?}"
        );
    }
    assert_eq!(cases.len(), 22);
    told("json suite, transform", cases.len());
}

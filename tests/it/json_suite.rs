//! JSONTestSuite, its cases given as manifests. It runs where the shared corpora are.

use std::fs;

use serde_json::Value;

use crate::support::{check_json, entries, name, shared};

#[test]
fn each_case_of_the_parsing_suite_is_judged_as_it_is_named() {
    let Some(folder) = shared("corpus/json/test_parsing") else {
        return;
    };
    let (code, findings) = check_json(&folder, &["."]);
    assert_eq!(code, 1);
    let mut cases = 0;
    for path in entries(&folder) {
        cases += 1;
        let file = name(&path);
        let of_file =
            |finding: &&Value| finding["file"] == file && finding["rule"] == "invalid-json";
        let invalid: Vec<&Value> = findings.iter().filter(of_file).collect();
        match file.split_once('_') {
            Some(("y", _)) => assert!(invalid.is_empty(), "{file}: {invalid:#?}"),
            Some(("n", _)) => {
                assert_eq!(invalid.len(), 1, "{file}");
                let size = fs::metadata(&path).unwrap().len();
                let start = invalid[0]["start"]["byte"].as_u64().unwrap();
                let end = invalid[0]["end"]["byte"].as_u64().unwrap();
                assert!(
                    start <= end && end <= size,
                    "{file}: {start}..{end} of {size}"
                );
            }
            _ => {}
        }
    }
    eprintln!("{cases} parsing cases");
}

//! The small readers: environment files, the configuration, other people's `providers.js`.

use std::collections::BTreeSet;

use catproof::testing::catalog::config;
use catproof::testing::lint::{self, Findings};
use catproof::testing::pipeline::baseline;
use catproof::testing::pipeline::facts::parse_allowlist;
use catproof::testing::runtime::env_check;
use catproof::testing::source::Sources;
use catproof::testing::source::finding::Spot;
use catproof::testing::text::dotenv;

/// Any text as an environment file: every line of it is accounted for, and a value that can be quoted reads back.
pub fn environment_files_are_read_as_dotenv_does(text: &str) {
    let file = dotenv::read(text);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1;
    let found = file.entries.iter().map(|entry| &entry.line);
    for line in file.malformed.iter().chain(found) {
        assert!((1..=lines).contains(line));
    }
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    for entry in &file.entries {
        assert!(!entry.key.is_empty() && entry.key.bytes().all(is_key));
        assert!(file.get(&entry.key).is_some());
        let shown = format!("{entry:?}");
        assert!(
            entry.value.len() < 16
                || entry.key.contains(&entry.value)
                || !shown.contains(&entry.value)
        );
    }
    let keys: BTreeSet<&str> = file.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(file.duplicates().count(), file.entries.len() - keys.len());
    for problem in env_check::check_app(&file) {
        assert!(!problem.message().is_empty());
    }
    quoting_reads_back(text);
    file.entries.iter().for_each(|entry| quoting_reads_back(&entry.value));
}

fn quoting_reads_back(value: &str) {
    let Some(quoted) = dotenv::quote(value) else {
        return;
    };
    assert!(!quoted.contains(['\n', '\r', '\u{2028}', '\u{2029}']), "{quoted:?}");
    let file = dotenv::read(&format!("# a ' and \" and `\nA={quoted}\nB='`\"'\n"));
    assert_eq!(file.get("A"), Some(value));
    assert_eq!((file.entries.len(), file.malformed.len()), (2, 0));
}

/// Any text as `catproof.toml`: each problem stands in it, and one that is right stays right with ignores added.
pub fn configurations_are_read_or_blamed_inside(text: &str) {
    match config::read(text, &lint::rule_ids()) {
        Ok(_) => {
            let ignore = baseline::BaselineIgnore {
                file: "catalog/\u{1b}\"it's\\.json".to_owned(),
                rule: "unknown-key",
                pointer: Some("/a~1\"b".into()),
            };
            let (before, _) = config::read(text, &lint::rule_ids()).unwrap();
            let added = baseline::add(text, &BTreeSet::from([ignore.clone()]));
            let (after, _) = config::read(&added, &lint::rule_ids())
                .unwrap_or_else(|problems| panic!("{problems:?}: {added}"));
            assert_eq!(after.ignore.len(), before.ignore.len() + 1, "{added}");
            assert!(after.ignore.iter().any(|it| *it.file.get_ref() == ignore.file));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                let blamed = text.get(problem.span.clone());
                assert!(blamed.is_some(), "{problem:?} in {text:?}");
                assert!(!problem.message.is_empty());
            }
        }
    }
}

/// Any text as the proxy's allowlist: hosts are strings that stand in it, and whoever is refused is told where.
pub fn allowlists_are_read_or_blamed_inside(text: &str) {
    for name in ["providers.js", "providers.json"] {
        let mut findings = Findings::default();
        let file = Sources::default().add_text(name.into(), Vec::new(), "".as_ref());
        let allowlist = parse_allowlist(file, name, text, &mut findings);
        assert_eq!(allowlist.is_none(), findings.len() == 1);
        for finding in &findings {
            if let Some(Spot::Bytes { start, end }) =
                finding.place.as_ref().map(|place| &place.spot)
            {
                assert!(text.get(*start..*end).is_some(), "{finding:?}");
            }
        }
        for allowed in allowlist.iter().flat_map(|allowlist| &allowlist.hosts) {
            let Some(Spot::Bytes { start, end }) = allowed.place.as_ref().map(|place| &place.spot)
            else {
                panic!("{allowed:?} has no bytes");
            };
            let written = &text[*start..*end];
            let is_same = match name {
                "providers.js" => written.get(1..written.len() - 1) == Some(allowed.host.as_str()),
                _ => serde_json::from_str::<String>(written).unwrap() == allowed.host,
            };
            assert!(is_same, "{written} is not {:?}", allowed.host);
        }
    }
}

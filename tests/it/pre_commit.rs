//! The hooks for pre-commit: which files they see, and that both ways to build them are the same hooks.

use std::collections::BTreeMap;
use std::fs;

use regex::Regex;

use crate::support::project;

/// The hooks by their ids, each as its other keys. The file is flat: one `key: value` a line.
fn hooks() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = fs::read_to_string(project().join(".pre-commit-hooks.yaml")).unwrap();
    let entries = text.split("\n- id: ").skip(1);
    entries
        .map(|entry| {
            let (id, rest) = entry.split_once('\n').unwrap();
            let keys = rest.lines().filter_map(|line| line.split_once(": "));
            let keys = keys.filter(|(key, _)| !key.trim().starts_with('#'));
            let keys = keys.map(|(key, value)| (key.trim().to_owned(), value.to_owned()));
            (id.to_owned(), keys.collect())
        })
        .collect()
}

#[test]
fn each_hook_can_be_built_by_cargo_and_by_pip() {
    let mut hooks = hooks();
    for id in ["catproof", "catproof-fix", "catproof-build", "catproof-gate"] {
        let mut cargo = hooks.remove(id).unwrap();
        let mut pip = hooks.remove(&format!("{id}-py")).unwrap();
        assert_eq!(cargo.remove("language").unwrap(), "rust");
        assert_eq!(pip.remove("language").unwrap(), "python");
        assert_eq!(cargo, pip, "{id}");
    }
    assert!(hooks.is_empty(), "{hooks:?}");
}

#[test]
fn a_hook_sees_the_manifests_of_a_catalog_wherever_it_lies() {
    let patterns: Vec<Regex> =
        hooks().values().filter_map(|hook| Some(Regex::new(hook.get("files")?).unwrap())).collect();
    assert_eq!(patterns.len(), 4);
    for pattern in patterns {
        for (file, is_seen) in [
            ("catalog/acme__mcp.json", true),
            ("catalog_local/acme__mcp.json", true),
            ("desktop_app/src/ui/catalog_local/x.json", true),
            ("my app/é/catalog/größe 日本.json", true),
            ("catalog/sub/x.json", false),
            ("my-catalog/x.json", false),
            ("catalog/x.json.md", false),
            ("catalog.json", false),
        ] {
            assert_eq!(pattern.is_match(file), is_seen, "{file}");
        }
    }
}

#[test]
fn the_hook_of_the_artifacts_runs_for_deleted_files_too() {
    for id in ["catproof-build", "catproof-build-py"] {
        let hook = &hooks()[id];
        assert_eq!(hook["always_run"], "true");
        assert_eq!(hook["pass_filenames"], "false");
    }
}

//! The invariants of the house: what is documented, where things stand, which way the arrows point, what is committed.

mod rooms;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use catproof::testing::cli::commands::readme_table;
use catproof::testing::cli::published_schemas::published;
use catproof::testing::lint::RULES;

use crate::support::{entries, name, project, run};

#[test]
fn each_rule_stands_in_the_file_that_is_named_after_it() {
    for rule in RULES {
        let path = format!("src/lint/rules/{}/{}.rs", rule.group.name(), rule.id.replace('-', "_"));
        let source = fs::read_to_string(project().join(&path))
            .unwrap_or_else(|_| panic!("{path} is missing"));
        assert!(source == rule.source, "{} includes another file than its own", rule.id);
    }
}

#[test]
fn no_two_rules_have_one_id() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
}

#[test]
fn each_rule_file_is_registered() {
    let registered: BTreeSet<String> = RULES
        .iter()
        .map(|rule| format!("{}/{}.rs", rule.group.name(), rule.id.replace('-', "_")))
        .collect();
    for group in entries(&project().join("src/lint/rules")).iter().filter(|path| path.is_dir()) {
        for file in entries(group).iter().filter(|path| name(path) != "mod.rs") {
            let room = format!("{}/{}", name(group), name(file));
            let is_rule = fs::read_to_string(file).unwrap().contains("pub(crate) static RULE");
            assert!(!is_rule || registered.contains(&room), "{room} is not a rule of the registry");
        }
    }
}

#[test]
fn each_rule_is_documented() {
    for rule in RULES {
        let documentation = rule.documentation();
        for part in ["## What it does\n", "## Why is this bad?\n", "## Example\n", "Use instead:"] {
            assert!(documentation.contains(part), "{} lacks {part:?}", rule.id);
        }
        let summary = rule.summary();
        assert!(
            summary.starts_with("Reports ") && summary.ends_with('.'),
            "{}: {summary}",
            rule.id
        );
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let of = |path: PathBuf| match path.is_dir() {
        true => rust_files(&path),
        false if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        false => Vec::new(),
    };
    entries(folder).into_iter().flat_map(of).collect()
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    for file in rust_files(&project().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("#[allow("), "{} allows a lint", file.display());
        let expected =
            text.matches("expect(clippy").count() + text.matches("expect(\n    clippy").count();
        assert!(
            text.matches("reason =").count() >= expected,
            "{} expects a lint without a reason",
            file.display()
        );
    }
}

#[test]
fn each_module_says_what_it_holds() {
    for file in rust_files(&project().join("src")) {
        let is_rule = file.starts_with(project().join("src/lint/rules")) && name(&file) != "mod.rs";
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            is_rule || text.starts_with("//!"),
            "{} does not say what it holds",
            file.display()
        );
    }
}

#[test]
fn the_committed_schemas_are_what_the_program_prints() {
    let folder = project().join("schema");
    let published = published();
    for (name, text) in &published {
        let committed = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(committed == *text, "{name} is out of date: run `catproof schema --out schema`");
    }
    assert_eq!(entries(&folder).len(), published.len(), "a schema is left over");
}

#[test]
fn the_committed_schema_compiles() {
    assert!(catproof::testing::manifest::validate::schema_compiles());
}

#[test]
fn the_table_of_rules_in_the_readme_is_what_the_program_prints() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- rules -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- /rules -->").unwrap();
    assert!(table.trim() == readme_table().trim(), "run `catproof rules --format markdown`");
}

#[test]
fn the_shipped_catalog_has_no_error_and_its_artifacts_are_current() {
    let (code, stdout, stderr) = run(&project(), &["check"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let (code, stdout, stderr) = run(&project(), &["build", "--check"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

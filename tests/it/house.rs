//! The invariants of the house: what is documented, where things stand, which way the arrows point, what is committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use catproof::cli::commands::readme_table;
use catproof::lint::RULES;
use catproof::manifest::schema::published;

use crate::support::{entries, name, project, run};

#[test]
fn each_rule_stands_in_the_file_that_is_named_after_it() {
    for rule in RULES {
        let path = format!(
            "src/lint/rules/{}/{}.rs",
            rule.group.name(),
            rule.id.replace('-', "_")
        );
        let source = fs::read_to_string(project().join(&path))
            .unwrap_or_else(|_| panic!("{path} is missing"));
        assert!(
            source == rule.source,
            "{} includes another file than its own",
            rule.id
        );
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
    for group in entries(&project().join("src/lint/rules"))
        .iter()
        .filter(|path| path.is_dir())
    {
        for file in entries(group).iter().filter(|path| name(path) != "mod.rs") {
            let room = format!("{}/{}", name(group), name(file));
            let is_rule = fs::read_to_string(file)
                .unwrap()
                .contains("pub static RULE");
            assert!(
                !is_rule || registered.contains(&room),
                "{room} is no rule of the registry"
            );
        }
    }
}

#[test]
fn each_rule_is_documented() {
    for rule in RULES {
        let documentation = rule.documentation();
        for part in [
            "## What it does\n",
            "## Why is this bad?\n",
            "## Example\n",
            "Use instead:",
        ] {
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

/// For each room, the rooms that it may use. What is not named here may use what it likes.
const ARROWS: [(&str, &[&str]); 17] = [
    ("source", &[]),
    ("model", &[]),
    ("hidden", &[]),
    ("finding", &["source"]),
    ("parse", &["source"]),
    ("edit", &["finding", "source"]),
    ("oauth", &["credential", "hosts", "model"]),
    ("hosts", &[]),
    (
        "config",
        &[
            "finding",
            "lint",
            "probe",
            "schema",
            "source",
            "suggest",
            "violations",
        ],
    ),
    ("probe", &["hidden", "hosts", "source"]),
    (
        "diff",
        &[
            "compile",
            "config",
            "entry",
            "finding",
            "launch_line",
            "lint",
            "model",
            "oauth",
            "parse",
            "pin",
            "plan",
            "probe",
            "source",
        ],
    ),
    ("emit", &["dotenv", "hidden", "oauth", "plan"]),
    ("write", &["emit", "plan", "source"]),
    // The readers: they show that the artifacts are enough.
    (
        "proxy",
        &[
            "config", "dotenv", "hidden", "hosts", "plan", "probe", "source",
        ],
    ),
    (
        "simulate",
        &[
            "credential",
            "literal_argument",
            "plan",
            "report",
            "source",
            "suggest",
        ],
    ),
    (
        "export",
        &["env_name", "hidden", "plan", "report", "simulate", "source"],
    ),
    (
        "report",
        &[
            "credential",
            "diff",
            "edit",
            "entry",
            "finding",
            "hidden",
            "lint",
            "oauth",
            "plan",
            "source",
            "suggest",
        ],
    ),
];

#[test]
fn the_arrows_between_the_rooms_hold() {
    for (room, allowed) in ARROWS {
        let mut real = BTreeSet::new();
        for file in sources_of(room) {
            for used in rooms_used(&fs::read_to_string(&file).unwrap()) {
                let holds = used == room || allowed.contains(&used.as_str());
                assert!(
                    holds,
                    "{} uses `{used}`, which `{room}` must not know",
                    file.display()
                );
                real.insert(used);
            }
        }
        for room_below in allowed {
            assert!(
                real.contains(*room_below),
                "`{room}` does not use `{room_below}`"
            );
        }
    }
    for (room, forbidden) in [
        ("lint", "emit"),
        ("lint", "report"),
        ("lint", "commands"),
        ("compile", "lint"),
        ("compile", "emit"),
    ] {
        for file in sources_of(room) {
            let used = rooms_used(&fs::read_to_string(&file).unwrap());
            assert!(
                !used.contains(forbidden),
                "{} uses `{forbidden}`",
                file.display()
            );
        }
    }
}

/// The Rust files of a room: one file, or a folder.
fn sources_of(room: &str) -> Vec<PathBuf> {
    let folder = project().join("src").join(room);
    let mut files = rust_files(&folder);
    let file = folder.with_extension("rs");
    if file.is_file() {
        files.push(file);
    }
    assert!(!files.is_empty(), "there is no room `{room}`");
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let of = |path: PathBuf| match path.is_dir() {
        true => rust_files(&path),
        false if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        false => Vec::new(),
    };
    entries(folder).into_iter().flat_map(of).collect()
}

/// The rooms that a text names as `crate::room`, outside its tests.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let after = code.split("crate::").skip(1);
    after
        .map(|rest| {
            rest.chars()
                .take_while(|character| character.is_alphanumeric() || *character == '_')
                .collect()
        })
        .collect()
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    for file in rust_files(&project().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("#[allow("),
            "{} allows a lint",
            file.display()
        );
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
        assert!(
            committed == *text,
            "{name} is out of date: run `catproof schema`"
        );
    }
    assert_eq!(
        entries(&folder).len(),
        published.len(),
        "a schema is left over"
    );
}

#[test]
fn the_committed_schema_compiles() {
    assert!(catproof::manifest::validate::schema_compiles());
}

#[test]
fn the_table_of_rules_in_the_readme_is_what_the_program_prints() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- rules -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- /rules -->").unwrap();
    assert!(
        table.trim() == readme_table().trim(),
        "run `catproof rules --format markdown`"
    );
}

#[test]
fn the_shipped_catalog_has_no_error_and_its_artifacts_are_current() {
    let (code, stdout, stderr) = run(&project(), &["check"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let (code, stdout, stderr) = run(&project(), &["build", "--check"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

//! The manual pages.

use std::fs;
use std::process::Command;

use crate::cli::commands;
use crate::support::{entries, name, run, scratch};

#[test]
fn each_command_has_a_page_with_its_examples() {
    let scratch = scratch();
    let (code, stdout, stderr) = run(scratch.path(), &["man", "--out", "man1"]);
    let names: Vec<String> = commands().into_iter().map(|(name, _)| name).collect();
    let count = names.len() + 1;
    assert_eq!((code, stdout.as_str()), (0, ""));
    assert_eq!(stderr, format!("{count} pages written\n"));
    assert_eq!(entries(&scratch.path().join("man1")).len(), count);
    for command in names {
        let file = scratch.path().join(format!("man1/catproof-{command}.1"));
        let page = fs::read_to_string(file).unwrap();
        let (code, printed, _) = run(scratch.path(), &["man", &command]);
        assert_eq!(code, 0);
        assert_eq!(printed, page);
        assert!(page.contains(&format!("\n\\fBcatproof {command}\\fR")), "{page}");
        let examples = page.split(".SH EXAMPLES\n").nth(1);
        let first = format!(".TP\n\\fBcatproof {}", command.replace('-', "\\-"));
        assert!(
            examples.is_some_and(|text| text.starts_with(&first) || command == "rules"),
            "{page}"
        );
    }
}

#[test]
fn a_reader_of_manual_pages_finds_nothing_wrong() {
    let scratch = scratch();
    assert_eq!(run(scratch.path(), &["man", "--out", "."]).0, 0);
    for page in entries(scratch.path()) {
        let linted = Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&page).output();
        let Ok(linted) = linted else {
            eprintln!("skipped: `mandoc` is not here");
            return;
        };
        let problems = String::from_utf8_lossy(&linted.stdout);
        assert!(problems.is_empty(), "{}: {problems}", name(&page));
    }
}

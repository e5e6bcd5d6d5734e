//! The command line as a new user meets it: help that teaches, and suggestions for what is misspelled.

use std::fs;

use catproof::cli::Cli;
use clap::{CommandFactory as _, Parser as _};

use crate::support::{project, run, scratch, write};

/// The commands with the text below their options.
pub fn commands() -> Vec<(String, String)> {
    let program = Cli::command();
    let commands = program.get_subcommands();
    commands
        .map(|command| {
            let below = command.get_after_help().map(ToString::to_string);
            (command.get_name().to_owned(), below.unwrap_or_default())
        })
        .collect()
}

#[test]
fn the_help_of_each_command_has_examples() {
    for (name, below) in commands() {
        assert!(below.contains("Examples:\n"), "{name}");
    }
}

#[test]
fn each_example_of_the_help_is_a_command_line_that_the_program_takes() {
    let program = Cli::command().get_after_help().unwrap().to_string();
    let all = commands()
        .into_iter()
        .chain([("catproof".to_owned(), program)]);
    for (name, below) in all {
        let examples: Vec<&str> = below
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter(|line| line.starts_with("catproof "))
            .collect();
        assert!(!examples.is_empty(), "{name}");
        for example in examples {
            let command = example.split("  ").next().unwrap();
            let is_about_it = name == "catproof" || command.split(' ').nth(1) == Some(&name);
            let is_other = name == "rules" && command.contains(" explain ");
            assert!(is_about_it || is_other, "{name}: {example}");
            assert_is_taken(command);
        }
    }
}

#[test]
fn each_command_line_of_the_readme_is_one_that_the_program_takes() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    let mut is_shell = false;
    let mut count = 0;
    for line in readme.lines() {
        match line {
            "```sh" => is_shell = true,
            "```" => is_shell = false,
            line if is_shell && line.starts_with("catproof ") => {
                assert_is_taken(line.split(" #").next().unwrap());
                count += 1;
            }
            _ => {}
        }
    }
    assert!(count > 10, "{count}");
}

/// Whether clap takes a shell's command line, without what the shell itself reads of it.
fn assert_is_taken(command: &str) {
    // What stands in quotes is one word, whatever it says.
    let parts = command.split('"').enumerate();
    let unquoted = parts.map(|(index, part)| match index % 2 {
        0 => part,
        _ => "quoted",
    });
    let unquoted: String = unquoted.collect();
    let words = unquoted.split_whitespace();
    let words = words.take_while(|word| !["|", ">", ">>", "<"].contains(word));
    if let Err(error) = Cli::try_parse_from(words) {
        panic!("`{command}`: {error}");
    }
}

#[test]
fn a_misspelled_word_is_answered_with_the_right_one() {
    let scratch = scratch();
    for (arguments, right) in [
        (&["chekc"][..], "'check'"),
        (&["biuld", "--check"], "'build'"),
        (&["check", "--fromat", "json"], "'--format'"),
        (&["check", "--catalog-locl", "x"], "'--catalog-local'"),
        (&["check", "--format", "sarfi"], "did you mean `sarif`?"),
        (
            &["check", "--format", "junti=out.xml"],
            "did you mean `junit`?",
        ),
        (&["check", "--fail-on", "warnign"], "'warning'"),
        (&["check", "--profile", "prodution"], "'production'"),
        (&["check", "--color", "alwys"], "'always'"),
        (
            &["check", "-A", "duplicate-scop"],
            "did you mean `duplicate-scope`?",
        ),
        (
            &["check", "-W", "npx-without-yess"],
            "did you mean `npx-without-yes`?",
        ),
        (
            &["check", "-D", "comitted-credential"],
            "did you mean `committed-credential`?",
        ),
        (
            &["explain", "missing-token-endpont"],
            "`missing-token-endpoint`",
        ),
        (&["list", "--type", "remote-dynamc"], "'remote-dynamic'"),
        (&["list", "--format", "jsn"], "'json'"),
        (&["env", "--for", "prxy"], "'proxy'"),
        (&["completions", "fsh"], "'fish'"),
        (&["man", "chek"], "did you mean `check`?"),
    ] {
        let (code, stdout, stderr) = run(scratch.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        assert!(stderr.contains(right), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_help_of_a_failure_shows_no_control_character() {
    let scratch = scratch();
    for reference in ["\u{1b}[31m\u{202e}X\u{7}", "-\u{1b}[31m\u{202e}X\u{7}"] {
        let base = format!("--base={reference}");
        for arguments in [vec!["diff", &base], vec!["explain", reference]] {
            let (code, stdout, stderr) = run(scratch.path(), &arguments);
            assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
            for hidden in ['\u{1b}', '\u{202e}', '\u{7}'] {
                assert!(!stderr.contains(hidden), "{stderr:?}");
            }
        }
    }
}

#[test]
fn a_closed_pipe_changes_neither_the_status_nor_what_is_written() {
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = |name: &str, command: &str| {
        serde_json::json!({ "name": name, "server": { "command": command } }).to_string()
    };
    write(
        &folder.join("catalog/acme__mcp.json"),
        manifest("acme__mcp", "npx"),
    );
    let run_into_closed_pipe = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_catproof"));
        let command = command.current_dir(folder).args(arguments).stdout(writer);
        command.output().unwrap().status.code()
    };
    // Its findings are warnings and notes: there is something to show, and nothing that stops it.
    let pedantic = ["build", "--pedantic", "--format", "json"];
    assert_eq!(run_into_closed_pipe(&pedantic), Some(0));
    assert!(folder.join("generated/catalog.json").is_file());
    assert_eq!(run_into_closed_pipe(&["list"]), Some(0));
    write(
        &folder.join("catalog/acme__mcp.json"),
        manifest("another", "npx"),
    );
    for format in ["json", "human", "sarif", "jsonl"] {
        assert_eq!(
            run_into_closed_pipe(&["check", "--format", format]),
            Some(1),
            "{format}"
        );
    }
    assert_eq!(run_into_closed_pipe(&["build", "--check"]), Some(1));
    assert_eq!(run_into_closed_pipe(&["check", "nowhere"]), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn artifacts_are_written_also_where_the_warnings_cannot_be() {
    let scratch = scratch();
    let folder = scratch.path();
    let manifest = serde_json::json!({ "name": "acme__mcp", "server": { "command": "npx" } });
    write(&folder.join("catalog/acme__mcp.json"), manifest.to_string());
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_catproof"));
    let command = command.current_dir(folder).args(["build", "--pedantic"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(folder.join("generated/catalog.json").is_file());
}

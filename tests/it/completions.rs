//! The completion scripts, as the shells read them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::cli::commands;
use crate::support::{run, scratch};

fn script(shell: &str) -> (TempDir, PathBuf) {
    let scratch = scratch();
    let (code, stdout, stderr) = run(scratch.path(), &["completions", shell]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for (command, _) in commands() {
        assert!(stdout.contains(&command), "{shell} lacks {command}");
    }
    let file = scratch.path().join(format!("catproof.{shell}"));
    fs::write(&file, stdout).unwrap();
    (scratch, file)
}

/// What a shell prints; `None`, said aloud, where it is not installed.
fn printed(command: &mut Command) -> Option<String> {
    let Ok(output) = command.output() else {
        eprintln!("skipped: `{}` is not here", command.get_program().display());
        return None;
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    assert_eq!(stderr, "", "{command:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn each_script_is_one_that_its_shell_can_read() {
    for (shell, option) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let (_scratch, file) = script(shell);
        printed(Command::new(shell).arg(option).arg(file));
    }
    let (_scratch, file) = script("powershell");
    let parse = "$problems = $null; [void][System.Management.Automation.Language.Parser]::ParseFile($args[0], \
                 [ref]$null, [ref]$problems); exit $problems.Count";
    printed(Command::new("pwsh").args(["-NoProfile", "-CommandWithArgs", parse]).arg(file));
    script("elvish");
}

#[test]
fn bash_completes_commands_options_and_values() {
    for (words, expected) in [
        (&["catproof", "che"][..], "check"),
        (&["catproof", "build", "--fail"], "--fail-on"),
        (&["catproof", "build", "--fail-on", ""], "error warning"),
        (&["catproof", "completions", "f"], "fish"),
        (&["catproof", "explain", "--prof"], "--profile"),
    ] {
        let (_scratch, file) = script("bash");
        let (last, previous) = (words.len() - 1, words[words.len() - 2]);
        let run = format!(
            "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD={last}; \
             _catproof catproof \"${{COMP_WORDS[{last}]}}\" {previous}; echo \"${{COMPREPLY[*]}}\""
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &run, "bash"]).arg(&file).args(words);
        if let Some(completed) = printed(&mut bash) {
            assert_eq!(completed.trim(), expected, "{words:?}");
        }
    }
}

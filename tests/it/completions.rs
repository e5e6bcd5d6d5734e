//! The completion scripts, as the shells read them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{run, scratch, write};

fn script(shell: &str) -> (TempDir, PathBuf) {
    let scratch = scratch();
    let (code, stdout, stderr) = run(scratch.path(), &["completions", shell]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("CATPROOF_COMPLETE"), "{shell}: {stdout}");
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

/// What bash offers for the last of these words in a folder; `None` without bash.
fn completed(folder: &Path, words: &[&str]) -> Option<String> {
    let (_scratch, file) = script("bash");
    let last = words.len() - 1;
    let run = format!(
        "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD={last}; COMP_TYPE=9; \
         _clap_complete_catproof catproof \"${{COMP_WORDS[{last}]}}\" 2>&1; echo \"${{COMPREPLY[*]}}\""
    );
    let program = Path::new(env!("CARGO_BIN_EXE_catproof")).parent().unwrap();
    let path = std::env::join_paths([program, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &run, "bash"]).arg(&file).args(words);
    bash.current_dir(folder).env("PATH", path);
    printed(&mut bash)
}

#[test]
fn bash_completes_commands_options_and_values() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), "{}");
    write(&folder.join("catalog/acme__x;y.json"), "{}");
    write(&folder.join("catalog_local/acme__local.json"), "{}");
    write(&folder.join("deep/er/notes.txt"), "");
    let servers = "acme__local acme__mcp";
    for (place, words, expected) in [
        ("", &["catproof", "che"][..], "check"),
        ("", &["catproof", "build", "--fail"], "--fail-on"),
        ("", &["catproof", "build", "--fail-on", ""], "error warning"),
        ("", &["catproof", "completions", "f"], "fish"),
        ("", &["catproof", "explain", "--prof"], "--profile"),
        ("", &["catproof", "check", "--format", "js"], "json jsonl"),
        ("", &["catproof", "probe", "--format", "sa"], "sarif"),
        ("", &["catproof", "diff", "--format", "m"], "markdown"),
        ("", &["catproof", "rules", "--format", "m"], "markdown"),
        ("", &["catproof", "list", "--type", "remote-d"], "remote-dynamic"),
        ("", &["catproof", "check", "-A", "duplicate-sc"], "duplicate-scope"),
        ("", &["catproof", "build", "--deny", "missing-token-e"], "missing-token-endpoint"),
        ("", &["catproof", "explain", "missing-token-e"], "missing-token-endpoint"),
        ("", &["catproof", "explain", "mcp-"], "mcp-static"),
        ("", &["catproof", "explain", "conf"], "config"),
        ("", &["catproof", "man", "simu"], "simulate"),
        ("", &["catproof", "simulate", "acme"], servers),
        ("deep/er", &["catproof", "simulate", "acme"], servers),
        ("deep/er", &["catproof", "explain", "acme__m"], "acme__mcp"),
        ("", &["catproof", "export", "--client", "vscode", "acme__mcp", "acme__l"], "acme__local"),
        ("", &["catproof", "probe", "acme"], servers),
        ("", &["catproof", "probe", "de"], "deep/"),
        ("", &["catproof", "check", "de"], "deep/"),
        ("", &["catproof", "build", "de"], "deep/"),
    ] {
        if let Some(completed) = completed(&folder.join(place), words) {
            let completed: Vec<&str> = completed.trim().split(['\u{b}', ' ']).collect();
            assert_eq!(completed.join(" "), expected, "{words:?}");
        }
    }
}

/// Where there is no catalog, or its configuration is broken, a shell completes what else there is.
#[test]
fn a_shell_is_told_of_no_problem() {
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catproof.toml"), "nonsense");
    for (words, expected) in
        [(&["catproof", "simulate", "a"][..], ""), (&["catproof", "explain", "conf"], "config")]
    {
        if let Some(completed) = completed(folder, words) {
            assert_eq!(completed.trim(), expected, "{words:?}");
        }
    }
}

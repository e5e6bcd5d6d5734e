//! `gate`: one judgement of a change, by the configuration of its base. It needs git: without it, nothing is tested.

use std::fs;

use serde_json::Value;

use crate::action::Clone;
use crate::support::{run, write};

const BAD: &str = r#"{"name": "acme__other", "server": {"command": "npx"}}"#;

/// A run of `gate` against `origin/main`: the exit code, standard output, standard error, and the summary.
fn gate(clone: &Clone, arguments: &[&str]) -> (i32, String, String, String) {
    let all = [&["gate", "--base", "origin/main", "--summary", "summary.md"], arguments].concat();
    let (code, stdout, stderr) = run(clone.folder.path(), &all);
    let summary = fs::read_to_string(clone.path("summary.md")).unwrap_or_default();
    _ = fs::remove_file(clone.path("summary.md"));
    (code, stdout, stderr, summary)
}

#[test]
fn one_run_says_what_the_three_commands_say() {
    let Some(clone) = Clone::new() else { return };
    clone.add_server("acme__tasks", "https://acme.example/token");
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    let said = |arguments: &[&str]| run(clone.folder.path(), arguments);
    let check = said(&["check"]);
    let build = said(&["build", "--check"]);
    let diff = said(&["diff", "--base", "origin/main"]);
    assert_eq!((check.0, build.0, diff.0), (0, 1, 0), "{}{}", check.1, check.2);
    assert_eq!(code, 1, "{stdout}{stderr}");
    for part in [&check.1, &build.1, &diff.1] {
        assert!(stdout.contains(part.as_str()), "{part}\nis not in\n{stdout}");
    }
    for part in [&check.2, &build.2, &diff.2] {
        assert!(part.lines().all(|line| stderr.contains(line)), "{part}\nis not in\n{stderr}");
    }
    let markdown = said(&["diff", "--base", "origin/main", "--format", "markdown"]).1;
    assert!(summary.contains(&markdown), "{summary}");

    clone.build();
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(summary.contains("**build --check** passed"), "{summary}");
    // The artifacts alone.
    fs::write(clone.path("generated/oauth_proxy/.env.example"), "").unwrap();
    let (code, stdout, stderr, summary) = gate(&clone, &["--gate", "none"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains(&said(&["build", "--check"]).1), "{stdout}");
    assert!(summary.contains("    generated/oauth_proxy/.env.example is "), "{summary}");
    assert!(stderr.contains("1 artifact out of date"), "{stderr}");
}

#[test]
fn all_formats_come_from_the_one_run() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("catalog/acme__tasks.json"), BAD);
    clone.commit();
    let formats = ["--format", "github", "--format", "sarif=a.sarif", "--format", "junit=a.xml"];
    let (code, stdout, _, _) = gate(&clone, &formats);
    assert_eq!(code, 1);
    // What a program reads holds nothing for people.
    assert!(stdout.lines().all(|line| line.starts_with("::")), "{stdout}");
    let sarif: Value =
        serde_json::from_str(&fs::read_to_string(clone.path("a.sarif")).unwrap()).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(fs::read_to_string(clone.path("a.xml")).unwrap().contains("id-mismatch"));
}

#[test]
fn a_change_cannot_relax_the_rules_that_it_is_judged_by() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("catalog/acme__tasks.json"), BAD);
    write(&clone.path("catproof.toml"), "max_file_bytes = 20\n[rules]\nid-mismatch = \"off\"\n");
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("error[id-mismatch]"), "{stdout}");
    assert!(summary.contains("The configuration changes too."), "{summary}");
    // The command line is not the change's.
    let (_, stdout, _, _) = gate(&clone, &["--allow", "id-mismatch"]);
    assert!(!stdout.contains("error[id-mismatch]"), "{stdout}");

    // Once it is merged, it is in force.
    write(&clone.path("catproof.toml"), "[rules]\nid-mismatch = \"off\"\n");
    clone.commit();
    clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let (_, stdout, _, summary) = gate(&clone, &[]);
    assert!(!stdout.contains("error[id-mismatch]"), "{stdout}");
    assert!(!summary.contains("The configuration changes too."), "{summary}");
}

#[test]
fn an_old_branch_is_judged_by_the_rules_of_today() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("catproof.toml"), "[rules]\nid-mismatch = \"off\"\n");
    clone.commit();
    clone.git(&["branch", "lax"]);
    write(&clone.path("catproof.toml"), "");
    clone.add_server("acme__theirs", "https://acme.example/token");
    clone.build();
    clone.commit();
    clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    clone.git(&["checkout", "--quiet", "lax"]);
    write(&clone.path("catalog/acme__tasks.json"), BAD);
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("error[id-mismatch]"), "{stdout}");
    // What the base has gained since then was not changed by the branch.
    assert!(!summary.contains("acme__theirs"), "{summary}");
}

#[test]
fn an_impostor_does_not_pass() {
    let Some(clone) = Clone::new() else { return };
    clone.add_server("zeta__notes", "https://zeta.example/token");
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("error[reused-client-id]"), "{stdout}");
    assert!(summary.contains("(`token-endpoint-off-site`)"), "{summary}");
    // The change alone would be enough.
    let allowed = ["--allow", "reused-client-id", "--allow", "token-endpoint-off-site"];
    let (code, stdout, stderr) = run(clone.folder.path(), &[&["build"], &allowed[..]].concat());
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(gate(&clone, &allowed).0, 1);
    assert_eq!(gate(&clone, &[&allowed[..], &["--gate", "none"]].concat()).0, 0);
}

#[test]
fn a_catalog_that_is_all_gone_is_a_change_and_none_at_all_is_no_input() {
    let Some(clone) = Clone::new() else { return };
    fs::remove_dir_all(clone.path("catalog")).unwrap();
    clone.commit();
    let (code, stdout, stderr, _) = gate(&clone, &[]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("server-removed"), "{stdout}");
    clone.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert_eq!(gate(&clone, &[]).0, 3);
}

#[test]
fn paths_are_those_of_the_catalog_that_is_judged_as_a_whole() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("catalog/acme__tasks.json"), BAD);
    clone.commit();
    let (code, stdout, stderr, _) = gate(&clone, &["catalog/acme__notes.json"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("error[id-mismatch]"), "{stdout}");
    write(&clone.path("other/acme__notes.json"), BAD);
    let (code, stdout, stderr, _) = gate(&clone, &["other"]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains("not in the catalog of this folder"), "{stderr}");
}

#[test]
fn a_lock_that_cannot_be_read_stops_the_gate_and_is_told() {
    let Some(clone) = Clone::new() else { return };
    write(&clone.path("generated/discovery.lock.json"), "{");
    clone.commit();
    let (code, stdout, stderr, summary) = gate(&clone, &[]);
    assert_eq!(code, 2, "{stdout}{stderr}");
    assert!(stdout.contains("error[unreadable-lock]"), "{stdout}");
    assert!(summary.contains("**diff** could not be done"), "{summary}");
}

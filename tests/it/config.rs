//! `catproof.toml`: what is wrong with it is shown at the exact characters, and all of it at once.

use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{check_json, project, rule_ids, run, scratch, write};

/// A catalog with one finding of `unknown-key`.
fn catalog(folder: &Path) {
    write(&folder.join("catalog/acme__mcp.json"), MANIFEST);
}

const MANIFEST: &str = r#"{
  "name": "acme__mcp",
  "display_name": "Acme",
  "description": "The notes of Acme",
  "author": { "name": "Acme" },
  "server": { "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "sandbox": "strict" }
}
"#;

/// Runs `check` with a configuration that cannot be used, and compares the messages with their places.
#[track_caller]
fn assert_refused(config: &str, expected: &Expect) {
    let scratch = scratch();
    catalog(scratch.path());
    write(&scratch.path().join("catproof.toml"), config);
    let (code, stdout, stderr) = run(scratch.path(), &["check"]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    expected.assert_eq(&stderr);
}

#[test]
fn a_key_that_does_not_exist_and_a_wrong_type_are_shown_together() {
    assert_refused(
        "catalg = \"servers\"\nmax_file_bytes = \"1M\"\n\n[proxy]\nallow = \"providers.js\"\n",
        &expect![[r#"
            error[config]: there is no key `catalg` here
               ╭─[catproof.toml:1:1]
             1 │ catalg = "servers"
               · ──────
               ╰────
              help: did you mean `catalog`?

            error[config]: `max_file_bytes` must be a whole number, but is the string `1M`
               ╭─[catproof.toml:2:18]
             2 │ max_file_bytes = "1M"
               ·                  ────
               ╰────

            error[config]: there is no key `allow` here
               ╭─[catproof.toml:5:1]
             5 │ allow = "providers.js"
               · ─────
               ╰────
              help: did you mean `allowlist`?

        "#]],
    );
}

#[test]
fn a_word_that_is_no_level_is_shown_with_those_that_are() {
    assert_refused(
        "[rules]\nplaintext-url = \"of\"\n",
        &expect![[r#"
            error[config]: `rules.plaintext-url` must be `off`, `note`, `warning` or `error`, but is the string
              `of`
               ╭─[catproof.toml:2:17]
             2 │ plaintext-url = "of"
               ·                 ────
               ╰────

        "#]],
    );
}

#[test]
fn the_words_of_the_options_are_answered_with_those_of_the_configuration() {
    for (word, level) in [("allow", "off"), ("warn", "warning"), ("deny", "error")] {
        let scratch = scratch();
        catalog(scratch.path());
        let config = format!("[rules]\nplaintext-url = \"{word}\"\n");
        write(&scratch.path().join("catproof.toml"), config);
        let (code, _, stderr) = run(scratch.path(), &["check"]);
        assert_eq!(code, 2);
        assert!(stderr.contains(&format!("help: write `{level}`")), "{stderr}");
    }
}

#[test]
fn a_rule_that_does_not_exist_is_shown_with_the_nearest() {
    assert_refused(
        "[rules]\nplaintext-ulr = \"off\"\n\n[[ignore]]\nrule = \"unknwn-key\"\nfile = \"a.json\"\n",
        &expect![[r#"
            error[config]: there is no rule `plaintext-ulr`
               ╭─[catproof.toml:2:1]
             2 │ plaintext-ulr = "off"
               · ─────────────
               ╰────
              help: did you mean `plaintext-url`?

            error[config]: there is no rule `unknwn-key`
               ╭─[catproof.toml:5:8]
             5 │ rule = "unknwn-key"
               ·        ────────────
               ╰────
              help: did you mean `unknown-key`?

        "#]],
    );
}

#[test]
fn an_ignore_needs_a_file_and_days_that_exist() {
    assert_refused(
        "[[ignore]]\nrule = \"unknown-key\"\n\n\
         [[ignore]]\nrule = \"unknown-key\"\nfile = \"\"\n",
        &expect![[r"
            error[config]: `file` is missing
               ╭─[catproof.toml:1:1]
             1 │ [[ignore]]
               · ──────────
               ╰────
              help: add `file`

        "]],
    );
    assert_refused(
        "[[ignore]]\nrule = \"unknown-key\"\nfile = \"a.json\"\npointer = \"server\"\nexpires = \"2027-02-29\"\n",
        &expect![[r#"
            error[config]: `server` is not a JSON Pointer
               ╭─[catproof.toml:4:11]
             4 │ pointer = "server"
               ·           ────────
               ╰────
              help: write it like `/oauth_config/scopes/0`, or leave it out to mean the whole file

            error[config]: `2027-02-29` is not a day
               ╭─[catproof.toml:5:11]
             5 │ expires = "2027-02-29"
               ·           ────────────
               ╰────
              help: write it like `2027-01-31`

        "#]],
    );
}

#[test]
fn what_is_no_toml_is_shown_where_it_stops_being_it() {
    assert_refused(
        "catalog = servers\nprofile = \"development\n",
        &expect![[r#"
            error[config]: string values must be quoted, expected literal string
               ╭─[catproof.toml:1:11]
             1 │ catalog = servers
               ·           ───────
               ╰────

            error[config]: invalid basic string, expected `"`
               ╭─[catproof.toml:2:23]
             2 │ profile = "development
               ·                       ▲
               ╰────

        "#]],
    );
}

#[test]
fn hidden_characters_of_a_configuration_do_not_reach_the_terminal() {
    let scratch = scratch();
    write(&scratch.path().join("catproof.toml"), "\"\u{202e}\u{1b}[2J\" = 1\n");
    let (code, _, stderr) = run(scratch.path(), &["check"]);
    assert_eq!(code, 2);
    assert!(!stderr.contains(['\u{202e}', '\u{1b}']), "{stderr:?}");
}

#[test]
fn every_key_is_explained() {
    let (code, stdout, _) = run(scratch().path(), &["explain", "config"]);
    assert_eq!(code, 0);
    let schema: Value = serde_json::from_str(
        catproof::testing::cli::published_schemas::published()["config.schema.json"].as_str(),
    )
    .unwrap();
    for object in schema["$defs"].as_object().unwrap().values().chain([&schema]) {
        for (key, property) in object["properties"].as_object().into_iter().flatten() {
            let is_heading = |line: &str| line.starts_with("## ") && line.ends_with(key.as_str());
            assert!(stdout.lines().any(is_heading), "{key} is not explained");
            if let Some(description) = property["description"].as_str() {
                assert!(stdout.contains(description), "{key} lacks its documentation");
            }
        }
    }
    assert!(stdout.contains("## catalog\na string, by default `\"catalog\"`\n"), "{stdout}");
    assert!(stdout.contains("## ignore[].rule\na string, required\n"), "{stdout}");
}

/// `check` with one ignore: the exit code under `--fail-on warning`, the rules, and how many were put up with.
fn check_ignoring(ignore: &str, options: &[&str]) -> (i32, Vec<String>, u64) {
    let scratch = scratch();
    catalog(scratch.path());
    write(&scratch.path().join("catproof.toml"), ignore);
    let options = [&["--fail-on", "warning"], options].concat();
    let (code, findings) = check_json(scratch.path(), &options);
    let (_, stdout, _) = run(scratch.path(), &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let rules = rule_ids(&findings).into_iter().map(str::to_owned).collect();
    (code, rules, report["summary"]["suppressed"].as_u64().unwrap())
}

const IGNORE: &str =
    "[[ignore]]\nrule = \"unknown-key\"\nfile = \"catalog/acme__mcp.json\"\nreason = \"soon\"\n";

#[test]
fn what_is_ignored_is_counted_and_neither_shown_nor_failed() {
    assert_eq!(check_ignoring("", &[]), (1, vec!["unknown-key".to_owned()], 0));
    assert_eq!(check_ignoring(IGNORE, &[]), (0, vec![], 1));
}

#[test]
fn a_server_is_explained_with_what_is_ignored_and_why() {
    let scratch = scratch();
    catalog(scratch.path());
    let explain = || run(scratch.path(), &["explain", "acme__mcp"]).1;
    let finding = "- warning at /server/sandbox: nothing reads the key `sandbox` (`unknown-key`)";
    assert!(explain().ends_with(&format!("{finding}\n")), "{}", explain());
    let config = "[[ignore]]\nrule = \"unknown-key\"\nfile = \"catalog/acme__mcp.json\"\nreason = \"tried out\"\n";
    write(&scratch.path().join("catproof.toml"), config);
    let ignored = format!("{finding}\n  ignored: tried out\n");
    assert!(explain().ends_with(&ignored), "{}", explain());
}

#[test]
fn an_ignore_holds_on_its_last_day_and_no_longer() {
    let ignore = format!("{IGNORE}expires = \"2027-01-31\"\n");
    let on = |day| check_ignoring(&ignore, &["--today", day]);
    assert_eq!(on("2027-01-31").1, Vec::<String>::new());
    assert_eq!(on("2027-02-01").1, ["unknown-key", "expired-ignore"]);
}

#[test]
fn a_check_of_one_file_is_silent_about_the_ignores_of_others() {
    let scratch = scratch();
    catalog(scratch.path());
    write(
        &scratch.path().join("catalog/acme__clean.json"),
        MANIFEST.replace("acme__mcp", "acme__clean").replace(", \"sandbox\": \"strict\"", ""),
    );
    let ignore = IGNORE.replace("acme__mcp", "acme__clean");
    write(&scratch.path().join("catproof.toml"), ignore);
    let rules = |path: &str| {
        let (_, findings) = check_json(scratch.path(), &[path]);
        rule_ids(&findings).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rules("catalog/acme__mcp.json"), ["unknown-key"]);
    assert_eq!(rules("catalog/acme__clean.json"), ["unused-ignore"]);
    assert_eq!(rules("catalog"), ["unknown-key", "unused-ignore"]);
}

/// An ignore of a file and rule.
fn ignore(rule: &str, file: &str) -> String {
    format!("[[ignore]]\nrule = \"{rule}\"\nfile = \"{file}\"\nreason = \"a test\"\n\n")
}

#[test]
fn no_profile_calls_an_ignore_unused_that_another_one_needs() {
    let scratch = scratch();
    let proxied = |id: &str| {
        serde_json::json!({
            "name": id, "display_name": "Acme", "description": "Notes", "author": { "name": "Acme" },
            "server": { "type": "remote", "url": "https://mcp.acme.example/mcp" },
            "oauth_config": {
                "name": "Acme", "server_url": "https://mcp.acme.example/mcp",
                "client_id": format!("{id}-1f3d5"), "client_secret": "REDACTED", "requires_proxy": true,
                "scopes": ["notes"],
                "redirect_uris": ["https://dev.acme.example/oauth/callback"]
            }
        })
        .to_string()
    };
    write(&scratch.path().join("catalog/acme__mcp.json"), proxied("acme__mcp"));
    write(&scratch.path().join("catalog_local/Acme__mcp.json"), proxied("Acme__mcp"));
    // The first is silent under development, the second under production, the third for the catalog's file there.
    let config = [
        ignore("development-redirect-uri", "catalog/acme__mcp.json"),
        ignore("unverifiable-destination", "catalog/acme__mcp.json"),
        ignore("unverifiable-destination", "catalog_local/Acme__mcp.json"),
        ignore("colliding-env-name", "catalog/acme__mcp.json"),
        ignore("colliding-env-name", "catalog_local/Acme__mcp.json"),
        // Shown where the one above is ignored.
        ignore("near-duplicate-id", "catalog/acme__mcp.json"),
        ignore("near-duplicate-id", "catalog_local/Acme__mcp.json"),
    ];
    write(&scratch.path().join("catproof.toml"), config.concat());
    for profile in ["production", "development"] {
        let (_, findings) = check_json(scratch.path(), &["--profile", profile]);
        assert_eq!(rule_ids(&findings), [""; 0], "{profile}: {findings:#?}");
    }
    // What no profile needs is still found, by the one that would say it.
    let config = [
        ignore("tunnel-redirect-uri", "catalog/acme__mcp.json"),
        ignore("unknown-key", "catalog/acme__mcp.json"),
        ignore("colliding-env-name", "catalog/acme__mcp.json"),
    ];
    write(&scratch.path().join("catproof.toml"), config.concat());
    let unused = |profile: &str| {
        let (_, findings) = check_json(scratch.path(), &["--profile", profile]);
        let rules = rule_ids(&findings).into_iter();
        rules.filter(|rule| *rule == "unused-ignore").count()
    };
    assert_eq!((unused("production"), unused("development")), (2, 1));
    // Where no developer has a server, both compare the same.
    std::fs::remove_dir_all(scratch.path().join("catalog_local")).unwrap();
    assert_eq!((unused("production"), unused("development")), (3, 2));
}

#[test]
fn the_projects_own_catalog_is_clean_with_what_its_configuration_puts_up_with() {
    let (code, stdout, stderr) = run(&project(), &["check", "--pedantic", "--fail-on", "warning"]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
}

#[test]
fn a_configuration_that_cannot_be_compiled_hides_no_finding() {
    let scratch = scratch();
    catalog(scratch.path());
    let broken = MANIFEST
        .replace("acme__mcp", "acme__b")
        .replace("npx", "")
        .replace("\"sandbox\": \"strict\"", "\"env\": { \"KEY\": \"${user_config.key}\" }");
    write(&scratch.path().join("catalog/acme__b.json"), broken);
    write(&scratch.path().join("catproof.toml"), "[proxy]\nurl = \"nowhere\"\n");
    let (code, stdout, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("error[undeclared-user-config]"), "{stdout}");
    assert!(stderr.contains("nothing was written"), "{stderr}");
    let (code, _, stderr) = run(scratch.path(), &["env"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("run `catproof check`"), "{stderr}");

    // Once the catalog is right, the configuration is what keeps it from being built.
    std::fs::remove_file(scratch.path().join("catalog/acme__b.json")).unwrap();
    for command in ["build", "env"] {
        let (code, _, stderr) = run(scratch.path(), &[command]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("`proxy.url` in the configuration"), "{stderr}");
    }
    assert!(!scratch.path().join("generated").exists());
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_no_file_is_never_ignored() {
    for (make, reason) in [
        ("ln -s nowhere catproof.toml", "it is a link to a file that does not exist"),
        ("mkdir catproof.toml", "it is not a file"),
        ("mkfifo catproof.toml", "it is not a file"),
        ("ln -s catproof.toml catproof.toml", "too many levels of symbolic links"),
    ] {
        let scratch = scratch();
        let folder = scratch.path();
        catalog(folder);
        let made = Command::new("sh").args(["-c", make]).current_dir(folder).status();
        assert!(made.unwrap().success(), "{make}");
        for below in ["", "catalog"] {
            let (code, stdout, stderr) = run(&folder.join(below), &["check"]);
            assert_eq!((code, stdout.as_str()), (2, ""), "{make}: {stderr}");
            assert!(
                stderr.contains("catproof.toml` cannot be read: ") && stderr.contains(reason),
                "{stderr}"
            );
        }
    }
    // A link to a file is one.
    let scratch = scratch();
    catalog(scratch.path());
    write(&scratch.path().join("shared/settings.toml"), "[rules]\nunknown-key = \"off\"\n");
    let mut link = Command::new("ln");
    link.args(["-s", "shared/settings.toml", "catproof.toml"]).current_dir(scratch.path());
    assert!(link.status().unwrap().success());
    assert_eq!(run(scratch.path(), &["check", "--fail-on", "warning"]).0, 0);
}

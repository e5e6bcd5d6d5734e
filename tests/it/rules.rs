//! Every rule against its fixtures (`tests/rules/<rule>/{fail,pass}`) and against the example in its documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use catproof::testing::lint::{RULES, Rule};
use catproof::testing::source::finding::Severity;
use catproof::testing::source::is_manifest_name;
use expect_test::expect_file;
use serde_json::{Value, json};

use crate::support::{
    check_json, contents, copy_of, entries, merge, name, project, rule_ids, run, scratch, write,
};

#[test]
fn each_failing_fixture_shows_its_rule_and_nothing_else() {
    for folder in entries(&project().join("tests/rules")) {
        let rule = rule_of(&folder);
        let fail = folder.join("fail");
        let scratch = copy_of(&fail);
        let options = options(rule, scratch.path());
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (code, findings) = check_json(scratch.path(), &options);
        assert!(
            rule_ids(&findings).contains(&rule.id),
            "{} does not fire in its fixtures: {findings:#?}",
            rule.id
        );
        let is_error = findings
            .iter()
            .any(|finding| finding["severity"] == "error");
        assert_eq!(code, i32::from(is_error), "{}", rule.id);

        let files: BTreeSet<&str> = findings
            .iter()
            .filter_map(|finding| finding["file"].as_str())
            .collect();
        let mut texts = BTreeSet::new();
        for file in files {
            let is_manifest = is_manifest_name(Path::new(file)) && !file.starts_with("generated/");
            let mut arguments = vec!["check"];
            arguments.extend(options.iter().filter(|option| **option != "."));
            arguments.push(if is_manifest { file } else { "." });
            let (_, shown, _) = run(scratch.path(), &arguments);
            let text = fail.join(format!("{}.txt", file.trim_end_matches(".json")));
            expect_file![&text].assert_eq(&shown);
            texts.insert(text);
        }
        // A file in which the rule falls silent would otherwise not be missed while it fires in another.
        let written = contents(&fail).into_keys();
        let written: BTreeSet<PathBuf> = written
            .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
            .collect();
        assert_eq!(texts, written, "{}", rule.id);
    }
}

#[test]
fn no_passing_fixture_shows_its_rule() {
    for folder in entries(&project().join("tests/rules")) {
        let rule = rule_of(&folder);
        let scratch = copy_of(&folder.join("pass"));
        let options = options(rule, scratch.path());
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (_, findings) = check_json(scratch.path(), &options);
        assert!(
            !rule_ids(&findings).contains(&rule.id),
            "{} fires where it must not: {findings:#?}",
            rule.id
        );
    }
}

#[test]
fn no_host_is_called_unused_while_nobody_knows_where_a_secret_goes() {
    let fixtures = project().join("tests/rules");
    let scratch = copy_of(&fixtures.join("unused-allowed-host/fail"));
    let options = options(
        catproof::testing::lint::find("unused-allowed-host").unwrap(),
        scratch.path(),
    );
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let unknown = fixtures.join("weakened-by-local/fail/catalog/acme__issuer.json");
    fs::copy(unknown, scratch.path().join("catalog/acme__issuer.json")).unwrap();
    let (_, findings) = check_json(scratch.path(), &options);
    let rules = rule_ids(&findings);
    assert!(rules.contains(&"unverifiable-destination"), "{findings:#?}");
    assert!(!rules.contains(&"unused-allowed-host"), "{findings:#?}");
}

#[test]
fn a_fix_takes_its_finding_away() {
    let mut fixed = 0;
    for folder in entries(&project().join("tests/rules")) {
        let rule = rule_of(&folder);
        let scratch = copy_of(&folder.join("fail"));
        let options = options(rule, scratch.path());
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (_, findings) = check_json(scratch.path(), &options);
        for finding in findings.iter().filter(|finding| finding["rule"] == rule.id) {
            let Some(edits) = finding["fix"]["edits"].as_array() else {
                continue;
            };
            let file = scratch.path().join(finding["file"].as_str().unwrap());
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, edited(&text, edits)).unwrap();
            let (_, left) = check_json(scratch.path(), &options);
            let is_same = |other: &&Value| {
                ["rule", "file", "pointer"]
                    .iter()
                    .all(|key| other[key] == finding[key])
            };
            assert_eq!(left.iter().find(is_same), None);
            assert!(!rule_ids(&left).contains(&"invalid-json"), "{}", rule.id);
            fs::write(&file, text).unwrap();
            fixed += 1;
        }
    }
    assert!(fixed > 0);
}

/// A text with the edits of a fix applied, the last first.
fn edited(text: &str, edits: &[Value]) -> String {
    let byte = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let range = byte(&edit["start"])..byte(&edit["end"]);
        text.replace_range(range, edit["text"].as_str().unwrap());
    }
    text
}

#[test]
fn the_example_of_each_rule_fires_it_and_the_repaired_one_does_not() {
    for rule in RULES {
        let documentation = rule.documentation();
        let (example, repaired) = documentation
            .split_once("Use instead:")
            .unwrap_or_else(|| panic!("{}", rule.id));
        if !example.contains("```") {
            // What cannot be written down, such as a missing permission, has its fixtures alone.
            continue;
        }
        assert!(
            fires(rule, example),
            "the example of {} does not fire it",
            rule.id
        );
        assert!(
            !fires(rule, repaired),
            "the repaired example of {} still fires it",
            rule.id
        );
    }
}

/// The rule that a folder of fixtures is named after.
fn rule_of(folder: &Path) -> &'static Rule {
    catproof::testing::lint::find(name(folder))
        .unwrap_or_else(|| panic!("no rule is called {}", name(folder)))
}

/// The day of the fixtures that ask recordings.
const TODAY: &str = "2026-11-01";

/// How a folder of fixtures is checked: notes only for the rules that are notes, the allowlist where there is one, and
/// online where there are recordings to ask.
fn options(rule: &Rule, folder: &Path) -> Vec<String> {
    let mut options = vec![".".to_owned()];
    if rule.level == Severity::Note {
        options.push("--pedantic".to_owned());
    }
    for allowlist in ["allowlist.js", "allowlist.txt"] {
        if folder.join(allowlist).is_file() {
            options.extend(["--allowlist".to_owned(), allowlist.to_owned()]);
        }
    }
    if folder.join("recordings").is_dir() {
        let online = ["--online", "--replay", "recordings", "--today", TODAY];
        options.extend(online.map(str::to_owned));
    }
    options
}

/// Whether a rule fires on the fragments in a piece of its documentation.
fn fires(rule: &Rule, markdown: &str) -> bool {
    let scratch = scratch();
    for (label, text) in fences(markdown) {
        match label.split_once(' ') {
            Some(("json", file)) if !file.starts_with("generated/") => {
                write_example(scratch.path(), file, &text);
            }
            Some((_, file)) => write(&scratch.path().join(file), text),
            None => write_example(scratch.path(), "acme__mcp.json", &text),
        }
    }
    let mut options = options(rule, scratch.path());
    options.push("--pedantic".to_owned());
    options.dedup();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (_, findings) = check_json(scratch.path(), &options);
    rule_ids(&findings).contains(&rule.id)
}

/// Completes a fragment to a manifest; one that is no JSON stays as it is.
fn write_example(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let Ok(fragment) = serde_json::from_str::<Value>(text) else {
        return write(&path, text);
    };
    if text_repeats_a_key(text) {
        return write(&path, text);
    }
    let mut manifest = base_for(&fragment);
    manifest["name"] = json!(stem);
    merge(&mut manifest, &fragment);
    write(&path, serde_json::to_string_pretty(&manifest).unwrap());
}

fn text_repeats_a_key(text: &str) -> bool {
    !catproof::testing::source::duplicate_keys(text).is_empty()
}

/// A clean manifest of the kind that a fragment belongs to.
fn base_for(fragment: &Value) -> Value {
    let mut base = json!({
        "display_name": "Acme",
        "description": "The notes of Acme, to read and to write",
        "author": { "name": "Acme" },
        "server": { "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "env": {} }
    });
    let server = &fragment["server"];
    let is_remote = server["type"] == "remote"
        || fragment.get("remote_url").is_some()
        || server["command"] == "remote";
    let oauth = &fragment["oauth_config"];
    let has_client = oauth["client_id"].as_str().is_some_and(|id| !id.is_empty());
    let is_generic = oauth["generic_oauth"] == true;
    let proxied = json!({
        "client_id": "acme-1f3d5",
        "client_secret": "REDACTED",
        "requires_proxy": true,
        "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
        "scopes": ["notes"]
    });
    if is_remote {
        base["server"] = json!({ "type": "remote" });
        base["oauth_config"] = json!({
            "name": "Acme",
            "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"],
            "scopes": []
        });
        if has_client {
            merge(&mut base["oauth_config"], &proxied);
        }
    } else if is_generic {
        base["oauth_config"] = json!({
            "name": "Acme",
            "server_url": "https://acme.example/oauth/authorize",
            "token_endpoint": "https://acme.example/oauth/token",
            "access_token_env_var": "ACME_TOKEN"
        });
        merge(&mut base["oauth_config"], &proxied);
    } else if has_client || oauth.is_object() {
        base["oauth_config"] = json!({
            "name": "Acme",
            "server_url": "https://acme.example",
            "well_known_url": "https://acme.example/.well-known/openid-configuration",
            "streamable_http_url": "http://localhost:8000/mcp"
        });
        merge(&mut base["oauth_config"], &proxied);
    }
    base
}

/// The fenced blocks of a Markdown text, each with its label.
fn fences(markdown: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(label) = line.strip_prefix("```") {
            let text: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.starts_with("```"))
                .collect();
            blocks.push((label.to_owned(), text.join("\n")));
        }
    }
    blocks
}

/// Rules that no file shows: what has changed at a provider, or is old on a given day. `probe` is their test.
const FOUND_BY_PROBE: [&str; 2] = ["stale-lock", "discovery-drift"];

#[test]
fn every_rule_has_fixtures() {
    let rules = RULES.iter();
    for rule in rules.filter(|rule| !FOUND_BY_PROBE.contains(&rule.id)) {
        let folder = project().join("tests/rules").join(rule.id);
        for side in ["fail", "pass"] {
            let has_one = fs::read_dir(folder.join(side)).is_ok_and(|entries| entries.count() > 0);
            assert!(has_one, "{} has no {side} fixture", rule.id);
        }
    }
}

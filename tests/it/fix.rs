//! Fixes: what is offered holds, what is applied repairs and breaks nothing, and a second time changes nothing.

use std::collections::BTreeSet;
use std::fs;

use catproof::testing::pipeline::fix::CatalogRepair;
use catproof::testing::pipeline::ignores::Ignores;
use catproof::testing::source::finding::Finding;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use crate::properties::held::fixes::{each_fix_changes_what_it_says, with_line};
use crate::repair::assert_repairs;
use crate::support::{check_json, contents, entries, run, scratch, shared, write};

// The program on folders.

#[test]
fn the_public_catalog_is_repaired_without_a_new_finding() {
    let Some(corpus) = shared("corpus/servers") else {
        return;
    };
    assert_repairs(&corpus, "--fix");
    assert_repairs(&corpus, "--unsafe-fixes");
}

const TWICE: &str = "{\r\n\t\"name\":\"acme__mcp\",\r\n\t\"server\" : {\"command\":\"npx\",\"args\":[\"acme-mcp@1.4.0\"]},\r\n\t\"archestra_config\":{\"works_in_archestra\":true}\r\n}";

#[test]
fn a_diff_shows_what_a_fix_would_write_and_writes_nothing() {
    let scratch = scratch();
    let path = scratch.path().join("catalog/acme__mcp.json");
    write(&path, TWICE);
    let (code, stdout, stderr) = run(scratch.path(), &["check", "--diff"]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("--- catalog/acme__mcp.json\n+++ catalog/acme__mcp.json\n"));
    assert!(
        stdout.contains(
            "\n+ \"server\" : {\"command\":\"npx\",\"args\":[\"-y\", \"acme-mcp@1.4.0\"]},\n"
        ),
        "{stdout}"
    );
    assert_eq!(stderr, "would repair 1 finding in 1 file\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), TWICE);

    let (_, _, stderr) = run(scratch.path(), &["check", "--fix"]);
    assert!(stderr.starts_with("repaired 1 finding in 1 file\n"), "{stderr}");
    let expected = TWICE.replace("[\"acme", "[\"-y\", \"acme");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(run(scratch.path(), &["check", "--diff"]).0, 0);
}

#[test]
fn what_is_ignored_or_off_is_not_repaired() {
    let scratch = scratch();
    let path = scratch.path().join("catalog/acme__mcp.json");
    write(&path, TWICE);
    run(scratch.path(), &["check", "--fix", "-A", "npx-without-yes"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), TWICE);
    let ignore = "[[ignore]]\nrule = \"npx-without-yes\"\nfile = \"catalog/acme__mcp.json\"\nreason = \"why\"\n";
    write(&scratch.path().join("catproof.toml"), ignore);
    run(scratch.path(), &["check", "--fix"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), TWICE);
}

/// Before `run` the option would be one of the program itself, and no rule would see a container any more.
#[test]
fn standard_input_is_opened_behind_run() {
    let scratch = scratch();
    let path = scratch.path().join("catalog/acme__mcp.json");
    for (args, repaired) in [
        (json!(["run", "acme/mcp:1"]), json!(["run", "-i", "acme/mcp:1"])),
        (
            json!(["container", "run", "acme/mcp:1"]),
            json!(["container", "run", "-i", "acme/mcp:1"]),
        ),
    ] {
        let server = json!({ "command": "docker", "args": args });
        let manifest = json!({ "name": "acme__mcp", "server": server });
        write(&path, manifest.to_string());
        run(scratch.path(), &["check", "--pedantic", "--fix"]);
        let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(written["server"]["args"], repaired);
    }
}

#[test]
fn a_fix_that_would_break_something_else_is_neither_offered_nor_applied() {
    let scratch = scratch();
    // Its file's name is another server's name already.
    for (file, id) in [("acme__mcp", "acme__mcp"), ("acme__MCP", "acme__other")] {
        let manifest = json!({ "name": id, "server": { "command": "node", "args": ["index.js"] } });
        write(&scratch.path().join(format!("{file}.json")), manifest.to_string());
    }
    let (_, findings) = check_json(scratch.path(), &["."]);
    let mismatch = findings.iter().find(|finding| finding["rule"] == "id-mismatch").unwrap();
    assert_eq!(mismatch["fix"], Value::Null, "{mismatch:#}");
    let before = contents(scratch.path());
    run(scratch.path(), &["check", ".", "--unsafe-fixes"]);
    assert_eq!(contents(scratch.path()), before);
}

#[test]
fn a_new_id_is_not_offered_where_it_would_meet_another() {
    let remote = |id: &str, domain: &str| {
        json!({
            "name": id,
            "server": { "type": "remote", "url": format!("https://mcp.{domain}/mcp") },
            "oauth_config": {
                "name": "Login", "server_url": format!("https://mcp.{domain}/mcp"), "client_id": "",
                "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"], "scopes": []
            }
        })
    };
    let local = |id: &str| json!({ "name": id, "server": { "type": "local", "command": "uvx" } });
    // The file's name, the id in it, and whether the file's name may become the id.
    let mistaken = [
        ("acme__free", local("acme__fre"), true),
        ("acme__Double", local("acme__doubl"), false),
        ("acme__near-id", local("acme__nea"), false),
        ("googie__mcp", remote("goog__mcp", "googie.example"), false),
        ("grüße__mcp", local("gruesse__mcp"), false),
    ];
    let others = [
        ("acme__double", local("acme__double")),
        ("acme__near.id", local("acme__near.id")),
        ("google__mcp", remote("google__mcp", "google.example")),
        ("unrelated__mcp", local("unrelated__mcp")),
    ];
    let scratch = scratch();
    let texts = mistaken.iter().map(|(stem, text, _)| (stem, text));
    for (stem, text) in texts.chain(others.iter().map(|(stem, text)| (stem, text))) {
        write(&scratch.path().join(format!("{stem}.json")), text.to_string());
    }
    let (_, findings) = check_json(scratch.path(), &["."]);
    for (stem, _, is_free) in mistaken {
        let file = format!("{stem}.json");
        let of_file =
            |finding: &&Value| finding["rule"] == "id-mismatch" && finding["file"] == file;
        let finding = findings.iter().find(of_file).expect(stem);
        assert_eq!(finding["fix"].is_object(), is_free, "{finding:#}");
    }
}

// The fixes of one text.

#[test]
fn each_fix_of_the_public_catalog_changes_what_it_says() {
    let Some(corpus) = shared("corpus/servers") else {
        return;
    };
    let mut repaired = BTreeSet::new();
    for path in entries(&corpus) {
        let text = fs::read_to_string(&path).unwrap();
        repaired.extend(each_fix_changes_what_it_says(
            path.file_stem().unwrap().to_str().unwrap(),
            &text,
        ));
    }
    assert!(repaired.contains("npx-without-yes"), "{repaired:?}");
}

/// A mistake that a fix repairs, as a change of a clean manifest; the last one makes of the text what it likes.
type Mistake = (&'static str, fn(&mut Value));

const MISTAKES: [Mistake; 8] = [
    ("id-mismatch", |manifest| {
        manifest["name"] = json!("acme__msp");
    }),
    ("duplicate-scope", |manifest| {
        manifest["oauth_config"]["scopes"] = json!(["a", "a", "b", "a", "b"]);
    }),
    ("npx-without-yes", |manifest| {
        manifest["server"]["args"] = json!(["acme-mcp@1.0.0"]);
    }),
    ("misspelled-redacted", |manifest| {
        manifest["oauth_config"]["client_secret"] = json!("<redacted>");
    }),
    ("proxy-without-redacted-secret", |manifest| {
        manifest["oauth_config"].as_object_mut().unwrap().remove("client_secret");
    }),
    ("redacted-secret-without-proxy", |manifest| {
        manifest["oauth_config"].as_object_mut().unwrap().remove("requires_proxy");
    }),
    ("required-with-default", |manifest| {
        manifest["user_config"]["folder"]["default"] = json!("/tmp");
    }),
    ("undeclared-sensitive", |manifest| {
        manifest["user_config"]["api_key"].as_object_mut().unwrap().remove("sensitive");
    }),
];

fn clean() -> Value {
    json!({
        "name": "acme__mcp",
        "display_name": "Acme",
        "description": "The notes of Acme",
        "author": { "name": "Acme" },
        "server": {
            "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.0.0"],
            "env": { "ACME_FOLDER": "${user_config.folder}", "ACME_API_KEY": "${user_config.api_key}" }
        },
        "user_config": {
            "folder": { "type": "string", "title": "Folder", "required": true, "sensitive": false },
            "api_key": { "type": "string", "title": "Key", "required": true, "sensitive": true }
        },
        "oauth_config": {
            "name": "Acme",
            "server_url": "https://acme.example/oauth/authorize",
            "token_endpoint": "https://acme.example/oauth/token",
            "client_id": "acme-1f3d5",
            "client_secret": "REDACTED",
            "requires_proxy": true,
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
            "scopes": ["a", "b"],
            "generic_oauth": true,
            "access_token_env_var": "ACME_TOKEN"
        },
        "archestra_config": { "works_in_archestra": true }
    })
}

/// Writes a value as people do: in their own order, indentation and line ends, some on one line.
fn print(value: &Value, layout: Layout, depth: usize) -> String {
    let indent = |depth: usize| match layout.indent {
        None => String::new(),
        Some(indent) => format!("{}{}", layout.line_end, indent.repeat(depth)),
    };
    let wrap = |open: &str, parts: Vec<String>, close: &str| {
        if parts.is_empty() {
            format!("{open}{close}")
        } else {
            let separator = format!(",{}", indent(depth + 1));
            format!("{open}{}{}{}{close}", indent(depth + 1), parts.join(&separator), indent(depth))
        }
    };
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            if layout.reversed {
                members.reverse();
            }
            let print = |(key, value): (&String, &Value)| {
                format!("{}{}{}", json!(key), layout.colon, print(value, layout, depth + 1))
            };
            wrap("{", members.into_iter().map(print).collect(), "}")
        }
        Value::Array(items) => {
            wrap("[", items.iter().map(|item| print(item, layout, depth + 1)).collect(), "]")
        }
        other => other.to_string(),
    }
}

#[derive(Debug, Clone, Copy)]
struct Layout {
    indent: Option<&'static str>,
    line_end: &'static str,
    colon: &'static str,
    reversed: bool,
    has_mark: bool,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let indent = prop::sample::select(vec![None, Some(""), Some("  "), Some("\t")]);
    let line_end = prop::sample::select(vec!["\n", "\r\n"]);
    let colon = prop::sample::select(vec![":", ": ", " : "]);
    (indent, line_end, colon, any::<bool>(), any::<bool>()).prop_map(
        |(indent, line_end, colon, reversed, has_mark)| Layout {
            indent,
            line_end,
            colon,
            reversed,
            has_mark,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mistakes_in_any_layout_are_repaired_to_the_clean_manifest(
        mistakes in subsequence(MISTAKES.to_vec(), 0..=MISTAKES.len()),
        layout in layouts(),
    ) {
        let mut manifest = clean();
        for (_, mistake) in &mistakes {
            mistake(&mut manifest);
        }
        let mark = if layout.has_mark { "\u{feff}" } else { "" };
        let text = format!("{mark}{}", print(&manifest, layout, 0));
        each_fix_changes_what_it_says("acme__mcp", &text);

        let (before, after) = with_line("acme__mcp", &text, |line, file, judged| {
            let ignores = Ignores::default();
            let mut workshop = CatalogRepair::new(line, &judged.entries, &ignores);
            let repaired = workshop.repair(file, text.clone(), |finding| finding.fix.is_some());
            (rules(&judged.findings), repaired.text)
        });
        let has_mark = after.starts_with('\u{feff}');
        prop_assert!(!has_mark);
        let left = with_line("acme__mcp", &after, |_, _, judged| rules(&judged.findings));
        prop_assert!(left.is_subset(&before), "{left:?} after {before:?}");
        // Of two mistakes about the secret neither can be repaired alone, and which one was meant nobody knows.
        let about_secret = |rule: &str| rule.contains("redacted");
        let is_clear = mistakes.iter().filter(|(rule, _)| about_secret(rule)).count() < 2;
        for (rule, _) in &mistakes {
            prop_assert!(!left.contains(rule) || (about_secret(rule) && !is_clear), "{rule} is left:\n{after}");
        }
    }
}

fn rules(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn each_mistake_is_one_that_a_fix_repairs() {
    for (rule, mistake) in MISTAKES {
        let mut manifest = clean();
        mistake(&mut manifest);
        let text = serde_json::to_string_pretty(&manifest).unwrap();
        assert_eq!(each_fix_changes_what_it_says("acme__mcp", &text), BTreeSet::from([rule]));
    }
    assert!(each_fix_changes_what_it_says("acme__mcp", &clean().to_string()).is_empty());
    assert_eq!(
        each_fix_changes_what_it_says("acme__mcp", &format!("\u{feff}{}", clean())),
        BTreeSet::from(["byte-order-mark"])
    );
}

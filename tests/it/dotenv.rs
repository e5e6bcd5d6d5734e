//! Env files as the JavaScript `dotenv` reads them. The cases were compared with dotenv 17 itself, as were 60,000
//! random texts of quotes, escapes, separators and line ends.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use catproof::testing::text::dotenv::{quote, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::battery::server;
use crate::support::{check_json, run, scratch, write};

fn pairs(text: &str) -> Vec<(String, String)> {
    let entries = read(text).entries.into_iter();
    entries.map(|entry| (entry.key, entry.value)).collect()
}

#[test]
fn a_line_is_read_as_dotenv_reads_it() {
    let cases = [
        ("A=1", "A", "1"),
        ("a.b-c_D=1", "a.b-c_D", "1"),
        ("  export A = 1  ", "A", "1"),
        ("export=1", "export", "1"),
        ("A: 1", "A", "1"),
        ("A=", "A", ""),
        ("A=\n", "A", ""),
        ("A=a#b", "A", "a"),
        ("A=a # b", "A", "a"),
        ("A='a#b' # c", "A", "a#b"),
        ("A=\"a\\nb\\rc\\td\"", "A", "a\nb\rc\\td"),
        ("A='a\\nb'", "A", "a\\nb"),
        ("A=`it's \"x\"`", "A", "it's \"x\""),
        ("A='a\r\nb'", "A", "a\nb"),
        ("A='a' b", "A", "'a' b"),
        ("A='a", "A", "'a"),
        ("A='a\\'", "A", "a\\"),
        ("A=\n'b'", "A", "b"),
        ("\u{feff}A=1", "A", "1"),
        ("A=$B ${C} $(D)", "A", "$B ${C} $(D)"),
    ];
    for (text, key, value) in cases {
        assert_eq!(pairs(text), [(key.to_owned(), value.to_owned())], "{text:?}");
    }
}

#[test]
fn lines_that_make_no_sense_are_counted_and_skipped() {
    let file = read("# comment\r\n\r\nnonsense\nA=1\n=2\nB 3\n  # more\nC='x\ny'\n!\n");
    assert_eq!(file.malformed, [3, 5, 6, 10]);
    let lines: Vec<_> = file.entries.iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
    assert_eq!(lines, [("A", 4), ("C", 8)]);
}

#[test]
fn the_last_of_two_equal_keys_wins_and_is_the_duplicate() {
    let file = read("A=1\nB=2\nA=3\n");
    assert_eq!(file.get("A"), Some("3"));
    let duplicates: Vec<_> = file.duplicates().map(|entry| entry.line).collect();
    assert_eq!(duplicates, [3]);
}

#[test]
fn a_value_that_a_hash_cuts_is_marked() {
    let cut = |text: &str| read(text).entries.iter().any(|entry| entry.is_cut);
    assert!(cut("A=s#x"));
    assert!(!cut("A=s #x"));
    assert!(!cut("A='s#x'"));
    assert!(!cut("A=#x"));
}

#[test]
fn no_value_is_printed_with_its_entry() {
    let file = read("A=hunter2");
    assert!(!format!("{file:?}").contains("hunter2"));
}

#[test]
fn a_value_is_quoted_as_a_shell_reads_it_too_or_not_at_all() {
    let cases = [
        ("", Some("''")),
        ("plain", Some("'plain'")),
        ("a#b $(c) `d` \"e\" \\n", Some("'a#b $(c) `d` \"e\" \\n'")),
        ("it's", None),
        ("two\nlines", None),
        ("ends in \\", None),
        ("nul\0", None),
        ("line\u{2028}separator", None),
    ];
    for (value, quoted) in cases {
        assert_eq!(quote(value).as_deref(), quoted, "{value:?}");
    }
}

/// What a shell would run, were it not quoted; the file `ran` would tell.
const COMMANDS: [&str; 12] = [
    "4129.'$(touch ran)\"",
    "$(touch ran)",
    "`touch ran`",
    "';touch ran;'",
    "'\"$(touch ran)\"'",
    "'`touch ran`",
    "x;touch ran",
    "x&touch ran&",
    "x|touch ran",
    "x'>ran'",
    "x\ntouch ran\n",
    "\\';touch ran;#",
];

#[test]
fn a_shell_that_sources_a_template_runs_nothing() {
    let scratch = scratch();
    let folder = scratch.path();
    let mut servers = 0;
    for command in COMMANDS {
        for patch in [
            json!({ "oauth_config": { "client_id": command } }),
            json!({ "display_name": command }),
            json!({ "oauth_config": { "redirect_uris": [format!("https://acme.example/{command}")] } }),
            json!({ "oauth_config": { "scopes": [command] } }),
            json!({ "oauth_config": { "server_url": format!("https://acme.example/{command}") } }),
        ] {
            let id = format!("acme__s{servers}");
            let manifest = server(&id, &patch).to_string();
            write(&folder.join(format!("catalog/{id}.json")), manifest);
            servers += 1;
        }
        // Refused, or quoted.
        let url = format!("https://acme.example/{command}");
        let config = toml::to_string(&json!({ "proxy": { "url": url } })).unwrap();
        write(&folder.join("settings/catproof.toml"), config);
        run(folder, &["build", "--config", "settings/catproof.toml", "--out", "settings/out"]);
    }
    let (_, findings) = check_json(folder, &["--all"]);
    for index in (0..servers).step_by(5) {
        let file = format!("catalog/acme__s{index}.json");
        let is_reported = findings.iter().any(|finding| {
            // `$(…)` is a reference, which another rule reports.
            let rule = finding["rule"].as_str().unwrap();
            finding["file"] == file.as_str()
                && ["uncompilable-value", "placeholder-client-id"].contains(&rule)
                && finding["pointer"] == "/oauth_config/client_id"
        });
        assert!(is_reported, "{file}");
    }
    // With the error switched off, their servers are left out and the others compiled.
    write(&folder.join("quiet.toml"), quiet(&findings));
    let (code, _, stderr) = run(folder, &["build", "--config", "quiet.toml"]);
    assert_eq!(code, 0, "{stderr}");
    let template = folder.join("generated/oauth_proxy/.env.example");
    let compiled = pairs(&fs::read_to_string(&template).unwrap()).len();
    assert!(compiled > COMMANDS.len() * 2, "{compiled}");
    for template in [template, folder.join("generated/desktop_app/.env.example")] {
        let script = format!(". '{}'", template.display());
        let output = Command::new("sh").args(["-c", &script]).current_dir(folder).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.stdout.is_empty() && !folder.join("ran").exists(), "{stderr}");
        // A shell takes no variable with `-` or `.` in its name, so no id here has either.
        assert_eq!(stderr, "");
    }
}

/// A configuration in which no finding is an error.
fn quiet(findings: &[Value]) -> String {
    let rules = findings.iter().map(|finding| finding["rule"].as_str().unwrap());
    let rules: BTreeSet<&str> = rules.collect();
    let off = rules.into_iter().map(|rule| format!("{rule} = \"off\"\n"));
    format!("[rules]\n{}", off.collect::<String>())
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'"),
        Just("\""),
        Just("`"),
        Just("\\"),
        Just("\\n"),
        Just("\n"),
        Just("\r\n"),
        Just("#"),
        Just(" "),
        Just("="),
        Just("A=1"),
        Just("\u{2028}"),
        Just("\u{feff}"),
        Just("${x}"),
        Just("é"),
    ];
    prop_oneof![prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()), ".{0,24}",]
}

proptest! {
    #[test]
    fn what_is_quoted_is_read_back_among_others(values in prop::collection::vec(hostile(), 1..6)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if let Some(quoted) = quote(value) {
                let is_one_line = !quoted.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
                prop_assert!(is_one_line);
                writeln!(text, "# a comment with ' and \" and `\nid-{index}_SECRET={quoted}").unwrap();
                expected.push((format!("id-{index}_SECRET"), value.clone()));
            }
        }
        prop_assert_eq!(pairs(&text), expected);
    }

    #[test]
    fn any_text_is_read_without_an_exception(text in hostile()) {
        let file = read(&text);
        let lines = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1;
        for line in file.malformed.iter().chain(file.entries.iter().map(|entry| &entry.line)) {
            prop_assert!((1..=lines).contains(line));
        }
    }
}

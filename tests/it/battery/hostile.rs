//! Hostile files beside the catalog, and files made to be expensive: every run ends with an exit code of its own, and
//! says nothing raw.

use std::fs;

use serde_json::{Value, json};

use super::outputs::{assert_is_clean, check_in_every_format};
use super::{server, told};
use crate::support::{run, scratch, write};

/// Texts that are something else than was asked for.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str| open.repeat(100_000).into_bytes();
    vec![
        ("empty", Vec::new()),
        ("NUL", vec![0; 4_096]),
        ("no UTF-8", b"\xff\xfe\x00\x80".to_vec()),
        ("mark", b"\xef\xbb\xbf".to_vec()),
        ("lists", deep("[")),
        ("objects", deep("{\"a\":")),
        ("braces", deep("a={")),
        ("dots", deep("a.")),
        ("table", format!("[{}b]\n", "a.".repeat(50_000)).into_bytes()),
        ("quotes", deep("\"")),
        ("dollars", deep("${")),
        ("comments", deep("/*")),
        ("lines", deep("\n")),
        // A problem each, all of which are shown.
        ("keys", "KEY=1\n".repeat(10_000).into_bytes()),
        ("one line", deep("x")),
        ("terminal", "\u{1b}[2J\u{9b}31m = \"\u{202e}\"\n::error::x\n##[error]x\n".into()),
        ("number", format!("{}e999999999", "9".repeat(100_000)).into_bytes()),
        ("null", b"null".to_vec()),
        ("list", b"[]".to_vec()),
        ("object", b"{}".to_vec()),
        ("string", b"\"\\ud800\"".to_vec()),
        (
            "module",
            b"export const ALLOWED_DESTINATIONS = [process.exit(0), `${1}`, ...x, 'a\x1b[2J.example'];".to_vec(),
        ),
        ("lock", b"{\"generated\":\"\",\"version\":4294967296,\"servers\":{}}".to_vec()),
    ]
}

#[test]
fn nothing_that_is_read_beside_the_catalog_breaks_a_run() {
    let cases: [(&str, &[&str]); 6] = [
        ("catproof.toml", &["check"]),
        ("generated/discovery.lock.json", &["check"]),
        ("generated/oauth_proxy/providers.js", &["check", "--format", "concise"]),
        ("allowlist.json", &["check", "--allowlist", "allowlist.json"]),
        ("answers.json", &["simulate", "acme__mcp", "--answers", "answers.json"]),
        (".env", &["env", "--check", ".env"]),
    ];
    let mut runs = 0;
    for (place, arguments) in cases {
        for (what, bytes) in hostile() {
            let scratch = scratch();
            let manifest = server("acme__mcp", &json!({})).to_string();
            write(&scratch.path().join("catalog/acme__mcp.json"), manifest);
            write(&scratch.path().join(place), bytes);
            let (code, stdout, stderr) = run(scratch.path(), arguments);
            assert!(code <= 2, "{what} as {place}: {code}");
            assert_is_clean(&stdout, &[]);
            assert_is_clean(&stderr, &[]);
            runs += 1;
        }
    }
    told("hostile files beside the catalog", format_args!("{runs} runs"));
}

#[test]
fn what_a_configuration_names_is_not_shown_raw() {
    let text = "\\u001b[2J\\u202e\\n::error::x";
    let configs = [
        format!("catalog = \"{text}\"\n"),
        format!("generated = \"{text}\"\n"),
        format!("[artifacts]\n\"{text}\" = \"x\"\n"),
        format!("[artifacts]\n\"catalog.json\" = \"{text}/.env\"\n"),
        format!("[artifacts]\n\"catalog.json\" = \"../catalog/acme__mcp.json/{text}\"\n"),
        format!("[rules]\n\"{text}\" = \"off\"\n"),
        format!("[[ignore]]\nrule = \"{text}\"\nfile = \"x\"\n"),
        format!(
            "[[ignore]]\nrule = \"unknown-key\"\nfile = \"catalog/{text}.json\"\nreason = \"{text}\"\n"
        ),
        format!("[proxy]\nallowlist = \"{text}\"\n"),
        format!("[proxy]\nurl = \"{text}\"\n"),
        format!("[proxy]\nextra_destinations = [{{ host = \"{text}\", reason = \"{text}\" }}]\n"),
        format!("[policy]\napproved_destinations = [\"{text}\"]\n"),
        format!("[\"{text}\"]\n"),
    ];
    for config in &configs {
        let scratch = scratch();
        let manifest = server("acme__mcp", &json!({})).to_string();
        write(&scratch.path().join("catalog/acme__mcp.json"), manifest);
        write(&scratch.path().join("catproof.toml"), config);
        for arguments in [&["check"][..], &["build"], &["list"], &["check", "--write-baseline"]] {
            let (code, stdout, stderr) = run(scratch.path(), arguments);
            assert!(code <= 3, "{config}");
            assert_is_clean(&stdout, &[]);
            assert_is_clean(&stderr, &[]);
        }
    }
    told("hostile configurations", format_args!("{} in 4 commands", configs.len()));
}

#[test]
fn a_secret_in_a_hostile_file_is_not_shown() {
    let secret = format!("ghp_{}", "Zq7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz36Xcv");
    let scratch = scratch();
    let texts = [
        format!("{{\"a\": \"{secret}\""),
        format!("{{\"name\": \"{secret}\", \"server\": []}}"),
        format!("{{\"{secret}\": {{\"{secret}\": [\"{secret}\"]}}, \"name\": 1}}"),
        format!("\u{feff}{{\"server\": {{\"env\": {{\"A\": \"\u{202e}{secret}\u{0}\"}}}}}}"),
        format!(
            "{{\"oauth_config\": {{\"client_secret\": \"{secret}\", \"redirect_uris\": \"{secret}\"}}}}"
        ),
        format!("{}{secret}{}", "[".repeat(200), "x".repeat(70_000)),
    ];
    for (number, text) in texts.iter().enumerate() {
        write(&scratch.path().join(format!("catalog/acme__{number}.json")), text);
    }
    let findings = check_in_every_format(scratch.path(), &[], &[&secret]);
    assert!(findings.len() >= texts.len());
    for arguments in
        [&["list"][..], &["build"], &["check", "--unsafe-fixes", "--diff"], &["explain", "acme__4"]]
    {
        let (_, stdout, stderr) = run(scratch.path(), arguments);
        assert_is_clean(&(stdout + &stderr), &[&secret]);
    }
    told("secrets in hostile files", format_args!("{} files, 0 leaked", texts.len()));
}

#[test]
fn many_findings_of_one_file_cost_no_more_than_the_file_is_large() {
    let scratch = scratch();
    let many = 1_500;
    let file = scratch.path().join("catalog/acme__mcp.json");
    let mut manifest =
        server("acme__mcp", &json!({ "oauth_config": { "scopes": vec!["notes"; many] } }));
    for number in 0..many {
        manifest[format!("stray{number}")] = json!(number);
    }
    write(&file, manifest.to_string());
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    assert!(findings.len() >= 2 * many - 1, "{}", findings.len());
    // A fix is shown if it was tried, and not every one of so many is.
    let with_fix = |finding: &&Value| !finding["fix"].is_null();
    let shown = findings.iter().filter(with_fix).count();
    assert!((1..many).contains(&shown), "{shown}");
    // Applied, they are tried together.
    assert_eq!(run(scratch.path(), &["check", "--fix"]).0, 0);
    let repaired: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(repaired["oauth_config"]["scopes"], json!(["notes"]));
    told("findings of one file", format_args!("{}", findings.len()));
}

#[test]
fn as_many_ignores_as_findings_are_matched_each_to_its_own() {
    use std::fmt::Write as _;
    let scratch = scratch();
    let many = 1_000;
    let mut manifest = server("acme__mcp", &json!({}));
    let mut config = String::new();
    for number in 0..many {
        manifest[format!("stray{number}")] = json!(number);
        let file = if number == 0 { "gone" } else { "acme__mcp" };
        write!(
            config,
            "[[ignore]]\nrule = \"unknown-key\"\nfile = \"catalog/{file}.json\"\npointer = \"/stray{number}\"\nreason = \"why not\"\n"
        )
        .unwrap();
    }
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    write(&scratch.path().join("catproof.toml"), config);
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    let rules: Vec<&str> = crate::support::rule_ids(&findings);
    assert_eq!(rules, ["unknown-key", "unused-ignore"]);
}

#[test]
fn a_crowd_of_tiny_files_is_judged_each_by_itself() {
    let scratch = scratch();
    let many = 200;
    for number in 0..many {
        write(
            &scratch.path().join(format!("catalog/acme__{number}.json")),
            "{\"name\": \"acme__mcp\"}",
        );
    }
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    let twins = findings.iter().filter(|finding| finding["rule"] == "duplicate-server-id");
    let mut count = 0;
    for twin in twins {
        count += 1;
        // Each names some of the others, not all of them: that would be a million labels.
        let named = twin["related"].as_array().unwrap().len();
        assert!((1..=10).contains(&named), "{named}");
    }
    assert_eq!(count, many);
    told("tiny files", many);
}

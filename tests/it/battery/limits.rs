//! Nesting, sizes and lengths: what is just allowed, what is one less, and what is one more.

use std::fs;

use serde_json::{Value, json};

use super::{server, told};
use crate::support::{catproof, check_json, run, scratch, write};

/// Whether a file's JSON is refused, and whether anything else is said of it.
fn is_refused(findings: &[Value], file: &str) -> bool {
    let of_file = findings.iter().filter(|finding| finding["file"] == file);
    let invalid = of_file.filter(|finding| finding["rule"] == "invalid-json");
    match invalid.count() {
        0 => false,
        1 => true,
        count => panic!("{file}: {count} findings"),
    }
}

#[test]
fn nesting_is_read_to_127_levels_and_refused_beyond() {
    let scratch = scratch();
    let nested = |open: &str, close: &str, levels: usize| {
        // The manifest itself is a level.
        let inside = levels - 1;
        let deep = format!("{}0{}", open.repeat(inside), close.repeat(inside));
        format!(
            "{{\"name\": \"acme__mcp\", \"server\": {{\"command\": \"npx\"}}, \"deep\": {deep}}}"
        )
    };
    let depths = [126, 127, 128, 1_000, 100_000];
    for levels in depths {
        for (kind, open, close) in [("list", "[", "]"), ("object", "{\"a\": ", "}")] {
            let file = format!("catalog/{kind}_{levels}.json");
            write(&scratch.path().join(file), nested(open, close, levels));
        }
        // Nothing closes: a reader that calls itself runs out of stack before it runs out of text.
        let file = format!("catalog/open_{levels}.json");
        write(&scratch.path().join(file), "[".repeat(levels));
    }
    let (code, findings) = check_json(scratch.path(), &["--pedantic"]);
    assert_eq!(code, 1);
    for levels in depths {
        for kind in ["list", "object"] {
            let file = format!("catalog/{kind}_{levels}.json");
            assert_eq!(is_refused(&findings, &file), levels > 127, "{file}");
        }
        assert!(is_refused(&findings, &format!("catalog/open_{levels}.json")));
    }
    told("nesting", format_args!("{} depths in 3 shapes", depths.len()));
}

#[test]
fn a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger() {
    let limits = [None, Some(4_000_u64)];
    for limit in limits {
        let scratch = scratch();
        if let Some(limit) = limit {
            let config = format!("max_file_bytes = {limit}\n");
            write(&scratch.path().join("catproof.toml"), config);
        }
        let limit = limit.unwrap_or(1 << 20);
        for size in [limit - 1, limit, limit + 1] {
            let id = format!("acme__{size}");
            let text = server(&id, &json!({})).to_string();
            let size = usize::try_from(size).unwrap();
            let text = format!("{text}{}", " ".repeat(size - text.len()));
            let file = format!("catalog/{id}.json");
            // From standard input first, when the file is not there yet.
            let arguments = ["check", "-", "--stdin-filename", &file, "--format", "json"];
            let output =
                catproof(scratch.path()).args(arguments).write_stdin(text.clone()).output();
            let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
            let is_too_large = size as u64 > limit;
            let findings = report["findings"].as_array().unwrap();
            assert_eq!(is_refused(findings, &file), is_too_large, "{size}");
            write(&scratch.path().join(&file), text);
        }
        let (_, findings) = check_json(scratch.path(), &[]);
        for (size, is_too_large) in [(limit - 1, false), (limit, false), (limit + 1, true)] {
            let file = format!("catalog/acme__{size}.json");
            assert_eq!(is_refused(&findings, &file), is_too_large, "{size}");
        }
    }
    told("sizes", "2 limits, 3 sizes around each, from the disk and from standard input");
}

#[test]
fn the_largest_limit_is_none() {
    let scratch = scratch();
    let folder = scratch.path();
    let text = server("acme__mcp", &json!({})).to_string();
    write(&folder.join("catalog/acme__mcp.json"), &text);
    write(&folder.join("answers.json"), "{}");
    let config = format!("max_file_bytes = {}\n", u64::MAX);
    write(&folder.join("catproof.toml"), config);
    for arguments in [
        &["check"][..],
        &["build"],
        &["env", "--check", "generated/desktop_app/.env.example", "--for", "app"],
        &["simulate", "acme__mcp", "--answers", "answers.json"],
    ] {
        let (code, _, stderr) = run(folder, arguments);
        assert_eq!(code, 0, "{arguments:?}: {stderr}");
    }
    let mut piped = catproof(folder);
    let output = piped.args(["check", "-"]).write_stdin(text).output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

#[test]
fn an_id_may_have_200_characters_and_not_one_more() {
    let scratch = scratch();
    for length in [199, 200, 201] {
        let id = "a".repeat(length);
        write(
            &scratch.path().join(format!("catalog/{id}.json")),
            server(&id, &json!({})).to_string(),
        );
        let (code, findings) = check_json(scratch.path(), &[&format!("catalog/{id}.json")]);
        let is_refused = findings.iter().any(|finding| finding["rule"] == "invalid-server-id");
        assert_eq!((is_refused, code == 1), (length > 200, length > 200), "{length}");
    }
    fs::remove_file(scratch.path().join(format!("catalog/{}.json", "a".repeat(201)))).unwrap();
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 0, "{stderr}");
    told("ids", "3 lengths");
}

#[test]
fn an_id_of_a_megabyte_costs_no_more_than_it_is_long() {
    let scratch = scratch();
    let id = "a".repeat(1_000_000);
    write(&scratch.path().join("catalog/acme__mcp.json"), server(&id, &json!({})).to_string());
    let (code, findings) = check_json(scratch.path(), &["--pedantic"]);
    assert_eq!(code, 1);
    let is_refused = |finding: &Value| finding["rule"] == "invalid-server-id";
    assert!(findings.iter().any(is_refused));
}

/// What costs the square of its length where every piece is compared with every other, or looked at up to the end: the
/// part of a manifest, and how many findings of a rule it has.
fn repeated() -> Vec<(&'static str, Value, &'static str, usize)> {
    const MANY: usize = 2_000;
    const LENGTH: usize = 100_000;
    let numbered = |text: &str| -> Vec<String> {
        let number = |number: usize| text.replace('#', &number.to_string());
        (0..MANY).map(number).collect()
    };
    let inputs: serde_json::Map<String, Value> = numbered("key#")
        .into_iter()
        .map(|key| {
            let input =
                json!({ "type": "string", "title": "Key", "sensitive": true, "required": true });
            (key, input)
        })
        .collect();
    let prose = |piece: &str| json!({ "instructions": piece.repeat(LENGTH / piece.len()) });
    let argument = |text: String| json!({ "server": { "args": ["-y", "acme-mcp@1.4.0", text] } });
    let url = |piece: &str| argument(piece.repeat(LENGTH / piece.len()));
    let file = format!("[{}]", vec!["${access_token}"; 10 * MANY].join(","));
    let asked = numbered("${user_config.key#}").concat();
    vec![
        ("a prefix", prose("ghp_-"), "committed-credential", 1),
        ("a prefix of prose", prose("sk-"), "committed-credential", 0),
        ("words that begin alike", prose("pypi-index-"), "committed-credential", 0),
        ("headers of JWTs", prose("eyJ-"), "committed-credential", 0),
        ("headers of keys", prose("-----BEGIN PRIVATE KEY-----"), "committed-credential", 0),
        ("labels of keys", prose("-----BEGIN "), "committed-credential", 0),
        ("marks of URLs", url("://"), "credentials-in-url", 0),
        ("queries", url("://?a=b&"), "credentials-in-url", 0),
        ("passwords", url("://u:pw1@h?"), "credentials-in-url", 1),
        (
            "bare tokens",
            json!({ "server": { "inject_file": { "/app/tokens.json": file } } }),
            "unquoted-token-in-json",
            1,
        ),
        (
            "sensitive keys in an argument",
            {
                let mut patch = argument(asked);
                patch["user_config"] = Value::Object(inputs.clone());
                patch
            },
            "sensitive-argument",
            MANY,
        ),
        (
            "misspelled keys",
            json!({
                "server": { "env": { "A": numbered("${kex#}").concat() } },
                "user_config": inputs
            }),
            "unknown-placeholder",
            MANY,
        ),
        (
            "places with two findings, of which one says enough",
            json!({ "oauth_config": { "scopes": vec!["no\"tes"; MANY] } }),
            "duplicate-scope",
            0,
        ),
    ]
}

#[test]
fn what_is_repeated_costs_no_more_than_it_is_long() {
    let scratch = scratch();
    let cases = repeated();
    for (number, (_, patch, _, _)) in cases.iter().enumerate() {
        let id = format!("acme__{number}");
        let file = scratch.path().join(format!("catalog/{id}.json"));
        write(&file, server(&id, patch).to_string());
    }
    let (_, findings) = check_json(scratch.path(), &[]);
    for (number, (what, _, rule, expected)) in cases.iter().enumerate() {
        let file = format!("catalog/acme__{number}.json");
        let of_file = findings.iter().filter(|finding| finding["file"] == file);
        let of_rule = of_file.filter(|finding| finding["rule"] == *rule);
        assert_eq!(of_rule.count(), *expected, "{what}");
    }
    // As many ignores as findings, none of which may cover another.
    let (code, _, stderr) = run(scratch.path(), &["check", "--write-baseline"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, left) = check_json(scratch.path(), &[]);
    assert_eq!((code, left.len()), (0, 0));
    told("repetitions", format_args!("{} of them, {} findings", cases.len(), findings.len()));
}

#[cfg(unix)]
#[test]
fn a_file_name_may_be_as_long_as_the_file_system_lets_it() {
    let scratch = scratch();
    let manifest = server("acme__mcp", &json!({})).to_string();
    let name_of = |length: usize| format!("{}.json", "a".repeat(length - ".json".len()));
    let longest = name_of(255);
    write(&scratch.path().join("catalog").join(&longest), &manifest);
    let (code, findings) = check_json(scratch.path(), &[]);
    assert_eq!(code, 1);
    assert!(findings.iter().any(|finding| finding["rule"] == "id-mismatch"));
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 1, "{stderr}");
    // One byte more cannot be there, but it can be named.
    let too_long = format!("catalog/{}", name_of(256));
    assert_eq!(run(scratch.path(), &["check", &too_long]).0, 2);
    let arguments = ["check", "-", "--stdin-filename", &too_long];
    let output = catproof(scratch.path()).args(arguments).write_stdin(manifest).output();
    assert_eq!(output.unwrap().status.code(), Some(1));
    told("file names", "of 255 and 256 bytes");
}

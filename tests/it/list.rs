//! `list` as a table: everything that is promised, readable on a narrow terminal and in a pipe.

use std::path::Path;

use serde_json::json;

use crate::support::{catproof, proxied, scratch, write};

const LONG_ID: &str =
    "a_very_long_id_of_which_nobody_ever_said_that_it_may_widen_each_row_of_a_table";

/// Two servers with a proxy, one of them a developer's, and one without whose id is long.
fn servers(folder: &Path) {
    write(&folder.join("catalog/acme__mcp.json"), proxied("acme__mcp").to_string());
    let mut without_endpoint = proxied("acme__draft");
    without_endpoint["oauth_config"]["token_endpoint"].take();
    without_endpoint["oauth_config"]["client_id"] = json!("acme-draft-1f3d5");
    write(&folder.join("catalog_local/acme__draft.json"), without_endpoint.to_string());
    let bare = json!({ "name": LONG_ID, "server": { "command": "npx" } });
    write(&folder.join(format!("catalog/{LONG_ID}.json")), bare.to_string());
}

/// The table in a pipe, or as on a terminal of a width.
fn table(folder: &Path, columns: Option<&str>) -> String {
    let mut command = catproof(folder);
    command.arg("list").env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn a_pipe_gets_one_line_a_server_with_all_that_is_promised() {
    let scratch = scratch();
    servers(scratch.path());
    assert_eq!(
        table(scratch.path(), None),
        [
            "server                                    origin   oauth type  proxy  findings   \
             destinations                         env variables\n",
            LONG_ID,
            "  catalog  none               1 warning\n",
            "acme__draft                               local    1 generic   yes    1 error    \
             unknown: there is no token endpoint  acme__draft_CLIENT_ID, acme__draft_SECRET\n",
            "acme__mcp                                 catalog  1 generic   yes               \
             acme.example                         acme__mcp_CLIENT_ID, acme__mcp_SECRET\n",
        ]
        .concat()
    );
}

#[test]
fn a_secret_that_looks_like_the_report_is_masked_in_what_the_catalog_says_alone() {
    let secret = r#""origin": "catalog""#;
    let scratch = scratch();
    let mut manifest = proxied("acme__mcp");
    manifest["display_name"] = json!(format!("Acme {secret}"));
    manifest["oauth_config"]["client_secret"] = json!(secret);
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    let mut command = catproof(scratch.path());
    let output = command.args(["list", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["origin"], "catalog");
    let shown = server["display_name"].as_str().unwrap();
    assert!(shown.starts_with("Acme ") && !shown.contains("origin"), "{shown}");
}

#[test]
fn a_narrow_terminal_gets_the_long_parts_in_lines_of_their_own() {
    let scratch = scratch();
    servers(scratch.path());
    std::fs::remove_file(scratch.path().join(format!("catalog/{LONG_ID}.json"))).unwrap();
    let narrow = table(scratch.path(), Some("80"));
    assert_eq!(
        narrow,
        "\
server       origin   oauth type  proxy  findings
acme__draft  local    1 generic   yes    1 error
  destinations: unknown: there is no token endpoint
  env variables: acme__draft_CLIENT_ID, acme__draft_SECRET
acme__mcp    catalog  1 generic   yes
  destinations: acme.example
  env variables: acme__mcp_CLIENT_ID, acme__mcp_SECRET
"
    );
    assert!(narrow.lines().all(|line| line.len() <= 80));
    // What fits stays in its line.
    assert_eq!(table(scratch.path(), Some("300")), table(scratch.path(), None));
}

/// The words of a text.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn what_is_printed_on_a_terminal_fits_it_and_breaks_no_word() {
    let scratch = scratch();
    servers(scratch.path());
    for columns in [40, 80, 200] {
        for arguments in [
            &["list"][..],
            &["rules"],
            &["explain", "missing-token-endpoint", "--color", "always"],
            &["explain", "unsupported-scope", "--color", "always"],
            &["explain", "generic", "--color", "always"],
            &["explain", "config", "--color", "always"],
            &["explain", "diff", "--color", "always"],
            &["explain", "acme__mcp", "--color", "always"],
        ] {
            let output = |columns: Option<i32>| {
                let mut command = catproof(scratch.path());
                command.args(arguments).env_remove("COLUMNS");
                if let Some(columns) = columns {
                    command.env("COLUMNS", columns.to_string());
                }
                String::from_utf8(command.output().unwrap().stdout).unwrap()
            };
            let plain = |text: String| {
                let codes = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[36m"];
                codes.iter().fold(text, |text, code| text.replace(code, ""))
            };
            let fitted = plain(output(Some(columns)));
            for line in fitted.lines() {
                let is_one_word = words(line).len() <= 1;
                let is_short = line.chars().count() <= usize::try_from(columns).unwrap();
                assert!(is_short || is_one_word, "{arguments:?} at {columns}: {line}");
            }
            // Every word is there, whole, and none is lost.
            let wide = plain(output(Some(10_000)));
            let sorted = |text: &str| {
                let mut all: Vec<String> =
                    words(text).iter().map(|word| (*word).to_owned()).collect();
                all.sort();
                all
            };
            if arguments != ["list"] && arguments != ["rules"] {
                assert_eq!(sorted(&fitted), sorted(&wide), "{arguments:?} at {columns}");
            }
        }
        let (id, env) = (LONG_ID, "acme__mcp_SECRET");
        let list = table(scratch.path(), Some(&columns.to_string()));
        assert!(list.contains(id) && words(&list).contains(&env), "{list}");
    }
}

#[test]
fn a_page_is_drawn_on_a_terminal_and_left_as_markdown_in_a_pipe() {
    let scratch = scratch();
    let page = |arguments: &[&str]| {
        let mut command = catproof(scratch.path());
        command.args(["explain", "missing-token-endpoint"]).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let (piped, drawn) = (page(&[]), page(&["--color", "always"]));
    assert!(piped.starts_with("# missing-token-endpoint\n") && piped.contains("```json"));
    assert!(drawn.starts_with("\u{1b}[1mmissing-token-endpoint\u{1b}[0m\n"), "{drawn}");
    assert!(!drawn.contains("```") && !drawn.contains('`'), "{drawn}");
}

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

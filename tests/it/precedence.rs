//! What silences what: only a finding that is shown, and never an error by a warning.

use std::path::Path;

use serde_json::{Value, json};

use crate::repair::assert_repairs;
use crate::support::{check_json, merge, proxied, rule_ids, run, scratch, write};

/// A proxied server with a patch of its manifest.
fn manifest(folder: &Path, patch: &Value) {
    let mut manifest = proxied("acme__mcp");
    merge(&mut manifest, patch);
    write(&folder.join("catalog/acme__mcp.json"), manifest.to_string());
}

/// The rules that fire at a pointer.
fn rules_at(folder: &Path, pointer: &str) -> Vec<String> {
    let (_, mut findings) = check_json(folder, &["--pedantic"]);
    findings.retain(|finding| finding["pointer"] == pointer);
    rule_ids(&findings).into_iter().map(str::to_owned).collect()
}

const REDIRECT_URI: &str = "/oauth_config/redirect_uris/0";

fn with_redirect_uri(folder: &Path, uri: &str) {
    manifest(folder, &json!({ "oauth_config": { "redirect_uris": [uri] } }));
}

#[test]
fn a_url_with_two_flaws_is_reported_and_stops_the_build() {
    let scratch = scratch();
    let folder = scratch.path();
    with_redirect_uri(folder, "http://a.ngrok.io/x");
    assert_eq!(rules_at(folder, REDIRECT_URI), ["insecure-redirect-uri"]);
    assert_eq!(run(folder, &["build"]).0, 1);
    let url = "http://reader:k-90f3a7c2@mcp.acme.example/token";
    manifest(folder, &json!({ "oauth_config": { "token_endpoint": url } }));
    assert_eq!(rules_at(folder, "/oauth_config/token_endpoint"), ["credentials-in-url"]);
    assert_eq!(run(folder, &["build"]).0, 1);
}

#[test]
fn what_is_switched_off_or_ignored_silences_nothing() {
    let scratch = scratch();
    let folder = scratch.path();
    with_redirect_uri(folder, "http://a.ngrok.io/x");
    let off = ["-A", "insecure-redirect-uri"];
    let (code, findings) = check_json(folder, &off);
    assert_eq!(code, 1);
    assert!(rule_ids(&findings).contains(&"tunnel-redirect-uri"), "{findings:#?}");
    let ignore = "[[ignore]]\nrule = \"insecure-redirect-uri\"\nfile = \"catalog/acme__mcp.json\"\n\
                  reason = \"a test\"\n";
    write(&folder.join("catproof.toml"), ignore);
    assert_eq!(rules_at(folder, REDIRECT_URI), ["tunnel-redirect-uri"]);

    // The one that silences a third is itself silenced.
    write(&folder.join("catproof.toml"), "[rules]\ntunnel-redirect-uri = \"off\"\n");
    with_redirect_uri(folder, "https://a.ngrok.io/evil");
    assert_eq!(rules_at(folder, REDIRECT_URI), ["redirect-not-proxy-callback"]);
}

#[test]
fn a_warning_silences_no_error() {
    let scratch = scratch();
    let folder = scratch.path();
    let url = "https://slack.com@evil.com/api";
    manifest(folder, &json!({ "oauth_config": { "token_endpoint": url } }));
    let (_, findings) = check_json(folder, &[]);
    let at_url: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["pointer"] == "/oauth_config/token_endpoint")
        .collect();
    assert!(at_url.iter().any(|finding| finding["severity"] == "error"), "{findings:#?}");
    let (code, _, stderr) = run(folder, &["build"]);
    assert_eq!(code, 1, "{stderr}");
    // A level of the configuration counts, not that of the rule.
    write(&folder.join("catproof.toml"), "[rules]\ninsecure-redirect-uri = \"warning\"\n");
    with_redirect_uri(folder, "http://a.ngrok.io/x");
    let both = ["insecure-redirect-uri", "tunnel-redirect-uri"];
    assert_eq!(rules_at(folder, REDIRECT_URI), both);
}

#[test]
fn a_baseline_covers_what_the_ignored_findings_silenced() {
    let scratch = scratch();
    let folder = scratch.path();
    with_redirect_uri(folder, "http://a.ngrok.io/x");
    assert_eq!(run(folder, &["check", "--write-baseline"]).0, 0);
    let (code, findings) = check_json(folder, &["--fail-on", "warning"]);
    assert_eq!((code, findings), (0, Vec::new()));
}

#[test]
fn build_names_the_server_that_gave_way_to_another_of_its_id() {
    let scratch = scratch();
    let folder = scratch.path();
    manifest(folder, &json!({}));
    write(&folder.join("catalog/acme__other.json"), proxied("acme__mcp").to_string());
    let off = ["build", "-A", "duplicate-server-id", "-A", "id-mismatch"];
    let (code, _, stderr) = run(folder, &off);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("left out `acme__mcp`: another file has the same id"), "{stderr}");
}

#[test]
fn a_fix_that_uncovers_a_warning_in_another_file_is_not_offered() {
    let scratch = scratch();
    let folder = scratch.path();
    let server = |url: &str| {
        let mut server = proxied("acme__mcp");
        let patch = json!({
            "server": { "type": "remote", "command": null, "args": null, "url": "https://mcp.acme.example/mcp" },
            "oauth_config": { "server_url": url, "generic_oauth": null, "token_endpoint": null,
                              "access_token_env_var": null }
        });
        merge(&mut server, &patch);
        server.to_string()
    };
    write(&folder.join("catalog/acme__mcp.json"), server("https://mcp.acme.example/mcp/"));
    write(&folder.join("catalog_local/acme__mcp.json"), server("https://mcp.acme.example/mcp"));
    assert_repairs(folder, "--unsafe-fixes");
}

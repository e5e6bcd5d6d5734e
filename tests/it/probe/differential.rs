//! The order of discovery URLs against an independent implementation, `@modelcontextprotocol/sdk` on Node.
//!
//! Opt-in, because it needs a package: install it anywhere with `npm install @modelcontextprotocol/sdk` and name that
//! folder in `CATPROOF_MCP_SDK`. Last run against 1.32.2.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use catproof::testing::discovery::well_known::{
    authorization_server_urls, protected_resource_urls,
};
use serde::Deserialize;
use url::Url;

const ISSUERS: [&str; 35] = [
    "https://accounts.google.com",
    "https://accounts.google.com/",
    "https://github.com/login/oauth",
    "https://github.com/login/oauth/",
    "https://login.docker.com/",
    "https://login.microsoftonline.com/common/v2.0",
    "https://login.microsoftonline.com/{tenantid}/v2.0",
    "https://mojeid.cz/oidc/",
    "https://id.twitch.tv/oauth2",
    "https://access.stripe.com/mcp",
    "https://airtable.com/oauth2/v1",
    "https://auth.atlassian.com/VCeDsk8ZHncYF1g234fKtc4lNipbBhu3",
    "https://auth.monday.com/mcp",
    "https://calendly.com/",
    "https://gitlab.com",
    "https://mcp.linear.app",
    "https://mcp.tavily.com/",
    "https://www.paypal.com",
    "https://slack.com",
    "https://a.example:8443",
    "https://a.example:8443/t",
    "https://a.example:443/t",
    "HTTPS://A.EXAMPLE/T",
    "https://a.example/t/../u",
    "https://a.example/./t",
    "https://a.example/%7Etenant",
    "https://a.example/tenant%20one",
    "https://a.example/tenant one",
    "https://a.example/ténant",
    "https://bücher.example/t",
    "https://a.example/a/b/c/d/e",
    "https://a.example/t;v=1",
    "https://a.example/t?x=1",
    "https://a.example/t#x",
    "http://127.0.0.1:9000/t",
];

const RESOURCES: [&str; 35] = [
    "https://mcp.linear.app/mcp",
    "https://mcp.linear.app/sse",
    "https://mcp.stripe.com",
    "https://mcp.stripe.com/",
    "https://mcp.atlassian.com/v1/mcp",
    "https://mcp.atlassian.com/v2/mcp",
    "https://huggingface.co/mcp",
    "https://mcp.notion.com/mcp",
    "https://mcp.slack.com/mcp",
    "https://mcp.sentry.dev/mcp",
    "https://api.githubcopilot.com/mcp",
    "https://api.githubcopilot.com/mcp/",
    "https://gitlab.com/api/v4/mcp",
    "https://ai-inc.mailchimp.com/claude/mcp/v2",
    "https://api.dashboard.plaid.com/mcp/sse",
    "https://mcp.zapier.com/api/mcp/mcp",
    "https://mcp.tavily.com/mcp/",
    "https://mcp.vercel.com",
    "https://a.example:8443/mcp",
    "https://a.example:443/mcp",
    "HTTPS://A.EXAMPLE/MCP",
    "https://a.example/mcp?tenant=1",
    "https://a.example/mcp?tenant=1&b=a%2Fb",
    "https://a.example/mcp/?tenant=1",
    "https://a.example?tenant=1",
    "https://a.example/mcp#part",
    "https://a.example/a/../mcp",
    "https://a.example/%7Emcp",
    "https://a.example/m c p",
    "https://a.example/mcp/ünï",
    "https://bücher.example/mcp",
    "https://a.example/a/b/c",
    "https://user:word@a.example/mcp",
    "http://127.0.0.1:9000/mcp",
    "http://[::1]:9000/mcp",
];

/// Where the two differ, and which paragraph decides it for catproof.
fn difference(resource: &str) -> Option<&'static str> {
    let url = Url::parse(resource).unwrap();
    if !url.username().is_empty() {
        return Some(
            "RFC 9110 §4.2.4: user information in an http URI is deprecated; the SDK keeps it",
        );
    }
    if url.path() == "/" && url.query().is_some() {
        return Some(
            "MCP 2025-11-25, Protected Resource Metadata Discovery: the root comes after the inserted URL; the SDK stops",
        );
    }
    if url.path() != "/" && url.path().ends_with('/') {
        return Some(
            "RFC 9728 §3.1: only a slash that follows the host is removed; the SDK removes every slash at the end",
        );
    }
    None
}

#[derive(Deserialize)]
struct Theirs {
    version: String,
    issuers: Vec<Vec<String>>,
    resources: Vec<Vec<String>>,
}

fn theirs() -> Option<Theirs> {
    let Some(folder) = std::env::var_os("CATPROOF_MCP_SDK") else {
        eprintln!("skipped: CATPROOF_MCP_SDK names no folder with @modelcontextprotocol/sdk");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/differential.mjs");
    let node = Command::new("node")
        .arg(script)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        eprintln!("skipped: there is no node to run");
        return None;
    };
    let input =
        serde_json::json!({ "issuers": ISSUERS.as_slice(), "resources": RESOURCES.as_slice() })
            .to_string();
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "the SDK at CATPROOF_MCP_SDK does not run");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_order_of_urls_is_that_of_the_sdk_or_differs_for_a_reason() {
    let Some(theirs) = theirs() else {
        return;
    };
    for (issuer, theirs) in ISSUERS.iter().zip(theirs.issuers) {
        assert_eq!(authorization_server_urls(&Url::parse(issuer).unwrap()), theirs, "{issuer}");
    }
    let mut differences = 0;
    for (resource, theirs) in RESOURCES.iter().zip(theirs.resources) {
        let ours = protected_resource_urls(&Url::parse(resource).unwrap());
        match difference(resource) {
            None => assert_eq!(ours, theirs, "{resource}"),
            Some(reason) => {
                assert_ne!(ours, theirs, "{resource} no longer differs: {reason}");
                differences += 1;
                eprintln!("{resource}: {reason}");
            }
        }
    }
    eprintln!(
        "compared {} issuers and {} resources with @modelcontextprotocol/sdk {}: {differences} differ for a reason",
        ISSUERS.len(),
        RESOURCES.len(),
        theirs.version
    );
}

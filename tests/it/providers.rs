//! What `providers.js` is asked, in whatever runs it, and what `--allowlist` reads in a module.

use catproof::testing::catalog::allowlist;
use catproof::testing::catalog::config::ExtraDestination;
use catproof::testing::source::Sources;
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::project;

/// What is asked, and the answer; the arguments are JavaScript.
const CASES: [(&str, bool); 56] = [
    ("'https://slack.com/api/oauth.v2.access'", true),
    ("'https://slack.com/api/oauth.v2.access', undefined", true),
    ("'https://slack.com/api/oauth.v2.access', 'korotovsky__slack-mcp-server'", true),
    ("'https://github.com/login/oauth/access_token', 'githubcopilot__remote-mcp'", true),
    ("'https://oauth2.googleapis.com/token', 'iskhakov__google_workspace_mcp'", true),
    ("'https://extra.example/token'", true),
    ("'https://SLACK.com/x', 'korotovsky__slack-mcp-server'", true),
    ("'HTTPS://slack.com:443?x=1#y'", true),
    ("'https://slack.com'", true),
    // Another server's pin, or none.
    ("'https://slack.com/api/oauth.v2.access', 'githubcopilot__remote-mcp'", false),
    ("'https://extra.example/token', 'korotovsky__slack-mcp-server'", false),
    ("'https://slack.com/x', 'linear__remote-mcp'", false),
    ("'https://slack.com/x', 'unknown'", false),
    ("'https://slack.com/x', ''", false),
    ("'https://slack.com/x', null", false),
    ("'https://slack.com/x', 0", false),
    ("'https://slack.com/x', false", false),
    ("'https://slack.com/x', ['korotovsky__slack-mcp-server']", false),
    ("'https://slack.com/x', { toString: () => 'korotovsky__slack-mcp-server' }", false),
    ("'https://slack.com/x', { toString() { throw new Error('boom') } }", false),
    ("'https://slack.com/x', Symbol('x')", false),
    ("'https://slack.com/x', '__proto__'", false),
    ("'https://slack.com/x', 'constructor'", false),
    ("'https://slack.com/x', 'toString'", false),
    ("'https://slack.com/x', 'hasOwnProperty'", false),
    // Another scheme, port, host or user.
    ("'http://slack.com/x'", false),
    ("'ftp://slack.com/x'", false),
    ("'//slack.com/x'", false),
    ("'https:slack.com/x'", false),
    ("'https:/slack.com/x'", false),
    ("'https:\\\\\\\\slack.com/x'", false),
    ("'https://slack.com:8443/x'", false),
    ("'https://slack.com:0443/x'", false),
    ("'https://slack.com:/x'", false),
    ("'https://slack.com@evil.example/'", false),
    ("'https://user@slack.com/'", false),
    ("'https://user:word@slack.com/'", false),
    ("'https://@slack.com/'", false),
    ("'https://slack.com.evil.example/'", false),
    ("'https://evil.example/slack.com'", false),
    ("'https://evil.example\\\\@slack.com/'", false),
    ("'https://slack.com\\\\@evil.example/'", false),
    ("'https://slack.com./x'", false),
    ("'https://slack.com%2eevil.example/'", false),
    ("'https://accounts.google.com/token'", false),
    ("'https://localhost/x'", false),
    // No URL at all.
    ("", false),
    ("undefined", false),
    ("null", false),
    ("''", false),
    ("'slack.com'", false),
    ("' https://slack.com/x'", false),
    ("'https://slack.com/x\\n'", false),
    ("'ht\\ntps://slack.com/x'", false),
    ("{ toString() { throw new Error('boom') } }", false),
    ("new Proxy({}, { get() { throw new Error('boom') } })", false),
];

pub fn catalog() -> InMemory {
    let mut catalog = InMemory::shipped();
    catalog.config.proxy.extra_destinations = vec![ExtraDestination {
        host: "extra.example".to_owned(),
        reason: "a server that another team runs".to_owned(),
    }];
    catalog
}

/// JavaScript that asks every question and leaves what it learned, as JSON, in `report`.
pub fn questions(after: &str) -> String {
    let calls: Vec<String> = CASES
        .iter()
        .map(|(arguments, _)| format!("() => isValidOAuthEndpoint({arguments})"))
        .collect();
    format!(
        "const answers = [{}].map((ask) => {{ try {{ return ask() }} catch (error) {{ return String(error) }} }});
         const copy = getAllowedDestinations();
         copy.push('changed.example');
         const report = JSON.stringify({{
           answers,
           allowed: ALLOWED_DESTINATIONS,
           again: getAllowedDestinations(),
           servers: Object.entries(SERVER_DESTINATIONS),
           prototype: Object.getPrototypeOf(SERVER_DESTINATIONS),
         }});
         {after}",
        calls.join(",\n")
    )
}

pub fn judge(report: &str) {
    let report: Value = serde_json::from_str(report).unwrap();
    for ((arguments, expected), answer) in CASES.iter().zip(report["answers"].as_array().unwrap()) {
        assert_eq!(answer, &json!(expected), "isValidOAuthEndpoint({arguments})");
    }
    let allowed = json!(["extra.example", "github.com", "oauth2.googleapis.com", "slack.com"]);
    assert_eq!((&report["allowed"], &report["again"]), (&allowed, &allowed));
    let servers = json!([
        ["githubcopilot__remote-mcp", ["github.com"]],
        ["iskhakov__google_workspace_mcp", ["oauth2.googleapis.com"]],
        ["korotovsky__slack-mcp-server", ["slack.com"]],
    ]);
    assert_eq!(report["servers"], servers);
    assert_eq!(report["prototype"], Value::Null);
}

/// The hosts that `--allowlist` reads; none where it refuses to.
pub fn read(module: &str) -> Option<Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add_text("providers.js".into(), module.as_bytes().to_vec(), &project());
    let allowlist = allowlist::parse(file, "providers.js", module).ok();
    let hosts = allowlist?.hosts.into_iter();
    Some(hosts.map(|allowed| allowed.host).collect())
}

pub const LIST: &str = "['a.example', 'b.example']";

/// Puts the name of the list where a text has the word `A`.
pub fn name_the_list(text: &str) -> String {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut named = String::new();
    for (at, character) in text.char_indices() {
        let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
        if character == 'A' && !is_part(before) && !is_part(text.as_bytes().get(at + 1)) {
            named.push_str("ALLOWED_DESTINATIONS");
        } else {
            named.push(character);
        }
    }
    named
}

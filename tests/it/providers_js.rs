//! `providers.js` as the proxy runs it: in a JavaScript engine, and in Node where there is one.

use std::process::Command;

use boa_engine::{Context, JsString, Module, Source, js_string};
use catproof::config::ExtraDestination;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::{scratch, write};

/// What is asked, and the answer; the arguments are JavaScript.
const CASES: [(&str, bool); 56] = [
    ("'https://slack.com/api/oauth.v2.access'", true),
    ("'https://slack.com/api/oauth.v2.access', undefined", true),
    (
        "'https://slack.com/api/oauth.v2.access', 'korotovsky__slack-mcp-server'",
        true,
    ),
    (
        "'https://github.com/login/oauth/access_token', 'githubcopilot__remote-mcp'",
        true,
    ),
    (
        "'https://oauth2.googleapis.com/token', 'iskhakov__google_workspace_mcp'",
        true,
    ),
    ("'https://extra.example/token'", true),
    (
        "'https://SLACK.com/x', 'korotovsky__slack-mcp-server'",
        true,
    ),
    ("'HTTPS://slack.com:443?x=1#y'", true),
    ("'https://slack.com'", true),
    // Another server's pin, or none.
    (
        "'https://slack.com/api/oauth.v2.access', 'githubcopilot__remote-mcp'",
        false,
    ),
    (
        "'https://extra.example/token', 'korotovsky__slack-mcp-server'",
        false,
    ),
    ("'https://slack.com/x', 'linear__remote-mcp'", false),
    ("'https://slack.com/x', 'unknown'", false),
    ("'https://slack.com/x', ''", false),
    ("'https://slack.com/x', null", false),
    ("'https://slack.com/x', 0", false),
    ("'https://slack.com/x', false", false),
    (
        "'https://slack.com/x', ['korotovsky__slack-mcp-server']",
        false,
    ),
    (
        "'https://slack.com/x', { toString: () => 'korotovsky__slack-mcp-server' }",
        false,
    ),
    (
        "'https://slack.com/x', { toString() { throw new Error('boom') } }",
        false,
    ),
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
    (
        "new Proxy({}, { get() { throw new Error('boom') } })",
        false,
    ),
];

fn catalog() -> InMemory {
    let mut catalog = InMemory::shipped();
    catalog.config.proxy.extra_destinations = vec![ExtraDestination {
        host: "extra.example".to_owned(),
        reason: "a server that another team runs".to_owned(),
    }];
    catalog
}

/// JavaScript that asks every question and leaves what it learned, as JSON, in `report`.
fn questions(after: &str) -> String {
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

fn judge(report: &str) {
    let report: Value = serde_json::from_str(report).unwrap();
    for ((arguments, expected), answer) in CASES.iter().zip(report["answers"].as_array().unwrap()) {
        assert_eq!(
            answer,
            &json!(expected),
            "isValidOAuthEndpoint({arguments})"
        );
    }
    let allowed = json!([
        "extra.example",
        "github.com",
        "oauth2.googleapis.com",
        "slack.com"
    ]);
    assert_eq!((&report["allowed"], &report["again"]), (&allowed, &allowed));
    let servers = json!([
        ["githubcopilot__remote-mcp", ["github.com"]],
        ["iskhakov__google_workspace_mcp", ["oauth2.googleapis.com"]],
        ["korotovsky__slack-mcp-server", ["slack.com"]],
    ]);
    assert_eq!(report["servers"], servers);
    assert_eq!(report["prototype"], Value::Null);
}

/// Evaluates an ES module and gives the text that it exports under a name.
pub fn evaluate(module: &str, export: JsString) -> String {
    let mut context = Context::default();
    let module = Module::parse(Source::from_bytes(module), None, &mut context).unwrap();
    let promise = module.load_link_evaluate(&mut context);
    context.run_jobs().unwrap();
    assert!(
        promise.state().as_fulfilled().is_some(),
        "{:?}",
        promise.state()
    );
    let exported = module
        .namespace(&mut context)
        .get(export, &mut context)
        .unwrap();
    exported
        .to_string(&mut context)
        .unwrap()
        .to_std_string()
        .unwrap()
}

#[test]
fn a_javascript_engine_agrees_on_every_case() {
    let module = catalog().artifact("oauth_proxy/providers.js");
    let module = format!("{module}\n{}", questions("export { report };"));
    judge(&evaluate(&module, js_string!("report")));
}

#[test]
fn node_imports_it_by_name_and_agrees_on_every_case() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `node`");
        return;
    }
    let scratch = scratch();
    let names =
        "ALLOWED_DESTINATIONS, SERVER_DESTINATIONS, getAllowedDestinations, isValidOAuthEndpoint";
    let test = format!(
        "import {{ {names} }} from './providers.js';\n{}",
        questions("console.log(report);")
    );
    write(
        &scratch.path().join("package.json"),
        "{\"type\": \"module\"}",
    );
    write(
        &scratch.path().join("providers.js"),
        catalog().artifact("oauth_proxy/providers.js"),
    );
    write(&scratch.path().join("test.js"), test);
    let output = Command::new("node")
        .arg("test.js")
        .current_dir(scratch.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    judge(&String::from_utf8(output.stdout).unwrap());
}

#[test]
fn a_server_may_be_called_like_a_property_of_every_object() {
    let server = |id: &str| {
        json!({
            "name": id,
            "server": {"command": "npx"},
            "oauth_config": {
                "generic_oauth": true,
                "client_id": "acme",
                "client_secret": "REDACTED",
                "requires_proxy": true,
                "server_url": "https://a.example/authorize",
                "token_endpoint": format!("https://{}.example/token", id.replace('_', "")),
                "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
                "access_token_env_var": "TOKEN"
            }
        })
    };
    let module = InMemory::of([server("__proto__"), server("constructor")])
        .artifact("oauth_proxy/providers.js");
    let ask = "export const report = JSON.stringify([
        isValidOAuthEndpoint('https://proto.example/token', '__proto__'),
        isValidOAuthEndpoint('https://constructor.example/token', '__proto__'),
        isValidOAuthEndpoint('https://constructor.example/token', 'constructor'),
        isValidOAuthEndpoint('https://proto.example/token', 'toString'),
    ]);";
    assert_eq!(
        evaluate(&format!("{module}\n{ask}"), js_string!("report")),
        "[true,false,true,false]"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever stands in the configuration and in a name: the artifact is refused, or it is the same program.
    #[test]
    fn no_text_adds_code(host in "[a-z\"'`\\\\.,;*/ \n\u{2028}<>{}()-]{1,24}", reason in ".{0,20}") {
        let mut catalog = catalog();
        catalog.config.proxy.extra_destinations = vec![ExtraDestination { host: host.clone(), reason }];
        if catalog.try_plan().is_ok() {
            let module = catalog.artifact("oauth_proxy/providers.js");
            let ask = "export const report = JSON.stringify(ALLOWED_DESTINATIONS);";
            let report = evaluate(&format!("{module}\n{ask}"), js_string!("report"));
            let allowed: Vec<String> = serde_json::from_str(&report).unwrap();
            prop_assert!(allowed.contains(&host));
            prop_assert_eq!(module.lines().count(), catalog.artifact("oauth_proxy/providers.js").lines().count());
        }
    }
}

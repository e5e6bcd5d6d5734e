//! `providers.js` as the proxy runs it: in a JavaScript engine, and in Node where there is one.

use std::process::Command;

use boa_engine::{Context, JsString, Module, Source, js_string};
use catproof::testing::catalog::allowlist;
use catproof::testing::catalog::config::ExtraDestination;
use catproof::testing::source::Sources;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::support::{project, scratch, write};

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

/// The hosts that `--allowlist` reads; none where it refuses to.
fn read(module: &str) -> Option<Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add_text(
        "providers.js".into(),
        module.as_bytes().to_vec(),
        &project(),
    );
    let allowlist = allowlist::parse(file, "providers.js", module).ok();
    let hosts = allowlist?.hosts.into_iter();
    Some(hosts.map(|allowed| allowed.host).collect())
}

const LIST: &str = "['a.example', 'b.example']";

#[test]
fn a_list_that_the_file_changes_is_refused() {
    let changes = [
        "A = A.concat(['evil.example'])",
        "A &&= ['evil.example']",
        "A ||= 1; A ??= 1",
        "A[0] += '.evil'",
        "A[0]++",
        "++A[0]",
        "A[9] ||= 'evil.example'",
        "A[9] ??= 'evil.example'",
        "A[0] = 'evil.example'",
        "[A] = [['evil.example']]",
        "[...A] = ['evil.example']",
        "[A[0]] = ['evil.example']",
        "[(A[0])] = ['evil.example']",
        "[A.length] = [0]",
        "A.length -= 1",
        "A.length >>= 1",
        "--A.length",
        "for (A of [['evil.example']]);",
        "for (A[2] of ['evil.example']);",
        "for (A.length of [0]);",
        "({ a: A } = { a: ['evil.example'] })",
        "({ A } = { A: ['evil.example'] })",
        "({ a: A[0] } = { a: 'evil.example' })",
        "({ A = 1 } = { A: ['evil.example'] })",
        "(A).push('evil.example')",
        "A['pu' + 'sh']('evil.example')",
        "A['push']('evil.example')",
        "const m = 'push'; A[m]('evil.example')",
        "A?.push('evil.example')",
        "A.push?.('evil.example')",
        r"A.pu\u0073h('evil.example')",
        r"ALLOWED_DESTINATION\u0053.push('evil.example')",
        "A.push.call(A, 'evil.example')",
        "Array.prototype.push.call(A, 'evil.example')",
        "Object.assign(A, ['evil.example'])",
        "Reflect.set(A, 0, 'evil.example')",
        "const x = A; x.push('evil.example')",
        "const x = [A][0]; x.push('evil.example')",
        "const x = { A }; x.A.push('evil.example')",
        "const x = { ALLOWED_DESTINATIONS: A }; Object.values(x)[0].push('evil.example')",
        "const [x] = [A]; x.push('evil.example')",
        "const x = A || []; x.push('evil.example')",
        "const x = 1 ? A : []; x.push('evil.example')",
        "const x = () => A; x().push('evil.example')",
        "function x() { return A } x().push('evil.example')",
        "(function (x) { x.push('evil.example') })(A)",
        "A.some((host, index, list) => list.push('evil.example') > 9)",
        "A.some(function () { return arguments[2].push('evil.example') > 9 })",
        "A.some((...all) => all[2].push('evil.example') > 9)",
        "A.sort().push('evil.example')",
        "A.reverse()",
        "A.valueOf().push('evil.example')",
        "delete A[0]",
        "`${A.push('evil.example')}`",
        "`${`${A.push('evil.example')}`}`",
        "eval('ALLOWED' + '_DESTINATIONS.push(1)')",
        "JSON.stringify = (x) => x.push('evil.example'); JSON.stringify(A)",
        "const Array = { from: (x) => x.push('evil.example') }; Array.from(A)",
        "JSON.stringify(A, function (key, x) { if (key === '') x.push('evil.example'); return x })",
        "if (1) /'/.test('x'); A.push('evil.example') // '",
        "let i = 1; i++ /A.push('evil.example')/ 1",
        "let x = { of: 1 }; x.of /A.push('evil.example')/ 1",
        "let of = 1; of /\"/ 1; \" ; A.push('evil.example') //\"",
        "if (1) / 2; // A.push('evil.example')",
    ];
    let mut accepted = Vec::new();
    for change in changes {
        for declare in ["let", "const"] {
            let named = name_the_list(change);
            let module = format!("export {declare} ALLOWED_DESTINATIONS = {LIST};\n{named}\n");
            // A constant that is given another value stops the module, whatever the value.
            let is_stopped = declare == "const" && change.starts_with("[...A]");
            if !is_stopped && read(&module).is_some() {
                accepted.push(module);
            }
        }
    }
    assert_eq!(accepted, [""; 0]);
}

#[test]
fn a_list_that_is_given_in_part_or_not_for_sure_is_refused() {
    let others = [
        format!("export const A = {LIST} < 1 ? 1 : ['evil.example']"),
        format!("export const A = {LIST} == 1 ? 1 : ['evil.example']"),
        format!("export const A = {LIST} instanceof Array ? ['evil.example'] : 1"),
        format!("export const A = {LIST}\ninstanceof Array ? ['evil.example'] : 1"),
        format!("export const A = {LIST}\n, x = 1"),
        format!("export const A = {LIST} && ['evil.example']"),
        format!("export const A = {LIST}`x`"),
        format!("export const A = {LIST} - 1"),
        format!(
            "function f() {{ const A = {LIST}; }}\nconst o = ['evil.example']; export {{ o as A }}"
        ),
        format!("const A = {LIST};\nconst o = ['evil.example']; export {{ o as A }}"),
        format!("const A = {LIST};\nconst o = ['evil.example']; export {{ o as 'A' }}"),
        format!(
            "const A = {LIST};\nconst o = ['evil.example']; export {{ o as \"\\u0041LLOWED_DESTINATIONS\" }}"
        ),
        format!("if (0) module.exports = {{ A: {LIST} }}"),
        format!("if (0)\nvar A = {LIST}"),
        format!("if (0) {{ var A = {LIST} }}"),
        format!("label: A = {LIST}"),
        format!("module.exports = {{ A: {LIST}, ...more }}"),
        format!("module.exports = {{ A: {LIST}, ['ALLOWED' + '_DESTINATIONS']: more }}"),
        format!("module.exports = {{ A: {LIST} }}; module.exports = {{}}"),
        format!("module.exports = {{ A: {LIST} }}; exports['ALLOWED' + '_DESTINATIONS'] = []"),
        format!("module.exports = {{ A: {LIST} }}.other"),
        format!("const {{ A = {LIST} }} = {{ A: ['evil.example'].map((x) => x) }}"),
        format!("Object.freeze = () => ['evil.example']; export const A = Object.freeze({LIST})"),
        format!("export const A = new Set({LIST}); Object.freeze(A).add('evil.example')"),
        format!(
            "export const A = new Set({LIST}); A.forEach((x, y, all) => all.add('evil.example'))"
        ),
    ];
    let others = others.iter().map(|module| name_the_list(module));
    let accepted: Vec<String> = others.filter(|module| read(module).is_some()).collect();
    assert_eq!(accepted, [""; 0]);
}

/// Puts the name of the list where a text has the word `A`.
fn name_the_list(text: &str) -> String {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut named = String::new();
    for (at, character) in text.char_indices() {
        let before = at
            .checked_sub(1)
            .and_then(|before| text.as_bytes().get(before));
        match character == 'A' && !is_part(before) && !is_part(text.as_bytes().get(at + 1)) {
            true => named.push_str("ALLOWED_DESTINATIONS"),
            false => named.push(character),
        }
    }
    named
}

#[test]
fn a_list_that_is_read_is_the_one_that_javascript_has() {
    let uses = [
        "export const isAllowed = (url) => A.includes(new URL(url).hostname)",
        "export function all() { return [...A]; }",
        "export const all = () => [...A].sort()",
        "export const all = [...A, 'other.example']",
        "export const isAllowed = (host) => A.some((allowed) => host === allowed || host.endsWith('.' + allowed))",
        "export const lower = A.map(host => host.toLowerCase()).join(', ')",
        "for (const host of A) { if (!host) throw new Error(`${host} of ${A.length}: ${A.join()}`); }",
        "if (!Array.isArray(A) || A.length === 0) { throw new Error('empty') }",
        "export const text = JSON.stringify(A), copy = Array.from(A), set = new Set(A)",
        "export const first = A[0] === undefined ? 'none' : 'some', count = A.length",
        "Object.freeze(A)",
        "if (typeof A === 'undefined') throw 1",
        "export default A",
        "export default { A, all: () => A.slice() }",
        "export { A as hosts }",
        "export const half = (1 + 3) / 2; // it's /",
        "if (half()) /'/.test('x')\nfunction half() { return 1 }",
        "export const x = A.concat(['other.example'])",
    ];
    let mut refused = Vec::new();
    for declare in ["export const", "export let", "export var"] {
        for used in uses {
            let module = format!("{declare} A = {LIST}\n{used}\n");
            let module = name_the_list(&module);
            let Some(read) = read(&module) else {
                refused.push(module);
                continue;
            };
            let report = format!(
                "{module}\nexport const report = JSON.stringify([...ALLOWED_DESTINATIONS]);"
            );
            let known: Vec<String> =
                serde_json::from_str(&evaluate(&report, js_string!("report"))).unwrap();
            assert_eq!(read, known, "{module}");
        }
    }
    assert_eq!(refused, [""; 0]);
    let ours = catalog().artifact("oauth_proxy/providers.js");
    assert!(read(&ours).is_some_and(|hosts| hosts.len() == 4));
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

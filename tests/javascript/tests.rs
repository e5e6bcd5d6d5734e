//! `providers.js` as a JavaScript engine sees it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on standard error what it skips"
)]

#[path = "../it/catalog.rs"]
mod catalog;
#[path = "../it/battery/payloads.rs"]
mod payloads;
#[path = "../it/providers.rs"]
mod providers;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use catproof::testing::catalog::config::ExtraDestination;
use catproof_javascript::evaluate;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::catalog::InMemory;
use crate::payloads::{PAYLOADS, fields, server};
use crate::providers::{LIST, catalog, judge, name_the_list, questions, read};

#[test]
fn a_javascript_engine_agrees_on_every_case() {
    let module = catalog().artifact("oauth_proxy/providers.js");
    let module = format!("{module}\n{}", questions("export { report };"));
    judge(&evaluate(&module, "report"));
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
    assert_eq!(evaluate(&format!("{module}\n{ask}"), "report"), "[true,false,true,false]");
}

#[test]
fn no_payload_of_the_battery_adds_a_host_or_a_line_of_code() {
    for payload in PAYLOADS {
        let fields = fields(payload).into_iter().enumerate();
        let servers = fields.map(|(index, (_, patch))| server(&format!("acme__{index}"), &patch));
        let catalog = InMemory::of(servers);
        let plan = catalog.plan();
        let module = catalog.artifact("oauth_proxy/providers.js");
        let ask =
            "export const report = JSON.stringify([ALLOWED_DESTINATIONS, SERVER_DESTINATIONS]);";
        let report = evaluate(&format!("{module}\n{ask}"), "report");
        let report: Value = serde_json::from_str(&report).unwrap();
        let providers = &plan.providers;
        let lists = json!([providers.allowed_destinations, providers.server_destinations]);
        assert_eq!(report, lists, "{payload:?}");
    }
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
        "export const some = A.length === 0 ? 'none' : 'some', count = A.length;",
        "Object.freeze(A)",
        "export default A",
        "export default { A, all: () => A.slice() }",
        "export { A as hosts }",
        "export const isQuoted = (text) => !/^[^'/]*$/.test(text) && /'/.test(text)",
        "export function getAllowedDestinations() { return A; }",
        "export const x = A.concat(['other.example'])",
    ];
    let mut refused = Vec::new();
    let frozen = format!("Object.freeze({LIST})");
    for list in [LIST, &frozen] {
        for used in uses {
            let module = format!("export const A = {list}\n{used}\n");
            let module = name_the_list(&module);
            let Some(read) = read(&module) else {
                refused.push(module);
                continue;
            };
            let report = format!(
                "{module}\nexport const report = JSON.stringify([...ALLOWED_DESTINATIONS]);"
            );
            let known: Vec<String> = serde_json::from_str(&evaluate(&report, "report")).unwrap();
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
            let report = evaluate(&format!("{module}\n{ask}"), "report");
            let allowed: Vec<String> = serde_json::from_str(&report).unwrap();
            prop_assert!(allowed.contains(&host));
            prop_assert_eq!(module.lines().count(), catalog.artifact("oauth_proxy/providers.js").lines().count());
        }
    }
}

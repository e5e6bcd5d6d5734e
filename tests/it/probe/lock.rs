//! The lock file: reading and writing, refreshing a part, drift and age.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catproof::testing::discovery::lock::LockProblem;
use catproof::testing::discovery::{Lock, LockEntry, LockInputs, changes, merge, read_lock, stale};
use catproof::testing::text::day::Day;
use catproof::testing::text::hidden::to_json;

fn entry(url: &str, token_endpoint: &str) -> LockEntry {
    let text = format!(
        r#"{{
        "inputs": {{"remote_url": "{url}", "server_url": null, "well_known_url": null}},
        "recorded": "2026-10-01",
        "requests": [{{"method": "POST", "url": "{url}", "status": 401, "outcome": "asks for a token", "sha256": null}}],
        "resource": null,
        "issuer": "https://auth.example",
        "authorization_server": {{
            "metadata_url": "https://auth.example/.well-known/oauth-authorization-server",
            "authorization_endpoint": "https://auth.example/authorize",
            "token_endpoint": "{token_endpoint}",
            "revocation_endpoint": null,
            "registration_endpoint": null,
            "dynamic_registration": false,
            "client_id_metadata_document_supported": false,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": null,
            "scopes_supported": null,
            "grant_types_supported": null,
            "authorization_response_iss_parameter_supported": false
        }}
    }}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn lock(entries: &[(&str, &LockEntry)]) -> Lock {
    Lock::of(
        entries
            .iter()
            .map(|(id, entry)| ((*id).to_owned(), Arc::new((*entry).clone())))
            .collect::<BTreeMap<_, _>>(),
    )
}

fn unreachable(entry: &LockEntry) -> LockEntry {
    let problem =
        LockProblem { rule: "unreachable-metadata".to_owned(), message: "no answer".to_owned() };
    LockEntry { authorization_server: None, problems: vec![problem], ..entry.clone() }
}

const A: &str = "https://a.example/mcp";
const TOKEN: &str = "https://auth.example/token";

#[test]
fn a_lock_is_written_and_read_back_the_same() {
    let lock = lock(&[("b", &entry(A, TOKEN)), ("a", &entry(A, TOKEN))]);
    let text = to_json(&lock);
    assert!(text.ends_with("}\n") && text.starts_with("{\n  \"generated\": "));
    assert_eq!(read_lock(&text).unwrap(), lock);
    assert_eq!(to_json(&read_lock(&text).unwrap()), text);
}

#[test]
fn a_text_that_is_no_lock_is_an_error_with_advice() {
    let other = to_json(&lock(&[])).replace("\"version\": 1", "\"version\": 7");
    assert!(read_lock(&other).unwrap_err().to_string().contains("version 7"));
    for text in [
        "",
        "[]",
        "{}",
        "{\"version\":1}",
        "{\"version\":1,\"generated\":\"\",\"servers\":{},\"more\":1}",
    ] {
        assert!(read_lock(text).is_err(), "{text}");
    }
}

#[test]
fn an_entry_answers_its_own_inputs_only() {
    let entry = entry(A, TOKEN);
    let inputs = LockInputs { remote_url: Some(A.to_owned()), ..LockInputs::default() };
    assert!(entry.answers(&inputs));
    let slash = LockInputs { remote_url: Some(format!("{A}/")), ..LockInputs::default() };
    assert!(!entry.answers(&slash));
}

#[test]
fn a_refresh_keeps_the_others_and_drops_what_is_gone() {
    let (before, after) = (entry(A, TOKEN), entry(A, "https://auth.example/new"));
    let old = lock(&[("a", &before), ("b", &before), ("gone", &before)]);
    let merged =
        merge(&old, &lock(&[("b", &after), ("c", &after)]), &BTreeSet::from(["a", "b", "c"]));
    assert_eq!(merged, lock(&[("a", &before), ("b", &after), ("c", &after)]));
}

#[test]
fn nobody_home_loses_no_facts_and_adds_none() {
    let before = entry(A, TOKEN);
    let ids = BTreeSet::from(["a", "b"]);
    let old = lock(&[("a", &before)]);
    let nobody = unreachable(&before);
    assert_eq!(merge(&old, &lock(&[("a", &nobody), ("b", &nobody)]), &ids), old);
}

#[test]
fn drift_names_what_changed_and_nothing_else() {
    let before = entry(A, TOKEN);
    let mut after = LockEntry {
        recorded: "2026-11-01".to_owned(),
        requests: Vec::new(),
        ..entry(A, "https://auth.example/new")
    };
    let said = |old: &LockEntry, fresh: &LockEntry| -> Vec<String> {
        changes(&lock(&[("a", old)]), &lock(&[("a", fresh)]))
            .into_iter()
            .map(|change| change.message)
            .collect()
    };
    assert_eq!(
        said(&before, &after),
        [
            "`authorization_server.token_endpoint` changed from `https://auth.example/token` to `https://auth.example/new`"
        ]
    );
    assert!(
        said(&before, &LockEntry { recorded: "2026-11-01".to_owned(), ..before.clone() })
            .is_empty()
    );
    assert!(said(&before, &unreachable(&before)).is_empty());
    after.inputs.server_url = Some("https://else.example".to_owned());
    assert_eq!(said(&before, &after), ["the lock has no entry for these URLs"]);
}

#[test]
fn what_a_reconstructed_entry_leaves_open_is_no_drift() {
    let mut before =
        LockEntry { reconstructed: true, source: Some("an audit".to_owned()), ..entry(A, TOKEN) };
    let mut after = entry(A, TOKEN);
    after.authorization_server.as_mut().unwrap().scopes_supported = Some(vec!["read".to_owned()]);
    assert!(changes(&lock(&[("a", &before)]), &lock(&[("a", &after)])).is_empty());
    before.issuer = Some("https://else.example".to_owned());
    assert_eq!(changes(&lock(&[("a", &before)]), &lock(&[("a", &after)])).len(), 1);
}

#[test]
fn age_is_judged_against_the_day_that_is_given() {
    let lock = lock(&[
        ("a", &entry(A, TOKEN)),
        ("b", &LockEntry { recorded: "long ago".to_owned(), ..entry(A, TOKEN) }),
    ]);
    let stale_on = |day: &str| {
        stale(&lock, Day::parse(day).unwrap(), 90)
            .into_iter()
            .map(|stale| stale.server_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(stale_on("2026-12-30"), ["b"]);
    assert_eq!(stale_on("2026-12-31"), ["a", "b"]);
}

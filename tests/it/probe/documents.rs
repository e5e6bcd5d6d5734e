//! Reading documents in the shapes that providers publish, and the real ones where they are at hand.

use std::path::{Path, PathBuf};

use catproof::testing::discovery::Answer;
use catproof::testing::discovery::Reach;
use catproof::testing::discovery::documents::{self, Reading, ResourceMatch, match_resource};
use catproof::testing::discovery::fetch::Body;
use catproof::testing::discovery::lock::AuthorizationServerFacts;

fn answer(body: &[u8]) -> Answer {
    Answer {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: Body::Bytes(body.to_vec()),
        ..Answer::default()
    }
}

fn facts(body: &[u8], issuer: &str) -> Result<AuthorizationServerFacts, Vec<String>> {
    let Reading::Document(document) = documents::read(&answer(body)) else {
        return Err(vec!["no document".to_owned()]);
    };
    documents::authorization_server_facts(
        &document,
        "https://read.example/here",
        &[issuer],
        Reach::Public,
    )
    .map(|(_, facts)| facts)
    .map_err(|problems| problems.into_iter().map(|problem| problem.rule).collect())
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/documents").join(name))
        .unwrap()
}

fn strings(list: Option<&Vec<String>>) -> Option<Vec<&str>> {
    list.map(|list| list.iter().map(String::as_str).collect())
}

#[test]
fn what_is_left_out_has_the_meaning_of_its_rfc() {
    let facts = facts(&fixture("sparse.json"), "https://sparse.example/").unwrap();
    assert_eq!(strings(facts.code_challenge_methods_supported.as_ref()), Some(vec![]));
    assert_eq!(
        strings(facts.token_endpoint_auth_methods_supported.as_ref()),
        Some(vec!["client_secret_basic"])
    );
    assert_eq!(
        strings(facts.grant_types_supported.as_ref()),
        Some(vec!["authorization_code", "implicit"])
    );
    assert_eq!(facts.dynamic_registration, Some(false));
    assert_eq!(facts.client_id_metadata_document_supported, Some(false));
    assert_eq!(facts.authorization_response_iss_parameter_supported, Some(false));
    assert_eq!(facts.scopes_supported, None);
}

#[test]
fn what_is_stated_is_read_and_values_nobody_knows_are_kept() {
    let facts = facts(&fixture("full.json"), "https://full.example/tenant").unwrap();
    assert_eq!(
        strings(facts.code_challenge_methods_supported.as_ref()),
        Some(vec!["RS256", "S256"])
    );
    assert_eq!(strings(facts.scopes_supported.as_ref()), Some(vec!["read", "write"]));
    assert_eq!(facts.dynamic_registration, Some(true));
    assert_eq!(facts.client_id_metadata_document_supported, Some(true));
    assert_eq!(facts.authorization_response_iss_parameter_supported, Some(true));
    assert_eq!(facts.revocation_endpoint.as_deref(), Some("https://tokens.example/revoke"));
}

#[test]
fn a_byte_order_mark_and_nulls_do_no_harm() {
    let body = [b"\xef\xbb\xbf".as_slice(), &fixture("sparse.json")].concat();
    assert!(facts(&body, "https://sparse.example/").is_ok());
    let with_null = br#"{"issuer":"https://a.example","authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t","registration_endpoint":null}"#;
    assert_eq!(facts(with_null, "https://a.example").unwrap().dynamic_registration, Some(false));
}

#[test]
fn a_resource_is_the_url_itself_or_a_parent_of_it() {
    let exact = Some(ResourceMatch::Exact);
    let parent = Some(ResourceMatch::Parent);
    for (resource, remote_url, expected) in [
        ("https://a.example/mcp", "https://a.example/mcp", exact),
        ("https://a.example", "https://a.example/mcp", parent),
        ("https://a.example/", "https://a.example/mcp", parent),
        ("https://a.example/", "https://a.example", parent),
        ("https://a.example/v1", "https://a.example/v1/mcp?x=1", parent),
        ("https://a.example/mcp", "https://a.example/mcp/", parent),
        ("https://A.example:443/mcp", "https://a.example/mcp", parent),
        ("https://a.example/mcp/", "https://a.example/mcp", None),
        ("https://a.example/mc", "https://a.example/mcp", None),
        ("https://a.example/mcp?x=1", "https://a.example/mcp", None),
        ("https://a.example/mcp#x", "https://a.example/mcp", None),
        ("http://a.example/mcp", "https://a.example/mcp", None),
        ("https://a.example:8443", "https://a.example/mcp", None),
        ("https://b.example/mcp", "https://a.example/mcp", None),
        ("https://a.example.evil.example/", "https://a.example/mcp", None),
        ("not a url", "https://a.example/mcp", None),
    ] {
        assert_eq!(match_resource(resource, remote_url), expected, "{resource} for {remote_url}");
    }
}

#[test]
fn the_real_documents_are_read() {
    let folder = match std::env::var_os("CATPROOF_CORPUS") {
        Some(corpus) => PathBuf::from(corpus).join("discovery"),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/discovery"),
    };
    if !folder.is_dir() {
        eprintln!("skipped: no real documents at {}", folder.display());
        return;
    }
    let mut read = 0;
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") || name.contains("facts") {
            continue;
        }
        let body = std::fs::read(&path).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let issuer = document.get("issuer").and_then(serde_json::Value::as_str).unwrap();
        let verdict = facts(&body, issuer);
        match name.as_str() {
            "facebook" => assert_eq!(verdict, Err(vec!["invalid-metadata".to_owned()])),
            _ => assert!(verdict.unwrap().token_endpoint.is_some(), "{name}"),
        }
        assert_eq!(
            facts(&body, &format!("{issuer}/")).unwrap_err().first().map(String::as_str),
            Some("issuer-mismatch"),
            "{name}"
        );
        read += 1;
    }
    assert!(read > 0);
}

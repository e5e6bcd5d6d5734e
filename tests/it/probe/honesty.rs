//! The shipped recordings beside the facts and the document that they are made of, where these are at hand: nothing is
//! said that they do not say, and nothing is filled in that they leave open.

use std::collections::BTreeSet;
use std::fs;

use catproof::testing::discovery::record::Recording;
use catproof::testing::discovery::well_known::authorization_server_urls;
use serde_json::{Value, json};
use url::Url;

use crate::support::{entries, project, shared};

/// The members of a protected resource metadata document that catproof uses.
const RESOURCE: [&str; 3] = ["authorization_servers", "resource", "scopes_supported"];

/// The members of an authorization server metadata document that catproof uses.
const SERVER: [&str; 11] = [
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "client_id_metadata_document_supported",
    "code_challenge_methods_supported",
    "grant_types_supported",
    "issuer",
    "registration_endpoint",
    "revocation_endpoint",
    "scopes_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
];

/// What public reports say of GitHub, and the audit does not: its recordings name both sources.
const REPORTED: [(&str, &str); 2] = [
    ("https://api.githubcopilot.com/mcp/", "metadata_url"),
    (
        "https://github.com/.well-known/oauth-authorization-server/login/oauth",
        "code_challenge_methods_supported",
    ),
];

fn recordings() -> Vec<Recording> {
    entries(&project().join("tests/probe/recordings"))
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect()
}

/// The name that the facts have for a member.
fn fact_of(member: &str) -> &str {
    match member {
        "authorization_response_iss_parameter_supported" => "iss_parameter_supported",
        "resource_metadata_url" => "protected_resource_metadata_url",
        other => other,
    }
}

/// The facts that a recording is made of: those of its server, or those of all servers whose metadata it is.
fn rows<'a>(recording: &Recording, facts: &'a [Value]) -> Vec<&'a Value> {
    let url = recording.url.as_str();
    let with = |is_it: &dyn Fn(&Value) -> bool| -> Vec<&'a Value> {
        facts.iter().filter(|row| is_it(row)).collect()
    };
    let is_server = |row: &Value| {
        let stated = row["mcp_url"].as_str().unwrap();
        stated.trim_end_matches('/') == url.trim_end_matches('/')
    };
    let is_issuer = |row: &Value| {
        let issuer = row["issuer"].as_str().and_then(|issuer| Url::parse(issuer).ok());
        issuer.is_some_and(|issuer| authorization_server_urls(&issuer).contains(&recording.url))
    };
    let candidates = [
        with(&|row| recording.method.as_str() == "POST" && is_server(row)),
        with(&|row| row["protected_resource_metadata_url"] == url),
        with(&|row| row["metadata_url"] == url),
        with(&is_issuer),
    ];
    let found = candidates.into_iter().find(|rows| !rows.is_empty());
    found.unwrap_or_else(|| panic!("no facts are about {url}"))
}

#[test]
fn every_reconstructed_recording_says_what_the_facts_say_and_nothing_else() {
    let Some(folder) = shared("corpus/discovery") else {
        return;
    };
    let text = fs::read_to_string(folder.join("mcp-servers.facts.json")).unwrap();
    let facts: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut compared, mut open) = (0, 0);
    for recording in recordings() {
        if !recording.reconstructed {
            continue;
        }
        let url = &recording.url;
        assert!(recording.source.as_ref().is_some_and(|it| !it.is_empty()), "{url}");
        let rows = rows(&recording, &facts);
        let mut is_said = |member: &str, value: &Value| {
            compared += 1;
            let is_fact = rows.iter().any(|row| row[fact_of(member)] == *value);
            let is_reported = REPORTED.contains(&(url, member));
            assert_ne!(is_fact, is_reported, "{url} says that `{member}` is {value}");
        };
        let stated = serde_json::to_value(&recording.stated).unwrap();
        for (member, value) in stated.as_object().unwrap() {
            is_said(member, value);
        }
        let Some(lines) = &recording.body else {
            continue;
        };
        let body: Value = serde_json::from_str(&lines.join("\n")).unwrap();
        let body = body.as_object().unwrap();
        for (member, value) in body {
            is_said(member, value);
        }
        // Each member is stated or said to be unknown, so no absence means anything.
        let is_resource = rows.iter().any(|row| row["protected_resource_metadata_url"] == **url);
        let members: BTreeSet<&str> = if is_resource { RESOURCE.into() } else { SERVER.into() };
        let stated: BTreeSet<&str> = body.keys().map(String::as_str).collect();
        let unknown: BTreeSet<&str> = recording.unknown.iter().map(String::as_str).collect();
        open += unknown.len();
        assert!(stated.is_disjoint(&unknown), "{url}");
        assert_eq!(&stated | &unknown, members, "{url}");
    }
    assert!(compared > 300 && open > 200, "{compared} compared, {open} open");
}

#[test]
fn what_is_recorded_word_for_word_is_the_published_document() {
    let Some(folder) = shared("corpus/discovery") else {
        return;
    };
    let fetched: Vec<Recording> =
        recordings().into_iter().filter(|recording| !recording.reconstructed).collect();
    let [google] = fetched.as_slice() else {
        panic!("{} recordings are word for word", fetched.len());
    };
    assert_eq!(google.url, "https://accounts.google.com/.well-known/openid-configuration");
    assert_eq!((google.status, &google.recorded), (Some(200), &"2024-10-01".to_owned()));
    let published = fs::read_to_string(folder.join("google.json")).unwrap();
    assert_eq!(json!(google.body.as_ref().unwrap().join("\n")), json!(published));
}

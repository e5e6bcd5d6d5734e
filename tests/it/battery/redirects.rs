//! Open-redirect payloads as the redirect URI that counts. They run where the shared corpora are.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::told;
use crate::oauth::sound_manifest;
use crate::support::{check_json, merge, scratch, shared, write};

#[test]
fn every_open_redirect_payload_is_an_error_where_the_first_redirect_uri_is_used() {
    let Some(folder) = shared("corpus/redirects") else {
        return;
    };
    let payloads = fs::read(folder.join("openredirects.txt")).unwrap();
    let payloads = String::from_utf8_lossy(&payloads);
    let scratch = scratch();
    let mut expected = BTreeSet::new();
    for (kind, number) in [("generic", "1"), ("dynamic", "4")] {
        let manifest = sound_manifest(number);
        for (index, payload) in payloads.lines().enumerate() {
            let id = format!("acme__{kind}_{index}");
            let mut manifest = manifest.clone();
            let patch = json!({ "name": id, "oauth_config": { "redirect_uris": [payload] } });
            merge(&mut manifest, &patch);
            let file = format!("catalog/{id}.json");
            write(&scratch.path().join(&file), manifest.to_string());
            expected.insert(file);
        }
    }
    assert_eq!(expected.len(), 2 * 559);

    let (code, findings) = check_json(scratch.path(), &[]);
    assert_eq!(code, 1);
    let refused: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .filter(|finding| finding["pointer"] == "/oauth_config/redirect_uris/0")
        .map(|finding| finding["file"].as_str().unwrap().to_owned())
        .collect();
    let accepted: Vec<&String> = expected.difference(&refused).collect();
    assert!(accepted.is_empty(), "{accepted:?}");
    told(
        "open redirects",
        format_args!("{} payloads, each in a server of type 1 and of type 4", expected.len() / 2),
    );
}

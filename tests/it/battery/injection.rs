//! Seventeen payloads in every field that reaches an artifact: each is refused, or it stays a value.

use catproof::testing::catalog::config::ExtraDestination;
use catproof::testing::discovery::Lock;
use serde_json::json;

use super::oracles::{ForNode, assert_nothing_was_added};
use super::outputs::{assert_is_clean, check_in_every_format};
use super::payloads::{PAYLOADS, fields};
use super::{server, told};
use crate::catalog::InMemory;
use crate::support::{run, scratch, write};

/// The fields whose text is free, so that no payload may have them left out.
const FREE: [&str; 8] = [
    "display_name",
    "argument",
    "value of a variable",
    "set-up step",
    "browser provider",
    "title of an input",
    "description of an input",
    "default of an input",
];

#[test]
fn no_payload_adds_anything_to_an_artifact() {
    let mut for_node = ForNode::default();
    let (mut compiled, mut left_out) = (0, 0);
    let fields_of_one = fields("x").len();
    for payload in PAYLOADS {
        let fields = fields(payload);
        let id = |index: usize| format!("acme__{index}");
        let servers =
            fields.iter().enumerate().map(|(index, (_, patch))| server(&id(index), patch));
        let plan = InMemory::of(servers).plan();
        assert_nothing_was_added(&plan, &["acme.example"], &mut for_node);
        compiled += plan.servers.len();
        left_out += plan.left_out.len();
        for (index, (field, _)) in fields.iter().enumerate() {
            let is_compiled = plan.servers.contains_key(&id(index));
            assert!(is_compiled || !FREE.contains(field), "{field}: {payload:?}");
        }
    }
    assert_eq!(compiled + left_out, PAYLOADS.len() * fields_of_one);
    assert!(left_out > 0);
    told(
        "injection",
        format_args!(
            "{} payloads in {fields_of_one} fields: {compiled} stayed values, {left_out} were left out",
            PAYLOADS.len()
        ),
    );
    for_node.judge("injection");
}

#[test]
fn no_payload_of_a_hostile_lock_or_configuration_adds_anything() {
    let mut for_node = ForNode::default();
    let mut refused = 0;
    let sound = || server("acme__mcp", &json!({}));
    let discovered = || {
        let oauth = json!({ "oauth_config": {
            "generic_oauth": null, "token_endpoint": null, "access_token_env_var": null
        } });
        server("acme__discovered", &oauth)
    };
    for payload in PAYLOADS {
        let extra = |host: &str, reason: &str| ExtraDestination {
            host: host.to_owned(),
            reason: reason.to_owned(),
        };
        let changes: [&dyn Fn(&mut InMemory); 6] = [
            &|catalog| catalog.config.proxy.extra_destinations = vec![extra(payload, "because")],
            &|catalog| {
                catalog.config.proxy.extra_destinations = vec![extra("extra.example", payload)];
            },
            &|catalog| catalog.config.proxy.url = Some(format!("https://acme.example/{payload}")),
            &|catalog| catalog.config.proxy.callback_urls = vec![payload.to_owned()],
            &|catalog| catalog.config.proxy.cors_origins = vec![payload.to_owned()],
            &|catalog| catalog.lock = Some(lock(payload)),
        ];
        for change in changes {
            let mut catalog = InMemory::of([sound(), discovered()]);
            change(&mut catalog);
            match catalog.try_plan() {
                Ok(plan) => {
                    let hosts = ["acme.example", "extra.example"];
                    assert_nothing_was_added(&plan, &hosts, &mut for_node);
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().contains(payload), "{error}");
                }
            }
        }
    }
    told(
        "injection, lock and configuration",
        format_args!("{} payloads in 6 places: {refused} refused", PAYLOADS.len()),
    );
    assert!(refused > 0);
    for_node.judge("injection, lock and configuration");
}

/// A lock that answers with a payload wherever it answers with a text.
fn lock(payload: &str) -> Lock {
    let in_path = format!("https://acme.example/{payload}");
    let inputs = json!({
        "remote_url": null, "server_url": "https://acme.example/oauth/authorize", "well_known_url": null
    });
    serde_json::from_value(json!({ "generated": payload, "version": 1, "servers": { "acme__discovered": {
        "inputs": inputs,
        "recorded": payload,
        "requests": [{ "method": payload, "url": payload, "status": 200, "outcome": payload, "sha256": payload }],
        "resource": {
            "metadata_url": in_path, "resource": payload, "authorization_servers": [payload, in_path],
            "scopes_supported": [payload]
        },
        "issuer": in_path,
        "authorization_server": {
            "metadata_url": in_path, "authorization_endpoint": in_path, "token_endpoint": in_path,
            "revocation_endpoint": payload, "registration_endpoint": payload, "dynamic_registration": true,
            "client_id_metadata_document_supported": true, "code_challenge_methods_supported": [payload],
            "token_endpoint_auth_methods_supported": [payload], "scopes_supported": [payload],
            "grant_types_supported": [payload], "authorization_response_iss_parameter_supported": true
        },
        "problems": [{ "rule": payload, "message": payload }]
    } } }))
    .unwrap()
}

#[test]
fn no_payload_adds_anything_to_an_output() {
    let explained = scratch();
    let (mut files, mut shown) = (0, 0);
    for (number, payload) in PAYLOADS.iter().enumerate() {
        // A catalog for each: the more servers stand in one, the more pairs are compared.
        let scratch = scratch();
        let mut files_of_payload = 0;
        for (index, (_, patch)) in fields(payload).iter().enumerate() {
            let id = format!("acme{number}__{index}");
            let mut manifest = server(&id, patch);
            // Shown by the messages of rules, whatever the field.
            manifest[*payload] = json!(payload);
            manifest["user_config"][*payload] = json!({ "type": payload });
            write(&scratch.path().join(format!("catalog/{id}.json")), manifest.to_string());
            files_of_payload += 1;
        }
        let id = format!("acme__{number}");
        let manifest =
            server(&id, &json!({ "display_name": payload, "server": { "args": [payload] } }));
        write(&explained.path().join(format!("catalog/{id}.json")), manifest.to_string());

        let findings = check_in_every_format(scratch.path(), &[], &[]);
        let files_with_findings: std::collections::BTreeSet<&str> =
            findings.iter().filter_map(|finding| finding["file"].as_str()).collect();
        assert_eq!(files_with_findings.len(), files_of_payload);
        files += files_of_payload;
        shown += findings.len();
        for arguments in
            [&["list"][..], &["list", "--format", "json"], &["build", "--format", "concise"]]
        {
            let (_, stdout, stderr) = run(scratch.path(), arguments);
            assert_is_clean(&(stdout + &stderr), &[]);
        }
        assert!(!scratch.path().join("generated").exists());
    }
    for number in 0..PAYLOADS.len() {
        let id = format!("acme__{number}");
        let (code, stdout, stderr) = run(explained.path(), &["explain", &id]);
        assert_eq!(code, 0, "{stderr}");
        assert_is_clean(&(stdout + &stderr), &[]);
    }
    told("injection, outputs", format_args!("{files} manifests, {shown} findings in 8 formats"));
}

#[test]
fn what_hostile_hands_left_in_an_artifact_is_not_shown_raw() {
    let scratch = scratch();
    let manifest = server("acme__mcp", &json!({}));
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    assert_eq!(run(scratch.path(), &["build"]).0, 0);
    let index = scratch.path().join("generated/catalog.json");
    let mut text = std::fs::read_to_string(&index).unwrap();
    for payload in PAYLOADS {
        text.push_str(payload);
        text.push('\n');
    }
    write(&index, text);
    let (code, stdout, stderr) = run(scratch.path(), &["build", "--check"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("\n-INJECTED=1") && stdout.contains("\\u{1b}[2J"), "{stdout}");
    assert_is_clean(&(stdout + &stderr), &[]);
}

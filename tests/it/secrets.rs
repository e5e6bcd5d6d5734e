//! Secrets that were committed by mistake: each is found by its rule, and no command or format shows it.

use std::fs;
use std::path::Path;

use catproof::report::Format;
use clap::ValueEnum as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::battery::server;
use crate::support::{check_json, entries, merge, rule_ids, run, scratch, write};

/// What is planted in an otherwise clean manifest, the rule that finds it, and the text that nothing may show.
struct Planted {
    rule: &'static str,
    secret: String,
    patch: Value,
}

/// A secret with a prefix, put together here so that no scanner takes this file for a leak.
fn secret(prefix: &str, number: usize) -> String {
    format!("{prefix}Q7w2Er9Ty4Ui8Op1As6Df3Gh5Jk0Lz{number:02}")
}

fn planted() -> Vec<Planted> {
    let plant = |rule, secret: &str, patch| Planted {
        rule,
        secret: secret.to_owned(),
        patch,
    };
    let client_secret = secret("", 1);
    let github = secret("ghp_", 2);
    let slack = secret("xoxp-", 3);
    let google = secret("GOCSPX-", 4);
    let jwt = format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIn0.{}", secret("", 5));
    let key_line = format!("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{}", secret("", 6));
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{key_line}\n-----END PRIVATE KEY-----\n");
    let password = secret("pw-", 7);
    let parameter = secret("", 8);
    let argument = secret("glpat-", 9);
    let variable = secret("", 10);
    let injected = secret("github_pat_", 11);
    let documented = secret("sk-", 12);
    let key = secret("ntn_", 13);
    // As long as GitHub makes them.
    let of_wrong_type = [secret("github_pat_", 14), secret("", 15), secret("", 16)].concat();
    let of_wrong_type = of_wrong_type.get(..93).unwrap().to_owned();
    vec![
        plant("committed-credential", &key, json!({ key.clone(): true })),
        plant(
            "schema-violation",
            &of_wrong_type,
            json!({ "server": { "args": of_wrong_type } }),
        ),
        plant(
            "literal-client-secret",
            &client_secret,
            json!({ "oauth_config": { "client_secret": client_secret } }),
        ),
        plant(
            "committed-credential",
            &github,
            json!({ "instructions": format!("Log in with {github}.") }),
        ),
        plant(
            "committed-credential",
            &slack,
            json!({ "user_config": { "channel": { "type": "string", "default": slack } } }),
        ),
        plant(
            "literal-client-secret",
            &google,
            json!({ "oauth_config": { "client_secret": google } }),
        ),
        plant(
            "committed-credential",
            &jwt,
            json!({ "server": { "env": { "ACME_AUTH": format!("Bearer {jwt}") } } }),
        ),
        plant(
            "committed-credential",
            &key_line,
            json!({ "server": { "env": { "ACME_PEM": pem } } }),
        ),
        plant(
            "credentials-in-url",
            &password,
            json!({ "oauth_config": {
                "token_endpoint": format!("https://acme:{password}@acme.example/oauth/token")
            } }),
        ),
        plant(
            "credentials-in-url",
            &parameter,
            json!({ "server": { "env": {
                "ACME_URL": format!("https://acme.example/mcp?access_token={parameter}&region=eu")
            } } }),
        ),
        plant(
            "committed-credential",
            &argument,
            json!({ "server": { "args": ["-y", "acme-mcp@1.4.0", format!("--key={argument}")] } }),
        ),
        plant(
            "literal-credential",
            &variable,
            json!({ "server": { "env": { "ACME_API_KEY": variable } } }),
        ),
        plant(
            "committed-credential",
            &injected,
            json!({ "server": { "inject_file": { "/app/token": format!("${{access_token}} {injected}") } } }),
        ),
        plant(
            "committed-credential",
            &documented,
            json!({ "archestra_config": { "client_config_permutations": {
                "npx": { "command": "npx", "args": ["acme-mcp", "--key", documented] }
            } } }),
        ),
    ]
}

/// A catalog of one server of type 1 with something planted in it, and with the same text under a key that nobody knows.
fn catalog(planted: &Planted) -> TempDir {
    let noted = json!({ "notes_to_self": { planted.secret.clone(): planted.secret } });
    let mut manifest = server("acme__mcp", &noted);
    merge(&mut manifest, &planted.patch);
    let scratch = scratch();
    let path = scratch.path().join("catalog/acme__mcp.json");
    write(&path, serde_json::to_string_pretty(&manifest).unwrap());
    scratch
}

#[test]
fn each_planted_secret_is_found_by_its_rule() {
    for planted in planted() {
        let scratch = catalog(&planted);
        let (_, findings) = check_json(scratch.path(), &[]);
        let rules = rule_ids(&findings);
        assert!(rules.contains(&planted.rule), "{}: {rules:?}", planted.rule);
        assert!(rules.contains(&"unknown-key"), "{}", planted.rule);
    }
}

#[test]
fn no_command_and_no_format_shows_a_planted_secret() {
    let formats: Vec<String> = Format::value_variants()
        .iter()
        .map(|format| format.to_possible_value().unwrap().get_name().to_owned())
        .collect();
    let checks: Vec<Vec<&str>> = formats
        .iter()
        .map(|format| vec!["check", "--pedantic", "--format", format])
        .collect();
    let others = [
        vec!["list"],
        vec!["list", "--format", "json"],
        vec!["explain", "acme__mcp"],
        vec!["build"],
        vec!["build", "--check"],
        vec!["check", "--unsafe-fixes", "--diff"],
        vec!["env"],
        vec!["env", "--check", "catalog/acme__mcp.json"],
        vec!["check", "--write-baseline"],
    ];
    for planted in planted() {
        let scratch = catalog(&planted);
        for arguments in checks.iter().chain(&others) {
            let (code, stdout, stderr) = run(scratch.path(), arguments);
            assert!(code < 2, "{arguments:?}: {stderr}");
            // What is cut short is shown too.
            let beginning = planted.secret.get(..20).unwrap();
            let is_shown = [&stdout, &stderr]
                .iter()
                .any(|text| text.contains(beginning));
            assert!(
                !is_shown,
                "{}: {arguments:?}\n{stdout}{stderr}",
                planted.rule
            );
        }
        let baseline = fs::read_to_string(scratch.path().join("catproof.toml")).unwrap();
        assert!(!baseline.contains(&planted.secret), "{baseline}");
        // A variable that is named like a credential may be a sample: its server is compiled, with what is written there.
        if planted.rule != "literal-credential" {
            assert_is_not_in(&scratch.path().join("generated"), &planted.secret);
        }
    }
}

fn assert_is_not_in(folder: &Path, secret: &str) {
    for path in entries(folder) {
        match path.is_dir() {
            true => assert_is_not_in(&path, secret),
            false => {
                let text = fs::read_to_string(&path).unwrap();
                assert!(!text.contains(secret), "{}", path.display());
            }
        }
    }
}

#[test]
fn a_secret_is_masked_even_where_the_file_is_no_json() {
    let secret = secret("ghp_", 36);
    // The letter of an escape is no part of the word behind it.
    for before in ["", "Log in with:\\n", "\\t"] {
        let scratch = scratch();
        let text = format!("{{ \"token\": \"{before}{secret}\", oops }}");
        write(&scratch.path().join("catalog/acme__mcp.json"), text);
        let (code, stdout, _) = run(scratch.path(), &["check"]);
        assert_eq!(code, 1);
        assert!(
            stdout.contains("[masked]") && !stdout.contains(&secret),
            "{stdout}"
        );
    }
}

#[test]
fn a_secret_is_masked_in_an_allowlist_that_cannot_be_read() {
    let scratch = scratch();
    let secret = secret("xoxp-", 37);
    let text = format!("const SECRET = '{secret}', ALLOWED_DESTINATIONS = [HOST];");
    write(&scratch.path().join("providers.js"), text);
    let manifest =
        json!({ "name": "acme__mcp", "server": { "command": "node", "args": ["index.js"] } });
    write(
        &scratch.path().join("catalog/acme__mcp.json"),
        manifest.to_string(),
    );
    let (code, stdout, _) = run(scratch.path(), &["check", "--allowlist", "providers.js"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("[masked]") && !stdout.contains(&secret),
        "{stdout}"
    );
}

#[test]
fn a_secret_is_masked_where_the_configuration_holds_it() {
    let scratch = scratch();
    let secret = secret("ghp_", 38);
    let text = format!("[[proxy.extra_destinations]]\nhost = \"a {secret}\"\nreason = \"x\"\n");
    write(&scratch.path().join("catproof.toml"), text);
    let manifest =
        json!({ "name": "acme__mcp", "server": { "command": "node", "args": ["index.js"] } });
    write(
        &scratch.path().join("catalog/acme__mcp.json"),
        manifest.to_string(),
    );
    let (code, stdout, _) = run(scratch.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("[masked]") && !stdout.contains(&secret),
        "{stdout}"
    );
}

/// What the program says of a manifest that is written on one line, so that the window of any finding shows all of it.
fn said_of_a_line(manifest: &str) -> String {
    let scratch = scratch();
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest);
    let (code, stdout, stderr) = run(scratch.path(), &["check", "--pedantic"]);
    assert!(code < 2, "{stderr}");
    stdout + &stderr
}

#[test]
fn a_credential_in_a_readme_is_no_finding_and_is_masked_in_the_window_of_another() {
    let secret = secret("ghp_", 39);
    let readme = format!("Log in with {secret}.");
    let manifest = server("acme__mcp", &json!({ "readme": readme, "redme": "" }));
    let said = said_of_a_line(&manifest.to_string());
    assert!(said.contains("error[unknown-key]") || said.contains("warning[unknown-key]"));
    assert!(!said.contains("committed-credential"), "{said}");
    assert!(
        said.contains("[masked]") && !said.contains(&secret),
        "{said}"
    );
}

#[test]
fn a_secret_is_masked_where_no_rule_of_its_own_reads_it() {
    let credential = secret("ghp_", 40);
    let client_secret = secret("", 41);
    for (what, secret, manifest) in [
        ("a list", &credential, format!("[\"{credential}\"]")),
        (
            "an older dialect",
            &credential,
            format!("{{\"dxt_version\":\"0.1\",\"key\":\"{credential}\"}}"),
        ),
        (
            "a key that is written twice",
            &credential,
            format!(
                "{{\"name\":\"acme__mcp\",\"key\":\"{credential}\",\"key\":1,\"server\":{{}}}}"
            ),
        ),
        (
            "a manifest that breaks the schema",
            &client_secret,
            format!(
                "{{\"name\":1,\"oauth_config\":{{\"client_secret\":\"{client_secret}\"}},\"server\":{{}}}}"
            ),
        ),
    ] {
        let said = said_of_a_line(&manifest);
        assert!(said.contains("[masked]"), "{what}: {said}");
        assert!(!said.contains(secret.as_str()), "{what}: {said}");
    }
}

#[test]
fn a_client_secret_that_is_a_common_word_is_found_and_tears_no_holes() {
    for word in ["secret", "catalog", "committed", "1.4.0"] {
        let manifest = server(
            "acme__mcp",
            &json!({ "oauth_config": { "client_secret": word } }),
        );
        let said = said_of_a_line(&manifest.to_string());
        assert!(said.contains("a client secret is committed"), "{said}");
        assert!(said.contains("catalog/acme__mcp.json"), "{said}");
        assert!(!said.contains("[masked]"), "{said}");
    }
}

#[test]
fn a_client_secret_that_only_stands_for_one_is_not_to_be_rotated() {
    for word in [
        "your-client-secret",
        "<client-secret>",
        "changeme",
        "TODO",
        "%ACME_SECRET%",
        "[SECRET REDACTED]",
    ] {
        let manifest = server(
            "acme__mcp",
            &json!({ "oauth_config": { "client_secret": word } }),
        );
        let said = said_of_a_line(&manifest.to_string());
        assert!(said.contains(&format!("`{word}`")), "{said}");
        assert!(
            said.contains("write exactly `REDACTED`") || said.contains("write `REDACTED`"),
            "{said}"
        );
        assert!(
            !said.contains("committed") && !said.contains("rotate"),
            "{said}"
        );
    }
}

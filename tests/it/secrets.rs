//! Secrets that were committed by mistake: each is found by its rule, and no command or format shows it.

use std::fs;
use std::path::Path;

use catproof::testing::report::Format;
use clap::ValueEnum as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::battery::server;
use crate::support::{check_json, entries, merge, project, rule_ids, run, scratch, write};

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
    let plant = |rule, secret: &str, patch| Planted { rule, secret: secret.to_owned(), patch };
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
        plant("schema-violation", &of_wrong_type, json!({ "server": { "args": of_wrong_type } })),
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
    let checks: Vec<Vec<&str>> =
        formats.iter().map(|format| vec!["check", "--pedantic", "--format", format]).collect();
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
            let is_shown = [&stdout, &stderr].iter().any(|text| text.contains(beginning));
            assert!(!is_shown, "{}: {arguments:?}\n{stdout}{stderr}", planted.rule);
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
        if path.is_dir() {
            assert_is_not_in(&path, secret);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains(secret), "{}", path.display());
        }
    }
}

#[test]
fn a_secret_is_masked_even_where_the_file_is_no_json() {
    let secret = secret("ghp_", 36);
    // The letter of an escape is not a part of the word behind it.
    for before in ["", "Log in with:\\n", "\\t"] {
        let scratch = scratch();
        let text = format!("{{ \"token\": \"{before}{secret}\", oops }}");
        write(&scratch.path().join("catalog/acme__mcp.json"), text);
        let (code, stdout, _) = run(scratch.path(), &["check"]);
        assert_eq!(code, 1);
        assert!(stdout.contains("[masked]") && !stdout.contains(&secret), "{stdout}");
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
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    let (code, stdout, _) = run(scratch.path(), &["check", "--allowlist", "providers.js"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("[masked]") && !stdout.contains(&secret), "{stdout}");
}

#[test]
fn a_secret_is_masked_where_the_configuration_holds_it() {
    let scratch = scratch();
    let secret = secret("ghp_", 38);
    let text = format!("[[proxy.extra_destinations]]\nhost = \"a {secret}\"\nreason = \"x\"\n");
    write(&scratch.path().join("catproof.toml"), text);
    let manifest =
        json!({ "name": "acme__mcp", "server": { "command": "node", "args": ["index.js"] } });
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    let (code, stdout, _) = run(scratch.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("[masked]") && !stdout.contains(&secret), "{stdout}");
}

#[test]
fn a_secret_is_masked_where_the_lock_holds_it() {
    let scratch = scratch();
    let secret = secret("ghp_", 42);
    let fixture = project().join("tests/rules/unsupported-client-authentication/fail");
    let lock = "generated/discovery.lock.json";
    let text = fs::read_to_string(fixture.join(lock)).unwrap();
    let text = text.replace("\"client_secret_basic\"", &format!("\"{secret}\""));
    assert!(text.contains(&secret));
    write(&scratch.path().join(lock), text);
    let manifest = fs::read_to_string(fixture.join("acme__basic.json")).unwrap();
    write(&scratch.path().join("catalog/acme__basic.json"), manifest);
    let (code, stdout, _) = run(scratch.path(), &["check"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("accepts only `[masked]`") && !stdout.contains(&secret), "{stdout}");
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
fn a_credential_in_a_readme_is_a_warning_and_withholds_nothing() {
    let secret = secret("ghp_", 39);
    let scratch = scratch();
    let readme = format!("Log in with {secret}.");
    let manifest = server("acme__mcp", &json!({ "readme": readme }));
    write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
    let (code, stdout, stderr) = run(scratch.path(), &["check"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("warning[committed-credential]: a GitHub token is committed"));
    assert!(stdout.contains("[masked]") && !stdout.contains(&secret), "{stdout}");
    assert_eq!(run(scratch.path(), &["build"]).0, 0);
    assert!(scratch.path().join("generated/desktop_app/servers/acme__mcp.json").exists());
    assert_is_not_in(&scratch.path().join("generated"), &secret);
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
        let manifest = server("acme__mcp", &json!({ "oauth_config": { "client_secret": word } }));
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
        let manifest = server("acme__mcp", &json!({ "oauth_config": { "client_secret": word } }));
        let said = said_of_a_line(&manifest.to_string());
        assert!(said.contains(&format!("`{word}`")), "{said}");
        assert!(
            said.contains("write exactly `REDACTED`") || said.contains("write `REDACTED`"),
            "{said}"
        );
        assert!(!said.contains("committed") && !said.contains("rotate"), "{said}");
    }
}

#[test]
fn a_name_of_the_run_that_was_written_down_as_a_secret_is_shown() {
    let scratch = scratch();
    let patch = json!({
        "server": { "env": { "X_TOKEN": "evil-host.example", "A_TOKEN": "catalog/other2.json" } },
        "oauth_config": {
            "client_secret": "oauth_config",
            "server_url": "https://evil-host.example/authorize",
            "token_endpoint": "https://evil-host.example/oauth/token"
        }
    });
    let folder = scratch.path();
    let original = server("acme__mcp", &json!({}));
    write(&folder.join("base/acme__mcp.json"), original.to_string());
    let manifest = serde_json::to_string_pretty(&server("acme__mcp", &patch)).unwrap();
    write(&folder.join("catalog/acme__mcp.json"), manifest);
    write(
        &folder.join("catalog/other2.json"),
        json!({ "name": "another", "server": { "command": "npx" } }).to_string(),
    );
    write(&folder.join("allowed.json"), "[\"acme.example\"]");

    let check = ["check", "--pedantic", "--allowlist", "allowed.json"];
    let (_, findings) = check_json(folder, &check[1..]);
    let has = |field: &str, value: &str| findings.iter().any(|finding| finding[field] == value);
    assert!(has("file", "catalog/other2.json"), "{findings:#?}");
    assert!(has("pointer", "/oauth_config/client_secret"));
    let says_host = |finding: &Value| {
        let message = finding["message"].as_str().unwrap();
        message.contains("`evil-host.example`")
    };
    assert!(findings.iter().any(says_host), "{findings:#?}");
    for arguments in [
        [&check[..], &["--format", "sarif"]].concat(),
        [&check[..], &["--format", "human"]].concat(),
        vec!["diff", "--base", "base", "--format", "markdown"],
        vec!["diff", "--base", "base", "--format", "json"],
    ] {
        let (_, stdout, stderr) = run(folder, &arguments);
        for masked in ["[masked]", "%5Bmasked%5D"] {
            assert!(!stdout.contains(masked), "{arguments:?}\n{stdout}{stderr}");
        }
        assert!(stdout.contains("evil-host.example"), "{arguments:?}\n{stdout}{stderr}");
    }
}

#[test]
fn a_secret_that_is_also_a_name_is_masked_in_its_pointer() {
    let secret = secret("", 45);
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("base/acme__mcp.json"), server("acme__mcp", &json!({})).to_string());
    let patch = json!({
        "server": { "env": { "ACME_API_KEY": secret, format!("{secret}-x"): "1", secret.clone(): "${user_config.a}" } },
        "user_config": { secret.clone(): { "type": "string", "titel": "Key" } }
    });
    write(&folder.join("catalog/acme__mcp.json"), server("acme__mcp", &patch).to_string());
    let (_, findings) = check_json(folder, &[]);
    let pointers = findings.iter().filter_map(|finding| finding["pointer"].as_str());
    let masked = pointers.filter(|pointer| pointer.contains("[masked]")).count();
    assert!(masked > 1, "{findings:#?}");
    for arguments in [
        vec!["check", "--pedantic"],
        vec!["check", "--pedantic", "--format", "json"],
        vec!["check", "--pedantic", "--format", "sarif"],
        vec!["diff", "--base", "base"],
        vec!["diff", "--base", "base", "--format", "json"],
        vec!["explain", "acme__mcp"],
    ] {
        let (_, stdout, stderr) = run(folder, &arguments);
        let is_shown = stdout.contains(&secret) || stderr.contains(&secret);
        assert!(!is_shown, "{arguments:?}\n{stdout}{stderr}");
    }
}

#[test]
fn a_secret_is_masked_where_a_broken_file_hides_it_from_the_rules() {
    let secret = secret("", 39);
    let broken: [&[u8]; 11] = [
        b"{\n  \"client_secret\": \"S,\n  \"name\": \"x\"\n}",
        b"{\"name\": \"acme__mcp\", \"oauth_config\": {\"client_secret\": \"S\"},}",
        b"{\"name\": \"acme__mcp\", \"API_TOKEN\": \"S\", \"x\": \"\xff\"}",
        b"{\"oauth_config\": {\"client_secret\": \"S\", \"client_secret\": \"REDACTED\"}}",
        b"{\"server\": {\"env\": {\"API_TOKEN\": \"S\", \"API_TOKEN\": \"${user_config.token}\"}}}",
        b"{\"oauth_config\": {\"clientSecret\": \"S\"}}",
        b"{\"oauth_config\": {\"client_secert\": \"S\"}}",
        b"{\"oauth_config\": {\"client_secret\": [\"S\"]}}",
        b"{\"server\": {\"env\": {\"API_TOKEN\": [\"x\", \"S\"]}}}",
        b"{\"server\": {\"env\": {\"API\\u005fTOKEN\": [\"S\"]}}}",
        b"{\"oauth_config\": {\"server_url\": \"https://u:S@acme.example/\"},}",
    ];
    for text in broken {
        let marker = text.windows(3).position(|part| {
            let [before, letter, after] = part else {
                return false;
            };
            *letter == b'S'
                && !before.is_ascii_alphanumeric()
                && !after.is_ascii_alphanumeric()
                && *after != b'_'
        });
        let at = marker.unwrap() + 1;
        let planted = [&text[..at], secret.as_bytes(), &text[at + 1..]].concat();
        let scratch = scratch();
        write(&scratch.path().join("catalog/acme__mcp.json"), &planted);
        let text = String::from_utf8_lossy(&planted);
        for format in ["human", "json", "github"] {
            let (code, stdout, stderr) = run(scratch.path(), &["check", "--format", format]);
            assert_eq!(code, 1, "{text}");
            assert!(!stdout.contains(&secret), "{text}\n{stdout}{stderr}");
        }
        let (_, stdout, _) = run(scratch.path(), &["check"]);
        assert!(stdout.contains("[masked]"), "{text}\n{stdout}");
    }
}

#[test]
fn a_secret_is_masked_where_the_configuration_is_wrong_or_is_another_file() {
    let secret = secret("pw-", 40);
    let github = self::secret("ghp_", 41);
    let manifest = server("acme__mcp", &json!({}));
    for text in [
        format!("[proxy]\nurl = \"https://u:{secret}@acme.example/\" oops\n"),
        format!("[proxy]\nurll = \"https://u:{secret}@acme.example/\"\n"),
        format!("A_SECRET='{secret}\nB=1\n"),
        format!("A_SECRET={secret}\n"),
        format!("x = {github}\n"),
    ] {
        let scratch = scratch();
        write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
        write(&scratch.path().join("x.env"), &text);
        for (arguments, failed) in
            [(["check", "--config", "x.env"], 2), (["check", "--allowlist", "x.env"], 1)]
        {
            let (code, stdout, stderr) = run(scratch.path(), &arguments);
            assert_eq!(code, failed, "{arguments:?}: {text}\n{stdout}{stderr}");
            for secret in [&secret, &github] {
                let is_shown = stdout.contains(secret) || stderr.contains(secret);
                assert!(!is_shown, "{arguments:?}: {text}\n{stdout}{stderr}");
            }
        }
    }
}

#[test]
fn the_password_of_a_configured_url_is_masked() {
    let secret = secret("pw-", 42);
    let scratch = scratch();
    let folder = scratch.path();
    write(&folder.join("catalog/acme__mcp.json"), server("acme__mcp", &json!({})).to_string());
    write(&folder.join("base/catalog/acme__mcp.json"), server("acme__mcp", &json!({})).to_string());
    write(&folder.join("base/catproof.toml"), "");
    let text = format!(
        "[proxy]\nurl = \"https://u:{secret}@oauth.acme.example\"\ncallback_urls = [\"https://u:{secret}@h.example/cb\"]\n"
    );
    write(&folder.join("catproof.toml"), text);
    for arguments in [
        vec!["check", "--pedantic"],
        vec!["check", "--pedantic", "--format", "json"],
        vec!["diff", "--base", "base"],
        vec!["diff", "--base", "base", "--format", "markdown"],
    ] {
        let (code, stdout, stderr) = run(folder, &arguments);
        assert!(code < 2, "{arguments:?}: {stderr}");
        let is_shown = stdout.contains(&secret) || stderr.contains(&secret);
        assert!(!is_shown, "{arguments:?}\n{stdout}{stderr}");
        assert!(stdout.contains("[masked]"), "{arguments:?}\n{stdout}{stderr}");
    }
}

#[test]
fn new_takes_no_url_with_a_password_and_does_not_repeat_it() {
    let secret = secret("pw-", 43);
    let url = format!("https://u:{secret}@127.0.0.1:1/mcp");
    for arguments in [
        vec!["new", "--online", "--url", &url],
        vec!["new", "--online", &url],
        vec!["new", "acme__mcp", "--type", "4", "--url", &url],
    ] {
        let scratch = scratch();
        let (code, stdout, stderr) = run(scratch.path(), &arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains("does not belong in a catalog"), "{stderr}");
        assert!(!stderr.contains(&secret), "{stderr}");
        assert!(!scratch.path().join("catalog_local").exists());
    }
}

#[test]
fn a_credential_in_an_argument_is_found_and_shown_nowhere() {
    let secret = secret("", 44);
    for args in [
        json!(["run", "-i", "--rm", "-e", format!("API_KEY={secret}"), "acme/mcp:1.4.0"]),
        json!(["run", "-i", "--rm", format!("--env=API_KEY={secret}"), "acme/mcp:1.4.0"]),
        json!(["run", "-i", "--rm", "acme/mcp:1.4.0", "--token", secret]),
        json!(["run", "-i", "--rm", "acme/mcp:1.4.0", format!("--api-key={secret}")]),
        json!([
            "run",
            "-i",
            "--rm",
            "acme/mcp:1.4.0",
            "--header",
            format!("Authorization: Bearer {secret}")
        ]),
    ] {
        let scratch = scratch();
        let folder = scratch.path();
        write(&folder.join("base/acme__mcp.json"), server("acme__mcp", &json!({})).to_string());
        let patch = json!({ "server": { "command": "docker", "args": args } });
        let manifest = server("acme__mcp", &patch);
        let index = args
            .as_array()
            .unwrap()
            .iter()
            .position(|argument| argument.as_str().unwrap().contains(&secret));
        let pointer = format!("/server/args/{}", index.unwrap());
        write(&folder.join("catalog/acme__mcp.json"), manifest.to_string());
        let (_, findings) = check_json(folder, &[]);
        let is_found = findings.iter().any(|finding| {
            finding["rule"] == "literal-credential" && finding["pointer"] == pointer
        });
        assert!(is_found, "{args}: {findings:#?}");
        for arguments in [
            vec!["check", "--pedantic"],
            vec!["simulate", "acme__mcp"],
            vec!["simulate", "acme__mcp", "--format", "json"],
            vec!["diff", "--base", "base"],
            vec!["diff", "--base", "base", "--format", "markdown"],
            vec!["explain", "acme__mcp"],
        ] {
            let (code, stdout, stderr) = run(folder, &arguments);
            assert!(code < 2, "{arguments:?}: {stderr}");
            let is_shown = stdout.contains(&secret) || stderr.contains(&secret);
            assert!(!is_shown, "{args}: {arguments:?}\n{stdout}{stderr}");
        }
    }
}

//! Every JSON snippet of the guide, word for word (`tests/guide/`).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{catproof, check_json, merge, project, rule_ids, run, scratch, write};

/// The guide's four servers: the snippet, and the id that it is filed under.
const SERVERS: [(&str, &str); 4] = [
    ("type-1.json", SLACK),
    ("type-2.json", GOOGLE),
    ("type-3.json", GITHUB),
    ("type-4.json", LINEAR),
];
const SLACK: &str = "korotovsky__slack-mcp-server";
const GOOGLE: &str = "iskhakov__google_workspace_mcp";
const GITHUB: &str = "githubcopilot__remote-mcp";
const LINEAR: &str = "linear__remote-mcp";

fn snippet(name: &str) -> String {
    fs::read_to_string(project().join("tests/guide").join(name)).unwrap()
}

/// A snippet as a manifest: with nothing added but what the guide leaves out.
fn example(name: &str, id: &str) -> Value {
    let mut manifest: Value = serde_json::from_str(&snippet(name)).unwrap();
    manifest["name"] = json!(id);
    if manifest.get("server").is_none() {
        manifest["server"] =
            json!({ "command": "npx", "args": ["-y", "slack-mcp-server@1.1.24"], "env": {} });
    }
    manifest
}

fn put(folder: &Path, manifest: &Value) {
    let id = manifest["name"].as_str().unwrap();
    write(
        &folder.join(format!("catalog/{id}.json")),
        serde_json::to_string_pretty(manifest).unwrap(),
    );
}

/// The guide's four servers, and a lock that answers their URLs.
fn four_servers(folder: &Path) {
    for (name, id) in SERVERS {
        put(folder, &example(name, id));
    }
    write(&folder.join("generated/discovery.lock.json"), snippet("discovery.lock.json"));
}

/// The ids and the types' numbers, as `list` has them.
fn assert_types_1_to_4(folder: &Path) {
    let (_, listed, _) = run(folder, &["list", "--format", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let types: Vec<(&str, u64)> = listed["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| (server["id"].as_str().unwrap(), server["oauth"]["number"].as_u64().unwrap()))
        .collect();
    assert_eq!(types, [(GITHUB, 3), (GOOGLE, 2), (SLACK, 1), (LINEAR, 4)]);
}

#[test]
fn the_four_examples_are_types_1_to_4_without_an_error() {
    let scratch = scratch();
    four_servers(scratch.path());
    let (code, findings) = check_json(scratch.path(), &[]);
    assert_eq!(code, 0, "{findings:#?}");
    assert_types_1_to_4(scratch.path());
}

/// The snippets as they stand, in files that are called by the guide's ids.
fn four_snippets(folder: &Path) {
    for (name, id) in SERVERS {
        write(&folder.join(format!("{id}.json")), snippet(name));
    }
}

fn errors(findings: &[Value]) -> Vec<(&str, &str)> {
    let errors = findings.iter().filter(|finding| finding["severity"] == "error");
    errors.map(|error| (error["file"].as_str().unwrap(), error["rule"].as_str().unwrap())).collect()
}

#[test]
fn the_snippets_as_they_stand_are_types_1_to_4_and_only_the_first_lacks_a_server() {
    for folder in ["catalog", "catalog_local"] {
        let scratch = scratch();
        four_snippets(&scratch.path().join(folder));
        let slack = format!("{folder}/{SLACK}.json");
        let (_, findings) = check_json(scratch.path(), &[]);
        assert_eq!(errors(&findings), [(slack.as_str(), "missing-server")]);
        let rules = rule_ids(&findings);
        assert_eq!(rules.iter().filter(|rule| **rule == "missing-name").count(), 4);
        assert_types_1_to_4(scratch.path());
        let (code, stdout, _) = run(scratch.path(), &["explain", SLACK]);
        assert!(code == 0 && stdout.contains("generic"), "{stdout}");

        let (_, _, stderr) = run(scratch.path(), &["check", "--fix"]);
        assert!(stderr.contains("in 4 files"), "{stderr}");
        let (_, findings) = check_json(scratch.path(), &[]);
        assert!(!rule_ids(&findings).contains(&"missing-name"), "{findings:#?}");
        let fixed = fs::read_to_string(scratch.path().join(slack)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&fixed).unwrap()["name"], SLACK);
    }
}

#[test]
fn what_check_says_of_the_four_fits_on_one_screen() {
    let scratch = scratch();
    four_snippets(&scratch.path().join("catalog_local"));
    for profile in ["production", "development"] {
        let mut command = catproof(scratch.path());
        command.args(["check", "--profile", profile]).env("COLUMNS", "80");
        let output = command.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.lines().count() <= 40, "{} lines:\n{said}", said.lines().count());
    }
}

#[test]
fn the_pattern_snippets_bring_no_new_finding() {
    let environment = snippet("environment-variable.txt");
    let without_comment: String = environment
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let cases = [
        ("type-1.json", SLACK, without_comment),
        ("type-1.json", SLACK, snippet("file-credentials.json")),
        ("type-2.json", GOOGLE, snippet("scope-discovery.json")),
    ];
    for (name, id, patch) in cases {
        let findings_with = |patch: Option<&str>| {
            let scratch = scratch();
            let mut manifest = example(name, id);
            if let Some(patch) = patch {
                merge(&mut manifest, &serde_json::from_str(patch).unwrap());
            }
            put(scratch.path(), &manifest);
            let (_, findings) = check_json(scratch.path(), &["--pedantic"]);
            rule_ids(&findings).into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let new: Vec<String> =
            findings_with(Some(&patch)).difference(&findings_with(None)).cloned().collect();
        assert!(new.is_empty(), "{patch} brings {new:?}");
    }
}

#[test]
fn the_snippet_with_a_comment_is_no_json_and_says_so() {
    let scratch = scratch();
    write(&scratch.path().join("catalog/acme__mcp.json"), snippet("environment-variable.txt"));
    let (code, findings) = check_json(scratch.path(), &[]);
    assert_eq!(code, 1);
    assert_eq!(rule_ids(&findings), ["invalid-json"]);
    assert_eq!(findings[0]["start"]["line"], 4);
    assert_eq!(findings[0]["help"], "remove the comment");
}

#[test]
fn the_sample_allowlist_has_exactly_two_hosts_too_many() {
    let scratch = scratch();
    four_servers(scratch.path());
    let allowlist = project().join("tests/guide/providers.js");
    let (code, findings) =
        check_json(scratch.path(), &["--allowlist", allowlist.to_str().unwrap()]);
    assert_eq!(code, 0, "{findings:#?}");
    let of_allowlist: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["file"].as_str().unwrap().ends_with("providers.js"))
        .collect();
    let messages: Vec<&str> =
        of_allowlist.iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    assert!(of_allowlist.iter().all(|finding| finding["rule"] == "unused-allowed-host"));
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(
        messages[0].contains("`api.slack.com`") && messages[1].contains("`your-provider.com`"),
        "{messages:?}"
    );
}

#[test]
fn the_sample_env_file_is_what_the_template_asks_for() {
    let scratch = scratch();
    four_servers(scratch.path());
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 0, "{stderr}");
    let template =
        fs::read_to_string(scratch.path().join("generated/oauth_proxy/.env.example")).unwrap();
    let keys = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
            .filter(|key| key.contains("__"))
            .collect()
    };
    assert_eq!(keys(&template), keys(&snippet("env.txt")));
    assert!(template.contains("o proxy credentials needed"), "{template}");
}

/// The redirect URI of a launch spec, and the callbacks that the app and the proxy are told.
fn compiled_callbacks(folder: &Path, id: &str) -> (Value, [Value; 2]) {
    let read = |path: &str| -> Value {
        let path = folder.join("generated/development").join(path);
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let launch = read(&format!("desktop_app/servers/{id}.json"));
    let callbacks = ["desktop_app/launch.json", "oauth_proxy/launch.json"];
    let callbacks = callbacks.map(|path| read(path)["callback_urls"].clone());
    (launch["oauth"]["redirect_uri"].clone(), callbacks)
}

#[test]
fn a_login_uses_the_redirect_uri_on_the_configured_proxy() {
    const LOCAL: &str = "http://localhost:8080/oauth/callback";
    for proxy_url in ["http://localhost:8080", "https://brave-otter.ngrok-free.app/"] {
        let scratch = scratch();
        let folder = scratch.path();
        let callback = format!("{}/oauth/callback", proxy_url.trim_end_matches('/'));
        let [slack, google] = [("type-1.json", SLACK), ("type-2.json", GOOGLE)]
            .map(|(name, id)| example(name, id).to_string().replace(LOCAL, &callback));
        write(&folder.join(format!("catalog_local/{SLACK}.json")), slack);
        write(&folder.join("catproof.toml"), format!("[proxy]\nurl = \"{proxy_url}\"\n"));
        let development = ["--profile", "development"];
        let (code, _, stderr) = run(folder, &[&["build"][..], &development].concat());
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(
            compiled_callbacks(folder, SLACK),
            (json!(callback), [(); 2].map(|()| json!([callback])))
        );

        // The guide registers no callback of type 2 there.
        write(&folder.join(format!("catalog_local/{GOOGLE}.json")), google);
        for options in [&development[..], &[]] {
            let (_, findings) = check_json(folder, options);
            let of_proxy =
                findings.iter().filter(|finding| finding["rule"] == "proxy-url-mismatch");
            let of_proxy: Vec<&Value> = of_proxy.collect();
            assert_eq!(of_proxy.len(), 1, "{findings:#?}");
            assert!(of_proxy[0]["file"].as_str().unwrap().contains(GOOGLE));
            assert!(of_proxy[0]["help"].as_str().unwrap().contains(&callback));
        }
    }
}

#[test]
fn a_proxy_on_this_machine_listens_on_the_port_of_its_url() {
    let scratch = scratch();
    let folder = scratch.path();
    put(folder, &example("type-1.json", SLACK));
    write(&folder.join("catproof.toml"), "[proxy]\nurl = \"http://127.0.0.1:9090\"\n");
    let (code, stdout, stderr) = run(folder, &["env"]);
    assert!(code == 0 && stdout.contains("\nPORT='9090'\n"), "{stdout}{stderr}");
}

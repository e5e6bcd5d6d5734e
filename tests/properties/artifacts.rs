//! Artifacts: what `build` writes reads back as the plan, and no value adds a line, a key or code.

use std::collections::{BTreeMap, BTreeSet};

use catproof::testing::catalog::config::Config;
use catproof::testing::compile;
use catproof::testing::compile::emit::{self, Artifact};
use catproof::testing::compile::plan::Plan;
use catproof::testing::lint::Findings;
use catproof::testing::pipeline::Judged;
use catproof::testing::pipeline::facts::parse_allowlist;
use catproof::testing::runtime::env_check::{self, EnvProblemKind};
use catproof::testing::runtime::environment::Environment;
use catproof::testing::runtime::simulate::{Answers, simulate};
use catproof::testing::source::Sources;
use catproof::testing::text::dotenv;
use serde::de::DeserializeOwned;

use super::catalog::Catalog;

/// Any catalog, findings or not: it is refused for its configuration, or what it compiles to reads back.
pub fn what_is_emitted_reads_back(catalog: &Catalog) {
    catalog.judged(|line, judged| {
        let Judged { entries, manifests, files_with_secrets, .. } = judged;
        let compiled = compile::compile(&compile::Catalog {
            entries: &entries,
            manifests: &manifests,
            leave_out: &files_with_secrets,
            locks: line.locks,
            config: line.config,
        });
        if let Ok(plan) = compiled {
            let artifacts = emit::emit(&plan).unwrap();
            assert_eq!(artifacts, emit::emit(&plan).unwrap());
            assert_paths(&artifacts);
            assert_reads_back(&plan, &artifacts);
            for server in plan.servers.values() {
                _ = simulate(server, &Answers::new());
            }
        }
    });
}

/// Each path is new and stays in its folder, on every platform.
fn assert_paths(artifacts: &[Artifact]) {
    let paths: BTreeSet<&str> = artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
    assert_eq!(paths.len(), artifacts.len());
    for path in paths {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
        assert!(path.bytes().all(is_plain), "{path:?}");
        let is_name = |part: &str| !matches!(part, "" | "." | "..");
        assert!(path.split('/').all(is_name), "{path:?}");
    }
}

fn assert_reads_back(plan: &Plan, artifacts: &[Artifact]) {
    let texts: BTreeMap<&str, &str> = artifacts
        .iter()
        .map(|artifact| (artifact.path.as_str(), str::from_utf8(&artifact.bytes).unwrap()))
        .collect();
    for (path, text) in &texts {
        if path.starts_with("desktop_app/") {
            assert!(!text.contains("REDACTED"), "{path}: {text}");
        }
    }
    assert_eq!(plan.index, read(texts["catalog.json"]));
    assert_eq!(plan.app, read(texts["desktop_app/launch.json"]));
    assert_eq!(plan.proxy, read(texts["oauth_proxy/launch.json"]));
    assert_eq!(plan.providers, read(texts["oauth_proxy/providers.json"]));
    for (id, server) in &plan.servers {
        let path = format!("desktop_app/servers/{id}.json");
        assert_eq!(*server, read(texts[path.as_str()]), "{path}");
    }
    assert_eq!(artifacts.len(), plan.servers.len() + 7);
    assert_module(plan, texts["oauth_proxy/providers.js"]);
    assert_environment(plan, texts["oauth_proxy/.env.example"]);
    let app = dotenv::read(texts["desktop_app/.env.example"]);
    assert_eq!((app.entries.len(), app.malformed.len()), (1, 0));
    assert_eq!(app.get("OAUTH_PROXY_URL"), Some(plan.app.proxy_url.as_str()));
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Our own reader of other people's `providers.js` finds the hosts and nothing to complain of; the lines are as many
/// as the hosts and servers ask for.
fn assert_module(plan: &Plan, text: &str) {
    let mut findings = Findings::default();
    let file = Sources::default().add_text("providers.js".into(), Vec::new(), "".as_ref());
    let allowlist = parse_allowlist(file, "providers.js", text, &mut findings)
        .unwrap_or_else(|| panic!("{findings:?}: {text}"));
    let hosts: Vec<&String> = allowlist.hosts.iter().map(|allowed| &allowed.host).collect();
    assert_eq!(hosts, plan.providers.allowed_destinations.iter().collect::<Vec<_>>());
    let rows = plan.providers.allowed_destinations.len() + plan.providers.server_destinations.len();
    assert_eq!(text.lines().count(), empty_module() + rows, "{text}");
    assert_one_line_each(text);
}

/// The lines of a `providers.js` without hosts and servers.
fn empty_module() -> usize {
    let nothing = compile::Catalog {
        entries: &[],
        manifests: &BTreeMap::new(),
        leave_out: &BTreeSet::new(),
        locks: None,
        config: &Config::default(),
    };
    let artifacts = emit::emit(&compile::compile(&nothing).unwrap()).unwrap();
    let is_module = |artifact: &&emit::Artifact| artifact.path.ends_with("providers.js");
    let module = artifacts.iter().find(is_module).unwrap();
    String::from_utf8_lossy(&module.bytes).lines().count()
}

/// No character that ends a line for JavaScript or dotenv but the line feed.
fn assert_one_line_each(text: &str) {
    let is_line_end = |character| {
        matches!(character, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    assert!(!text.contains(is_line_end), "{text:?}");
}

/// dotenv reads the client ids, an empty secret for each, and the port; a check of the template says that the secrets
/// are missing and nothing else.
fn assert_environment(plan: &Plan, text: &str) {
    assert_one_line_each(text);
    let file = dotenv::read(text);
    assert!(file.malformed.is_empty(), "{text}");
    let mut expected = Vec::new();
    for (id, server) in &plan.proxy.servers {
        expected.push((format!("{id}_CLIENT_ID"), server.client_id.clone()));
        expected.push((format!("{id}_SECRET"), String::new()));
    }
    expected.push(("PORT".to_owned(), plan.proxy.listen.port.to_string()));
    let found = file.entries.iter();
    let mut found: Vec<_> = found.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    // The template is in the order of the types.
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "{text}");
    let environment = Environment { process: &BTreeMap::new(), file: &file };
    for problem in env_check::check_proxy(environment, &plan.proxy.servers) {
        // An empty or made-up client id is the manifest's own, and two ids may differ in nothing but a suffix.
        let is_known = matches!(
            problem.kind,
            EnvProblemKind::Empty | EnvProblemKind::Placeholder | EnvProblemKind::Missing
        );
        assert!(is_known, "{problem:?}: {text}");
    }
}

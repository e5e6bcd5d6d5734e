//! What reads the artifacts, to show that no value has added anything: serde, our own readers of env files and of
//! allowlists always; Node and the JavaScript `dotenv` where they are. A JavaScript engine without Node reads the same
//! payloads in `tests/javascript`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use catproof::testing::compile::emit::{self, Artifact};
use catproof::testing::compile::plan::{
    AppLaunch, CatalogIndex, Plan, Providers, ProxyLaunch, ServerLaunch,
};
use catproof::testing::text::dotenv;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::providers;
use crate::support::{scratch, write};

/// What `providers.js` exports.
const EXPORTS: [&str; 4] = [
    "ALLOWED_DESTINATIONS",
    "SERVER_DESTINATIONS",
    "getAllowedDestinations",
    "isValidOAuthEndpoint",
];

/// The files that JavaScript reads, for one process of Node, and what it must find in them.
#[derive(Default)]
pub struct ForNode {
    files: Vec<Value>,
    expected: Vec<Value>,
}

/// Every artifact of a plan says what the plan says and nothing else. `hosts` are the only ones that may be allowed.
pub fn assert_nothing_was_added(plan: &Plan, hosts: &[&str], for_node: &mut ForNode) {
    let artifacts: BTreeMap<String, String> = emit::emit(plan)
        .unwrap()
        .into_iter()
        .map(|Artifact { path, bytes }| (path, String::from_utf8(bytes).unwrap()))
        .collect();
    let text = |path: &str| artifacts[path].as_str();

    let mut paths: BTreeSet<String> =
        plan.servers.keys().map(|id| format!("desktop_app/servers/{id}.json")).collect();
    paths.extend(
        [
            "catalog.json",
            "desktop_app/.env.example",
            "desktop_app/launch.json",
            "oauth_proxy/.env.example",
            "oauth_proxy/launch.json",
            "oauth_proxy/providers.js",
            "oauth_proxy/providers.json",
        ]
        .map(str::to_owned),
    );
    assert_eq!(artifacts.keys().cloned().collect::<BTreeSet<_>>(), paths);
    for path in &paths {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
        assert!(path.bytes().all(is_plain), "{path}");
    }

    assert_eq!(read::<CatalogIndex>(text("catalog.json")), plan.index);
    assert_eq!(read::<AppLaunch>(text("desktop_app/launch.json")), plan.app);
    assert_eq!(read::<ProxyLaunch>(text("oauth_proxy/launch.json")), plan.proxy);
    assert_eq!(read::<Providers>(text("oauth_proxy/providers.json")), plan.providers);
    for (id, server) in &plan.servers {
        let launch: ServerLaunch = read(text(&format!("desktop_app/servers/{id}.json")));
        assert_eq!(launch, *server);
    }

    let allowed = &plan.providers.allowed_destinations;
    let added: Vec<&String> =
        allowed.iter().filter(|host| !hosts.contains(&host.as_str())).collect();
    assert!(added.is_empty(), "{added:?}");

    let proxy_env = asked_of_the_proxy(plan);
    let app_env = json!({ "OAUTH_PROXY_URL": plan.app.proxy_url });
    for (path, expected) in
        [("oauth_proxy/.env.example", &proxy_env), ("desktop_app/.env.example", &app_env)]
    {
        assert_env(text(path), expected);
    }

    let module = text("oauth_proxy/providers.js");
    let exports = module.lines().filter(|line| line.contains("export "));
    assert_eq!(exports.count(), EXPORTS.len(), "{module}");
    assert_eq!(providers::read(module).as_ref(), Some(allowed), "{module}");
    let lists = json!([allowed, plan.providers.server_destinations]);

    for_node.files.push(json!({
        "module": module,
        "env": [text("oauth_proxy/.env.example"), text("desktop_app/.env.example")],
    }));
    for_node.expected.push(json!({
        "exports": EXPORTS,
        "added": [],
        "lists": lists,
        "env": [proxy_env, app_env],
    }));
}

fn read<T: DeserializeOwned>(artifact: &str) -> T {
    let hidden = artifact.chars().find(|it| *it < ' ' && *it != '\n');
    assert_eq!(hidden, None, "{artifact}");
    serde_json::from_str(artifact).unwrap()
}

/// The variables of the proxy's template, the client ids filled in.
fn asked_of_the_proxy(plan: &Plan) -> Value {
    let mut asked = BTreeMap::from([("PORT", plan.proxy.listen.port.to_string())]);
    for server in plan.proxy.servers.values() {
        asked.insert(&server.environment.client_id[0], server.client_id.clone());
        asked.insert(&server.environment.secret[0], String::new());
    }
    json!(asked)
}

/// Each variable once with its value, and not a line beside them that is not a comment.
fn assert_env(text: &str, expected: &Value) {
    let file = dotenv::read(text);
    assert!(file.malformed.is_empty(), "{text}");
    let entries = file.entries.iter();
    let read: BTreeMap<&str, &str> =
        entries.map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
    assert_eq!(json!(read), *expected);
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(lines.count(), file.entries.len(), "{text}");
    // A shell or an editor that ends lines elsewhere sees the same ones.
    let others = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0'];
    assert!(!text.contains(others), "{text:?}");
}

impl ForNode {
    /// Has Node import every module, and `dotenv` read every template.
    pub fn judge(&self, group: &str) {
        let scratch = scratch();
        for (index, file) in self.files.iter().enumerate() {
            let module = file["module"].as_str().unwrap();
            write(&scratch.path().join(format!("{index}.mjs")), module);
        }
        let script = "
            import { createRequire } from 'node:module';
            import { readFileSync } from 'node:fs';
            const files = JSON.parse(readFileSync(0, 'utf8'));
            const folder = process.env.CATPROOF_DOTENV;
            const dotenv = folder && createRequire(folder + '/')('dotenv');
            const found = [];
            for (const [index, file] of files.entries()) {
              const before = new Set(Object.getOwnPropertyNames(globalThis));
              const module = await import(`./${index}.mjs`);
              found.push({
                exports: Object.keys(module),
                added: Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)),
                lists: [module.ALLOWED_DESTINATIONS, module.SERVER_DESTINATIONS],
                env: dotenv ? file.env.map((text) => dotenv.parse(text)) : null,
              });
            }
            process.stdout.write(JSON.stringify(found));";
        write(&scratch.path().join("judge.mjs"), script);
        let node = Command::new("node")
            .arg("judge.mjs")
            .current_dir(scratch.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut node = match node {
            Ok(node) => node,
            Err(error) => return eprintln!("skipped: there is no `node` ({group}): {error}"),
        };
        let asked = serde_json::to_vec(&self.files).unwrap();
        node.stdin.take().unwrap().write_all(&asked).unwrap();
        let output = node.wait_with_output().unwrap();
        assert!(output.status.success(), "node failed on {group}");
        let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found.len(), self.expected.len());
        let mut templates = 0;
        for (mut found, expected) in found.into_iter().zip(&self.expected) {
            if found["env"].is_null() {
                found["env"] = expected["env"].clone();
            } else {
                templates += 2;
            }
            assert_eq!(found, *expected);
        }
        if templates == 0 {
            eprintln!("skipped: `CATPROOF_DOTENV` names no folder with the package `dotenv`");
        }
        super::told(
            group,
            format_args!(
                "{} modules imported by Node, {templates} templates read by dotenv",
                self.files.len()
            ),
        );
    }
}

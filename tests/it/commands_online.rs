//! The commands that ask somebody: `probe`, `check --online`, `check --proxy-url` and `new --online`, against providers
//! on loopback and against recordings.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use catproof::testing::discovery::{Lock, read_lock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::probe::simulator::{Reply, World};
use crate::support::{catproof, check_json, copy, project, rule_ids, run, scratch, shared, write};

const LOCK: &str = "generated/discovery.lock.json";
const LOCAL_LOCK: &str = "generated/development/discovery.lock.json";
const RECORDINGS: &str = "tests/probe/recordings";

/// A type 4 manifest.
fn remote(id: &str, url: &str) -> Value {
    json!({
        "name": id,
        "display_name": "Acme",
        "description": "The notes of Acme, to read and to write",
        "author": { "name": "Acme" },
        "server": { "type": "remote", "url": url },
        "oauth_config": {
            "name": "Acme",
            "server_url": url,
            "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"],
            "scopes": []
        }
    })
}

/// A type 1 manifest whose secret goes to a host.
fn generic(id: &str, host: &str) -> Value {
    json!({
        "name": id,
        "display_name": "Acme",
        "description": "The notes of Acme, to read and to write",
        "author": { "name": "Acme" },
        "server": { "type": "local", "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] },
        "oauth_config": {
            "name": "Acme",
            "server_url": format!("https://{host}/authorize"),
            "token_endpoint": format!("https://{host}/token"),
            "generic_oauth": true,
            "client_id": "acme-1f3d5",
            "client_secret": "REDACTED",
            "requires_proxy": true,
            "access_token_env_var": "ACME_TOKEN",
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"],
            "scopes": ["notes"]
        }
    })
}

/// A folder with one server in its catalog.
fn catalog_of(manifest: &Value) -> TempDir {
    let scratch = scratch();
    add(scratch.path(), "catalog", manifest);
    scratch
}

fn add(root: &Path, folder: &str, manifest: &Value) {
    let name = manifest["name"].as_str().unwrap();
    let path = root.join(folder).join(format!("{name}.json"));
    write(&path, serde_json::to_string_pretty(manifest).unwrap());
}

/// A provider whose server `{mcp}/mcp` registers clients at `{auth}`.
async fn provider() -> World {
    let world = World::new(&["mcp", "auth", "proxy"]).await;
    publish(&world, "{auth}/token");
    world
}

fn publish(world: &World, token_endpoint: &str) {
    let metadata = format!(
        r#"{{"issuer":"{{auth}}","authorization_endpoint":"{{auth}}/authorize","token_endpoint":"{token_endpoint}",
            "registration_endpoint":"{{auth}}/register","code_challenge_methods_supported":["S256"]}}"#
    );
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/meta"))
        .on(
            "GET {mcp}/meta",
            Reply::json(
                r#"{"resource":"{mcp}/mcp","authorization_servers":["{auth}"],"scopes_supported":["notes"]}"#,
            ),
        )
        .on(
            "GET {auth}/.well-known/oauth-authorization-server",
            Reply::json(&metadata),
        );
}

fn lock_in(root: &Path, path: &str) -> Lock {
    read_lock(&fs::read_to_string(root.join(path)).unwrap()).unwrap()
}

/// `probe` with findings as data: exit code, findings, standard error.
fn probe_json(root: &Path, arguments: &[&str]) -> (i32, Vec<Value>, String) {
    let fixed = ["probe", "--allow-loopback", "--format", "json"];
    let (code, stdout, stderr) = run(root, &[&fixed[..], arguments].concat());
    let report: Value =
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    (code, report["findings"].as_array().unwrap().clone(), stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_writes_the_lock_and_a_second_one_changes_nothing() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let (code, findings, stderr) = probe_json(root.path(), &["--today", "2026-11-23"]);
    assert_eq!((code, findings.len()), (0, 0), "{stderr}");
    assert!(stderr.contains("1/1 acme__mcp: "), "{stderr}");
    let entry = lock_in(root.path(), LOCK).servers.remove("acme__mcp").unwrap();
    assert_eq!(entry.recorded, "2026-11-23");
    assert_eq!(entry.issuer, Some(world.fill("{auth}")));

    let before = fs::read(root.path().join(LOCK)).unwrap();
    let (code, _, stderr) = probe_json(root.path(), &["--today", "2026-11-23"]);
    assert_eq!(code, 0);
    assert!(!stderr.contains("wrote"), "{stderr}");
    assert_eq!(fs::read(root.path().join(LOCK)).unwrap(), before);
    // Quiet means quiet: no progress, no summary.
    let quiet = run(root.path(), &["probe", "--allow-loopback", "--quiet"]);
    assert_eq!(quiet, (0, String::new(), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_is_a_warning_and_takes_no_fact_away() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    assert_eq!(probe_json(root.path(), &[]).0, 0);
    let before = fs::read(root.path().join(LOCK)).unwrap();
    // The last answer stays: from now on the server fails.
    for _ in 0..2 {
        world.on("POST {mcp}/mcp", Reply::status(500));
    }
    run(root.path(), &["probe", "--allow-loopback"]);

    let (code, findings, _) = probe_json(root.path(), &[]);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unreachable-metadata"]));
    assert_eq!(findings[0]["severity"], "warning");
    let (code, findings, _) = probe_json(root.path(), &["--strict-online"]);
    assert_eq!((code, findings[0]["severity"].as_str()), (1, Some("error")));
    let (code, findings, _) = probe_json(root.path(), &["--check"]);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unreachable-metadata"]));
    assert_eq!(fs::read(root.path().join(LOCK)).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_an_error_at_the_manifest_and_stands_in_the_lock() {
    let world = World::new(&["mcp", "auth"]).await;
    world
        .on("POST {mcp}/mcp", Reply::challenge("{mcp}/meta"))
        .on(
            "GET {mcp}/meta",
            Reply::json(r#"{"resource":"{mcp}/mcp","authorization_servers":["{auth}"]}"#),
        )
        .on(
            "GET {auth}/.well-known/oauth-authorization-server",
            Reply::json(
                r#"{"issuer":"https://evil.example","authorization_endpoint":"{auth}/a","token_endpoint":"{auth}/t"}"#,
            ),
        );
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let (code, findings, _) = probe_json(root.path(), &[]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["issuer-mismatch"]));
    assert_eq!(findings[0]["file"], "catalog/acme__mcp.json");
    let lock = lock_in(root.path(), LOCK);
    assert_eq!(lock.servers["acme__mcp"].problems[0].rule, "issuer-mismatch");
    // Offline, the lock says the same.
    let (code, findings) = check_json(root.path(), &[]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["issuer-mismatch"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_lock_finds_drift_and_age_and_writes_nothing() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let (code, findings, _) = probe_json(root.path(), &["--check"]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["discovery-drift"]));
    assert_eq!(findings[0]["file"], "catalog/acme__mcp.json");
    assert!(!root.path().join(LOCK).exists());

    assert_eq!(probe_json(root.path(), &["--today", "2026-11-23"]).0, 0);
    let before = fs::read(root.path().join(LOCK)).unwrap();
    let on = |day: &str| probe_json(root.path(), &["--check", "--today", day]);
    assert_eq!(on("2027-02-21").0, 0);
    let (code, findings, _) = on("2027-02-22");
    assert_eq!((code, rule_ids(&findings)), (1, vec!["stale-lock"]));
    assert_eq!(
        (&findings[0]["file"], &findings[0]["pointer"]),
        (&json!(LOCK), &json!("/servers/acme__mcp"))
    );

    let moved = World::new(&["mcp", "auth"]).await;
    publish(&moved, "https://login.acme.example/token");
    // The same server as far as the lock knows; its provider says something else today.
    let lock = fs::read_to_string(root.path().join(LOCK)).unwrap();
    let lock = moved.fill(&world.unfill(&lock));
    fs::write(root.path().join(LOCK), &lock).unwrap();
    add(root.path(), "catalog", &remote("acme__mcp", &moved.fill("{mcp}/mcp")));
    let (code, findings, _) = on("2026-12-01");
    assert_eq!((code, rule_ids(&findings)), (1, vec!["discovery-drift"]));
    let message = findings[0]["message"].as_str().unwrap();
    assert!(message.contains("login.acme.example/token"), "{message}");
    assert_eq!(fs::read_to_string(root.path().join(LOCK)).unwrap(), lock);
    assert_ne!(before, lock.as_bytes());
    // A rule that is off finds nothing.
    let (code, _, _) = probe_json(root.path(), &["--check", "-A", "discovery-drift"]);
    assert_eq!(code, 0);
}

/// Whatever would get through ends at this listener, which must see nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_refused_in_every_spelling_before_a_socket_opens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let spellings = [
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "100.64.0.1",
        "localhost",
    ];
    let root = scratch();
    for (number, host) in spellings.iter().enumerate() {
        let url = format!("https://{host}:{port}/mcp");
        add(root.path(), "catalog", &remote(&format!("acme__{number}"), &url));
    }
    let (code, stdout, stderr) = run(root.path(), &["probe", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stderr}"));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(code, 0);
    assert_eq!(rule_ids(findings), ["unreachable-metadata"; 8]);
    for finding in findings {
        let message = finding["message"].as_str().unwrap();
        let is_told = message.ends_with("is not a public address")
            || message.ends_with("`localhost` is a loopback name");
        assert!(is_told, "{message}");
    }
    let visitor = tokio::time::timeout(Duration::from_millis(50), listener.accept());
    assert!(visitor.await.is_err(), "a socket was opened");
}

/// The ignores of `check` are none of a probe's business: what they ignore is not looked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_calls_no_ignore_unused() {
    let world = provider().await;
    let mut manifest = remote("acme__mcp", &world.fill("{mcp}/mcp"));
    manifest["oauth_config"]["scopes"] = json!(["notes", "notes"]);
    let root = catalog_of(&manifest);
    let ignore = "[[ignore]]\nrule = \"duplicate-scope\"\nfile = \"catalog/acme__mcp.json\"\nreason = \"a test\"\n";
    write(&root.path().join("catproof.toml"), ignore);
    assert_eq!(check_json(root.path(), &[]), (0, vec![]));
    let (code, findings, _) = probe_json(root.path(), &[]);
    assert_eq!((code, findings), (0, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developers_server_has_its_answers_in_the_lock_for_development() {
    let world = provider().await;
    let root = scratch();
    add(root.path(), "catalog", &remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let mut local = remote("acme__local", &world.fill("{mcp}/mcp"));
    local["oauth_config"]["client_id"] = json!("acme-1f3d5");
    local["oauth_config"]["client_secret"] = json!("REDACTED");
    local["oauth_config"]["requires_proxy"] = json!(true);
    add(root.path(), "catalog_local", &local);
    assert_eq!(probe_json(root.path(), &[]).0, 0);
    let ids = |path| -> Vec<String> { lock_in(root.path(), path).servers.into_keys().collect() };
    assert_eq!(ids(LOCK), ["acme__mcp"]);
    assert_eq!(ids(LOCAL_LOCK), ["acme__local"]);
    // Each URL was asked once, though two servers live there.
    let asked = world.asked();
    assert_eq!(asked.len(), asked.iter().collect::<BTreeSet<_>>().len());

    let destination = |profile: &str| {
        let arguments = ["list", "--profile", profile, "--format", "json"];
        let (_, stdout, _) = run(root.path(), &arguments);
        let servers: Value = serde_json::from_str(&stdout).unwrap();
        servers["servers"][0]["destinations"][0]["host"].clone()
    };
    // Whatever the profile compiles, what was learned of a server is known.
    assert_eq!(destination("development"), "127.0.0.1");
    assert_eq!(destination("production"), "127.0.0.1");
    let (_, story, _) = run(root.path(), &["explain", "acme__local"]);
    assert!(!story.contains("catproof probe"), "{story}");

    // The lock of the developers' servers is theirs: it never keeps the catalog from being built.
    write(&root.path().join(LOCAL_LOCK), "<<<<<<< ours");
    let (code, _, stderr) = run(root.path(), &["build"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, stdout, stderr) = run(root.path(), &["check", "--profile", "development"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("unreadable-lock"), "{stdout}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developers_server_is_asked_about_online_and_its_missing_lock_is_no_drift() {
    let world = provider().await;
    let mut local = remote("acme__local", &world.fill("{mcp}/mcp"));
    local["oauth_config"]["scopes"] = json!(["notes", "photos"]);
    let root = scratch();
    add(root.path(), "catalog_local", &local);
    let (code, findings) = check_json(
        root.path(),
        &["--online", "--allow-loopback", "catalog_local/acme__local.json"],
    );
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unsupported-scope"]));
    // So is a manifest that stands in no file, of which there can be no lock either.
    let mut check = catproof(root.path());
    check.args(["check", "-", "--online", "--allow-loopback", "--format", "concise"]);
    let output = check.write_stdin(local.to_string()).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.contains("[unsupported-scope]"), "{shown}");
    let bare = r#"{"name": "acme__tool", "server": {"command": "npx"}}"#;
    write(&root.path().join("catalog/acme__tool.json"), bare);
    let (_, _, stderr) = run(root.path(), &["check", "--online", "catalog"]);
    assert!(stderr.contains("nothing was probed"), "{stderr}");
    fs::remove_dir_all(root.path().join("catalog")).unwrap();
    // No clone has the lock of the developers' servers.
    let (code, findings, _) = probe_json(root.path(), &["--check"]);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unsupported-scope"]));
    // Of one that was asked about here, what changes is said.
    assert_eq!(probe_json(root.path(), &[]).0, 0);
    publish(&world, "{auth}/new-token");
    // The old answer comes once more.
    assert_eq!(probe_json(root.path(), &["--check"]).0, 0);
    let (code, findings, _) = probe_json(root.path(), &["--check"]);
    assert_eq!(code, 1);
    assert!(rule_ids(&findings).contains(&"discovery-drift"), "{findings:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developers_server_with_the_id_of_one_in_the_catalog_has_its_own_answers() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let proxied = |url: &str| {
        let mut manifest = remote("acme__mcp", &world.fill(url));
        manifest["oauth_config"]["client_id"] = json!("acme-1f3d5");
        manifest["oauth_config"]["client_secret"] = json!("REDACTED");
        manifest["oauth_config"]["requires_proxy"] = json!(true);
        manifest
    };
    world.on("POST {mcp}/next", Reply::challenge("{mcp}/next-meta"));
    world.on(
        "GET {mcp}/next-meta",
        Reply::json(r#"{"resource":"{mcp}/next","authorization_servers":["{auth}"]}"#),
    );
    add(root.path(), "catalog_local", &proxied("{mcp}/next"));
    let (code, _, stderr) = probe_json(root.path(), &[]);
    assert_eq!(code, 0, "{stderr}");
    let resource = |path| {
        let entry = lock_in(root.path(), path).servers.remove("acme__mcp");
        entry.unwrap().resource.clone().unwrap().resource.unwrap()
    };
    assert_eq!(resource(LOCK), world.fill("{mcp}/mcp"));
    assert_eq!(resource(LOCAL_LOCK), world.fill("{mcp}/next"));

    // One that asks the URLs of the catalog's server is known by the committed lock.
    fs::remove_file(root.path().join(LOCAL_LOCK)).unwrap();
    add(root.path(), "catalog_local", &proxied("{mcp}/mcp"));
    let unknown = || {
        let (_, findings) = check_json(root.path(), &["--profile", "development"]);
        let of_rule = |finding: &&Value| finding["rule"] == "unverifiable-destination";
        findings.iter().find(of_rule).cloned()
    };
    assert_eq!(unknown(), None);
    add(root.path(), "catalog_local", &proxied("{mcp}/next"));
    let finding = unknown().unwrap();
    assert_eq!(finding["help"], "run `catproof probe`");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_can_be_asked_alone_and_the_others_keep_their_entries() {
    let world = provider().await;
    let root = scratch();
    for id in ["acme__one", "acme__two"] {
        add(root.path(), "catalog", &remote(id, &world.fill("{mcp}/mcp")));
    }
    add(
        root.path(),
        "catalog",
        &json!({ "name": "acme__tool", "server": { "command": "npx", "args": ["-y", "acme"] } }),
    );
    assert_eq!(probe_json(root.path(), &["--today", "2026-11-01"]).0, 0);
    let (code, _, stderr) = probe_json(root.path(), &["acme__two", "--today", "2026-11-23"]);
    assert!(stderr.contains("probed 1 server"), "{stderr}");
    assert_eq!(code, 0);
    let days: Vec<String> = lock_in(root.path(), LOCK)
        .servers
        .into_values()
        .map(|entry| entry.recorded.clone())
        .collect();
    assert_eq!(days, ["2026-11-01", "2026-11-23"]);

    let (code, _, stderr) = run(root.path(), &["probe", "acme__too", "--replay", "."]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `acme__two`?"), "{stderr}");
    let (code, _, stderr) = run(root.path(), &["probe", "acme__tool", "--replay", "."]);
    assert_eq!(code, 2);
    assert!(stderr.contains("nothing to discover"), "{stderr}");

    // So can the server of a file, and those of a folder.
    let (code, _, stderr) =
        probe_json(root.path(), &["catalog/acme__one.json", "--today", "2026-11-24"]);
    assert!(code == 0 && stderr.contains("probed 1 server"), "{stderr}");
    let lock = lock_in(root.path(), LOCK);
    assert_eq!(lock.servers["acme__one"].recorded, "2026-11-24");
    assert_eq!(lock.servers["acme__two"].recorded, "2026-11-23");
    let (code, _, stderr) = probe_json(root.path(), &["catalog"]);
    assert!(code == 0 && stderr.contains("probed 2 servers"), "{stderr}");
    let (code, _, stderr) =
        run(root.path(), &["probe", "acme__one", "catalog/acme__two.json", "--replay", "."]);
    assert_eq!(code, 2);
    assert!(stderr.contains("name either of them"), "{stderr}");

    // A server that left the catalog leaves the lock.
    fs::remove_file(root.path().join("catalog/acme__two.json")).unwrap();
    assert_eq!(probe_json(root.path(), &["acme__one"]).0, 0);
    assert_eq!(lock_in(root.path(), LOCK).servers.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_replayed_to_the_same_lock_without_a_request() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let (code, _, _) = probe_json(root.path(), &["--record", "answers", "--today", "2026-11-23"]);
    assert_eq!(code, 0);
    let live = fs::read(root.path().join(LOCK)).unwrap();
    let asked = world.asked().len();
    fs::remove_file(root.path().join(LOCK)).unwrap();
    assert_eq!(probe_json(root.path(), &["--replay", "answers"]).0, 0);
    assert_eq!(fs::read(root.path().join(LOCK)).unwrap(), live);
    assert_eq!(world.asked().len(), asked);
}

/// A link may lead to what never ends.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_no_regular_file_is_not_read() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    assert_eq!(probe_json(root.path(), &["--record", "answers"]).0, 0);
    let answers = root.path().join("answers");
    let recording = crate::support::entries(&answers).remove(0);
    let moved = root.path().join("moved.json");
    fs::rename(&recording, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &recording).unwrap();
    for command in [&["probe"][..], &["check", "--online"]] {
        let replay = ["--allow-loopback", "--replay", "answers"];
        let (code, _, stderr) = run(root.path(), &[command, &replay].concat());
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("links are not followed"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_cannot_be_read_is_written_anew_by_a_whole_probe_alone() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    write(&root.path().join(LOCK), "<<<<<<< ours");
    let (code, stdout, stderr) = run(root.path(), &["check"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("unreadable-lock"), "{stdout}");
    for arguments in [
        &["list"][..],
        &["probe", "--check", "--replay", "."],
        &["probe", "acme__mcp", "--replay", "."],
    ] {
        let (code, _, stderr) = run(root.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(stderr.contains("cannot be read"), "{stderr}");
    }
    assert_eq!(probe_json(root.path(), &[]).0, 0);
    assert_eq!(lock_in(root.path(), LOCK).servers.len(), 1);
}

/// Sends the signal of Ctrl-C as soon as the provider was asked.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_the_lock_as_it_was() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    assert_eq!(probe_json(root.path(), &["--today", "2026-11-01"]).0, 0);
    let before = fs::read(root.path().join(LOCK)).unwrap();
    let slow = World::new(&["mcp"]).await;
    slow.on("POST {mcp}/mcp", Reply::status(401).after(Duration::from_hours(1)));
    add(root.path(), "catalog", &remote("acme__slow", &slow.fill("{mcp}/mcp")));
    let mut child = Command::new(catproof(root.path()).get_program())
        .args(["probe", "--allow-loopback"])
        .current_dir(root.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while slow.asked().is_empty() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("interrupted"), "{stderr}");
    assert_eq!(fs::read(root.path().join(LOCK)).unwrap(), before);
    let left: Vec<_> = fs::read_dir(root.path().join("generated")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_online_check_judges_by_fresh_answers_and_writes_nothing() {
    let world = World::new(&["mcp"]).await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let online = ["--online", "--allow-loopback"];
    // Nothing is published: the server answers 404 to everything.
    let (code, findings) = check_json(root.path(), &online);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["discovery-drift", "unpublished-metadata"]));
    world.on("POST {mcp}/mcp", Reply::challenge("{mcp}/meta"));
    world.on("GET {mcp}/meta", Reply::json("[]"));
    let (code, findings) = check_json(root.path(), &online);
    assert_eq!(code, 1);
    assert!(rule_ids(&findings).contains(&"invalid-metadata"));
    // A flaky network fails nothing unless it is asked to.
    world.on("GET {mcp}/meta", Reply::status(503));
    world.on("GET {mcp}/meta", Reply::status(503));
    check_json(root.path(), &online);
    let (code, findings) = check_json(root.path(), &online);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unreachable-metadata"]));
    let (code, _) = check_json(root.path(), &[&online[..], &["--strict-online"]].concat());
    assert_eq!(code, 1);
    assert!(!root.path().join("generated").exists());
    // Without the option nobody is asked.
    let asked = world.asked().len();
    assert_eq!(check_json(root.path(), &[]).0, 0);
    assert_eq!(world.asked().len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_online_check_of_one_file_asks_about_that_one() {
    let world = provider().await;
    let root = scratch();
    add(root.path(), "catalog", &remote("acme__one", &world.fill("{mcp}/mcp")));
    add(root.path(), "catalog", &remote("acme__two", &world.fill("{mcp}/other")));
    let named = ["--online", "--allow-loopback", "catalog/acme__one.json"];
    assert_eq!(check_json(root.path(), &named).0, 0);
    assert!(world.asked().iter().all(|request| !request.contains("other")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_allowlist_of_a_running_proxy_is_judged_like_a_file() {
    let world = World::new(&["proxy"]).await;
    let root = catalog_of(&generic("acme__mcp", "id.acme.example"));
    let health = |hosts: &str| {
        let body = format!(r#"{{"status":"ok","allowedDestinations":{hosts}}}"#);
        world.on("GET {proxy}/health", Reply::json(&body));
    };
    let url = world.fill("{proxy}/");
    let judged = || {
        let (code, findings) = check_json(root.path(), &["--proxy-url", &url]);
        let files = findings.iter().map(|finding| finding["file"].clone());
        let rules: Vec<String> = rule_ids(&findings).into_iter().map(str::to_owned).collect();
        (code, rules, files.collect::<Vec<_>>())
    };
    health(r#"["id.acme.example"]"#);
    health(r#"["other.example", "localhost"]"#);
    assert_eq!(judged(), (0, vec![], vec![]));
    let (code, rules, files) = judged();
    assert_eq!(code, 1);
    assert_eq!(rules, ["loopback-allowed", "unused-allowed-host", "host-not-allowed"]);
    assert_eq!(files, [Value::Null, Value::Null, json!("catalog/acme__mcp.json")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_does_not_answer_is_a_job_that_could_not_be_done() {
    let world = World::new(&["proxy"]).await;
    let root = catalog_of(&generic("acme__mcp", "id.acme.example"));
    let url = world.fill("{proxy}");
    let (code, stdout, stderr) = run(root.path(), &["check", "--proxy-url", &url]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("its `/health` answers 404"), "{stderr}");
    world.on("GET {proxy}/health", Reply::json(r#"{"status":"ok"}"#));
    let (code, _, stderr) = run(root.path(), &["check", "--proxy-url", &url]);
    assert_eq!(code, 2);
    assert!(stderr.contains("expected a list of host names"), "{stderr}");
    let secret = url.replace("http://", "http://user:hunter2@");
    let (code, _, stderr) = run(root.path(), &["check", "--proxy-url", &secret]);
    assert_eq!(code, 2);
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configured_proxy_is_asked_online_alone() {
    let world = provider().await;
    let root = catalog_of(&remote("acme__mcp", &world.fill("{mcp}/mcp")));
    let config = format!("[proxy]\nurl = \"{}\"\n", world.fill("{proxy}"));
    write(&root.path().join("catproof.toml"), config);
    let health = r#"{"allowedDestinations":["unused.acme.example"]}"#;
    world.on("GET {proxy}/health", Reply::json(health));
    assert_eq!(check_json(root.path(), &[]), (0, vec![]));
    write(&root.path().join("answers/none.txt"), "");
    let (_, findings) = check_json(root.path(), &["--online", "--replay", "answers"]);
    assert_eq!(rule_ids(&findings), ["unreachable-metadata"]);
    assert!(world.asked().is_empty());

    assert_eq!(probe_json(root.path(), &[]).0, 0);
    let online = ["--online", "--allow-loopback"];
    let (code, findings) = check_json(root.path(), &online);
    assert_eq!((code, rule_ids(&findings)), (0, vec!["unused-allowed-host"]));
    // One that does not answer is said, and the next best allowlist is taken.
    world.on("GET {proxy}/health", Reply::status(404));
    check_json(root.path(), &online);
    let (code, _, stderr) = run(root.path(), &[&["check"][..], &online].concat());
    assert_eq!(code, 0);
    assert!(stderr.contains("its `/health` answers 404"), "{stderr}");
    let (code, _, _) = run(root.path(), &[&["check", "--strict-online"][..], &online].concat());
    assert_eq!(code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_server_gets_its_type_and_scopes_from_what_it_publishes() {
    let world = provider().await;
    let root = scratch();
    fs::create_dir(root.path().join("catalog_local")).unwrap();
    let new = |id: &str, url: &str| {
        let url = world.fill(url);
        let arguments = ["new", id, "--online", "--allow-loopback", "--url", &url];
        run(root.path(), &arguments)
    };
    let read = |id: &str| -> Value {
        let path = root.path().join(format!("catalog_local/{id}.json"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };

    let (code, stdout, stderr) = new("acme__dynamic", "{mcp}/mcp");
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("1. POST http://127.0.0.1:"), "{stdout}");
    assert!(stdout.contains("Type 4, `remote-dynamic`"), "{stdout}");
    let manifest = read("acme__dynamic");
    assert_eq!(manifest["oauth_config"]["client_id"], "");
    assert_eq!(manifest["oauth_config"]["scopes"], json!(["notes"]));
    let (code, findings) = check_json(root.path(), &["catalog_local/acme__dynamic.json"]);
    assert_eq!((code, findings), (0, vec![]));

    // A server that registers no clients.
    world.on("POST {mcp}/static", Reply::challenge("{mcp}/static-meta"));
    world.on(
        "GET {mcp}/static-meta",
        Reply::json(r#"{"resource":"{mcp}/static","authorization_servers":["{auth}/t"]}"#),
    );
    world.on(
        "GET {auth}/.well-known/oauth-authorization-server/t",
        Reply::json(
            r#"{"issuer":"{auth}/t","authorization_endpoint":"{auth}/a","token_endpoint":"{auth}/t"}"#,
        ),
    );
    let (code, stdout, _) = new("acme__static", "{mcp}/static");
    assert_eq!(code, 0);
    assert!(stdout.contains("Type 3, `remote-static`"), "{stdout}");
    let manifest = read("acme__static");
    assert_eq!(manifest["oauth_config"]["client_secret"], "REDACTED");
    assert_eq!(manifest["oauth_config"]["scopes"], json!([]));
    // What is still to be filled in is found.
    let (_, findings) = check_json(root.path(), &["catalog_local/acme__static.json"]);
    assert_eq!(rule_ids(&findings), ["placeholder-client-id"]);

    // One that answers everybody, and publishes nothing.
    world.on("POST {mcp}/open", Reply::json("{}"));
    let (code, stdout, _) = new("acme__open", "{mcp}/open");
    assert_eq!(code, 0);
    assert!(stdout.contains("No OAuth"), "{stdout}");
    assert_eq!(read("acme__open").get("oauth_config"), None);

    // One that lets `initialize` through, and publishes what it will ask for later.
    world.on("POST {mcp}/late", Reply::json("{}"));
    world.on(
        "GET {mcp}/.well-known/oauth-protected-resource/late",
        Reply::json(r#"{"resource":"{mcp}/late","authorization_servers":["{auth}"]}"#),
    );
    let (code, stdout, _) = new("acme__late", "{mcp}/late");
    assert_eq!(code, 0);
    assert!(stdout.contains("Type 4, `remote-dynamic`"), "{stdout}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_for_a_server_of_which_the_type_cannot_be_told() {
    let world = World::new(&["mcp"]).await;
    world.on("POST {mcp}/mcp", Reply::status(401));
    let root = scratch();
    let url = world.fill("{mcp}/mcp");
    let arguments = ["new", "acme__mcp", "--online", "--allow-loopback", "--url", &url];
    let (code, stdout, stderr) = run(root.path(), &arguments);
    assert_eq!(code, 2);
    assert!(stdout.contains("asks for authentication"), "{stdout}");
    assert!(stderr.contains("which OAuth type it is"), "{stderr}");
    assert!(!root.path().join("catalog_local").exists());

    add(root.path(), "catalog_local", &remote("acme__mcp", &url));
    let (code, _, stderr) = run(root.path(), &arguments);
    assert_eq!(code, 2);
    assert!(stderr.contains("it already exists"), "{stderr}");
    // An address names nobody, so the id has to be given.
    let (code, _, stderr) = run(root.path(), &["new", &url, "--online", "--allow-loopback"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--url"), "{stderr}");
    for id in ["../acme", "a/b", ""] {
        let arguments = ["new", id, "--online", "--allow-loopback", "--url", &url];
        assert_eq!(run(root.path(), &arguments).0, 2, "{id}");
    }
}

/// The shipped catalog, its artifacts and the recordings, in a folder of their own.
fn shipped() -> TempDir {
    let scratch = scratch();
    for folder in ["catalog", "catalog_local", "generated", RECORDINGS] {
        copy(&project().join(folder), &scratch.path().join(folder));
    }
    scratch
}

#[test]
fn the_shipped_lock_is_what_a_replay_of_the_recordings_writes() {
    let root = shipped();
    let committed = fs::read(root.path().join(LOCK)).unwrap();
    for _ in 0..2 {
        fs::remove_file(root.path().join(LOCK)).unwrap();
        let (code, _, stderr) = run(root.path(), &["probe", "--replay", RECORDINGS]);
        assert_eq!(code, 0, "{stderr}");
        assert!(
            fs::read(root.path().join(LOCK)).unwrap() == committed,
            "run `catproof probe --replay {RECORDINGS}`"
        );
    }
    // Nothing of it was fetched by catproof but what is recorded word for word, and all the rest says so.
    let lock = lock_in(root.path(), LOCK);
    let fetched: Vec<&String> =
        lock.servers.iter().filter(|(_, entry)| !entry.reconstructed).map(|(id, _)| id).collect();
    assert_eq!(fetched, ["iskhakov__google_workspace_mcp"]);
}

#[test]
fn every_server_that_the_facts_show_to_register_clients_is_in_the_catalog() {
    let Some(folder) = shared("corpus/discovery") else {
        return;
    };
    let text = fs::read_to_string(folder.join("mcp-servers.facts.json")).unwrap();
    let facts: Vec<Value> = serde_json::from_str(&text).unwrap();
    let lock = lock_in(&project(), LOCK);
    let slashless = |url: &str| url.trim_end_matches('/').to_owned();
    let shipped: BTreeSet<String> = lock
        .servers
        .values()
        .filter(|entry| entry.registers_clients() == Some(true))
        .filter_map(|entry| Some(slashless(entry.inputs.remote_url.as_deref()?)))
        .collect();
    let is_stated = |server: &Value| {
        let members = ["mcp_url", "issuer", "authorization_endpoint", "token_endpoint"];
        server["dynamic_registration"] == true
            && members.iter().all(|name| server[*name].is_string())
    };
    // Second endpoints of servers that are there with their first.
    let second = ["https://mcp.webflow.com/sse", "https://mcp.wix.com/sse"];
    let missing: Vec<String> = facts
        .iter()
        .filter(|server| is_stated(server))
        .map(|server| slashless(server["mcp_url"].as_str().unwrap()))
        .filter(|url| !shipped.contains(url))
        .collect();
    assert_eq!(missing, second);
}

#[test]
fn the_lock_tells_where_the_secrets_of_google_and_github_go() {
    let root = shipped();
    // In a pipe, a server has one line.
    let mut list = catproof(root.path());
    let table = list.arg("list").env_remove("COLUMNS").output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    let line = |id: &str| table.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line("iskhakov__google_workspace_mcp").contains("oauth2.googleapis.com"));
    assert!(line("githubcopilot__remote-mcp").contains("github.com"));
    let (_, stdout, _) = run(root.path(), &["list", "--format", "json"]);
    let servers: Value = serde_json::from_str(&stdout).unwrap();
    let github = servers["servers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|server| server["id"] == "githubcopilot__remote-mcp")
        .unwrap();
    let token = github["destinations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|destination| destination["purpose"] == "token")
        .unwrap();
    assert_eq!(token["host"], "github.com");
    assert_eq!(
        token["source"],
        "lock https://github.com/.well-known/oauth-authorization-server/login/oauth (reconstructed)"
    );

    fs::remove_file(root.path().join(LOCK)).unwrap();
    let (_, findings) = check_json(root.path(), &["catalog"]);
    let unverifiable: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["rule"] == "unverifiable-destination")
        .map(|finding| finding["file"].as_str().unwrap())
        .collect();
    assert_eq!(
        unverifiable,
        ["catalog/githubcopilot__remote-mcp.json", "catalog/iskhakov__google_workspace_mcp.json"]
    );
}

#[test]
fn a_server_is_explained_with_the_story_of_its_discovery() {
    let (code, stdout, _) = run(&project(), &["explain", "githubcopilot__remote-mcp"]);
    assert_eq!(code, 0);
    for part in [
        "## What discovery saw on 2026-09-30",
        "not fetched",
        "1. POST https://api.githubcopilot.com/mcp/ (401): asks for a token and names its resource metadata",
        "Therefore codes are exchanged at https://github.com/login/oauth/access_token",
    ] {
        assert!(stdout.contains(part), "{part}: {stdout}");
    }
}

/// In a namespace without interfaces nothing can leave, not even to loopback.
#[test]
fn without_a_network_everything_offline_is_the_same() {
    let may_unshare = Command::new("unshare")
        .args(["-rn", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !may_unshare {
        eprintln!("skipped: this system does not let us take the network away (`unshare -rn`)");
        return;
    }
    let root = shipped();
    let program = catproof(root.path()).get_program().to_owned();
    for arguments in [
        &["check", "--pedantic"][..],
        &["build", "--check"],
        &["list"],
        &["probe", "--replay", RECORDINGS, "--check"],
        &["check", "--online", "--replay", RECORDINGS],
    ] {
        let (code, stdout, stderr) = run(root.path(), arguments);
        let cut_off = Command::new("unshare")
            .arg("-rn")
            .arg(&program)
            .args(arguments)
            .current_dir(root.path())
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert_eq!(cut_off.status.code(), Some(code), "{arguments:?}");
        assert_eq!(text(cut_off.stdout), stdout, "{arguments:?}");
        assert_eq!(text(cut_off.stderr), stderr, "{arguments:?}");
    }
}

//! Recordings: what was recorded is replayed, and the shipped recordings give the expected lock.

use std::path::{Path, PathBuf};

use catproof::testing::discovery::Fetch as _;
use catproof::testing::discovery::fetch::Method;
use catproof::testing::discovery::record::Recording;
use catproof::testing::discovery::{
    DiscoveryTarget, Lock, LockInputs, ProbeRun, Probed, Reach, Recorder, Recordings, Request,
    TargetKind, probe,
};
use catproof::testing::text::hidden::to_json;
use expect_test::expect_file;

use super::simulator::{Reply, TODAY, World, rules};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/recordings")
}

async fn replay(folder: &Path, targets: &[DiscoveryTarget], reach: Reach) -> Probed {
    let recordings = Recordings::open(folder).unwrap();
    probe(targets, &recordings, ProbeRun { today: TODAY, reach }, |_| ()).await
}

/// A target for every remote server that the shipped recordings know, and the issuer Google.
fn shipped_targets() -> Vec<DiscoveryTarget> {
    let mut urls = Vec::new();
    for item in std::fs::read_dir(shipped()).unwrap() {
        let path = item.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let recording: Recording =
                serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            assert_eq!(path.file_name().unwrap().to_str(), Some(recording.file_name().as_str()));
            urls.extend((recording.method == Method::Initialize).then_some(recording.url));
        }
    }
    let remote = |url: String| DiscoveryTarget {
        server_id: url.clone(),
        kind: TargetKind::Remote,
        inputs: LockInputs { remote_url: Some(url), ..LockInputs::default() },
    };
    let google = DiscoveryTarget {
        server_id: "google".to_owned(),
        kind: TargetKind::McpStatic,
        inputs: LockInputs {
            remote_url: None,
            server_url: Some("https://accounts.google.com".to_owned()),
            well_known_url: Some(
                "https://accounts.google.com/.well-known/openid-configuration".to_owned(),
            ),
        },
    };
    urls.into_iter().map(remote).chain([google]).collect()
}

#[tokio::test]
async fn the_shipped_recordings_give_the_expected_lock_twice() {
    let targets = shipped_targets();
    let first = to_json(&replay(&shipped(), &targets, Reach::Public).await.lock);
    let reversed: Vec<DiscoveryTarget> = targets.into_iter().rev().collect();
    let second = to_json(&replay(&shipped(), &reversed, Reach::Public).await.lock);
    assert_eq!(first, second);
    expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/recordings.lock.json")]
        .assert_eq(&first);
}

#[tokio::test]
async fn the_shipped_recordings_say_what_is_known_and_nothing_else() {
    let Lock { servers, .. } = replay(&shipped(), &shipped_targets(), Reach::Public).await.lock;
    assert_eq!(servers.len(), 44);
    for (id, entry) in &servers {
        let facts = entry.authorization_server.as_ref().unwrap();
        assert!(facts.token_endpoint.is_some() && facts.authorization_endpoint.is_some(), "{id}");
        assert!(entry.problems.is_empty(), "{id}: {:?}", entry.problems);
        if id == "google" {
            assert!(
                !entry.reconstructed
                    && entry.requests.iter().all(|request| request.sha256.is_some())
            );
            continue;
        }
        assert!(entry.reconstructed && entry.source.is_some(), "{id}");
        assert_eq!(entry.recorded, "2026-09-30", "{id}");
        assert!(entry.requests.iter().all(|request| request.sha256.is_none()), "{id}");
        assert_eq!(facts.dynamic_registration, Some(!id.contains("githubcopilot")), "{id}");
        assert_eq!(facts.authorization_response_iss_parameter_supported, None, "{id}");
    }
    let linear = servers.get("https://mcp.linear.app/mcp").unwrap();
    let facts = linear.authorization_server.as_ref().unwrap();
    assert_eq!(facts.code_challenge_methods_supported, None);
    assert_eq!(facts.token_endpoint_auth_methods_supported, None);
    assert_eq!(linear.resource.as_ref().unwrap().resource, None);
    let hosts = |id: &str| {
        servers
            .get(id)
            .and_then(|entry| entry.authorization_server.as_ref()?.token_endpoint.clone())
    };
    assert_eq!(hosts("google").as_deref(), Some("https://oauth2.googleapis.com/token"));
    assert_eq!(
        hosts("https://api.githubcopilot.com/mcp/").as_deref(),
        Some("https://github.com/login/oauth/access_token")
    );
}

#[tokio::test]
async fn what_was_recorded_is_replayed_to_the_same_bytes() {
    let world = World::new(&["a", "b"]).await;
    world
        .on("POST {a}/mcp", Reply::challenge("{a}/meta"))
        .on("GET {a}/meta", Reply::redirect(302, "{b}/meta"))
        .on("GET {b}/meta", Reply::json(r#"{"resource":"{a}/mcp","authorization_servers":["{b}/t"]}"#))
        .on("GET {b}/.well-known/oauth-authorization-server/t", Reply::page())
        .on(
            "GET {b}/.well-known/openid-configuration/t",
            Reply::json("{\"issuer\":\"{b}/t\",\r\n\"authorization_endpoint\":\"{b}/a\",\"token_endpoint\":\"{b}/t\"}\n"),
        )
        .on("POST {a}/broken", Reply::status(401))
        .on("GET {a}/.well-known/oauth-protected-resource/broken", Reply::status(200).drip(b"\xff\xfe", 3, std::time::Duration::ZERO))
        .on("POST {a}/loop", Reply::redirect(308, "/loop"));
    let targets: Vec<DiscoveryTarget> =
        ["{a}/mcp", "{a}/broken", "{a}/loop", "http://127.0.0.1:1/mcp", "https://10.0.0.1/"]
            .map(|url| DiscoveryTarget { server_id: world.fill(url), ..world.remote(url) })
            .to_vec();
    let folder = tempfile::tempdir().unwrap();
    let run = ProbeRun { today: TODAY, reach: Reach::Loopback };
    let recorder = Recorder::new(world.network(), folder.path(), TODAY).unwrap();
    let live = probe(&targets, &recorder, run, |_| ()).await;
    recorder.finish().unwrap();
    let asked = world.asked().len();

    let replayed = replay(folder.path(), &targets, Reach::Loopback).await;
    assert_eq!(to_json(&replayed.lock), to_json(&live.lock));
    assert_eq!(world.asked().len(), asked, "a replay touched the network");
    let rules_of = |url: &str| rules(live.lock.servers.get(&world.fill(url)).unwrap());
    assert_eq!(rules_of("{a}/mcp"), [""; 0]);
    assert_eq!(rules_of("{a}/broken"), ["invalid-metadata"]);
    assert_eq!(rules_of("{a}/loop"), ["unreachable-metadata"]);
    assert_eq!(rules_of("https://10.0.0.1/"), ["unreachable-metadata"]);
}

#[tokio::test]
async fn what_is_not_recorded_is_said_and_is_no_pass() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(&[]).await;
    let targets = [world.remote("https://mcp.example/mcp")];
    let probed = replay(folder.path(), &targets, Reach::Public).await;
    let entry = probed.lock.servers.get("server").unwrap();
    assert_eq!(rules(entry), ["unreachable-metadata"]);
    assert_eq!(entry.requests.first().unwrap().outcome, "the answer is not recorded");
    assert_eq!(entry.authorization_server, None);
}

#[tokio::test]
async fn a_folder_that_holds_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Recordings::open(&folder.path().join("missing")).is_err());
    std::fs::write(folder.path().join("notes.txt"), "not read").unwrap();
    assert!(Recordings::open(folder.path()).is_ok());
    let recording =
        r#"{"method":"GET","url":"https://a.example/","recorded":"2026-10-01","status":404}"#;
    std::fs::write(folder.path().join("one.json"), recording).unwrap();
    let request = Request { method: Method::Get, url: "https://a.example/".to_owned() };
    let answer = Recordings::open(folder.path()).unwrap().fetch(&request).await.unwrap();
    assert_eq!(answer.status, Some(404));
    std::fs::write(folder.path().join("two.json"), recording).unwrap();
    let twice = Recordings::open(folder.path()).unwrap_err().to_string();
    assert!(twice.ends_with("both answer GET https://a.example/"), "{twice}");
    std::fs::write(folder.path().join("two.json"), "{}").unwrap();
    assert!(
        Recordings::open(folder.path())
            .unwrap_err()
            .to_string()
            .contains("two.json is not a recording")
    );
}

#[cfg(unix)]
#[test]
fn a_recording_that_is_no_regular_file_is_refused() {
    for target in ["/dev/zero", "/dev/tty"] {
        let scratch = crate::support::scratch();
        let link = scratch.path().join("zero.json");
        std::os::unix::fs::symlink(target, link).unwrap();
        let error = Recordings::open(scratch.path()).unwrap_err().to_string();
        assert!(error.contains("symbolic link"), "{error}");
    }
}

//! A thousand servers: at most eight requests at once, two for one origin, none made twice.

use std::collections::BTreeSet;
use std::time::Duration;

use catproof::testing::discovery::DiscoveryTarget;

use super::simulator::{Reply, World, probe_all};

const DELAY: Duration = Duration::from_millis(5);

fn numbered(world: &World, count: usize, url: impl Fn(usize) -> String) -> Vec<DiscoveryTarget> {
    (0..count)
        .map(|number| DiscoveryTarget {
            server_id: format!("server-{number:04}"),
            ..world.remote(&url(number))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_servers_are_asked_eight_at_a_time_and_nobody_twice() {
    let names: Vec<String> = (0..1_000).map(|number| format!("s{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // One listener for all: a thousand ports are more than some systems give to a process.
    let world = World::behind_a_proxy(&names).await;
    for name in &names {
        let meta = format!("{{{name}}}/.well-known/oauth-protected-resource/mcp");
        world.on(&format!("POST {{{name}}}/mcp"), Reply::challenge(&meta).after(DELAY)).on(
            &format!("GET {meta}"),
            Reply::json(&format!(
                r#"{{"resource":"{{{name}}}/mcp","authorization_servers":["{{s0}}"]}}"#
            ))
            .after(DELAY),
        );
    }
    world.on(
        "GET {s0}/.well-known/oauth-authorization-server",
        Reply::json(
            r#"{"issuer":"{s0}","authorization_endpoint":"{s0}/a","token_endpoint":"{s0}/t"}"#,
        )
        .after(DELAY),
    );
    let targets = numbered(&world, 1_000, |number| format!("{{s{number}}}/mcp"));
    let probed = probe_all(&targets, &world.network()).await;

    assert_eq!(probed.lock.servers.len(), 1_000);
    assert!(
        probed
            .lock
            .servers
            .values()
            .all(|entry| entry.authorization_server.is_some() && entry.problems.is_empty())
    );
    assert_eq!(world.most_in_flight(), 8);
    let asked = world.asked();
    assert_eq!(asked.len(), 2_001);
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len());
}

#[tokio::test]
async fn one_origin_is_asked_two_things_at_a_time() {
    let world = World::new(&["a"]).await;
    for number in 0..20 {
        world.on(&format!("POST {{a}}/{number}"), Reply::status(401).after(DELAY));
    }
    let targets = numbered(&world, 20, |number| format!("{{a}}/{number}"));
    probe_all(&targets, &world.network()).await;
    assert_eq!(world.most_in_flight(), 2);
}

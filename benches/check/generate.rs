//! A catalog that any clone can make: seeded, with the size distribution of the real one
//! (median 9.8 kB, maximum 800 kB).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;

/// Writes `count` manifests into a folder, always the same ones; a folder that has them is left as it is.
pub fn catalog(folder: &Path, count: usize) {
    let marker = folder.join(".complete");
    if fs::read_to_string(&marker).is_ok_and(|known| known == count.to_string()) {
        return;
    }
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let mut random = Random(0x5eed);
    for index in 0..count {
        let id = format!("owner{index}__server-{index}");
        fs::write(folder.join(format!("{id}.json")), manifest(&id, index, &mut random)).unwrap();
    }
    fs::write(marker, count.to_string()).unwrap();
}

fn manifest(id: &str, index: usize, random: &mut Random) -> String {
    let mut manifest = json!({
        "name": id,
        "display_name": format!("Server {index}"),
        "description": "What this server does, in one sentence",
        "author": { "name": format!("owner{index}") },
        "category": "Development",
        "quality_score": random.below(100),
        "readme": readme(random),
        "tools": (0..random.below(20)).map(|tool| json!({ "name": format!("tool_{tool}"), "description": "Does it" }))
            .collect::<Vec<_>>(),
        "user_config": {
            "api_key": { "type": "string", "title": "Key", "description": "The key", "required": true, "sensitive": true },
            "limit": { "type": "number", "title": "Limit", "description": "How many", "default": 10, "min": 1, "max": 50 }
        },
        "archestra_config": {
            "client_config_permutations": { "npx": { "command": "npx", "args": ["-y", id], "env": { "API_KEY": "<key>" } } },
            "oauth": { "provider": null, "required": false },
            "works_in_archestra": true
        }
    });
    // One in forty is remote with OAuth, as in the real catalog.
    manifest["server"] = match index % 40 {
        0 => json!({ "type": "remote", "url": format!("https://mcp.owner{index}.example/mcp") }),
        _ => json!({
            "type": "local", "command": "npx", "args": ["-y", format!("{id}@1.{index}.0"), "--limit=${user_config.limit}"],
            "env": { "API_KEY": "${user_config.api_key}" }
        }),
    };
    if index.is_multiple_of(40) {
        manifest["oauth_config"] = json!({
            "name": "Login", "server_url": format!("https://mcp.owner{index}.example/mcp"), "client_id": "",
            "redirect_uris": ["http://127.0.0.1:33418/oauth/callback"], "scopes": [], "supports_resource_metadata": true
        });
    }
    serde_json::to_string_pretty(&manifest).unwrap()
}

/// Prose of a size that is distributed as the real READMEs' are: most a few kilobytes, few very large.
fn readme(random: &mut Random) -> String {
    let size = match random.below(600) {
        0 => 700_000,
        1..=20 => 40_000 + random.below(60_000),
        21..=300 => 8_000 + random.below(12_000),
        _ => 1_000 + random.below(7_000),
    };
    let mut text = String::with_capacity(size + 80);
    while text.len() < size {
        let _ = writeln!(
            text,
            "## Section {}\n\nRun `npx -y server` and set \"API_KEY\" to {}.",
            random.below(99),
            random.below(9999)
        );
    }
    text
}

/// A linear congruential generator (Knuth's MMIX constants): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

//! `check --write-baseline`: a catalog with history adopts catproof in one step, and only what is new is shown.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{check_json, copy_of, entries, rule_ids, run, scratch, shared, write};

const CONFIG: &str = "# Ours.\n[rules]\n\n# A decision of last year.\n[[ignore]]\nrule = \"unknown-key\"\n\
                      file = \"catalog/acme__mcp.json\"\npointer = \"/mascot\"\nreason = \"we like it\"\n";

/// A manifest with three unknown keys and a name that is not its file's.
fn catalog(folder: &Path) {
    let manifest = json!({
        "name": "acme__mpc", "mascot": "a cat", "motto": "none",
        "display_name": "Acme", "description": "Notes", "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"], "sandbox": true }
    });
    write(&folder.join("catalog/acme__mcp.json"), serde_json::to_string_pretty(&manifest).unwrap());
}

#[test]
fn the_baseline_is_minimal_sorted_and_added_to_what_was_there() {
    let scratch = scratch();
    catalog(scratch.path());
    let config = scratch.path().join("catproof.toml");
    write(&config, CONFIG);
    let (code, stdout, stderr) = run(scratch.path(), &["check", "--write-baseline"]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    assert!(stderr.starts_with("added 3 ignores to catproof.toml\n"), "{stderr}");
    let text = fs::read_to_string(&config).unwrap();
    let added = text.strip_prefix(CONFIG).expect("what was there stays");
    let ignore = |rule: &str, pointer: &str| {
        format!(
            "\n[[ignore]]\nrule = \"{rule}\"\nfile = \"catalog/acme__mcp.json\"\npointer = \"{pointer}\"\nreason = \"baseline\"\n"
        )
    };
    let expected = [
        ignore("id-mismatch", "/name"),
        ignore("unknown-key", "/motto"),
        ignore("unknown-key", "/server/sandbox"),
    ];
    assert_eq!(added, expected.concat());

    let (code, _, stderr) = run(scratch.path(), &["check", "--write-baseline"]);
    assert_eq!(code, 0);
    assert!(stderr.starts_with("added 0 ignores"), "{stderr}");
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
}

#[test]
fn a_configuration_that_is_a_link_is_not_written_through() {
    let scratch = scratch();
    catalog(scratch.path());
    write(&scratch.path().join("elsewhere.toml"), "");
    #[cfg(unix)]
    std::os::unix::fs::symlink("elsewhere.toml", scratch.path().join("catproof.toml")).unwrap();
    #[cfg(unix)]
    assert_eq!(run(scratch.path(), &["check", "--write-baseline"]).0, 2);
    assert_eq!(fs::read_to_string(scratch.path().join("elsewhere.toml")).unwrap(), "");
}

#[test]
fn a_baseline_of_the_public_catalog_lets_only_what_is_new_through() {
    let Some(corpus) = shared("corpus/servers") else {
        return;
    };
    let scratch = scratch();
    let folder = scratch.path();
    let catalog = copy_of(&corpus);
    fs::rename(catalog.path(), folder.join("catalog")).unwrap();
    let (code, _, stderr) = run(folder, &["check", "--write-baseline"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, findings) = check_json(folder, &["--fail-on", "warning"]);
    assert_eq!((code, findings.len()), (0, 0), "{findings:#?}");

    // Every ignore is needed.
    let config = folder.join("catproof.toml");
    let text = fs::read_to_string(&config).unwrap();
    let ignores: Vec<&str> = text.split("[[ignore]]\n").skip(1).collect();
    assert!(ignores.is_sorted_by_key(|ignore| ignore.lines().nth(1)));
    let without_first = format!("[[ignore]]\n{}", ignores[1..].join("[[ignore]]\n"));
    write(&config, without_first);
    let (_, findings) = check_json(folder, &[]);
    assert!(!findings.is_empty(), "{} is not needed", ignores[0]);
    write(&config, &text);

    // A new error and a new warning, each in a file that has none.
    let linear = folder.join("catalog/linear__remote-mcp.json");
    let clean = fs::read_to_string(&linear).unwrap();
    let edited = |change: fn(&mut Value)| {
        let mut manifest: Value = serde_json::from_str(&clean).unwrap();
        change(&mut manifest);
        write(&linear, manifest.to_string());
    };
    edited(|manifest| manifest["oauth_config"]["server_url"] = json!("http://mcp.linear.app/mcp"));
    let (code, findings) = check_json(folder, &[]);
    assert_eq!(code, 1);
    assert!(findings.iter().all(|finding| finding["file"] == "catalog/linear__remote-mcp.json"));
    assert!(rule_ids(&findings).contains(&"plaintext-url"));
    edited(|manifest| manifest["mascot"] = json!("a cat"));
    assert_eq!(check_json(folder, &[]).0, 0);
    let (code, findings) = check_json(folder, &["--fail-on", "warning"]);
    assert_eq!((code, rule_ids(&findings)), (1, vec!["unknown-key"]));
    write(&linear, &clean);

    // What is repaired leaves its ignore behind.
    let broken = entries(&folder.join("catalog")).into_iter().find(|path| {
        let name = crate::support::name(path);
        text.contains(&format!("rule = \"id-mismatch\"\nfile = \"catalog/{name}\""))
    });
    let broken = broken.expect("the corpus has one file whose name is not its server's");
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&broken).unwrap()).unwrap();
    manifest["name"] = json!(broken.file_stem().unwrap().to_str().unwrap());
    write(&broken, manifest.to_string());
    let (_, findings) = check_json(folder, &[]);
    assert_eq!(rule_ids(&findings), ["unused-ignore"], "{findings:#?}");
}

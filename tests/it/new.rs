//! `new` offline: what it writes is clean but for what nobody said, and nothing is ever overwritten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use catproof::testing::cli::args::Cli;
use clap::Parser as _;
use serde_json::Value;

use crate::support::{check_json, project, run, scratch, write};

const SERVER: &str = "https://mcp.acme.example/mcp";
const ISSUER: &str = "https://id.acme.example";
const AUTHORIZE: &str = "https://id.acme.example/authorize";
const TOKEN: &str = "https://id.acme.example/token";
const COMMAND: [&str; 4] = ["--", "npx", "-y", "acme-mcp@1.4.0"];

/// Runs `new` for a server in a folder of its own; gives its type and the rules of its findings.
fn new(arguments: &[&str]) -> (u64, BTreeSet<String>) {
    let scratch = scratch();
    let (code, stdout, stderr) = run(scratch.path(), &[&["new", "acme__mcp"], arguments].concat());
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("wrote `catalog_local/acme__mcp.json`. Next:\n1. "), "{stdout}");
    let (_, listed, _) =
        run(scratch.path(), &["list", "--format", "json", "--profile", "development"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let (_, findings) = check_json(scratch.path(), &["--profile", "development", "--pedantic"]);
    let rules = findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned());
    (listed["servers"][0]["oauth"]["number"].as_u64().unwrap(), rules.collect())
}

fn rules<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
    ids.map(str::to_owned).into()
}

#[test]
fn a_complete_manifest_of_each_type_is_clean_but_for_what_only_a_probe_can_know() {
    let client = ["--client-id", "acme-1f3d5"];
    let generic =
        [&["--type", "1", "--url", AUTHORIZE, "--token-endpoint", TOKEN], &client[..], &COMMAND];
    assert_eq!(new(&generic.concat()), (1, rules([])));
    let mcp = [&["--type", "2", "--url", ISSUER], &client[..], &COMMAND];
    assert_eq!(new(&mcp.concat()), (2, rules(["unverifiable-destination"])));
    let remote = [&["--type", "remote-static", "--url", SERVER], &client[..]];
    assert_eq!(new(&remote.concat()), (3, rules(["unverifiable-destination"])));
    assert_eq!(new(&["--type", "4", "--url", SERVER]), (4, rules([])));
}

#[test]
fn what_nobody_said_is_what_check_reports() {
    let (_, found) = new(&["--type", "1", "--url", AUTHORIZE]);
    assert_eq!(
        found,
        rules(["missing-token-endpoint", "placeholder-client-id", "unknown-command"])
    );
    let (_, found) = new(&["--type", "2", "--url", ISSUER]);
    assert_eq!(
        found,
        rules(["placeholder-client-id", "unknown-command", "unverifiable-destination"])
    );
    let (_, found) = new(&["--type", "3", "--url", SERVER]);
    assert_eq!(found, rules(["placeholder-client-id", "unverifiable-destination"]));
}

fn manifest(folder: &Path, id: &str) -> Value {
    let path = folder.join(format!("catalog_local/{id}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_id_can_be_made_of_the_url_and_the_callback_is_the_configured_one() {
    let scratch = scratch();
    write(
        &scratch.path().join("catproof.toml"),
        "[proxy]\nurl = \"https://oauth.acme.example/\"\n",
    );
    let arguments = ["new", SERVER, "--type", "3", "--scope", "notes", "--scope", "tasks"];
    assert_eq!(run(scratch.path(), &arguments).0, 0);
    let written = manifest(scratch.path(), "acme__remote-mcp");
    let oauth = &written["oauth_config"];
    assert_eq!(written["name"], "acme__remote-mcp");
    assert_eq!(oauth["redirect_uris"][0], "https://oauth.acme.example/oauth/callback");
    assert_eq!(oauth["scopes"], serde_json::json!(["notes", "tasks"]));
}

#[test]
fn following_the_steps_to_the_catalog_ends_in_a_clean_check() {
    for (configured, names_callback) in
        [("", true), ("[proxy]\nurl = \"https://oauth.acme.example\"\n", false)]
    {
        let scratch = scratch();
        write(&scratch.path().join("catproof.toml"), configured);
        let arguments =
            ["new", "acme__mcp", "--type", "1", "--url", AUTHORIZE, "--token-endpoint", TOKEN];
        let client = ["--client-id", "acme-1f3d5"];
        let (code, stdout, _) = run(scratch.path(), &[&arguments[..], &client, &COMMAND].concat());
        assert_eq!(code, 0);
        let says_callback = stdout.contains("first in `oauth_config.redirect_uris`");
        assert_eq!(says_callback, names_callback, "{stdout}");
        let mut written = manifest(scratch.path(), "acme__mcp");
        // Nobody has tried it.
        assert_eq!(written["archestra_config"].get("works_in_archestra"), None);
        if names_callback {
            written["oauth_config"]["redirect_uris"][0] =
                "https://oauth.acme.example/oauth/callback".into();
        }
        fs::remove_dir_all(scratch.path().join("catalog_local")).unwrap();
        write(&scratch.path().join("catalog/acme__mcp.json"), written.to_string());
        let (code, findings) = check_json(scratch.path(), &[]);
        assert_eq!((code, findings), (0, vec![]));
    }
}

#[test]
fn a_new_server_that_hides_one_of_the_catalog_says_so() {
    let scratch = scratch();
    let arguments = ["new", "acme__mcp", "--type", "4", "--url", SERVER];
    write(&scratch.path().join("catalog/acme__mcp.json"), "{}");
    let (code, _, stderr) = run(scratch.path(), &arguments);
    assert_eq!(code, 0);
    assert!(stderr.contains("`catalog/acme__mcp.json` exists too"), "{stderr}");
    fs::remove_dir_all(scratch.path().join("catalog_local")).unwrap();
    fs::remove_file(scratch.path().join("catalog/acme__mcp.json")).unwrap();
    let (_, _, stderr) = run(scratch.path(), &arguments);
    assert_eq!(stderr, "");
}

#[test]
fn git_is_to_ignore_the_file_with_the_secrets() {
    let scratch = scratch();
    let propose = |id: &str, oauth_type: &str| {
        let arguments = ["new", id, "--type", oauth_type, "--url", SERVER];
        let (code, stdout, _) = run(scratch.path(), &arguments);
        assert_eq!(code, 0);
        stdout.lines().find(|line| line.contains(".gitignore")).map(str::to_owned)
    };
    let all = "1. Add `/oauth_proxy/.env` and `/generated/development` to `.gitignore`.";
    assert_eq!(propose("acme__one", "3").as_deref(), Some(all));
    // There is no secret to keep.
    assert_eq!(propose("acme__two", "4"), None);
    let ignored = fs::read_to_string(project().join(".gitignore")).unwrap();
    write(&scratch.path().join(".gitignore"), ignored);
    assert_eq!(propose("acme__three", "3"), None);
    write(&scratch.path().join(".gitignore"), ".env\n");
    let rest = propose("acme__four", "3").unwrap();
    assert!(rest.contains("Add `/generated/development`"), "{rest}");
}

/// The commands in backticks among the steps, for a server of type 3.
fn commands_of_the_steps(folder: &Path) -> Vec<String> {
    let (code, stdout, stderr) = run(folder, &["new", "acme__mcp", "--type", "3", "--url", SERVER]);
    assert_eq!(code, 0, "{stderr}");
    let quoted = stdout.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.starts_with("catproof ") || text.contains("cd "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_steps_name_what_is_there() {
    let scratch = scratch();
    let own = [
        "catproof check --profile development catalog_local/acme__mcp.json",
        "catproof probe acme__mcp",
        "catproof build --profile development",
        "catproof proxy --profile development --allow-missing --env-file oauth_proxy/.env",
        "catproof simulate acme__mcp",
        "catproof check",
    ];
    assert_eq!(commands_of_the_steps(scratch.path()), own);
    for command in own {
        assert!(Cli::try_parse_from(command.split(' ')).is_ok(), "{command}");
    }
    let checkout = crate::support::scratch();
    fs::create_dir_all(checkout.path().join("desktop_app/src/ui/catalog_local")).unwrap();
    fs::create_dir_all(checkout.path().join("oauth_proxy/src")).unwrap();
    let of_checkout = commands_of_the_steps(checkout.path());
    assert!(of_checkout.contains(&"cd oauth_proxy && pnpm install && pnpm start".to_owned()));
    assert!(of_checkout.contains(&"cd desktop_app && pnpm start".to_owned()));
    assert!(!of_checkout.iter().any(|command| command.starts_with("catproof proxy")));
}

#[test]
fn nothing_is_overwritten() {
    let scratch = scratch();
    let path = scratch.path().join("catalog_local/acme__mcp.json");
    write(&path, "mine");
    let arguments = ["new", "acme__mcp", "--type", "4", "--url", SERVER];
    let (code, _, stderr) = run(scratch.path(), &arguments);
    assert_eq!(code, 2);
    assert!(stderr.contains("it already exists, and only `--force` replaces it"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let (code, _, stderr) = run(scratch.path(), &[&arguments[..], &["--force"]].concat());
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(manifest(scratch.path(), "acme__mcp")["name"], "acme__mcp");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_something_too() {
    let scratch = scratch();
    fs::create_dir(scratch.path().join("catalog_local")).unwrap();
    let path = scratch.path().join("catalog_local/acme__mcp.json");
    std::os::unix::fs::symlink(scratch.path().join("elsewhere"), &path).unwrap();
    let arguments = ["new", "acme__mcp", "--type", "4", "--url", SERVER];
    assert_eq!(run(scratch.path(), &arguments).0, 2);
    assert_eq!(run(scratch.path(), &[&arguments[..], &["--force"]].concat()).0, 2);
    assert!(!scratch.path().join("elsewhere").exists());
}

#[test]
fn without_a_terminal_what_is_missing_is_said() {
    let scratch = scratch();
    for (arguments, expected) in [
        (&["new"][..], "the OAuth type is missing"),
        (&["new", "--type", "4"], "the server's id and URL is missing"),
        (&["new", "acme__mcp", "--type", "4"], "the server's URL is missing"),
        (&["new", "acme__mcp", "--url", SERVER], "the OAuth type is missing"),
        (&["new", "../acme", "--type", "4", "--url", SERVER], "is not a server id"),
        (
            &["new", "acme__mcp", "--type", "4", "--url", "http://mcp.acme.example/mcp"],
            "is not an https URL",
        ),
        (
            &["new", "acme__mcp", "--type", "5", "--url", SERVER],
            "[possible values: generic, 1, mcp-static, 2, remote-static, 3, remote-dynamic, 4]",
        ),
    ] {
        let (code, _, stderr) = run(scratch.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    assert!(!scratch.path().join("catalog_local").exists());
}

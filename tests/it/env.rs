//! `env`: the template, and what a real `.env` lacks; and our reading of such a file beside that of `dotenv` itself.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use catproof::testing::text::dotenv;
use serde_json::{Value, json};

use crate::support::{project, proxied, run, scratch, write};

const ID: &str = "acme__notes-mcp";

/// A catalog of one server.
fn catalog(folder: &Path) {
    write(&folder.join(format!("catalog/{ID}.json")), proxied(ID).to_string());
}

/// Checks a text as the proxy's environment: the exit code, and the lines after the file's name.
fn checked(text: &str) -> (i32, Vec<String>) {
    let scratch = scratch();
    catalog(scratch.path());
    write(&scratch.path().join(".env"), text);
    let (code, stdout, stderr) = run(scratch.path(), &["env", "--check", ".env"]);
    for output in [&stdout, &stderr] {
        assert!(!output.contains("hunter2"), "{output}");
    }
    let lines = stdout.lines().map(|line| line.strip_prefix(".env").unwrap().to_owned());
    (code, lines.collect())
}

/// The kinds of the problems, each with its line.
fn kinds(text: &str) -> Vec<(Option<u32>, String)> {
    let (code, lines) = checked(text);
    assert_eq!(code, i32::from(!lines.is_empty()));
    lines
        .iter()
        .map(|line| {
            let (place, rest) = line.split_once(": ").unwrap();
            let place = place.strip_prefix(':').map(|line| line.parse().unwrap());
            (place, rest.split_once(':').unwrap().0.to_owned())
        })
        .collect()
}

#[test]
fn the_template_is_the_artifact() {
    let scratch = scratch();
    catalog(scratch.path());
    assert_eq!(run(scratch.path(), &["build"]).0, 0);
    for (side, path) in [("proxy", "oauth_proxy"), ("app", "desktop_app")] {
        let (code, stdout, _) = run(scratch.path(), &["env", "--for", side]);
        let artifact = scratch.path().join(format!("generated/{path}/.env.example"));
        assert_eq!((code, stdout), (0, fs::read_to_string(artifact).unwrap()));
    }
}

#[test]
fn the_template_lacks_nothing_but_its_secrets() {
    let scratch = scratch();
    catalog(scratch.path());
    let (_, template, _) = run(scratch.path(), &["env"]);
    let (code, lines) = checked(&template);
    assert_eq!(code, 1);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with(&format!("empty: `{ID}_SECRET` is empty")), "{lines:?}");
    let filled = template.replace("_SECRET=''", "_SECRET='hunter2'");
    assert_eq!(checked(&filled), (0, vec![]));
}

#[test]
fn each_problem_is_named_with_its_line() {
    let good = format!("{ID}_CLIENT_ID=acme-1f3d5\n{ID}_SECRET='hunter2'\n");
    assert_eq!(kinds(&good), []);
    assert_eq!(kinds(""), [(None, "missing".to_owned()), (None, "missing".to_owned())]);
    let with = |text: &str| kinds(&format!("{good}{text}"));
    let one = |line: u32, kind: &str| vec![(Some(line), kind.to_owned())];
    assert_eq!(with("gone__server_SECRET=hunter2\n"), one(3, "unused"));
    assert_eq!(with("this is hunter2\n"), one(3, "malformed"));
    assert_eq!(with("PORT=8080\nLOG_LEVEL=info\n"), []);
    assert_eq!(with(&format!("\n# twice\nexport {ID}_SECRET=\"hunter2\"\n")), one(5, "duplicate"));
    let secret =
        |value: &str| kinds(&format!("{ID}_CLIENT_ID=acme-1f3d5\r\n{ID}_SECRET={value}\r\n"));
    assert_eq!(secret(""), one(2, "empty"));
    assert_eq!(secret("''"), one(2, "empty"));
    assert_eq!(secret("  # to do"), one(2, "empty"));
    assert_eq!(secret("hunter2#x"), one(2, "cut"));
    for placeholder in
        ["your-acme-client-secret", "REDACTED", "<secret>", "changeme", "${ACME_SECRET}"]
    {
        assert_eq!(secret(placeholder), one(2, "placeholder"), "{placeholder}");
    }
    let client = |value: &str| kinds(&format!("{ID}_SECRET=`hunter2`\n{ID}_CLIENT_ID={value}\n"));
    assert_eq!(client("hunter2"), one(2, "other-client-id"));
    assert_eq!(client("your-client-id"), one(2, "placeholder"));
}

#[test]
fn the_other_names_of_a_variable_count() {
    let aliases = "ACME__NOTES_MCP_CLIENT_ID=acme-1f3d5\nACME__NOTES_MCP_SECRET=hunter2\n";
    let unlisted = ["missing", "missing", "unused", "unused"];
    let kinds_of_unlisted: Vec<String> = kinds(aliases).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds_of_unlisted, unlisted);
    let listed = scratch();
    catalog(listed.path());
    let setting = format!("[proxy]\nposix_aliases = [\"{ID}\"]\n");
    write(&listed.path().join("catproof.toml"), setting);
    write(&listed.path().join(".env"), aliases);
    assert_eq!(run(listed.path(), &["env", "--check", ".env"]).1, "");
    let file = format!("{ID}_CLIENT_ID=acme-1f3d5\n{ID}_SECRET_FILE=/run/secrets/acme\n");
    assert_eq!(kinds(&file), []);
}

#[test]
fn the_sample_of_the_guide_holds_placeholders_alone() {
    let sample = fs::read_to_string(project().join("tests/guide/env.txt")).unwrap();
    let (code, stdout, _) = run(&project(), &["env", "--check", "tests/guide/env.txt"]);
    assert_eq!(code, 1);
    for line in stdout.lines() {
        assert!(line.contains(": placeholder: `") || line.contains(": missing: `"), "{line}");
    }
    let variables = sample.lines().filter(|line| line.contains('=') && !line.starts_with('#'));
    assert_eq!(stdout.matches(": placeholder: ").count(), variables.count());
}

#[test]
fn the_app_needs_to_know_its_proxy() {
    let scratch = scratch();
    catalog(scratch.path());
    let check = |text: &str| {
        write(&scratch.path().join(".env"), text);
        let (code, stdout, _) = run(scratch.path(), &["env", "--for", "app", "--check", ".env"]);
        (code, stdout)
    };
    assert_eq!(check("OAUTH_PROXY_URL=http://localhost:8080\n"), (0, String::new()));
    let missing = ".env: missing: `OAUTH_PROXY_URL` is not set\n";
    assert_eq!(check(""), (1, missing.to_owned()));
}

#[test]
fn aliases_are_posix_names_unless_two_servers_would_share_one() {
    let scratch = scratch();
    catalog(scratch.path());
    let (code, stdout, stderr) = run(scratch.path(), &["env", "--posix-aliases"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains(ID) && stderr.contains("`[proxy] posix_aliases`"), "{stderr}");
    let twin = "acme__notes_mcp";
    let listed = format!("[proxy]\nposix_aliases = [\"{ID}\", \"{twin}\"]\n");
    write(&scratch.path().join("catproof.toml"), &listed);
    let (code, stdout, _) = run(scratch.path(), &["env", "--posix-aliases"]);
    assert_eq!(code, 0);
    assert!(
        stdout.contains("\nACME__NOTES_MCP_CLIENT_ID='acme-1f3d5'\nACME__NOTES_MCP_SECRET=''\n"),
        "{stdout}"
    );
    let text = fs::read_to_string(scratch.path().join(format!("catalog/{ID}.json"))).unwrap();
    write(&scratch.path().join(format!("catalog/{twin}.json")), text.replace(ID, twin));
    // The rule that speaks of it can be switched off; the collision cannot.
    let off = format!("{listed}[rules]\ncolliding-env-name = \"off\"\n");
    write(&scratch.path().join("catproof.toml"), off);
    let (code, stdout, stderr) = run(scratch.path(), &["env", "--posix-aliases"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    // The other's own name is one that a shell can set.
    assert!(stderr.contains(ID) && !stderr.contains(twin), "{stderr}");
    assert_eq!(run(scratch.path(), &["env"]).0, 0);
}

#[test]
fn what_cannot_be_done_is_no_finding() {
    let scratch = scratch();
    assert_eq!(run(scratch.path(), &["env"]).0, 3);
    catalog(scratch.path());
    assert_eq!(run(scratch.path(), &["env", "--check", "none.env"]).0, 2);
    let broken = json!({ "name": "acme__broken", "server": { "command": "npx" }, "oauth_config": { "generic_oauth": true } });
    write(&scratch.path().join("catalog/acme__broken.json"), broken.to_string());
    let (code, stdout, stderr) = run(scratch.path(), &["env"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("run `catproof check`"), "{stderr}");
}

const FILES: [&str; 24] = [
    "A=1\nB = 2\n  C  =  3  \n",
    "A='1'\nB=\"2\"\nC=`3`\n",
    "A=a b c\nB='a b c'\n",
    "A=\nB=''\nC=\"\"\nD=``\n",
    "A= \nB=' '\nC=\t\n",
    "# comment\n  # comment\nA=1 # comment\nB='1' # comment\n",
    "A=a#b\nB='a#b'\nC=#\nD=a #b\n",
    "export A=1\n  export   B=2\nexport=3\nexport C\n",
    "A=\"a\\nb\\rc\\td\"\nB='a\\nb'\nC=a\\nb\n",
    "A=\"a\nb\nc\"\nB='a\nb'\nC=`a\nb`\nD=1\n",
    "A=\"it's\"\nB='say \"hi\"'\nC=`it's \"x\"`\nD='it\\'s'\n",
    "acme__notes-mcp_SECRET=1\nacme.notes_SECRET=2\n1A=3\n-=4\n.=5\n",
    "A=1\r\nB=2\r\nC='3\r\n4'\r\n",
    "A=1\rB=2\r",
    "A=1\nA=2\nA=\nB=3\n",
    "nonsense\nA 1\n=1\nA=2\n!B=3\n",
    "A: 1\nB:2\nC : 3\nD:\n",
    "A='unclosed\nB=2\n",
    "A=\"unclosed\nB=\"2\"\n",
    "\u{feff}A=1\nB=2",
    "A=$B\nB=${A}\nC=$(ls)\n",
    "A=ünï\nB='日本'\nÜ=1\n",
    "A=\n\n\nB=1\nC=\n'x'\n",
    "A='x' y\nB='x'y'\nC=''x''\nD='\\'\n",
];

/// Opt-in, because it needs a package: install it anywhere with `npm install dotenv` and name that folder in
/// `CATPROOF_DOTENV`. Last run against 18.0.10.
#[test]
fn dotenv_itself_reads_the_same_keys_and_values() {
    let Some(folder) = std::env::var_os("CATPROOF_DOTENV") else {
        eprintln!("skipped: `CATPROOF_DOTENV` names no folder with the package `dotenv`");
        return;
    };
    let script = "const { parse } = require('dotenv');
        const files = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        process.stdout.write(JSON.stringify(files.map((text) => parse(text))));";
    let mut node = match Command::new("node")
        .args(["-e", script])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    {
        Ok(node) => node,
        Err(error) => return eprintln!("skipped: there is no `node`: {error}"),
    };
    let asked = serde_json::to_vec(&FILES.to_vec()).unwrap();
    node.stdin.take().unwrap().write_all(&asked).unwrap();
    let answer = node.wait_with_output().unwrap();
    assert!(answer.status.success());
    let theirs: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    for (text, theirs) in FILES.into_iter().zip(theirs) {
        let file = dotenv::read(text);
        let ours =
            file.entries.iter().map(|entry| (entry.key.clone(), json!(file.get(&entry.key))));
        assert_eq!(Value::Object(ours.collect()), theirs, "{text:?}");
    }
}

#[test]
fn no_part_of_a_secret_passes_for_the_name_of_a_variable() {
    let good = format!("{ID}_CLIENT_ID=acme-1f3d5\n{ID}_SECRET='x'\n");
    let pem = "A_KEY=-----BEGIN PRIVATE KEY-----\nhunter2MIIEvQIBADANBg\nhunter2Q==\n-----END PRIVATE KEY-----\n";
    let open = "A_SECRET=\"first\nHUNTER2=more\nhunter2=more\n";
    let lower = "hunter2=more\nhunter2=more\n";
    for text in [pem, open, lower] {
        let (code, lines) = checked(&format!("{good}{text}"));
        assert_eq!(code, 1);
        for line in &lines {
            assert!(!line.contains("HUNTER2"), "{lines:?}");
        }
        let is_unnamed = |line: &String| {
            line.ends_with(": unused: the line is not used by any server of the catalog")
        };
        assert!(lines.iter().any(is_unnamed), "{lines:?}");
    }
    // What can only be a variable is named, wherever nothing before it is in doubt.
    let (_, lines) = checked(&format!("{good}OLD_SETTING=1\ngone__server_SECRET=hunter2\n"));
    let named = |name: &str| lines.iter().any(|line| line.contains(&format!("`{name}`")));
    assert!(named("OLD_SETTING") && named("gone__server_SECRET"), "{lines:?}");
}

#[test]
fn a_build_names_the_servers_that_have_no_known_destination() {
    let scratch = scratch();
    catalog(scratch.path());
    assert!(!run(scratch.path(), &["build"]).2.contains("no known destination"));
    for id in ["acme__first", "acme__second"] {
        let mut manifest = proxied(id);
        let oauth = &mut manifest["oauth_config"];
        oauth["generic_oauth"].take();
        oauth["token_endpoint"].take();
        oauth["access_token_env_var"].take();
        oauth["streamable_http_url"] = json!("http://localhost:8081/mcp");
        oauth["client_id"] = json!(format!("{id}-1f3d5"));
        oauth["well_known_url"] = json!("https://acme.example/.well-known/openid-configuration");
        oauth["server_url"] = json!("https://acme.example");
        write(&scratch.path().join(format!("catalog/{id}.json")), manifest.to_string());
    }
    for arguments in [&["build"][..], &["build", "--check"]] {
        let (code, stdout, stderr) = run(scratch.path(), arguments);
        assert_eq!(code, 0, "{stdout}{stderr}");
        let said = "2 servers have no known destination, and the proxy refuses their logins until \
                    `catproof probe` finds it: acme__first, acme__second\n";
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn an_allowlist_is_missed_only_where_a_server_needs_one() {
    let said = |manifest: &Value| {
        let scratch = scratch();
        write(&scratch.path().join("catalog/acme__mcp.json"), manifest.to_string());
        run(scratch.path(), &["check"]).2.contains("the allowlist was not checked")
    };
    let mut manifest = proxied("acme__mcp");
    assert!(said(&manifest));
    manifest.as_object_mut().unwrap().remove("oauth_config");
    assert!(!said(&manifest));
}

//! What the tests share: folders, fixtures, and the program, run in this process or as one of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use assert_cmd::Command;
use catproof::testing::cli::captured;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The folder of the project, also for the crate of its own in it.
pub fn project() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let project = folders.find(|folder| folder.join("catproof.toml").is_file());
    project.unwrap().to_owned()
}

/// The shared corpora beside the project; `None`, said aloud, in a plain clone.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = project().join("../shared").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: `../shared/{folder}` is not here");
    None
}

/// catproof as a process of its own, for tests about processes: in a folder, without colour and 100 columns wide.
pub fn catproof(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("catproof").unwrap();
    command.current_dir(folder).env("COLUMNS", "100").env("NO_COLOR", "1");
    command
}

/// Runs catproof in this process and gives its exit code, standard output and standard error.
pub fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    // A process is told its working folder without links in it.
    let folder = folder.canonicalize().unwrap();
    let output = thread::scope(|scope| {
        // As much stack as a process has, and no asynchronous runtime around it.
        let thread = thread::Builder::new().stack_size(8 << 20);
        let run = thread.spawn_scoped(scope, || captured::run(&folder, arguments));
        run.unwrap().join()
    });
    let output = output.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.code, text(output.stdout), text(output.stderr))
}

/// The same as a process of its own, for what a process alone can show.
pub fn run_process(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = catproof(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// The findings of `check --format json`, and the exit code.
pub fn check_json(folder: &Path, arguments: &[&str]) -> (i32, Vec<Value>) {
    let (code, stdout, stderr) = run(folder, &[&["check", "--format", "json"], arguments].concat());
    let report: Value =
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    (code, report["findings"].as_array().unwrap().clone())
}

/// The ids of the findings' rules.
pub fn rule_ids(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

/// A catalog in a folder of its own, outside the project, so that nothing above it is found.
pub fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A scratch copy of a folder.
pub fn copy_of(folder: &Path) -> TempDir {
    let scratch = scratch();
    copy(folder, scratch.path());
    scratch
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Writes a file, with the folders above it.
pub fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The entries of a folder, sorted by name; none where it is missing.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file below a folder, with its bytes.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for path in entries(folder) {
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

/// The last part of a path.
pub fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// RFC 7386: what `patch` changes of `target`; null removes.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let object = target.as_object_mut().unwrap();
    for (key, value) in members {
        match value {
            Value::Null => _ = object.remove(key),
            _ => merge(object.entry(key.clone()).or_insert(Value::Null), value),
        }
    }
}

/// A manifest of type 1 with a proxy, in which nothing is wrong.
pub fn proxied(id: &str) -> Value {
    json!({
        "name": id, "display_name": "Acme", "description": "Notes", "author": { "name": "Acme" },
        "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] },
        "oauth_config": {
            "name": "Acme", "server_url": "https://acme.example/authorize",
            "token_endpoint": "https://acme.example/token", "generic_oauth": true,
            "client_id": "acme-1f3d5", "client_secret": "REDACTED", "requires_proxy": true,
            "access_token_env_var": "ACME_TOKEN", "scopes": ["notes"],
            "redirect_uris": ["https://oauth.acme.example/oauth/callback"]
        }
    })
}

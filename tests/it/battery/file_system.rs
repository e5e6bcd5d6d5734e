//! What stands where a file should: links, pipes, folders, what may not be read or written, and a disk that is full.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::outputs::assert_is_clean;
use super::{server, told};
use crate::support::{catproof, contents, entries, name, scratch, write};

/// A hang is a failure, not a test that never ends.
const LONGEST: Duration = Duration::from_mins(2);

/// Runs catproof, which must come to an end, and gives its exit code and all that it says.
fn ends(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = catproof(folder);
    let output = command.args(arguments).timeout(LONGEST).output().unwrap();
    let code = output.status.code();
    let code = code.unwrap_or_else(|| panic!("{arguments:?} did not end by itself"));
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let said = said.concat();
    assert_is_clean(&said, &[]);
    (code, said)
}

/// A pipe that nobody writes into; nothing, said aloud, where there is no `mkfifo`.
fn pipe(path: &Path) -> Option<()> {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match Command::new("mkfifo").arg(path).status() {
        Ok(status) if status.success() => Some(()),
        _ => {
            eprintln!("skipped: there is no `mkfifo`");
            None
        }
    }
}

/// A catalog with a few servers, whose launch specs are large enough to run out of space with.
fn catalog() -> TempDir {
    let scratch = scratch();
    for number in 0..4 {
        let id = format!("acme__{number}");
        let text = server(&id, &json!({ "display_name": "Acme ".repeat(200) })).to_string();
        write(&scratch.path().join(format!("catalog/{id}.json")), text);
    }
    scratch
}

/// The same with its artifacts.
fn built() -> TempDir {
    let catalog = catalog();
    let (code, said) = ends(catalog.path(), &["build"]);
    assert_eq!(code, 0, "{said}");
    catalog
}

/// The same, and then every server changed.
fn outdated() -> (TempDir, BTreeMap<PathBuf, Vec<u8>>) {
    let catalog = built();
    let before = contents(&catalog.path().join("generated"));
    for path in entries(&catalog.path().join("catalog")) {
        let text = fs::read_to_string(&path).unwrap();
        write(&path, text.replace("Acme Acme", "Acme, Acme"));
    }
    (catalog, before)
}

#[test]
fn what_is_no_file_of_the_catalog_is_said_to_be_none_and_never_waited_for() {
    let catalog = catalog();
    let folder = catalog.path().join("catalog");
    let outside = scratch();
    let secret = outside.path().join("outside.json");
    write(&secret, "{\"name\": \"hunter2\"}");
    symlink(&secret, folder.join("out.json")).unwrap();
    symlink("acme__0.json", folder.join("in.json")).unwrap();
    symlink("loop_b.json", folder.join("loop_a.json")).unwrap();
    symlink("loop_a.json", folder.join("loop_b.json")).unwrap();
    symlink("self.json", folder.join("self.json")).unwrap();
    symlink("nowhere", folder.join("dangling.json")).unwrap();
    symlink("/dev/zero", folder.join("endless.json")).unwrap();
    symlink(".", folder.join("folder_link.json")).unwrap();
    fs::create_dir(folder.join("folder.json")).unwrap();
    write(&folder.join("folder.json/acme__inside.json"), "{");
    let mut wrong = 9;
    if pipe(&folder.join("pipe.json")).is_some() {
        wrong += 1;
    }
    let (code, said) = ends(catalog.path(), &["check", "--format", "json"]);
    assert_eq!(code, 1, "{said}");
    assert!(!said.contains("hunter2"));
    let report: Value = serde_json::from_str(said.split("\nchecked ").next().unwrap()).unwrap();
    assert_eq!(report["summary"]["files"], wrong + 4);
    let findings = report["findings"].as_array().unwrap();
    let unreadable = findings.iter().filter(|finding| finding["rule"] == "unreadable-file");
    assert_eq!(unreadable.count(), wrong, "{said}");
    for path in entries(&folder) {
        let named = format!("catalog/{}", name(&path));
        let (code, _) = ends(catalog.path(), &["check", &named]);
        assert!(code <= 3, "{named}");
    }
    assert_eq!(ends(catalog.path(), &["build"]).0, 1);
    told("file system, what is read", format_args!("{wrong} that are not file beside 4"));
}

#[test]
fn what_may_not_be_read_is_said_and_hides_nothing_else() {
    let catalog = catalog();
    let locked = catalog.path().join("catalog/acme__0.json");
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    mode(&locked, 0o000).unwrap();
    let Some((code, said)) = as_anybody(catalog.path(), &["check", "--format", "concise"]) else {
        return;
    };
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("catalog/acme__0.json") && said.contains("unreadable-file"), "{said}");
    mode(&locked, 0o644).unwrap();

    let folder = catalog.path().join("catalog");
    mode(&folder, 0o000).unwrap();
    let (code, said) = as_anybody(catalog.path(), &["check"]).unwrap();
    mode(&folder, 0o755).unwrap();
    assert_eq!(code, 2, "{said}");
    told("file system, unreadable", "a file and a folder");
}

#[test]
fn where_nothing_may_be_written_nothing_is_changed() {
    let (catalog, before) = outdated();
    let generated = catalog.path().join("generated");
    // Whoever owns a folder may still change its mode, so that the folders are root's where root runs this.
    for folder in ["", "desktop_app", "desktop_app/servers", "oauth_proxy"] {
        let folder = generated.join(folder);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let result = as_anybody(catalog.path(), &["build"]);
    for folder in ["", "desktop_app", "desktop_app/servers", "oauth_proxy"] {
        let folder = generated.join(folder);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let Some((code, said)) = result else {
        return;
    };
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("cannot write"), "{said}");
    assert_eq!(contents(&generated), before);
    told("file system, read-only output", "4 folders");
}

/// Runs catproof as somebody whom modes concern: root reads and writes everything, so that for root it runs as `nobody`.
/// Nothing, said aloud, where that cannot be.
fn as_anybody(folder: &Path, arguments: &[&str]) -> Option<(i32, String)> {
    let probe = folder.join("probe");
    write(&probe, "");
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read(&probe).is_ok();
    fs::remove_file(&probe).unwrap();
    if !is_root {
        return Some(ends(folder, arguments));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let program = env!("CARGO_BIN_EXE_catproof");
    let mut asked = Command::new("setpriv");
    asked.args(nobody).arg(program).current_dir(folder);
    let can_run = asked.arg("--version").output();
    if !can_run.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this runs as root, whom no mode stops, and cannot run as nobody");
        return None;
    }
    let output = Command::new("setpriv")
        .args(nobody)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    Some(said(output))
}

fn said(output: Output) -> (i32, String) {
    let texts = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), texts.concat())
}

#[test]
fn a_file_that_grows_beyond_what_may_be_written_stays_as_it_was() {
    let (catalog, before) = outdated();
    // The largest file may have one block; without the signal, writing more fails as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" build";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_catproof")])
        .current_dir(catalog.path())
        .output()
        .unwrap();
    let (code, said) = said(output);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("cannot write"), "{said}");
    assert_is_old_or_new(&catalog, &before);
}

#[test]
fn on_a_disk_without_space_every_file_is_the_old_or_the_new_one() {
    let (catalog, before) = outdated();
    // A file system in memory, in name spaces of its own: it goes away with the process.
    let script = "mount -t tmpfs -o size=96k none disk && cp -r generated disk/ && cp -r catalog disk/ \
                  && cd disk && head -c 200k /dev/zero > filler; \"$0\" build; echo \"code $?\" >&2; \
                  rm filler; \"$0\" build --check > /dev/null; echo \"then $?\" >&2; \
                  rm -r ../after; cp -r generated ../after";
    fs::create_dir(catalog.path().join("disk")).unwrap();
    fs::create_dir(catalog.path().join("after")).unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(env!("CARGO_BIN_EXE_catproof"))
        .current_dir(catalog.path())
        .output();
    let Ok(output) = output else {
        return eprintln!("skipped: there is no `unshare`");
    };
    let said = String::from_utf8(output.stderr).unwrap();
    if !said.contains("code ") || said.contains("mount:") {
        return eprintln!("skipped: no file system can be mounted here: {said}");
    }
    assert!(said.contains("code 2") && said.contains("cannot "), "{said}");
    // Something is still to do, and what was there is whole.
    assert!(said.contains("then 1"), "{said}");
    let expected = expected(&catalog);
    let after = catalog.path().join("after");
    for (path, bytes) in contents(&after) {
        let path = catalog.path().join("generated").join(path.strip_prefix(&after).unwrap());
        let is_whole = before.get(&path) == Some(&bytes) || expected.get(&path) == Some(&bytes);
        assert!(is_whole, "{}", path.display());
    }
    told("file system, no space left", "a file system of 96 kB, filled");
}

/// What the artifacts should be, as another build writes them elsewhere.
fn expected(catalog: &TempDir) -> BTreeMap<PathBuf, Vec<u8>> {
    let elsewhere = scratch();
    let out = elsewhere.path().join("generated");
    let (code, said) = ends(catalog.path(), &["build", "--out", out.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let generated = catalog.path().join("generated");
    contents(&out)
        .into_iter()
        .map(|(path, bytes)| (generated.join(path.strip_prefix(&out).unwrap()), bytes))
        .collect()
}

/// Every artifact is whole, nothing lies beside them, and one more build repairs the set.
fn assert_is_old_or_new(catalog: &TempDir, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let expected = expected(catalog);
    let generated = catalog.path().join("generated");
    for (path, bytes) in contents(&generated) {
        let is_whole = before.get(&path) == Some(&bytes) || expected.get(&path) == Some(&bytes);
        assert!(is_whole, "{}", path.display());
    }
    let (code, said) = ends(catalog.path(), &["build"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(contents(&generated), expected);
}

#[test]
fn builds_at_once_leave_what_one_build_leaves() {
    let (catalog, _) = outdated();
    let expected = expected(&catalog);
    let builds: Vec<_> = (0..4)
        .map(|_| {
            let mut build = Command::new(env!("CARGO_BIN_EXE_catproof"));
            build.arg("build").current_dir(catalog.path());
            build.stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for build in builds {
        let output = build.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
    assert_eq!(contents(&catalog.path().join("generated")), expected);
    told("file system, builds at once", "4 processes");
}

#[test]
fn what_stands_in_the_place_of_an_artifact_is_neither_followed_nor_replaced() {
    type Put = fn(&Path, &Path);
    let puts: [(&str, Put); 7] = [
        ("generated", |place, elsewhere| {
            fs::remove_dir_all(place).unwrap();
            symlink(elsewhere, place).unwrap();
        }),
        ("generated/oauth_proxy", |place, elsewhere| {
            fs::remove_dir_all(place).unwrap();
            symlink(elsewhere, place).unwrap();
        }),
        ("generated/oauth_proxy/.env.example", |place, elsewhere| {
            fs::remove_file(place).unwrap();
            symlink(elsewhere.join("mine"), place).unwrap();
        }),
        ("generated/desktop_app/servers/acme__0.json", |place, _| {
            fs::remove_file(place).unwrap();
            symlink("acme__1.json", place).unwrap();
        }),
        ("generated/catalog.json", |place, _| {
            fs::remove_file(place).unwrap();
            fs::create_dir(place).unwrap();
        }),
        ("generated/desktop_app", |place, _| {
            fs::remove_dir_all(place).unwrap();
            write(place, "mine");
        }),
        ("generated/catalog.json", |place, _| {
            fs::remove_file(place).unwrap();
            _ = pipe(place);
        }),
    ];
    for (place, put) in puts {
        let (catalog, _) = outdated();
        let elsewhere = scratch();
        write(&elsewhere.path().join("mine"), "mine");
        let env = catalog.path().join("generated/oauth_proxy/.env");
        write(&env, "acme__0_SECRET=hunter2\n");
        put(&catalog.path().join(place), elsewhere.path());
        let before = files(catalog.path());
        for arguments in [&["build"][..], &["build", "--check"]] {
            let (code, said) = ends(catalog.path(), arguments);
            let is_pipe_missing = !catalog.path().join(place).exists();
            assert!(code == 2 || is_pipe_missing, "{place}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
        assert_eq!(files(catalog.path()), before, "{place}");
        assert_eq!(entries(elsewhere.path()).len(), 1, "{place}");
    }
    told("file system, what is written over", format_args!("{} places", puts.len()));
}

/// The regular files below a folder; no link is followed, no pipe read.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let walk = walkdir::WalkDir::new(folder).into_iter();
    let regular = walk.map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    regular.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_real_env_file_is_never_touched() {
    let (catalog, _) = outdated();
    let places = ["oauth_proxy/.env", "desktop_app/.env", ".env"];
    for place in places {
        // It even says that it is generated.
        let text =
            format!("# {}\nacme__0_SECRET=hunter2\n", catproof::testing::compile::plan::GENERATED);
        write(&catalog.path().join("generated").join(place), text);
    }
    let (code, said) = ends(catalog.path(), &["build"]);
    assert_eq!(code, 0, "{said}");
    for place in places {
        let text = fs::read_to_string(catalog.path().join("generated").join(place)).unwrap();
        assert!(text.ends_with("=hunter2\n"), "{place}");
    }
}

#[test]
fn nothing_that_is_read_beside_the_catalog_is_waited_for() {
    let beside = [
        "generated/discovery.lock.json",
        "generated/oauth_proxy/providers.js",
        "generated/catalog.json",
        "catproof.toml",
    ];
    let mut cases = 0;
    for place in beside {
        let puts: [&dyn Fn(&Path); 4] = [
            &|path| _ = pipe(path),
            &|path| symlink("/dev/zero", path).unwrap(),
            &|path| symlink(path, path).unwrap(),
            &|path| fs::create_dir(path).unwrap(),
        ];
        for put in puts {
            let catalog = built();
            let path = catalog.path().join(place);
            _ = fs::remove_file(&path);
            put(&path);
            for arguments in [
                &["check"][..],
                &["list"],
                &["build"],
                &["simulate", "acme__0", "--artifacts", "generated"],
                &["env", "--check", "generated/oauth_proxy/.env.example"],
            ] {
                let (code, said) = ends(catalog.path(), arguments);
                assert!(code <= 2, "{place}, {arguments:?}: {said}");
                cases += 1;
            }
        }
    }
    told("file system, what is read beside", format_args!("{cases} runs"));
}

//! `kill -9` at random moments of `build`, in a catalog of which one manifest changes each round: every artifact is
//! the old or the new one, byte for byte, and the next build repairs the set.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{server, told};
use crate::catalog::InMemory;
use crate::support::{contents, scratch, write};

/// How often a build is killed; `CATPROOF_KILLS=100` for a long run.
const KILLS: u32 = 10;

/// What the artifacts of a catalog should be, by path.
fn expected(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let artifacts = InMemory::at(&folder.join("catalog")).artifacts();
    let generated = folder.join("generated");
    let artifacts = artifacts.into_iter();
    artifacts.map(|artifact| (generated.join(artifact.path), artifact.bytes)).collect()
}

fn build(folder: &Path) -> Child {
    let mut build = Command::new(env!("CARGO_BIN_EXE_catproof"));
    build.arg("build").current_dir(folder);
    build.stderr(Stdio::piped()).spawn().unwrap()
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.starts_with(".catproof-")
}

/// How a build ended that was to be killed.
#[derive(Default, Debug)]
struct Counts {
    /// Before it wrote anything.
    before: u32,
    /// With some artifacts new, and some old.
    between: u32,
    /// When all was written.
    after: u32,
    /// With a temporary file left behind.
    left_behind: u32,
}

#[test]
fn a_build_that_is_killed_leaves_old_and_new_files_and_the_next_one_repairs_them() {
    let kills = std::env::var("CATPROOF_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let scratch = scratch();
    let folder = scratch.path();
    let generated = folder.join("generated");
    // The name of every server is in one file or another, so that each round has much to write.
    let put = |number: u32, round: u32| {
        let id = format!("acme__{number}");
        let changes = json!({
            "display_name": format!("Round {round}"),
            "server": { "env": { "ACME_NOTES": format!("{round} ").repeat(20_000) } }
        });
        let path = folder.join(format!("catalog/{id}.json"));
        write(&path, server(&id, &changes).to_string());
    };
    for number in 0..8 {
        put(number, 0);
    }
    let started = Instant::now();
    assert_eq!(build(folder).wait().unwrap().code(), Some(0));
    let whole = started.elapsed();
    let mut old = expected(folder);
    assert_eq!(contents(&generated), old);

    let mut counts = Counts::default();
    for round in 1..=kills {
        // One manifest changes, and every other round one goes and another comes.
        put(round % 4, round);
        if round % 2 == 0 {
            _ = fs::remove_file(folder.join(format!("catalog/acme__{}.json", 6 + round)));
            put(8 + round, round);
        }
        let new = expected(folder);
        let mut killed = build(folder);
        match round % 2 {
            // A moment that is drawn from a whole build's time.
            0 => std::thread::sleep(whole.mul_f64(random(round))),
            // The first moment that anything in the folder is not as it was.
            _ => wait_for_a_change(&generated, &old, &mut killed),
        }
        // SIGKILL: nothing in the program can answer to it.
        killed.kill().unwrap();
        killed.wait().unwrap();

        let found = contents(&generated);
        let (temporary, found): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(path, _)| is_temporary(path));
        for (path, bytes) in &found {
            let is_whole = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
            assert!(is_whole, "round {round}: {} is half written", path.display());
        }
        let found: BTreeMap<_, _> = found.into_iter().collect();
        for path in old.keys().filter(|path| new.contains_key(*path)) {
            assert!(found.contains_key(path), "round {round}: {} is gone", path.display());
        }
        counts.left_behind += u32::from(!temporary.is_empty());
        match () {
            () if found == old => counts.before += 1,
            () if found == new => counts.after += 1,
            () => counts.between += 1,
        }

        // An empty temporary file may belong to a run that is about to lock it; only time tells.
        for (path, bytes) in &temporary {
            if bytes.is_empty() {
                let hours_ago = std::time::SystemTime::now() - Duration::from_hours(1);
                fs::File::options()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_modified(hours_ago)
                    .unwrap();
            }
        }
        let repair = build(folder).wait_with_output().unwrap();
        let said = String::from_utf8(repair.stderr).unwrap();
        assert_eq!(repair.status.code(), Some(0), "round {round}: {said}");
        assert_eq!(contents(&generated), new, "round {round}");
        old = new;
    }
    told(
        "kill -9",
        format_args!(
            "{kills} builds killed: {} before the first write, {} between two, {} after the last; \
             {} left a temporary file, all cleaned; 0 half-written artifacts",
            counts.before, counts.between, counts.after, counts.left_behind
        ),
    );
}

/// Waits until a file below the folder is new, changed or temporary, or the build has ended.
fn wait_for_a_change(generated: &Path, old: &BTreeMap<PathBuf, Vec<u8>>, build: &mut Child) {
    let sizes: BTreeMap<PathBuf, u64> =
        old.iter().map(|(path, bytes)| (path.clone(), bytes.len() as u64)).collect();
    let has_changed = || {
        let walk = walkdir::WalkDir::new(generated).into_iter().flatten();
        let mut files = walk.filter(|entry| entry.file_type().is_file());
        files.any(|entry| {
            let size = entry.metadata().ok().map(|metadata| metadata.len());
            sizes.get(entry.path()).copied() != size
        })
    };
    while build.try_wait().unwrap().is_none() && !has_changed() {
        std::thread::yield_now();
    }
}

/// A number between 0 and 1, from the round and the moment.
fn random(round: u32) -> f64 {
    let now = std::time::SystemTime::now();
    let nanos = now.duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    f64::from(nanos.wrapping_mul(2_654_435_761).wrapping_add(round) % 1_000) / 1_000.0
}

//! Artifacts -> disk, or a comparison with it.
//!
//! Everything is in memory before the first byte is written. Each file goes through a temporary file in its own folder
//! and a rename, so that a killed run leaves old or new files, never half of one. What is no longer generated is
//! removed, if it carries the generated mark. No symbolic link is written through, and no `.env` is ever touched.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use similar::TextDiff;
use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

use crate::compile::emit::Artifact;
use crate::compile::plan::GENERATED;
use crate::source::{clean, describe};

/// Whether the disk is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Compare only.
    Check,
}

/// What differed, and was changed under [`Mode::Write`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sorted by path.
    pub changes: Vec<Change>,
    /// How many artifacts were as they should be.
    pub unchanged: usize,
}

/// One artifact that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    pub path: PathBuf,
    /// What is on the disk; empty where nothing is.
    old: Vec<u8>,
    /// What should be there; empty where nothing should.
    new: Vec<u8>,
}

/// In which way an artifact is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Missing,
    OutOfDate,
    /// Generated once, and no longer.
    LeftOver,
}

impl ChangeKind {
    /// To follow the path in a message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::OutOfDate => "out of date",
            Self::LeftOver => "left over",
        }
    }
}

impl Change {
    /// The change as a unified diff, from the disk to what should be there, with paths from a folder.
    pub fn diff(&self, from: &Path) -> String {
        let old = String::from_utf8_lossy(&self.old);
        let new = String::from_utf8_lossy(&self.new);
        let path = self.path.strip_prefix(from).unwrap_or(&self.path);
        let path = path.display().to_string();
        let (before, after) = match self.kind {
            ChangeKind::Missing => ("/dev/null", path.as_str()),
            ChangeKind::OutOfDate => (path.as_str(), path.as_str()),
            ChangeKind::LeftOver => (path.as_str(), "/dev/null"),
        };
        let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
        diff.unified_diff().header(before, after).to_string()
    }
}

/// Why the artifacts could not be written or compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {what} `{}`: {}", path.display(), describe(source))]
    Io {
        /// What was tried.
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("`{}` is a symbolic link, and catproof writes through none: remove it, or name its target", .0.display())]
    Link(PathBuf),
    #[error("`{}` is not a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("`{}` is no place for an artifact: the file is its owner's alone", .0.display())]
    Protected(PathBuf),
    #[error("`{}` is no place for an artifact: manifests stand in that folder", .0.display())]
    AmongManifests(PathBuf),
    #[error("`{}` is there already, and catproof did not generate it: remove it, or name another place", .0.display())]
    NotGenerated(PathBuf),
    #[error("two artifacts would be written to `{}`", .0.display())]
    Twice(PathBuf),
    #[error("`artifacts` of the configuration names `{0}`, which is not an artifact")]
    UnknownArtifact(String),
}

/// The folders of the artifacts: only in them, and in files beside them, is anything left over. The other profile's
/// artifacts are in neither.
const FOLDERS: [&str; 2] = ["desktop_app", "oauth_proxy"];

const TEMPORARY: (&str, &str) = (".catproof-", ".tmp");

/// Between making a temporary file and locking it, a run that lives does nothing else.
const MOST_TIME_TO_LOCK: Duration = Duration::from_mins(1);

/// Writes the artifacts into a folder, or compares them with what is there.
///
/// `places` says where single artifacts go instead, by their own path, relative to the folder. What stands there
/// without the generated mark is somebody's, and stays. No artifact goes among the `manifests`.
///
/// # Errors
/// The disk does not do as it is told, or a place is none that may be written to. Places are checked before anything
/// is written.
pub fn write(
    folder: &Path,
    artifacts: &[Artifact],
    places: &BTreeMap<String, String>,
    manifests: &[PathBuf],
    mode: Mode,
) -> Result<Outcome, Error> {
    let targets = targets(folder, artifacts, places, manifests)?;
    let mut outcome = Outcome::default();
    let found = targets.par_iter().map(|(path, bytes)| Ok((path, bytes, read(path)?)));
    for (path, bytes, old) in found.collect::<Result<Vec<_>, Error>>()? {
        match old {
            Some(old) if old == *bytes => outcome.unchanged += 1,
            old => outcome.changes.push(Change {
                kind: match old {
                    Some(_) => ChangeKind::OutOfDate,
                    None => ChangeKind::Missing,
                },
                path: path.clone(),
                old: old.unwrap_or_default(),
                new: bytes.to_vec(),
            }),
        }
    }
    outcome.changes.extend(left_over(folder, &targets)?);
    outcome.changes.sort_by(|left, right| left.path.cmp(&right.path));

    if mode == Mode::Write {
        // The last launch spec may be gone; a killed run's half of one may not stay for that.
        let specs = clean(&folder.join("desktop_app/servers"));
        let folders = targets.keys().filter_map(|path| path.parent());
        for folder in folders.chain([specs.as_path()]).collect::<BTreeSet<_>>() {
            remove_stale(folder);
        }
        for change in &outcome.changes {
            apply(change)?;
        }
    }
    Ok(outcome)
}

/// Where each artifact goes.
fn targets<'a>(
    folder: &Path,
    artifacts: &'a [Artifact],
    places: &BTreeMap<String, String>,
    manifests: &[PathBuf],
) -> Result<HashMap<PathBuf, &'a [u8]>, Error> {
    let is_artifact = |path: &String| artifacts.iter().any(|artifact| artifact.path == *path);
    if let Some(unknown) = places.keys().find(|path| !is_artifact(path)) {
        return Err(Error::UnknownArtifact(unknown.clone()));
    }
    let folder = clean(folder);
    let manifests: Vec<PathBuf> = manifests.iter().map(|folder| clean(folder)).collect();
    let mut targets = HashMap::with_capacity(artifacts.len());
    let mut checked = HashSet::new();
    for artifact in artifacts {
        let place = places.get(&artifact.path).unwrap_or(&artifact.path);
        let path = clean(&folder.join(place));
        check_place(&folder, &path, &mut checked)?;
        if path.parent().is_some_and(|parent| manifests.iter().any(|known| known == parent)) {
            return Err(Error::AmongManifests(path));
        }
        let is_elsewhere = places.contains_key(&artifact.path);
        if is_elsewhere && path.is_file() && !carries_mark(&path)? {
            return Err(Error::NotGenerated(path));
        }
        if targets.insert(path.clone(), artifact.bytes.as_slice()).is_some() {
            return Err(Error::Twice(path));
        }
    }
    Ok(targets)
}

/// Refuses what is not ours, and whatever leads elsewhere. What is checked already is not looked at again.
fn check_place(folder: &Path, path: &Path, checked: &mut HashSet<PathBuf>) -> Result<(), Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    let is_of_git = path.iter().any(|part| part.eq_ignore_ascii_case(".git"));
    if is_of_git || matches!(name, Some(".env" | "discovery.lock.json") | None) {
        return Err(Error::Protected(path.to_owned()));
    }
    // The folder and what is in it; of a place elsewhere, the file and the folder that it is in.
    let steps: Vec<&Path> = if path.starts_with(folder) {
        path.ancestors().take_while(|step| step.starts_with(folder)).collect()
    } else {
        path.ancestors().take(2).collect()
    };
    for step in steps {
        if step != path && !checked.insert(step.to_owned()) {
            continue;
        }
        match fs::symlink_metadata(step) {
            Ok(metadata) if metadata.is_symlink() => return Err(Error::Link(step.to_owned())),
            Ok(metadata) if step == path && !metadata.is_file() => {
                return Err(Error::NotAFile(path.to_owned()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io_error("look at", step, source)),
        }
    }
    Ok(())
}

/// The bytes of a file, if there is one.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error("read", path, source)),
    }
}

/// The files that were generated once and are no longer.
fn left_over(folder: &Path, targets: &HashMap<PathBuf, &[u8]>) -> Result<Vec<Change>, Error> {
    let folder = clean(folder);
    let mut changes = Vec::new();
    let walk = WalkDir::new(&folder).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(is_ours_to_search) {
        let entry = match entry {
            Ok(entry) => entry,
            // A folder that is not there yet has nothing left over.
            Err(error)
                if error
                    .io_error()
                    .is_some_and(|error| error.kind() == io::ErrorKind::NotFound) =>
            {
                continue;
            }
            Err(error) => {
                let path = error.path().unwrap_or(&folder).to_owned();
                return Err(io_error("search", &path, error.into()));
            }
        };
        let path = entry.path();
        let is_candidate = entry.file_type().is_file()
            && !targets.contains_key(path)
            && !is_temporary(entry.file_name());
        if !is_candidate || !carries_mark(path)? {
            continue;
        }
        changes.push(Change {
            kind: ChangeKind::LeftOver,
            path: path.to_owned(),
            old: read(path)?.unwrap_or_default(),
            new: Vec::new(),
        });
    }
    Ok(changes)
}

/// The files among which artifacts may be: those in a folder and in the folders of the artifacts. What cannot be
/// listed is none.
pub(crate) fn candidates(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let walk = WalkDir::new(folder).follow_links(false).into_iter();
    let found = walk.filter_entry(is_ours_to_search).flatten();
    found.filter(|entry| !entry.file_type().is_dir()).map(DirEntry::into_path)
}

/// The files beside the folders of the artifacts, and all in these, but for what package managers put there.
fn is_ours_to_search(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_str().unwrap_or_default();
    match entry.depth() {
        0 => true,
        1 if entry.file_type().is_dir() => FOLDERS.contains(&name),
        _ => !matches!(name, ".env" | "node_modules" | ".git"),
    }
}

/// Whether a file says, where artifacts say it, that catproof generated it.
fn carries_mark(path: &Path) -> Result<bool, Error> {
    let mut head = Vec::new();
    let limit = GENERATED.len() as u64 + 64;
    let opened = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut head));
    match opened {
        Ok(_) => Ok(String::from_utf8_lossy(&head).contains(GENERATED)),
        // Another build was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(io_error("read", path, source)),
    }
}

fn apply(change: &Change) -> Result<(), Error> {
    match change.kind {
        ChangeKind::Missing | ChangeKind::OutOfDate => replace(&change.path, &change.new),
        ChangeKind::LeftOver => match fs::remove_file(&change.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(io_error("remove", &change.path, error))
            }
            Ok(()) | Err(_) => Ok(()),
        },
    }
}

/// Writes one file that is not an artifact, whole or not at all.
///
/// # Errors
/// The disk does not do as it is told, or the path is a link or no file.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(Error::Link(path.to_owned())),
        Ok(metadata) if !metadata.is_file() => Err(Error::NotAFile(path.to_owned())),
        _ => {
            remove_stale(path.parent().unwrap_or(Path::new(".")));
            replace(path, bytes)
        }
    }
}

/// Writes a whole file where there is none.
///
/// # Errors
/// The disk does not do as it is told, or something is there already.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| io_error("create", folder, source))?;
    let created = temporary_file(folder, |file| file.write_all(bytes)).and_then(|file| {
        let persisted = file.persist_noclobber(path);
        persisted.map(|_| ()).map_err(|error| error.error)
    });
    created.map_err(|source| io_error("write", path, source))
}

/// Puts a whole file in the place of another, or of none.
///
/// # Errors
/// The disk does not do as it is told; then the old file is still there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace_with(path, |file| file.write_all(bytes))
}

/// The same for bytes that are written as they come about.
///
/// # Errors
/// As [`replace`].
pub(crate) fn replace_with(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| io_error("create", folder, source))?;
    rename_into_place(folder, path, content).map_err(|source| io_error("write", path, source))
}

fn rename_into_place(
    folder: &Path,
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = temporary_file(folder, content)?;
    if let Ok(metadata) = fs::metadata(path) {
        temporary.as_file().set_permissions(metadata.permissions())?;
    }
    temporary.persist(path)?;
    Ok(())
}

/// A file with this content that has no name of its own yet.
fn temporary_file(
    folder: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program creates a file: the user's redactor decides.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder)?;
    // While it has content, the lock says that its writer is alive; it goes away with the writer, however that ends.
    // Without locks on this file system, nothing is taken for stale either.
    temporary.as_file().lock().ok();
    content(temporary.as_file_mut())?;
    temporary.flush()?;
    Ok(temporary)
}

/// Removes the temporary files of runs that were killed. Failing to is not a reason to fail.
fn remove_stale(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temporary(&entry.file_name()) && is_stale(&entry.path()).unwrap_or(false) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_str().unwrap_or_default();
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// Whether nobody writes a temporary file any more. One that is still empty may be on its way to its lock, for a while.
fn is_stale(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let is_free = file.try_lock().is_ok();
    let metadata = file.metadata()?;
    let age = metadata.modified()?.elapsed().unwrap_or_default();
    Ok(is_free && (metadata.len() > 0 || age > MOST_TIME_TO_LOCK))
}

fn io_error(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { what, path: path.to_owned(), source }
}

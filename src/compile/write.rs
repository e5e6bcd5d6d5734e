//! Writes artifacts to disk, or compares them with it.
//!
//! Everything is in memory before the first byte is written. Each file is written to a temporary file in its own folder
//! and renamed, so that a killed run leaves old or new files, never partial ones. Files with the generated mark that are
//! no longer generated are removed. Symbolic links are never written through, and `.env` files are never touched.

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Compare only.
    Check,
}

/// The differences, applied under [`Mode::Write`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOutcome {
    /// Sorted by path.
    pub changes: Vec<Change>,
    /// How many artifacts were up to date.
    pub unchanged: usize,
}

/// One artifact that is not up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    pub path: PathBuf,
    /// What is on disk; empty without a file.
    old: Vec<u8>,
    /// What should be there; empty for a left-over file.
    new: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Missing,
    OutOfDate,
    /// No longer generated.
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
    /// A unified diff from the disk to the artifact, with paths relative to `from`.
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
pub enum WriteError {
    #[error("cannot {what} `{}`: {}", path.display(), describe(source))]
    Io {
        /// What was tried.
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("`{}` is a symbolic link, which catproof does not write through: remove it, or name its target", .0.display())]
    Link(PathBuf),
    #[error("`{}` is not a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("`{}` must not be an artifact: catproof never writes that file", .0.display())]
    Protected(PathBuf),
    #[error("`{}` must not be an artifact: its folder holds manifests", .0.display())]
    AmongManifests(PathBuf),
    #[error("`{}` already exists, and catproof did not generate it: remove it, or choose another place", .0.display())]
    NotGenerated(PathBuf),
    #[error("two artifacts would be written to `{}`", .0.display())]
    Twice(PathBuf),
    #[error("`artifacts` of the configuration names `{0}`, which is not an artifact")]
    UnknownArtifact(String),
}

/// The folders that are searched for left-over files, along with the files next to them. The artifacts of the other
/// profile are in neither.
const FOLDERS: [&str; 2] = ["desktop_app", "oauth_proxy"];

const TEMPORARY: (&str, &str) = (".catproof-", ".tmp");

/// The longest time between creating a temporary file and locking it.
const MAX_TIME_TO_LOCK: Duration = Duration::from_mins(1);

/// Writes the artifacts into a folder, or compares them with what is there.
///
/// `places` maps the paths of single artifacts to other ones relative to the folder. A file there without the generated
/// mark is not overwritten. No artifact may go into one of the `manifests` folders.
///
/// # Errors
/// An I/O error, or a place that must not be written to. All places are checked before anything is written.
pub fn write(
    folder: &Path,
    artifacts: &[Artifact],
    places: &BTreeMap<String, String>,
    manifests: &[PathBuf],
    mode: Mode,
) -> Result<WriteOutcome, WriteError> {
    let targets = targets(folder, artifacts, places, manifests)?;
    let mut outcome = WriteOutcome::default();
    let found = targets.par_iter().map(|(path, bytes)| Ok((path, bytes, read(path)?)));
    for (path, bytes, old) in found.collect::<Result<Vec<_>, WriteError>>()? {
        match old {
            Some(old) if old == *bytes => outcome.unchanged += 1,
            old => outcome.changes.push(Change {
                kind: if old.is_some() { ChangeKind::OutOfDate } else { ChangeKind::Missing },
                path: path.clone(),
                old: old.unwrap_or_default(),
                new: bytes.to_vec(),
            }),
        }
    }
    outcome.changes.extend(left_over(folder, &targets)?);
    outcome.changes.sort_by(|left, right| left.path.cmp(&right.path));

    if mode == Mode::Write {
        // A killed run may have left a partial launch spec even if no launch spec is written now.
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
) -> Result<HashMap<PathBuf, &'a [u8]>, WriteError> {
    let is_artifact = |path: &String| artifacts.iter().any(|artifact| artifact.path == *path);
    if let Some(unknown) = places.keys().find(|path| !is_artifact(path)) {
        return Err(WriteError::UnknownArtifact(unknown.clone()));
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
            return Err(WriteError::AmongManifests(path));
        }
        let is_elsewhere = places.contains_key(&artifact.path);
        if is_elsewhere && path.is_file() && !carries_mark(&path)? {
            return Err(WriteError::NotGenerated(path));
        }
        if targets.insert(path.clone(), artifact.bytes.as_slice()).is_some() {
            return Err(WriteError::Twice(path));
        }
    }
    Ok(targets)
}

/// Refuses protected files, symbolic links and anything but regular files. Folders in `checked` are not checked again.
fn check_place(
    folder: &Path,
    path: &Path,
    checked: &mut HashSet<PathBuf>,
) -> Result<(), WriteError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let is_in_git = path.iter().any(|part| part.eq_ignore_ascii_case(".git"));
    if is_in_git || matches!(name, Some(".env" | "discovery.lock.json") | None) {
        return Err(WriteError::Protected(path.to_owned()));
    }
    // Every step inside the folder; elsewhere, the file and its parent.
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
            Ok(metadata) if metadata.is_symlink() => return Err(WriteError::Link(step.to_owned())),
            Ok(metadata) if step == path && !metadata.is_file() => {
                return Err(WriteError::NotAFile(path.to_owned()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io_error("inspect", step, source)),
        }
    }
    Ok(())
}

/// The bytes of a file, if it exists.
fn read(path: &Path) -> Result<Option<Vec<u8>>, WriteError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error("read", path, source)),
    }
}

/// The files that are no longer generated.
fn left_over(folder: &Path, targets: &HashMap<PathBuf, &[u8]>) -> Result<Vec<Change>, WriteError> {
    let folder = clean(folder);
    let mut changes = Vec::new();
    let walk = WalkDir::new(&folder).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(is_ours_to_search) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(&folder).to_owned();
                let error = io::Error::from(error);
                // A missing folder has no left-over files.
                if error.kind() == io::ErrorKind::NotFound {
                    continue;
                }
                return Err(io_error("search", &path, error));
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

/// The files that may be artifacts: those directly in a folder and in its artifact folders. What cannot be listed is
/// skipped.
pub(crate) fn candidates(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let walk = WalkDir::new(folder).follow_links(false).into_iter();
    let found = walk.filter_entry(is_ours_to_search).flatten();
    found.filter(|entry| !entry.file_type().is_dir()).map(DirEntry::into_path)
}

/// The artifact folders and the files next to them, except what package managers create.
fn is_ours_to_search(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_str().unwrap_or_default();
    match entry.depth() {
        0 => true,
        1 if entry.file_type().is_dir() => FOLDERS.contains(&name),
        _ => !matches!(name, ".env" | "node_modules" | ".git"),
    }
}

/// Whether a file starts with the generated mark.
fn carries_mark(path: &Path) -> Result<bool, WriteError> {
    let mut head = Vec::new();
    let limit = GENERATED.len() as u64 + 64;
    let opened = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut head));
    match opened {
        Ok(_) => Ok(String::from_utf8_lossy(&head).contains(GENERATED)),
        // Another build removed it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(io_error("read", path, source)),
    }
}

fn apply(change: &Change) -> Result<(), WriteError> {
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

/// Writes one file that is not an artifact, atomically.
///
/// # Errors
/// An I/O error, or the path is a symbolic link or not a regular file.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(WriteError::Link(path.to_owned())),
        Ok(metadata) if !metadata.is_file() => Err(WriteError::NotAFile(path.to_owned())),
        _ => {
            remove_stale(path.parent().unwrap_or(Path::new(".")));
            replace(path, bytes)
        }
    }
}

/// Creates a file atomically.
///
/// # Errors
/// An I/O error, or the path exists.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let temporary = temporary_file(path, |file| file.write_all(bytes))?;
    let created = temporary.persist_noclobber(path);
    created.map(drop).map_err(|error| io_error("write", path, error.error))
}

/// Creates or replaces a file atomically.
///
/// # Errors
/// An I/O error; then the old file is unchanged.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    replace_with(path, |file| file.write_all(bytes))
}

/// As [`replace`], for content that is streamed.
///
/// # Errors
/// As [`replace`].
pub(crate) fn replace_with(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), WriteError> {
    let temporary = temporary_file(path, content)?;
    let kept = fs::metadata(path)
        .map_or(Ok(()), |old| temporary.as_file().set_permissions(old.permissions()));
    let replaced = kept.and_then(|()| Ok(temporary.persist(path)?));
    replaced.map(drop).map_err(|source| io_error("write", path, source))
}

/// A temporary file with this content in the folder of `path`, which is created if it is missing.
fn temporary_file(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<NamedTempFile, WriteError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| io_error("create", folder, source))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The usual mode of a new file, restricted by the user's umask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let written = builder.tempfile_in(folder).and_then(|mut temporary| {
        // The lock shows that the writer is alive and ends with the process. On a file system without locks, no file is
        // ever considered stale.
        temporary.as_file().lock().ok();
        content(temporary.as_file_mut())?;
        temporary.flush()?;
        Ok(temporary)
    });
    written.map_err(|source| io_error("write", path, source))
}

/// Removes the temporary files of killed runs, ignoring errors.
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

/// Whether the writer of a temporary file is gone. For a while, an empty file may not be locked yet.
fn is_stale(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let is_free = file.try_lock().is_ok();
    let metadata = file.metadata()?;
    let age = metadata.modified()?.elapsed().unwrap_or_default();
    Ok(is_free && (metadata.len() > 0 || age > MAX_TIME_TO_LOCK))
}

fn io_error(what: &'static str, path: &Path, source: io::Error) -> WriteError {
    WriteError::Io { what, path: path.to_owned(), source }
}

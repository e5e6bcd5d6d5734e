//! The files of a catalog, and the byte ranges of JSON Pointers in them.
//!
//! Lists and reads files. The only thing that is checked here is that a file is readable UTF-8.

pub(crate) mod edit;
pub(crate) mod finding;
mod lines;
mod load;
pub(crate) mod parse;
mod pointer;
mod spans;

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use lines::position;
pub(crate) use lines::{Lines, Position};
pub(crate) use load::LoadError;
pub use load::{Folders, ManifestFile, is_manifest_name, list_manifests};
pub use pointer::Pointer;
pub use spans::{Content, Outline, duplicate_keys, locate, outline, strip_byte_order_mark};
pub(crate) use spans::{DuplicateKey, Spans, children};

/// The default limit for the size of a file: 1 MiB.
pub(crate) const DEFAULT_MAX_BYTES: u64 = 1 << 20;

/// Which of the two folders a manifest comes from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Production.
    Catalog,
    /// Development only: shown with a developer mark, never in production artifacts.
    CatalogLocal,
}

/// A file of this run: its index in `Sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// All files that findings of this run can point into.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// The root of the repository that the working folder is in, once a file was added.
    repository: OnceLock<Option<PathBuf>>,
}

/// One file: its path, and its name in output.
#[derive(Debug)]
pub struct SourceFile {
    pub path: PathBuf,
    /// Relative to the working folder, with `/`; absolute outside it; lossy if the path is not UTF-8.
    pub name: String,
    /// The name relative to the root of the repository, for programs that look files up there; the same as `name` outside
    /// every repository.
    pub rooted_name: String,
    /// The text, if it is not on disk (standard input).
    text: Option<Vec<u8>>,
}

/// Why a file could not be read as text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}")]
    Unreadable(String),
    #[error("the file is larger than the limit of {limit} bytes")]
    TooLarge { limit: u64 },
    /// `at` is the offset of the first byte that is not UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8 { at: usize, bytes: Vec<u8> },
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(describe(&error))
    }
}

impl Sources {
    /// Adds a file on disk.
    pub fn add(&mut self, path: PathBuf, working_folder: &Path) -> FileId {
        self.push(path, None, working_folder)
    }

    /// Adds a text that is not on disk, under the path that it would have.
    pub fn add_text(&mut self, path: PathBuf, text: Vec<u8>, working_folder: &Path) -> FileId {
        self.push(path, Some(text), working_folder)
    }

    fn push(&mut self, path: PathBuf, text: Option<Vec<u8>>, working_folder: &Path) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let repository = self.repository.get_or_init(|| repository_around(working_folder));
        let below = |folder: &Path| {
            let shown = path.strip_prefix(folder).ok()?;
            Some(with_slashes(shown.strip_prefix(".").unwrap_or(shown)))
        };
        let name = below(working_folder).unwrap_or_else(|| with_slashes(&path));
        let rooted_name = repository.as_deref().and_then(below).unwrap_or_else(|| name.clone());
        self.files.push(SourceFile { path, name, rooted_name, text });
        id
    }

    /// `None` for an id from other sources.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The names of all files in output.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// The name of a file in output.
    pub fn name(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.name)
    }

    /// The name of a file for programs that look it up from the root of the repository.
    pub fn rooted_name(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.rooted_name)
    }

    /// Reads a file as UTF-8 text, at most `limit` bytes of it.
    ///
    /// # Errors
    /// The reason why the file is not readable text; the caller turns it into a finding.
    pub fn read(&self, id: FileId, limit: u64) -> Result<String, ReadError> {
        let Some(file) = self.file(id) else {
            return Err(ReadError::Unreadable("the file is not part of this run".to_owned()));
        };
        let bytes = match &file.text {
            Some(text) if text.len() as u64 > limit => return Err(ReadError::TooLarge { limit }),
            Some(text) => text.clone(),
            None => read_regular_file(&file.path, limit)?,
        };
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ReadError::NotUtf8 { at, bytes: error.into_bytes() }
        })
    }
}

/// The root of the repository that a folder is in: the nearest folder with a `.git`, which is a file in a work tree or a
/// submodule.
fn repository_around(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors();
    folders.find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_owned)
}

/// Reads a regular file and nothing else: opening a pipe would block forever, and a link may lead anywhere.
///
/// # Errors
/// It is not a regular file, cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_regular_file(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    if fs::symlink_metadata(path)?.is_symlink() {
        Err(ReadError::Unreadable("it is a symbolic link, and links are not followed".to_owned()))
    } else {
        read_named_file(path, limit)
    }
}

/// Reads a regular file that the user named. Links are followed: the user chose the target, and Kubernetes mounts secrets
/// as links.
///
/// # Errors
/// It is not a regular file, cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_named_file(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        Err(ReadError::Unreadable("it is not a regular file".to_owned()))
    } else if metadata.len() > limit {
        Err(ReadError::TooLarge { limit })
    } else {
        read_stream(path, limit)
    }
}

/// Reads any path that the user named, even a pipe, up to `limit` bytes.
///
/// # Errors
/// It cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_stream(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(bytes) }
}

/// Decodes bytes as UTF-8 with a `?` for each invalid byte, so that all offsets stay.
pub(crate) fn with_question_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// The operating system's reason in lower case, without the error number that Rust appends.
pub(crate) fn describe(error: &std::io::Error) -> String {
    let text = error.to_string();
    let mut characters = text.split(" (os error").next().unwrap_or_default().chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters).collect()
}

/// Resolves `.` and `..` lexically, without touching the disk; leading `..` stay.
pub fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if cleaned.file_name().is_some() => _ = cleaned.pop(),
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// A path with `/` between its parts. Only on Windows is `\` a separator.
pub(crate) fn with_slashes(path: &Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() }
}

//! Text with places: the files of a catalog, and JSON Pointer -> byte range of key and value.
//!
//! This room lists and reads files. It judges nothing but whether a file can be read as UTF-8.

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

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use lines::position;
pub(crate) use lines::{Lines, Position};
pub(crate) use load::LoadError;
pub use load::{Folders, ManifestFile, is_manifest_name, list_manifests};
pub use pointer::Pointer;
pub use spans::{Content, Outline, duplicate_keys, locate, outline, strip_byte_order_mark};
pub(crate) use spans::{DuplicateKey, Spans, children};

/// The size that a file may have, unless the configuration says otherwise: 1 MiB.
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

/// A file of this run, by its number in `Sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// Every file that a finding of this run may point into.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// One file: where it is, and how it is called in output.
#[derive(Debug)]
pub struct SourceFile {
    pub path: PathBuf,
    /// Relative to the working folder, with `/`; absolute outside it; lossy where the name is not UTF-8.
    pub name: String,
    /// The text, where it did not come from the disk (standard input).
    text: Option<Vec<u8>>,
}

/// Why a file gave no text.
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

impl Sources {
    /// Takes a file in; its name is worked out against the working folder.
    pub fn add(&mut self, path: PathBuf, working_folder: &Path) -> FileId {
        let name = display_name(&path, working_folder);
        self.push(SourceFile { path, name, text: None })
    }

    /// Takes in a text that is not on the disk, under the path that it should have.
    pub fn add_text(&mut self, path: PathBuf, text: Vec<u8>, working_folder: &Path) -> FileId {
        let name = display_name(&path, working_folder);
        self.push(SourceFile { path, name, text: Some(text) })
    }

    fn push(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        id
    }

    /// The file of an id that these sources gave out.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// How the files are called in output.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// How a file is called in output.
    pub fn name(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.name)
    }

    /// Reads a file as UTF-8 text, at most `limit` bytes of it.
    ///
    /// # Errors
    /// Whatever keeps the file from being text; the caller makes a finding of it.
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

/// Reads a regular file and nothing else: opening a pipe would wait forever, and a link may lead anywhere.
///
/// # Errors
/// The file is none, cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_regular_file(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let unreadable = |error: std::io::Error| ReadError::Unreadable(describe(&error));
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if metadata.is_symlink() {
        Err(ReadError::Unreadable("it is a symbolic link, and links are not followed".to_owned()))
    } else {
        read_named_file(path, limit)
    }
}

/// Reads a regular file that the user names. A link to one is followed: whoever names it means what it leads to, as
/// those do that Kubernetes puts its secrets behind.
///
/// # Errors
/// The file is none, cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_named_file(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| ReadError::Unreadable(describe(&error)))?;
    if !metadata.is_file() {
        Err(ReadError::Unreadable("it is not a regular file".to_owned()))
    } else if metadata.len() > limit {
        Err(ReadError::TooLarge { limit })
    } else {
        read_stream(path, limit)
    }
}

/// Reads whatever a name that the user gave leads to, a pipe too, but never more than `limit` bytes of it.
///
/// # Errors
/// It cannot be read, or is larger than `limit` bytes.
pub(crate) fn read_stream(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let unreadable = |error: std::io::Error| ReadError::Unreadable(describe(&error));
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(bytes) }
}

/// The text of bytes that are not UTF-8, with a `?` for each byte that is to blame, so that every offset stays.
pub(crate) fn with_question_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// The operating system's reason, without the number that Rust appends.
pub(crate) fn describe(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The path without `.` and without the `..` that can be taken back in the text; nothing is asked of the disk.
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

fn display_name(path: &Path, working_folder: &Path) -> String {
    let shown = path.strip_prefix(working_folder).unwrap_or(path);
    with_slashes(shown.strip_prefix(".").unwrap_or(shown))
}

/// A path with `/` between its parts. Where `\` is a character like any other, it stays.
pub(crate) fn with_slashes(path: &Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() }
}

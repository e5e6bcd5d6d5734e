//! Lists the manifests in the folders of a catalog.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileId, Origin, Sources, describe};

/// The folders of one catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    pub catalog: Option<PathBuf>,
    pub catalog_local: Option<PathBuf>,
    /// The folder that contains them, and `generated/` next to them.
    pub root: PathBuf,
}

/// One manifest of a catalog, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    pub file: FileId,
    pub origin: Origin,
    /// The file's name without `.json`, which is also the name of its entry.
    pub stem: Arc<str>,
    /// Whether it lies in a catalog folder or was named, so that it has to be a manifest.
    pub is_expected: bool,
}

impl ManifestFile {
    pub fn new(file: FileId, path: &Path, is_local: bool) -> Self {
        let origin = if is_local { Origin::CatalogLocal } else { Origin::Catalog };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into();
        Self { file, origin, stem, is_expected: true }
    }
}

/// Why the manifests of a folder could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be read: {reason}", .folder.display())]
pub struct LoadError {
    pub folder: PathBuf,
    pub reason: String,
}

/// Lists the manifests of both folders: every `*.json` directly inside, sorted by name. A missing folder is empty.
pub fn list_manifests(
    folders: &Folders,
    sources: &mut Sources,
    working_folder: &Path,
) -> Result<Vec<ManifestFile>, LoadError> {
    let mut manifests = Vec::new();
    for (folder, is_local) in [(&folders.catalog, false), (&folders.catalog_local, true)] {
        let Some(folder) = folder else {
            continue;
        };
        let is_missing =
            folder.metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_missing {
            continue;
        }
        for path in list(folder)? {
            let file = sources.add(path.clone(), working_folder);
            manifests.push(ManifestFile::new(file, &path, is_local));
        }
    }
    Ok(manifests)
}

/// The paths of the `*.json` entries directly inside a folder, sorted. Symbolic links are listed, not followed.
fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |reason| LoadError { folder: folder.to_owned(), reason };
    if folder.is_file() {
        return Err(failed("it is not a folder".to_owned()));
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(describe(&error)))? {
        let path = entry.map_err(|error| failed(describe(&error)))?.path();
        if is_manifest_name(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether a path has the extension of a manifest.
pub fn is_manifest_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

//! Which files are the catalog: from the paths that were named to the manifests in their folders.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::{FileId, Origin, Sources, describe};

/// The folders of one catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    pub catalog: Option<PathBuf>,
    pub catalog_local: Option<PathBuf>,
    /// The folder that holds them, and `generated/` beside them.
    pub root: PathBuf,
}

/// One manifest of a catalog, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    pub file: FileId,
    pub origin: Origin,
    /// The file's name without `.json`; its entry has the same one.
    pub stem: Arc<str>,
}

impl ManifestFile {
    /// A manifest at a path, by the folder that it stands in.
    pub fn new(file: FileId, path: &Path, is_local: bool) -> Self {
        let origin = if is_local { Origin::CatalogLocal } else { Origin::Catalog };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into();
        Self { file, origin, stem }
    }
}

/// Why the manifests of a folder could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be read: {reason}", .folder.display())]
pub struct LoadError {
    pub folder: PathBuf,
    pub reason: String,
}

/// Lists the manifests of both folders: every `*.json` directly inside, by name; a folder that is missing has none.
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

/// The paths of the `*.json` entries directly inside a folder, sorted. Links are listed, never followed.
fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut paths = Vec::new();
    if folder.is_file() {
        return Err(LoadError {
            folder: folder.to_owned(),
            reason: "it is not a folder".to_owned(),
        });
    }
    for entry in WalkDir::new(folder).min_depth(1).max_depth(1).follow_links(false) {
        let entry = entry.map_err(|error| LoadError {
            folder: folder.to_owned(),
            reason: error
                .io_error()
                .map_or_else(|| error.to_string(), |error: &io::Error| describe(error)),
        })?;
        if is_manifest_name(entry.path()) {
            paths.push(entry.into_path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether a path names a manifest, by its ending alone.
pub fn is_manifest_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

//! Where the catalog is: from the options, `catproof.toml` and the named paths to the folders and files of a run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::config::{self, Config, ConfigError, RuleIds};
use crate::source::parse;
use crate::source::{
    Folders, LoadError, ManifestFile, Origin, Sources, clean, is_manifest_name, list_manifests,
};
use crate::text::day::Day;
use crate::text::profile::Profile;

/// The working folder with its configuration.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) config: Config,
    /// The folder that the configuration's paths are relative to.
    pub(crate) root: PathBuf,
    pub(crate) working_folder: PathBuf,
    /// The configuration, where there is one.
    pub(crate) config_file: Option<PathBuf>,
    /// What the user should know about the configuration.
    pub(crate) notices: Vec<String>,
    /// The day that expiry is judged against.
    pub(crate) today: Day,
}

/// Where to look for the catalog, as the user says it. Paths are relative to the working folder.
#[derive(Debug, Clone)]
pub struct Options {
    pub working_folder: PathBuf,
    /// The configuration; without one, the nearest `catproof.toml`.
    pub config: Option<PathBuf>,
    pub catalog: Option<PathBuf>,
    pub catalog_local: Option<PathBuf>,
    pub profile: Option<Profile>,
}

/// One catalog of a run, and which of its files were named.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) folders: Folders,
    pub(crate) selection: Selection,
}

/// Which files findings are shown for; the cross-file rules see the whole catalog all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    Everything,
    /// These files, and whatever lies directly in these folders.
    Paths(BTreeSet<PathBuf>),
}

/// One manifest that comes from standard input.
#[derive(Debug)]
pub(crate) struct StandardInput {
    /// The file that it stands for, or what it is called where it stands for none.
    pub(crate) path: PathBuf,
    /// Whether it stands for no file: then it is judged by itself, and its `name` is as good as a file's.
    pub(crate) is_alone: bool,
    pub(crate) text: Vec<u8>,
}

/// Why there is no catalog to work on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    #[error("the working folder cannot be read: {0}")]
    WorkingFolder(String),
    #[error("`{}` does not exist", .0.display())]
    MissingPath(PathBuf),
    #[error("`{}` is not a folder", .0.display())]
    NoFolder(PathBuf),
    #[error("the folder `{}`, which the configuration names as `{key}`, does not exist", .folder.display())]
    MissingFolder { key: &'static str, folder: PathBuf },
    #[error("`{}` is neither a `.json` file nor a folder", .0.display())]
    NoManifest(PathBuf),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl Workspace {
    /// Finds the configuration and applies the global options.
    pub(crate) fn open(options: &Options, rules: &RuleIds) -> Result<Self, WorkspaceError> {
        let working_folder = options.working_folder.clone();
        let found = config::load(options.config.as_deref(), &working_folder, rules)?;
        let mut config = found.config;
        let folder = found.file.as_deref().and_then(Path::parent);
        let root = folder.unwrap_or(&working_folder).to_owned();
        // Options are relative to the working folder, the configuration to its own.
        let absolute = |folder: &Path| working_folder.join(folder).to_string_lossy().into_owned();
        if let Some(folder) = &options.catalog {
            config.catalog = absolute(folder);
        }
        if let Some(folder) = &options.catalog_local {
            config.catalog_local = absolute(folder);
        }
        if let Some(profile) = options.profile {
            config.profile = profile;
        }
        for folder in [&options.catalog, &options.catalog_local].into_iter().flatten() {
            match working_folder.join(folder).metadata() {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(WorkspaceError::NoFolder(folder.clone())),
                Err(_) => return Err(WorkspaceError::MissingPath(folder.clone())),
            }
        }
        Ok(Self {
            config,
            root,
            working_folder,
            config_file: found.file,
            notices: found.notices,
            today: Day::today(),
        })
    }

    /// The catalog of this workspace.
    pub(crate) fn folders(&self) -> Folders {
        Folders {
            catalog: Some(clean(&self.root.join(&self.config.catalog))),
            catalog_local: Some(clean(&self.root.join(&self.config.catalog_local))),
            root: self.root.clone(),
        }
    }

    /// The folder that the artifacts of a catalog are written to: another one for each profile.
    pub(crate) fn generated(&self, folders: &Folders) -> PathBuf {
        let generated = folders.root.join(&self.config.generated);
        match self.config.profile {
            Profile::Production => generated,
            Profile::Development => generated.join("development"),
        }
    }

    /// The discovery lock of the catalog, or of the developers' servers. It has its place whatever the profile.
    pub(crate) fn lock_path(&self, folders: &Folders, origin: Origin) -> PathBuf {
        let generated = folders.root.join(&self.config.generated);
        let folder = match origin {
            Origin::Catalog => generated,
            Origin::CatalogLocal => generated.join("development"),
        };
        folder.join("discovery.lock.json")
    }

    /// The catalogs that the paths name, each once, in the order of the first path that names it. The file that standard
    /// input stands for need not be on the disk.
    pub(crate) fn targets(
        &self,
        paths: &[PathBuf],
        input: Option<&StandardInput>,
    ) -> Result<Vec<Target>, WorkspaceError> {
        if paths.is_empty() {
            return Ok(vec![Target { folders: self.folders(), selection: Selection::Everything }]);
        }
        let mut targets: Vec<Target> = Vec::new();
        for path in paths {
            let absolute = self.absolute(path);
            let target = match input.filter(|input| input.path == absolute) {
                Some(input) if input.is_alone => self.target_of_nothing_else(&absolute),
                Some(_) => self.target(path, &absolute)?,
                None if absolute.symlink_metadata().is_ok() => self.target(path, &absolute)?,
                None => return Err(WorkspaceError::MissingPath(path.clone())),
            };
            match targets.iter_mut().find(|known| known.folders == target.folders) {
                Some(known) => known.selection.add(target.selection),
                None => targets.push(target),
            }
        }
        Ok(targets)
    }

    fn target(&self, named: &Path, path: &Path) -> Result<Target, WorkspaceError> {
        if path.is_dir() && !is_manifest_name(path) {
            Ok(self.target_of_folder(path))
        } else if is_manifest_name(path) {
            let folder = path.parent().unwrap_or(path);
            Ok(Target { folders: self.folders_around(folder), selection: Selection::only(path) })
        } else {
            Err(WorkspaceError::NoManifest(named.to_owned()))
        }
    }

    /// A manifest that stands in no folder. The locks are those of this workspace.
    fn target_of_nothing_else(&self, path: &Path) -> Target {
        Target {
            folders: Folders { catalog: None, catalog_local: None, root: self.root.clone() },
            selection: Selection::only(path),
        }
    }

    /// A folder that contains `catalog/` means that catalog; one of a catalog's own folders, its part of the catalog.
    fn target_of_folder(&self, folder: &Path) -> Target {
        if let Some(folders) = self.pair_in(folder) {
            return Target { folders, selection: Selection::Everything };
        }
        let folders = self.folders_around(folder);
        // What is alone has no other part.
        let is_part = folders.root != folder;
        let selection = if is_part { Selection::only(folder) } else { Selection::Everything };
        Target { folders, selection }
    }

    /// The pair of folders inside of a folder that contains `catalog/`.
    fn pair_in(&self, folder: &Path) -> Option<Folders> {
        let name =
            |configured: &str| Path::new(configured).file_name().unwrap_or_default().to_owned();
        let catalog = folder.join(name(&self.config.catalog));
        if !catalog.is_dir() {
            return None;
        }
        if folder == self.root {
            return Some(self.folders());
        }
        Some(Folders {
            catalog: Some(catalog),
            catalog_local: Some(folder.join(name(&self.config.catalog_local))),
            root: folder.to_owned(),
        })
    }

    /// A folder that is a catalog by itself; one with the name of the developers' is theirs wherever it lies.
    fn folder_alone(&self, folder: &Path) -> Folders {
        let is_local = folder.file_name() == Path::new(&self.config.catalog_local).file_name();
        let (catalog, catalog_local) = if is_local {
            (None, Some(folder.to_owned()))
        } else {
            (Some(folder.to_owned()), None)
        };
        Folders { catalog, catalog_local, root: folder.to_owned() }
    }

    /// The catalog that the manifests directly in a folder belong to: the pair of folders that it is one of, else the
    /// folder alone.
    fn folders_around(&self, folder: &Path) -> Folders {
        let holds = |folders: &Folders| {
            [&folders.catalog, &folders.catalog_local]
                .into_iter()
                .flatten()
                .any(|known| known == folder)
        };
        let pair = folder.parent().and_then(|parent| self.pair_in(parent));
        match pair {
            _ if holds(&self.folders()) => self.folders(),
            Some(pair) if holds(&pair) => pair,
            _ => self.folder_alone(folder),
        }
    }

    /// A path as the user wrote it, from the working folder.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        clean(&self.working_folder.join(path))
    }

    /// Refuses a folder that the configuration names and that is not there: without its manifests their artifacts would
    /// be removed. The folders that nobody named may be missing: a catalog may be for users or for developers alone.
    fn check_folders(&self, folders: &Folders) -> Result<(), WorkspaceError> {
        let usual = Config::default();
        let configured = [
            ("catalog", &self.config.catalog, usual.catalog, &folders.catalog),
            (
                "catalog_local",
                &self.config.catalog_local,
                usual.catalog_local,
                &folders.catalog_local,
            ),
        ];
        for (key, name, usual, folder) in configured {
            let Some(folder) = folder else {
                continue;
            };
            let is_named = *name != usual && *folder == self.root.join(name);
            if is_named && !folder.exists() {
                let folder = PathBuf::from(name);
                return Err(WorkspaceError::MissingFolder { key, folder });
            }
        }
        Ok(())
    }

    /// The manifests of a target, with standard input in the place of the file that it stands for.
    pub(crate) fn manifests(
        &self,
        target: &Target,
        input: Option<StandardInput>,
        sources: &mut Sources,
    ) -> Result<Vec<ManifestFile>, WorkspaceError> {
        self.check_folders(&target.folders)?;
        let mut manifests = list_manifests(&target.folders, sources, &self.working_folder)?;
        if let Some(input) = input {
            let stem = input.stem();
            let StandardInput { path, text, .. } = input;
            let is_local = target
                .folders
                .catalog_local
                .as_deref()
                .is_some_and(|local| path.starts_with(local));
            let file = sources.add_text(path.clone(), text, &self.working_folder);
            manifests.retain(|manifest| {
                sources.file(manifest.file).is_none_or(|known| known.path != path)
            });
            let manifest = ManifestFile::new(file, &path, is_local);
            manifests.push(match stem {
                Some(stem) => ManifestFile { stem, ..manifest },
                None => manifest,
            });
        }
        Ok(manifests)
    }
}

impl StandardInput {
    /// What stands in the place of a file's name, where there is no file.
    fn stem(&self) -> Option<Arc<str>> {
        let text = std::str::from_utf8(&self.text).ok();
        let parsed = parse::parse(text.filter(|_| self.is_alone)?).ok()?;
        let name = parsed.value.get("name")?.as_str()?;
        Some(name.into())
    }
}

impl Selection {
    fn only(path: &Path) -> Self {
        Self::Paths(BTreeSet::from([path.to_owned()]))
    }

    fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Paths(paths), Self::Paths(more)) => paths.extend(more),
            (this, _) => *this = Self::Everything,
        }
    }

    /// Whether findings in this file are shown.
    pub(crate) fn names(&self, path: &Path) -> bool {
        match self {
            Self::Everything => true,
            Self::Paths(paths) => {
                let folder = path.parent();
                paths.contains(path) || folder.is_some_and(|folder| paths.contains(folder))
            }
        }
    }
}

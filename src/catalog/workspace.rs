//! Finds the folders and files of a run from the options, `catproof.toml` and the paths on the command line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::config::{self, Config, ConfigError, RuleIds};
use crate::catalog::nearest;
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
    /// The configuration file, if there is one.
    pub(crate) config_file: Option<PathBuf>,
    /// What was found although nobody named it, for the user.
    pub(crate) found: Option<String>,
    /// Messages for the user about the configuration.
    pub(crate) notices: Vec<String>,
    /// The day for expiry and age.
    pub(crate) today: Day,
}

/// Where to look for the catalog, as the user passes it. Paths are relative to the working folder.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub working_folder: PathBuf,
    /// The configuration; by default the nearest `catproof.toml`.
    pub config: Option<PathBuf>,
    pub catalog: Option<PathBuf>,
    pub catalog_local: Option<PathBuf>,
    pub profile: Option<Profile>,
}

/// One catalog of a run, and which of its files were selected.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) folders: Folders,
    pub(crate) selection: Selection,
}

/// Which files findings are shown for; the cross-file rules see the whole catalog regardless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    Everything,
    /// These files, and the files directly in these folders.
    Paths(BTreeSet<PathBuf>),
}

/// A manifest from standard input.
#[derive(Debug)]
pub(crate) struct StandardInput {
    /// The file that it replaces, or a name for it.
    pub(crate) path: PathBuf,
    /// Whether it replaces no file: then it is judged by itself, and its `name` counts as the file name.
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
    NotAFolder(PathBuf),
    #[error("the folder `{}`, which the configuration names as `{key}`, does not exist", .folder.display())]
    MissingFolder { key: &'static str, folder: PathBuf },
    #[error("`{}` is neither a `.json` file nor a folder", .0.display())]
    NotAManifest(PathBuf),
    #[error("the paths belong to more than one catalog: name one catalog at a time")]
    SeveralCatalogs,
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
        let is_named = options.catalog.is_some() || options.catalog_local.is_some();
        let root = match found.file.as_deref().and_then(Path::parent) {
            Some(folder) => Some(folder.to_owned()),
            None if is_named => None,
            None => nearest::root(&working_folder),
        };
        let root = root.unwrap_or_else(|| working_folder.clone());
        // Options are relative to the working folder, the configuration to its own.
        let folders = [
            (&options.catalog, &mut config.catalog),
            (&options.catalog_local, &mut config.catalog_local),
        ];
        for (option, configured) in folders {
            let Some(folder) = option else { continue };
            let absolute = working_folder.join(folder);
            match absolute.metadata() {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(WorkspaceError::NotAFolder(folder.clone())),
                Err(_) => return Err(WorkspaceError::MissingPath(folder.clone())),
            }
            *configured = absolute.to_string_lossy().into_owned();
        }
        let is_default = config.catalog_local == Config::default().catalog_local;
        let is_missing = !root.join(&config.catalog_local).is_dir();
        let is_apps = !is_named && is_default && is_missing && nearest::is_checkout(&root);
        if is_apps {
            nearest::APP_CATALOG_LOCAL.clone_into(&mut config.catalog_local);
        }
        // Without a production catalog, production would be empty.
        let is_developers = is_apps && !found.names_profile && !root.join(&config.catalog).is_dir();
        if is_developers {
            config.profile = Profile::Development;
        }
        config.profile = options.profile.unwrap_or(config.profile);
        let mut workspace = Self {
            config,
            root,
            working_folder,
            config_file: found.file,
            found: None,
            notices: found.notices,
            today: Day::today(),
        };
        if !is_named {
            workspace.found = workspace.describe_found(is_apps, is_developers);
        }
        Ok(workspace)
    }

    /// What was found without being named; `None` where it is where everybody looks.
    fn describe_found(&self, is_apps: bool, is_developers: bool) -> Option<String> {
        let Config { catalog, catalog_local, .. } = &self.config;
        let is_above = self.config_file.is_none() && self.root != self.working_folder;
        let deployed = self.root.join(nearest::DEPLOYED_ALLOWLIST);
        let is_allowlist = self.config.proxy.allowlist.is_none() && deployed.is_file();
        let names = [
            (catalog.as_str(), is_above && self.root.join(catalog).is_dir()),
            (catalog_local, (is_above || is_apps) && self.root.join(catalog_local).is_dir()),
            (nearest::DEPLOYED_ALLOWLIST, is_allowlist),
        ];
        let names = names.into_iter().filter_map(|(name, is_found)| is_found.then_some(name));
        let names = names.map(|name| nearest::relative(name, &self.root, &self.working_folder));
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let profile = if is_developers && self.config.profile == Profile::Development {
            "; without `catalog`, the profile is `development`"
        } else {
            ""
        };
        (!names.is_empty()).then(|| format!("found {}{profile}", names.join(" and ")))
    }

    /// What is in force, line by line.
    pub(crate) fn settings(&self) -> Vec<String> {
        let shown = |path: &Path| {
            let is_there = if path.exists() { "" } else { " (not there)" };
            let path = path.strip_prefix(&self.working_folder).unwrap_or(path);
            format!("`{}`{is_there}", path.display())
        };
        let folders = self.folders();
        let config = self.config_file.as_deref().map_or_else(|| "none".to_owned(), shown);
        let mut lines = vec![format!("configuration: {config}")];
        let named = [("catalog", &folders.catalog), ("catalog_local", &folders.catalog_local)];
        for (name, folder) in named {
            lines.extend(folder.as_ref().map(|folder| format!("{name}: {}", shown(folder))));
        }
        lines.push(format!("artifacts: {}", shown(&self.generated(&folders))));
        lines.push(format!("profile: {}", self.config.profile.name()));
        lines
    }

    /// The configured catalog.
    pub(crate) fn folders(&self) -> Folders {
        Folders {
            catalog: Some(clean(&self.root.join(&self.config.catalog))),
            catalog_local: Some(clean(&self.root.join(&self.config.catalog_local))),
            root: self.root.clone(),
        }
    }

    /// The folder for the artifacts of a catalog; each profile has its own.
    pub(crate) fn generated(&self, folders: &Folders) -> PathBuf {
        let generated = folders.root.join(&self.config.generated);
        match self.config.profile {
            Profile::Production => generated,
            Profile::Development => generated.join("development"),
        }
    }

    /// The discovery lock of the catalog, or of the developers' servers; the same under every profile.
    pub(crate) fn lock_path(&self, folders: &Folders, origin: Origin) -> PathBuf {
        let generated = folders.root.join(&self.config.generated);
        let folder = match origin {
            Origin::Catalog => generated,
            Origin::CatalogLocal => generated.join("development"),
        };
        folder.join("discovery.lock.json")
    }

    /// The catalogs that the paths belong to, each once, in order of the first path. The file that standard input
    /// replaces need not exist.
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
                Some(input) if input.is_alone => Target {
                    // In no folder; the locks are those of this workspace.
                    folders: Folders {
                        catalog: None,
                        catalog_local: None,
                        root: self.root.clone(),
                    },
                    selection: Selection::only(&absolute),
                },
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

    /// The catalog that all of the paths belong to.
    pub(crate) fn only_target(&self, paths: &[PathBuf]) -> Result<Target, WorkspaceError> {
        let mut targets = self.targets(paths, None)?.into_iter();
        match (targets.next(), targets.next()) {
            (Some(target), None) => Ok(target),
            _ => Err(WorkspaceError::SeveralCatalogs),
        }
    }

    fn target(&self, named: &Path, path: &Path) -> Result<Target, WorkspaceError> {
        if is_manifest_name(path) {
            let folder = path.parent().unwrap_or(path);
            Ok(Target { folders: self.folders_around(folder), selection: Selection::only(path) })
        } else if path.is_dir() {
            Ok(self.target_of_folder(path))
        } else {
            Err(WorkspaceError::NotAManifest(named.to_owned()))
        }
    }

    /// A folder that contains `catalog/` selects that whole catalog; one of a catalog's own folders, its part.
    fn target_of_folder(&self, folder: &Path) -> Target {
        if let Some(folders) = self.pair_in(folder) {
            return Target { folders, selection: Selection::Everything };
        }
        let folders = self.folders_around(folder);
        let is_part = folders.root != folder;
        let selection = if is_part { Selection::only(folder) } else { Selection::Everything };
        Target { folders, selection }
    }

    /// The pair of folders in a folder that contains `catalog/`.
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

    /// A folder that is a catalog by itself; a local one if it has the configured name.
    fn folder_alone(&self, folder: &Path) -> Folders {
        let is_local = folder.file_name() == Path::new(&self.config.catalog_local).file_name();
        Folders {
            catalog: (!is_local).then(|| folder.to_owned()),
            catalog_local: is_local.then(|| folder.to_owned()),
            root: folder.to_owned(),
        }
    }

    /// The catalog that the manifests directly in a folder belong to: the pair of folders that it is one of, else the
    /// folder alone.
    fn folders_around(&self, folder: &Path) -> Folders {
        let pair = folder.parent().and_then(|parent| self.pair_in(parent));
        let mut pairs = [self.folders()].into_iter().chain(pair);
        let own = pairs.find(|folders| {
            let mut parts = [&folders.catalog, &folders.catalog_local].into_iter().flatten();
            parts.any(|part| part == folder)
        });
        own.unwrap_or_else(|| self.folder_alone(folder))
    }

    /// The absolute form of a path on the command line.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        clean(&self.working_folder.join(path))
    }

    /// Refuses a missing folder that the configuration names: without its manifests their artifacts would be removed. The
    /// default folders may be missing: a catalog may be for users or for developers only.
    fn check_folders(&self, folders: &Folders) -> Result<(), WorkspaceError> {
        let default = Config::default();
        let Config { catalog, catalog_local, .. } = &self.config;
        for (key, name, default, folder) in [
            ("catalog", catalog, default.catalog, &folders.catalog),
            ("catalog_local", catalog_local, default.catalog_local, &folders.catalog_local),
        ] {
            let is_missing = folder
                .as_ref()
                .is_some_and(|folder| *folder == self.root.join(name) && !folder.exists());
            if is_missing && *name != default && name != nearest::APP_CATALOG_LOCAL {
                return Err(WorkspaceError::MissingFolder { key, folder: PathBuf::from(name) });
            }
        }
        Ok(())
    }

    /// The manifests of a target, with standard input instead of the file that it replaces.
    pub(crate) fn manifests(
        &self,
        target: &Target,
        input: Option<StandardInput>,
        sources: &mut Sources,
    ) -> Result<Vec<ManifestFile>, WorkspaceError> {
        self.check_folders(&target.folders)?;
        let mut manifests = list_manifests(&target.folders, sources, &self.working_folder)?;
        if target.folders != self.folders() {
            for manifest in &mut manifests {
                let path = sources.file(manifest.file).map(|known| known.path.as_path());
                let is_alone = path.and_then(Path::parent) == Some(&target.folders.root);
                let is_named = path.is_some_and(|path| target.selection.is_exactly(path));
                manifest.is_expected = is_named || !is_alone;
            }
        }
        if let Some(input) = input {
            let stem = input.stem();
            let StandardInput { path, text, .. } = input;
            let local = target.folders.catalog_local.as_ref();
            let is_local = local.is_some_and(|local| path.starts_with(local));
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
    /// The `name` of a manifest that replaces no file.
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

    /// Whether this very file was named.
    fn is_exactly(&self, path: &Path) -> bool {
        matches!(self, Self::Paths(paths) if paths.contains(path))
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

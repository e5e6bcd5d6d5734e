//! The state that `diff` compares with: a commit, read from git's objects, or a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::config::{self, Config, ConfigError, LoadedConfig};
use crate::catalog::workspace::{Options, Workspace, WorkspaceError};
use crate::discovery::{self, Lock, Locks};
use crate::lint;
use crate::pipeline::failure::Failure;
use crate::source::{
    Folders, ManifestFile, Sources, clean, is_manifest_name, list_manifests, read_regular_file,
};

use super::git::{Commit, GitError};
use super::{Sentence, sentence};

/// The name of the discovery lock among the artifacts.
pub(super) const LOCK_NAME: &str = "discovery.lock.json";

/// What to compare with.
#[derive(Debug, Clone)]
pub(crate) struct BaseName {
    /// A commit or a folder, as the user named it.
    pub(crate) name: String,
    /// Whether to compare with the commit itself instead of its merge base with `HEAD`.
    pub(crate) is_exact: bool,
}

/// The base, as far as it was read.
#[derive(Debug)]
pub(super) struct Base {
    store: FileStore,
    /// As the user named it.
    pub(super) name: String,
    pub(super) config: Config,
    /// The configuration that this folder is judged by. Of a commit, it is the named one's, not the merge base's: an old
    /// branch is judged by the rules of today.
    pub(super) judging: Config,
    /// `None` where the base has no configuration of its own.
    pub(super) config_file: Option<PathBuf>,
    /// The folder that the configuration's paths are relative to.
    root: PathBuf,
    pub(super) sources: Sources,
    pub(super) manifests: Vec<ManifestFile>,
    /// The committed lock alone, on both sides: the developers' own lock is not part of a change.
    pub(super) locks: Locks,
    /// Whether there is a folder of developers' servers to compare with.
    pub(super) has_local: bool,
    /// What could not be read.
    pub(super) unreadable: Vec<Sentence>,
}

/// Where the base's files are.
#[derive(Debug)]
enum FileStore {
    Commit(Commit),
    Folder,
}

impl Base {
    /// Reads the base: a folder, or the merge base of a commit and `HEAD`, or the commit itself if that is asked for. A
    /// name written as a path is a folder, any other is a commit, even one with a `/` such as `origin/main`. A folder with
    /// the name of a branch is never mistaken for it.
    pub(super) fn read(
        BaseName { name, is_exact }: &BaseName,
        workspace: &Workspace,
        options: &Options,
        locks_now: &Locks,
    ) -> Result<Self, Failure> {
        let folder = workspace.absolute(Path::new(name));
        if is_folder_name(name) {
            return Self::of_folder(name, folder, workspace, locks_now);
        }
        if name.is_empty() {
            return Err(Failure::usage("`--base` names neither a commit nor a folder"));
        }
        if name.starts_with('-') {
            return Err(Failure::usage(format!("`{name}` is not a commit")));
        }
        let found = Commit::find(&workspace.working_folder, name).and_then(|tip| {
            let base = if *is_exact { None } else { Some(tip.merge_base(name)?) };
            Ok((tip, base))
        });
        match found {
            Ok((tip, base)) => Self::of_commit(name, tip, base, workspace, options),
            // Without a repository, the name can only be that of a folder.
            Err(GitError::NoRepository) if folder.is_dir() => {
                Self::of_folder(name, folder, workspace, locks_now)
            }
            Err(error) => Err(explained(&error, name, folder.is_dir())),
        }
    }

    /// The id of the commit, where the base is one.
    pub(super) fn commit(&self) -> Option<&str> {
        match &self.store {
            FileStore::Commit(commit) => Some(&commit.id),
            FileStore::Folder => None,
        }
    }

    fn of_folder(
        name: &str,
        folder: PathBuf,
        workspace: &Workspace,
        locks_now: &Locks,
    ) -> Result<Self, Failure> {
        if !folder.is_dir() {
            return Err(WorkspaceError::MissingPath(PathBuf::from(name)).into());
        }
        let mut unreadable = Vec::new();
        let path = folder.join(config::FILE_NAME);
        let text = read_file(&path)?;
        let loaded = text.and_then(|text| parse_config(path, &text, &mut unreadable));
        // A folder of manifests has no configuration: the present one holds for both.
        let (config, config_file) = match loaded {
            Some(loaded) => (loaded.config, loaded.file),
            None => (workspace.config.clone(), None),
        };
        let [catalog, catalog_local] = [&config.catalog, &config.catalog_local].map(|path| {
            let path = Path::new(path);
            match &config_file {
                Some(_) => folder.join(path),
                None => folder.join(path.file_name().unwrap_or_default()),
            }
        });
        let has_catalog = catalog.is_dir() || catalog_local.is_dir();
        let folders = Folders {
            catalog: Some(if has_catalog { catalog } else { folder.clone() }),
            catalog_local: has_catalog.then_some(catalog_local),
            root: folder.clone(),
        };
        let mut sources = Sources::default();
        let manifests = list_manifests(&folders, &mut sources, &workspace.working_folder)
            .map_err(WorkspaceError::from)?;
        let lock = read_file(&clean(&folder.join(&config.generated)).join(LOCK_NAME))?;
        let locks = match lock {
            Some(lock) => read_lock(&lock, &mut unreadable),
            None => locks_now.clone(),
        };
        Ok(Self {
            store: FileStore::Folder,
            name: name.to_owned(),
            judging: config.clone(),
            config,
            config_file,
            root: folder,
            sources,
            manifests,
            locks,
            has_local: has_catalog,
            unreadable,
        })
    }

    fn of_commit(
        name: &str,
        tip: Commit,
        merge_base: Option<Commit>,
        workspace: &Workspace,
        options: &Options,
    ) -> Result<Self, Failure> {
        let mut unreadable = Vec::new();
        let merge_base = merge_base.filter(|commit| commit.id != tip.id);
        let (judging, file) = config_of(&tip, workspace, options, &mut unreadable)?;
        let (config, config_file) = match &merge_base {
            Some(commit) => config_of(commit, workspace, options, &mut unreadable)?,
            None => (judging.clone(), file),
        };
        // Both may have the same broken configuration.
        unreadable.dedup();
        let commit = merge_base.unwrap_or(tip);
        let root = match config_file.as_deref().and_then(Path::parent) {
            Some(folder) => folder.to_owned(),
            None => workspace.root.clone(),
        };
        let [catalog, catalog_local, generated] =
            [&config.catalog, &config.catalog_local, &config.generated]
                .map(|folder| clean(&root.join(folder)));
        let lock = generated.join(LOCK_NAME);
        let mut paths = vec![catalog.clone(), catalog_local.clone()];
        paths.extend(commit.path_in_tree(&lock).is_ok().then(|| lock.clone()));

        // Read in one batch: each question to git starts a process.
        let listed = commit.list(&paths)?;
        let is_manifest =
            |path: &Path, folder: &Path| path.parent() == Some(folder) && is_manifest_name(path);
        let wanted = listed.iter().filter(|(path, file)| {
            let is_in_catalog = is_manifest(path, &catalog) || is_manifest(path, &catalog_local);
            let is_wanted = is_in_catalog && file.size <= config.max_file_bytes;
            file.is_regular() && (is_wanted || **path == lock)
        });
        let (paths, files): (Vec<&PathBuf>, Vec<_>) = wanted.unzip();
        let mut texts: BTreeMap<&PathBuf, Vec<u8>> =
            paths.into_iter().zip(commit.read(&files)?).collect();
        let locks = texts.remove(&lock).map(|lock| read_lock(&lock, &mut unreadable));
        let mut sources = Sources::default();
        let mut manifests = Vec::new();
        for (folder, is_local) in [(&catalog, false), (&catalog_local, true)] {
            for path in listed.keys().filter(|path| is_manifest(path, folder)) {
                // A link or an oversized file is not a manifest on either side.
                let text = texts.get(path).cloned().unwrap_or_default();
                let file = sources.add_text(path.clone(), text, &workspace.working_folder);
                manifests.push(ManifestFile::new(file, path, is_local));
            }
        }
        Ok(Self {
            store: FileStore::Commit(commit),
            name: name.to_owned(),
            config,
            judging,
            config_file,
            root,
            sources,
            manifests,
            locks: locks.unwrap_or_default(),
            has_local: true,
            unreadable,
        })
    }

    /// The folder of the base's artifacts.
    fn generated(&self) -> PathBuf {
        clean(&self.root.join(&self.config.generated))
    }

    /// Whether the base has artifacts to compare with: a folder of manifests has none.
    pub(super) fn has_artifacts(&self) -> bool {
        match &self.store {
            FileStore::Commit(_) => true,
            FileStore::Folder => self.generated().is_dir(),
        }
    }

    /// Whether a path lies in what is compared: the repository, or the folder with the configuration.
    pub(super) fn is_inside(&self, path: &Path, workspace: &Workspace) -> bool {
        match &self.store {
            FileStore::Commit(commit) => commit.path_in_tree(path).is_ok(),
            FileStore::Folder => clean(path).starts_with(clean(&workspace.root)),
        }
    }

    /// The base's artifacts at these paths, as far as it has them.
    pub(super) fn artifacts<'a>(
        &self,
        paths: impl Iterator<Item = &'a String>,
    ) -> Result<BTreeMap<&'a str, Vec<u8>>, Failure> {
        let generated = self.generated();
        let places = paths.map(|path| (path.as_str(), clean(&generated.join(path))));
        match &self.store {
            FileStore::Commit(commit) => {
                let places: Vec<(&str, PathBuf)> =
                    places.filter(|(_, place)| commit.path_in_tree(place).is_ok()).collect();
                if places.is_empty() {
                    return Ok(BTreeMap::new());
                }
                let wanted: BTreeSet<&PathBuf> = places.iter().map(|(_, place)| place).collect();
                // The configuration may have an artifact written outside the folder.
                let outside = wanted.iter().filter(|place| !place.starts_with(&generated));
                let folders: Vec<PathBuf> = outside.copied().chain([&generated]).cloned().collect();
                let mut listed = commit.list(&folders)?;
                listed.retain(|place, file| file.is_regular() && wanted.contains(place));
                let contents = commit.read(&listed.values().collect::<Vec<_>>())?;
                let contents: BTreeMap<&PathBuf, Vec<u8>> = listed.keys().zip(contents).collect();
                let found = places.iter();
                let found = found.filter_map(|(path, at)| Some((*path, contents.get(at)?.clone())));
                Ok(found.collect())
            }
            FileStore::Folder => {
                let mut artifacts = BTreeMap::new();
                for (path, place) in places {
                    artifacts.extend(read_file(&place)?.map(|text| (path, text)));
                }
                Ok(artifacts)
            }
        }
    }
}

/// The configuration of a commit, and its file where it has one.
fn config_of(
    commit: &Commit,
    workspace: &Workspace,
    options: &Options,
    unreadable: &mut Vec<Sentence>,
) -> Result<(Config, Option<PathBuf>), Failure> {
    let mut paths: Vec<PathBuf> = match &options.config {
        Some(named) => vec![workspace.absolute(named)],
        None => {
            let folders = workspace.working_folder.ancestors();
            folders.map(|folder| folder.join(config::FILE_NAME)).collect()
        }
    };
    // Nothing above the repository belongs to the commit.
    paths.retain(|path| commit.path_in_tree(path).is_ok());
    let listed = if paths.is_empty() { BTreeMap::new() } else { commit.list(&paths)? };
    let found = paths.into_iter().find_map(|path| {
        let file = listed.get(&clean(&path)).filter(|file| file.is_regular())?;
        Some((path, file))
    });
    let loaded = match found {
        Some((path, file)) => {
            let text = commit.read(&[file])?.concat();
            parse_config(path, &text, unreadable)
        }
        None => None,
    };
    // A configuration outside the repository is the user's, not the commit's: it holds for both.
    let of_user = workspace.config_file.as_ref();
    let of_user = of_user.filter(|path| commit.path_in_tree(path).is_err());
    let (mut config, file) = match (loaded, of_user) {
        (Some(loaded), _) => (loaded.config, loaded.file),
        (None, Some(file)) => (workspace.config.clone(), Some(file.clone())),
        // What was found without a configuration holds for both.
        (None, None) if workspace.config_file.is_none() => {
            let Config { catalog_local, profile, .. } = workspace.config.clone();
            (Config { catalog_local, profile, ..Config::default() }, None)
        }
        (None, None) => (Config::default(), None),
    };
    let absolute = |folder: &PathBuf| {
        let folder = workspace.working_folder.join(folder);
        folder.to_string_lossy().into_owned()
    };
    if let Some(folder) = &options.catalog {
        config.catalog = absolute(folder);
    }
    if let Some(folder) = &options.catalog_local {
        config.catalog_local = absolute(folder);
    }
    config.profile = options.profile.unwrap_or(config.profile);
    Ok((config, file))
}

/// Whether the user names a folder: no commit is called `.`, begins with `./`, `../` or `/`, or ends with `/`.
fn is_folder_name(name: &str) -> bool {
    let path = Path::new(name);
    matches!(name, "." | "..")
        || path.is_absolute()
        || name.starts_with("./")
        || name.starts_with("../")
        || name.ends_with('/')
        || (cfg!(windows) && (name.starts_with(".\\") || name.starts_with("..\\")))
}

/// A configuration; one that cannot be used is reported, and counts as none.
fn parse_config(
    path: PathBuf,
    text: &[u8],
    unreadable: &mut Vec<Sentence>,
) -> Option<LoadedConfig> {
    let text = String::from_utf8_lossy(text).into_owned();
    let error = match config::of_text(path, text, &lint::rule_ids()) {
        Ok(loaded) => return Some(loaded),
        Err(error) => error,
    };
    let reason = match error {
        ConfigError::Unreadable { reason, .. } => reason,
        ConfigError::Invalid { problems, .. } => {
            let problems = problems.into_iter();
            let problems = problems.map(|problem| problem.message.replace('`', ""));
            problems.collect::<Vec<_>>().join(", ")
        }
    };
    let template = "the configuration of the base cannot be used, so the base is checked with the defaults: {}";
    unreadable.push(sentence!(template, reason));
    None
}

/// The discovery lock; one that cannot be used is reported, and counts as empty.
fn read_lock(text: &[u8], unreadable: &mut Vec<Sentence>) -> Locks {
    let lock = std::str::from_utf8(text)
        .map_err(|_| "it is not UTF-8".to_owned())
        .and_then(|text| discovery::read_lock(text).map_err(|error| error.to_string()));
    Locks::committed(lock.unwrap_or_else(|reason| {
        let template =
            "the discovery lock of the base cannot be read, so everything it recorded counts as new: {}";
        unreadable.push(sentence!(template, reason));
        Lock::default()
    }))
}

/// The largest file of a folder that is read, in bytes: a lock of ten thousand servers.
const MOST_BYTES: u64 = 64 << 20;

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let bytes = read_regular_file(path, MOST_BYTES).map_err(|error| Failure::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Some(bytes))
}

/// Why there is no such commit, and what to do.
fn explained(error: &GitError, name: &str, is_folder: bool) -> Failure {
    let folder = || is_folder.then(|| format!("write `./{name}` to compare with the folder"));
    let help = match error {
        GitError::NoGit(_) => folder().or_else(|| {
            Some("install git, or compare with a folder: `--base ./before`".to_owned())
        }),
        GitError::NoRepository => Some("compare with a folder: `--base ./before`".to_owned()),
        GitError::Unborn => Some("commit something first, or compare with a folder".to_owned()),
        GitError::NoCommit { is_shallow: true, .. }
        | GitError::NoMergeBase { is_shallow: true, .. } => {
            let fetch = match name.strip_prefix("origin/") {
                Some(branch) => format!(
                    "git fetch --unshallow origin HEAD {branch}:refs/remotes/{name}"
                ),
                None => format!("git fetch --unshallow origin HEAD {name}"),
            };
            Some(format!(
                "the clone is shallow: fetch its history with `{fetch}`, or clone with `fetch-depth: 0`"
            ))
        }
        GitError::NoMergeBase { .. } => {
            Some("compare with the commit itself: `--base-exact`".to_owned())
        }
        GitError::NoCommit { .. } => folder().or_else(|| {
            Some(format!(
                "`git fetch origin` gets what is new, and `git rev-parse {name}` says what git makes of it"
            ))
        }),
        GitError::Failed { reason, .. } if reason.contains("dubious ownership") => Some(
            "the repository belongs to somebody else; if you trust it: \
             `git config --global --add safe.directory \"$PWD\"`"
                .to_owned(),
        ),
        GitError::Outside { .. } | GitError::Submodule { .. } | GitError::Failed { .. } => None,
    };
    Failure::Usage { message: error.to_string(), help }
}

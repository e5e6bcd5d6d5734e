//! The state that `diff` compares with: a commit, read from git's objects, or a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::config::{self, Config, ConfigError, LoadedConfig};
use crate::catalog::workspace::{Options, Workspace, WorkspaceError};
use crate::diff::Words;
use crate::diff::git::{Commit, GitError, Reach, Repository, TreeFile};
use crate::discovery::{self, Lock, Locks};
use crate::lint;
use crate::pipeline::failure::Failure;
use crate::source::{
    Folders, ManifestFile, Sources, clean, is_manifest_name, list_manifests, read_regular_file,
};

/// The base, as far as it was read.
#[derive(Debug)]
pub(crate) struct Base {
    files: Files,
    /// As the user named it.
    pub(crate) name: String,
    pub(crate) config: Config,
    /// `None` where the base has no configuration of its own.
    pub(crate) config_file: Option<PathBuf>,
    /// The folder that the configuration's paths are relative to.
    root: PathBuf,
    pub(crate) sources: Sources,
    pub(crate) manifests: Vec<ManifestFile>,
    /// The committed lock alone, as for the other side: that of the developers' servers is no part of a change.
    pub(crate) locks: Locks,
    /// Whether there is a folder of developers' servers to compare with.
    pub(crate) has_local: bool,
    /// What could not be read.
    pub(crate) unreadable: Vec<Words>,
}

/// Why there is no commit to compare with.
enum CommitError {
    NoRepository,
    Failed(Failure),
}

impl From<Failure> for CommitError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Where the base's files are.
#[derive(Debug)]
enum Files {
    Commit(Commit),
    Folder,
}

impl Base {
    /// Reads the base that the user named: what is written as a path is a folder, and whatever else is a commit, though it
    /// has a `/` in it like `origin/main`. A folder that somebody calls like a branch is never taken for it.
    pub(crate) fn read(
        name: &str,
        workspace: &Workspace,
        options: &Options,
        locks_now: &Locks,
    ) -> Result<Self, Failure> {
        if is_folder_name(name) {
            Self::of_folder(name, workspace, locks_now)
        } else {
            match Self::of_commit(name, workspace, options) {
                // Where there are no commits, a name can only be a folder's.
                Err(CommitError::NoRepository) if workspace.absolute(Path::new(name)).is_dir() => {
                    Self::of_folder(name, workspace, locks_now)
                }
                Err(CommitError::NoRepository) => {
                    Err(explained(&GitError::NoRepository, name, workspace))
                }
                Err(CommitError::Failed(failure)) => Err(failure),
                Ok(base) => Ok(base),
            }
        }
    }

    /// The id of the commit, where the base is one.
    pub(crate) fn commit(&self) -> Option<&str> {
        match &self.files {
            Files::Commit(commit) => Some(&commit.id),
            Files::Folder => None,
        }
    }

    fn of_folder(name: &str, workspace: &Workspace, locks_now: &Locks) -> Result<Self, Failure> {
        let folder = workspace.absolute(Path::new(name));
        if !folder.is_dir() {
            return Err(WorkspaceError::MissingPath(PathBuf::from(name)).into());
        }
        let mut unreadable = Vec::new();
        let loaded = match config_at(&folder, read_file)? {
            Some((path, text)) => parse_config(path, &text, &mut unreadable),
            None => None,
        };
        // What a folder of manifests does not say is as it is now.
        let config_file = loaded.as_ref().and_then(|loaded| loaded.file.clone());
        let config = loaded.map_or_else(|| workspace.config.clone(), |loaded| loaded.config);
        let file_name = |path: &str| Path::new(path).file_name().unwrap_or_default().to_owned();
        let [catalog, catalog_local] = match config_file {
            Some(_) => [&config.catalog, &config.catalog_local].map(PathBuf::from),
            None => {
                [&config.catalog, &config.catalog_local].map(|path| PathBuf::from(file_name(path)))
            }
        }
        .map(|path| folder.join(path));
        let has_catalog = catalog.is_dir() || catalog_local.is_dir();
        let folders = if has_catalog {
            Folders {
                catalog: Some(catalog),
                catalog_local: Some(catalog_local),
                root: folder.clone(),
            }
        } else {
            Folders {
                catalog: Some(folder.clone()),
                catalog_local: None,
                root: folder.clone(),
            }
        };
        let mut sources = Sources::default();
        let manifests = list_manifests(&folders, &mut sources, &workspace.working_folder)
            .map_err(WorkspaceError::from)?;
        let mut base = Self {
            files: Files::Folder,
            name: name.to_owned(),
            config,
            config_file,
            root: folder,
            sources,
            manifests,
            locks: locks_now.clone(),
            has_local: has_catalog,
            unreadable,
        };
        if let Some(lock) = base.read_lock()? {
            base.locks = Locks::committed(lock);
        }
        Ok(base)
    }

    fn of_commit(
        name: &str,
        workspace: &Workspace,
        options: &Options,
    ) -> Result<Self, CommitError> {
        if name.is_empty() {
            return Err(Failure::usage("`--base` names neither a commit nor a folder").into());
        }
        if name.starts_with('-') {
            return Err(Failure::usage(format!("`{name}` is no commit")).into());
        }
        let repository = Repository::around(&workspace.working_folder);
        let commit = repository.and_then(|repository| repository.commit(name));
        let commit = commit.map_err(|error| match error {
            GitError::NoRepository => CommitError::NoRepository,
            error => explained(&error, name, workspace).into(),
        })?;
        let read = |path: &Path| read_blob(&commit, path);

        let mut unreadable = Vec::new();
        let found = match &options.config {
            Some(named) => {
                let path = workspace.absolute(named);
                read(&path)?.map(|text| (path, text))
            }
            None => {
                let mut found = None;
                for folder in workspace.working_folder.ancestors() {
                    // Above the repository there is nothing of the commit.
                    if found.is_some() || commit.path_in_tree(folder).is_err() {
                        break;
                    }
                    found = config_at(folder, read)?;
                }
                found
            }
        };
        // A configuration outside the repository is the user's, not the commit's: it holds for both.
        let is_users = workspace
            .config_file
            .as_deref()
            .is_some_and(|path| commit.path_in_tree(path).is_err());
        let loaded = found.and_then(|(path, text)| parse_config(path, &text, &mut unreadable));
        let (mut config, config_file) = match loaded {
            Some(loaded) => (loaded.config, loaded.file),
            None if is_users => (workspace.config.clone(), workspace.config_file.clone()),
            None => (Config::default(), None),
        };
        let overrides = [
            (&options.catalog, &mut config.catalog),
            (&options.catalog_local, &mut config.catalog_local),
        ];
        for (folder, configured) in overrides {
            if let Some(folder) = folder {
                let folder = workspace.working_folder.join(folder);
                *configured = folder.to_string_lossy().into_owned();
            }
        }
        if let Some(profile) = options.profile {
            config.profile = profile;
        }
        let root = match config_file.as_deref().and_then(Path::parent) {
            Some(folder) => folder.to_owned(),
            None => workspace.root.clone(),
        };

        let mut sources = Sources::default();
        let mut manifests = Vec::new();
        for (folder, is_local) in [(&config.catalog, false), (&config.catalog_local, true)] {
            let folder = clean(&root.join(folder));
            let listed = list_commit(&commit, &folder, Reach::Folder)?;
            let listed: Vec<_> = listed
                .into_iter()
                .filter(|(path, _)| is_manifest_name(path))
                .collect();
            let texts = read_blobs(&commit, &listed, config.max_file_bytes)?;
            for ((path, _), text) in listed.into_iter().zip(texts) {
                let file = sources.add_text(path.clone(), text, &workspace.working_folder);
                manifests.push(ManifestFile::new(file, &path, is_local));
            }
        }
        let mut base = Self {
            files: Files::Commit(commit),
            name: name.to_owned(),
            config,
            config_file,
            root,
            sources,
            manifests,
            locks: Locks::default(),
            has_local: true,
            unreadable,
        };
        if let Some(lock) = base.read_lock()? {
            base.locks = Locks::committed(lock);
        }
        Ok(base)
    }

    /// The folder of the base's artifacts.
    fn generated(&self) -> PathBuf {
        clean(&self.root.join(&self.config.generated))
    }

    /// The discovery lock of the base's catalog, if it has one that can be read.
    fn read_lock(&mut self) -> Result<Option<Lock>, Failure> {
        let Some(bytes) = self.artifact("discovery.lock.json")? else {
            return Ok(None);
        };
        let lock = std::str::from_utf8(&bytes)
            .map_err(|_| "it is not UTF-8".to_owned())
            .and_then(|text| discovery::read_lock(text).map_err(|error| error.to_string()));
        match lock {
            Ok(lock) => Ok(Some(lock)),
            Err(reason) => {
                self.unreadable.push(
                    Words::new("the discovery lock of the base cannot be read, so all that it knew is new: ")
                        .value(reason),
                );
                Ok(Some(Lock::default()))
            }
        }
    }

    /// Whether the base has artifacts to compare with: a folder of manifests has none.
    pub(crate) fn has_artifacts(&self) -> bool {
        match &self.files {
            Files::Commit(_) => true,
            Files::Folder => self.generated().is_dir(),
        }
    }

    /// Whether a path lies in what is compared: the repository, or the folder with the configuration.
    pub(crate) fn is_inside(&self, path: &Path, workspace: &Workspace) -> bool {
        match &self.files {
            Files::Commit(commit) => commit.path_in_tree(path).is_ok(),
            Files::Folder => clean(path).starts_with(clean(&workspace.root)),
        }
    }

    /// Those of the base's artifacts that it has, by their path there.
    pub(crate) fn artifacts(
        &self,
        paths: Vec<String>,
    ) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let generated = self.generated();
        let mut artifacts = BTreeMap::new();
        let mut listed = BTreeMap::new();
        if let Files::Commit(commit) = &self.files {
            listed.extend(list_commit(commit, &generated, Reach::Everything)?);
            // Asked for all at once: each question to git is a process.
            let wanted: Vec<(&String, &TreeFile)> = paths
                .iter()
                .filter_map(|path| Some((path, listed.get(&clean(&generated.join(path)))?)))
                .filter(|(_, file)| file.is_regular)
                .collect();
            let files: Vec<&TreeFile> = wanted.iter().map(|(_, file)| *file).collect();
            let texts = commit.read(&files).map_err(from_git)?;
            for ((path, _), text) in wanted.into_iter().zip(texts) {
                artifacts.insert(path.clone(), text);
            }
        }
        for path in paths {
            let place = clean(&generated.join(&path));
            // The configuration may have an artifact written outside the folder.
            let is_told = self.commit().is_some() && place.starts_with(&generated);
            if !is_told && let Some(text) = self.artifact(&path)? {
                artifacts.insert(path, text);
            }
        }
        Ok(artifacts)
    }

    /// One file among the base's artifacts, by its path there.
    fn artifact(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let path = clean(&self.generated().join(path));
        match &self.files {
            Files::Commit(commit) => read_blob(commit, &path),
            Files::Folder => read_file(&path),
        }
    }
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

/// The configuration in a folder, with its text.
fn config_at(
    folder: &Path,
    read: impl Fn(&Path) -> Result<Option<Vec<u8>>, Failure>,
) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
    let path = folder.join(config::FILE_NAME);
    Ok(read(&path)?.map(|text| (path, text)))
}

/// A configuration; one that cannot be used is said, and counts as none.
fn parse_config(path: PathBuf, text: &[u8], unreadable: &mut Vec<Words>) -> Option<LoadedConfig> {
    let text = String::from_utf8_lossy(text).into_owned();
    match config::of_text(path, text, &lint::rule_ids()) {
        Ok(loaded) => Some(loaded),
        Err(error) => {
            let reason = match error {
                ConfigError::Unreadable { reason, .. } => reason,
                ConfigError::Invalid { problems, .. } => problems
                    .into_iter()
                    .map(|problem| problem.message.replace('`', ""))
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            unreadable.push(
                Words::new("the configuration of the base cannot be used, so it is judged by the defaults: ")
                    .value(reason),
            );
            None
        }
    }
}

/// The size that a file of a folder may have: that of a lock of ten thousand servers.
const MOST_BYTES: u64 = 64 << 20;

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file {
        match read_regular_file(path, MOST_BYTES) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => Err(Failure::Unreadable {
                path: path.to_owned(),
                reason: error.to_string(),
            }),
        }
    } else {
        Ok(None)
    }
}

/// A file of the commit; nothing where it has none at that path, or the path is outside its repository.
fn read_blob(commit: &Commit, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let Ok(path) = commit.path_in_tree(path) else {
        return Ok(None);
    };
    let file = commit.file(&path).map_err(from_git)?;
    let Some(file) = file.filter(|file| file.is_regular) else {
        return Ok(None);
    };
    let texts = commit.read(&[&file]).map_err(from_git)?;
    Ok(texts.into_iter().next())
}

/// The files of a folder in the commit, sorted by path.
fn list_commit(
    commit: &Commit,
    folder: &Path,
    reach: Reach,
) -> Result<Vec<(PathBuf, TreeFile)>, Failure> {
    let tree = commit.path_in_tree(folder).map_err(from_git)?;
    let listed = commit.list(&tree, reach).map_err(from_git)?;
    let mut files: Vec<_> = listed
        .into_iter()
        .map(|file| (folder.join(&file.name), file))
        .collect();
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(files)
}

/// The texts of files. A link, and what is over the limit, has none: it is no manifest here or there.
fn read_blobs(
    commit: &Commit,
    files: &[(PathBuf, TreeFile)],
    limit: u64,
) -> Result<Vec<Vec<u8>>, Failure> {
    let is_read = |file: &TreeFile| file.is_regular && file.size <= limit;
    let wanted: Vec<&TreeFile> = files
        .iter()
        .map(|(_, file)| file)
        .filter(|file| is_read(file))
        .collect();
    let mut texts = commit.read(&wanted).map_err(from_git)?.into_iter();
    let all = files.iter().map(|(_, file)| {
        if is_read(file) {
            texts.next().unwrap_or_default()
        } else {
            Vec::new()
        }
    });
    Ok(all.collect())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn from_git(error: GitError) -> Failure {
    Failure::usage(error.to_string())
}

/// Why there is no such commit, and what to do.
fn explained(error: &GitError, name: &str, workspace: &Workspace) -> Failure {
    let is_folder = workspace.absolute(Path::new(name)).is_dir();
    let folder = || is_folder.then(|| format!("write `./{name}` to compare with the folder"));
    let help = match error {
        GitError::NoGit(_) => folder().or_else(|| {
            Some("install git, or compare with a folder: `--base ./before`".to_owned())
        }),
        GitError::NoRepository => Some("compare with a folder: `--base ./before`".to_owned()),
        GitError::Unborn => Some("commit something first, or compare with a folder".to_owned()),
        GitError::NoCommit {
            is_shallow: true, ..
        } => {
            let remote_branch = name.strip_prefix("origin/");
            let fetch = match remote_branch {
                Some(branch) => format!("git fetch --depth=1 origin {branch}:refs/remotes/{name}"),
                None => format!("git fetch --depth=1 origin {name}"),
            };
            Some(format!(
                "the clone is shallow: fetch the commit with `{fetch}`, or clone with `fetch-depth: 0`"
            ))
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
    Failure::Usage {
        message: error.to_string(),
        help,
    }
}

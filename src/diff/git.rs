//! Files of a commit, read with git's plumbing commands: nothing is checked out or written, no shell and no network is
//! used.
//!
//! Whatever in the environment or the repository's configuration could change the answer is switched off.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::pipeline::failure::Failure;

/// Variables that git keeps: how it is found and configured, never which repository it reads.
const KEPT_VARIABLES: [&str; 3] =
    ["GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH"];

/// A commit of a repository with a work tree.
#[derive(Debug)]
pub(super) struct Commit {
    /// The folder that the work tree begins at.
    top: PathBuf,
    /// Its whole id, in hexadecimal.
    pub(super) id: String,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeFile {
    object: String,
    /// `100644` and the like.
    mode: String,
    /// In bytes.
    pub(super) size: u64,
}

/// Why a commit cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum GitError {
    #[error("git cannot be run: {0}")]
    NoGit(String),
    #[error("this folder is not in a git repository")]
    NoRepository,
    #[error("the repository has no commit yet")]
    Unborn,
    #[error("there is no commit `{name}` in this repository")]
    NoCommit { name: String, is_shallow: bool },
    #[error("`{name}` and `HEAD` have no common history in this clone")]
    NoMergeBase { name: String, is_shallow: bool },
    #[error("`{}` lies outside the git repository at `{}`", .path.display(), .top.display())]
    Outside { path: PathBuf, top: PathBuf },
    #[error(
        "`{path}` is a submodule of the commit: its files are in another repository, so compare there"
    )]
    Submodule { path: String },
    #[error("git {command} failed: {reason}")]
    Failed {
        command: String,
        /// What git said, in one line.
        reason: String,
    },
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        Self::usage(error.to_string())
    }
}

impl Commit {
    /// The commit that a name means in the repository whose work tree a folder is in: a branch, a tag, an id, an expression
    /// such as `HEAD~1`.
    pub(super) fn find(folder: &Path, name: &str) -> Result<Self, GitError> {
        let output = git(folder, &["rev-parse", "--show-cdup"], b"")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(if said.contains("not a git repository") {
                GitError::NoRepository
            } else {
                failed("rev-parse", &said)
            });
        }
        // `../` for each folder between, so that no name has to be read.
        let up = String::from_utf8_lossy(&output.stdout).matches("../").count();
        let top = folder.ancestors().nth(up).unwrap_or(folder).to_owned();
        if let Some(id) = commit_id(&top, name)? {
            return Ok(Self { top, id });
        }
        if commit_id(&top, "HEAD")?.is_none() {
            return Err(GitError::Unborn);
        }
        Err(GitError::NoCommit { name: name.to_owned(), is_shallow: is_shallow(&top)? })
    }

    /// The merge base of this commit, which the user calls `name`, and `HEAD`. What the commit has gained since then was
    /// not changed by `HEAD`.
    pub(super) fn merge_base(&self, name: &str) -> Result<Self, GitError> {
        let Self { top, id } = self;
        let output = git(top, &["merge-base", id, "HEAD"], b"")?;
        let base = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && is_commit_id(&base) {
            return Ok(Self { top: top.clone(), id: base });
        }
        Err(GitError::NoMergeBase { name: name.to_owned(), is_shallow: is_shallow(top)? })
    }

    /// A path of the work tree as the commit calls it: relative to its top, with `/`.
    pub(super) fn path_in_tree(&self, path: &Path) -> Result<String, GitError> {
        let clean = crate::source::clean(path);
        let parts = clean.strip_prefix(&self.top).ok().and_then(|relative| {
            let parts = relative.components().map(|component| match component {
                Component::Normal(part) => part.to_str(),
                _ => None,
            });
            parts.collect::<Option<Vec<&str>>>()
        });
        let parts = parts
            .ok_or_else(|| GitError::Outside { path: path.to_owned(), top: self.top.clone() })?;
        Ok(parts.join("/"))
    }

    /// The files at some paths and below them, by their place in the work tree.
    pub(super) fn list(&self, paths: &[PathBuf]) -> Result<BTreeMap<PathBuf, TreeFile>, GitError> {
        let paths: Result<Vec<String>, _> =
            paths.iter().map(|path| self.path_in_tree(path)).collect();
        let paths = paths?;
        let listed = self.tree("-r", &paths)?;
        let is_found = |path: &String| {
            let mut files = listed.iter();
            files.any(|(name, file)| Path::new(name).starts_with(path) && !file.is_submodule())
        };
        // Nothing is listed below another repository, whose objects are not in this one.
        let missing = paths.iter().filter(|path| !is_found(path));
        let mut above: Vec<String> = Vec::new();
        for path in missing {
            let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
            above.extend(ends.filter_map(|end| Some(path.get(..end)?.to_owned())));
        }
        above.retain(|path| !path.is_empty());
        if !above.is_empty() {
            let entries = self.tree("-t", &above)?.into_iter();
            if let Some((path, _)) = entries.into_iter().find(|(_, file)| file.is_submodule()) {
                return Err(GitError::Submodule { path });
            }
        }
        Ok(listed.into_iter().map(|(name, file)| (self.top.join(name), file)).collect())
    }

    /// The entries of the commit's tree at some paths, but for folders.
    fn tree(&self, option: &str, paths: &[String]) -> Result<Vec<(String, TreeFile)>, GitError> {
        let mut arguments = vec!["ls-tree", option, "-z", "-l", "--full-tree", &self.id, "--"];
        // The top has no name, and everything is below it.
        if !paths.iter().any(String::is_empty) {
            arguments.extend(paths.iter().map(String::as_str));
        }
        let listed = ask(&self.top, &arguments, b"")?;
        Ok(listed.split(|byte| *byte == 0).filter_map(tree_file).collect())
    }

    /// The contents of the files, in the given order.
    pub(super) fn read(&self, files: &[&TreeFile]) -> Result<Vec<Vec<u8>>, GitError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let objects: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
        let asked = objects.join("\n") + "\n";
        let output = git(&self.top, &["cat-file", "--batch"], asked.as_bytes())?;
        let incomplete = || {
            let said = String::from_utf8_lossy(&output.stderr);
            if said.trim().is_empty() {
                failed("cat-file", "an object of the commit is missing")
            } else {
                failed("cat-file", &said)
            }
        };
        let mut rest = output.stdout.as_slice();
        let mut contents = Vec::with_capacity(files.len());
        for file in files {
            let (content, after) = batch_answer(rest, &file.object).ok_or_else(incomplete)?;
            contents.push(content.to_vec());
            rest = after;
        }
        Ok(contents)
    }
}

impl TreeFile {
    /// Whether it is a file, and no link or other repository.
    pub(super) fn is_regular(&self) -> bool {
        matches!(self.mode.as_str(), "100644" | "100755" | "100664")
    }

    fn is_submodule(&self) -> bool {
        self.mode == "160000"
    }
}

/// The id of the commit that a name means, if there is one.
fn commit_id(top: &Path, name: &str) -> Result<Option<String>, GitError> {
    let commit = format!("{name}^{{commit}}");
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
    let output = git(top, &arguments, b"")?;
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((output.status.success() && is_commit_id(&id)).then_some(id))
}

/// Whether git's answer is the whole id of a commit.
fn is_commit_id(answer: &str) -> bool {
    answer.len() >= 40 && answer.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the clone lacks a part of the history.
fn is_shallow(top: &Path) -> Result<bool, GitError> {
    let answer = ask(top, &["rev-parse", "--is-shallow-repository"], b"")?;
    Ok(answer.trim_ascii() == b"true")
}

/// One line of `ls-tree -l`: mode, type, object and size, a tab, the name, which is lossy where it is not UTF-8. What is not
/// a blob has no size.
fn tree_file(line: &[u8]) -> Option<(String, TreeFile)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, name) = line.split_at_checked(tab)?;
    let facts = std::str::from_utf8(facts).ok()?;
    let mut words = facts.split_ascii_whitespace();
    let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let name = String::from_utf8_lossy(name.get(1..).unwrap_or_default()).into_owned();
    let file = TreeFile {
        object: object.to_owned(),
        mode: mode.to_owned(),
        size: size.parse().unwrap_or(0),
    };
    (kind != "tree").then_some((name, file))
}

/// One answer of `cat-file --batch` (a line `<object> blob <size>`, the content, a line feed), and what follows it.
fn batch_answer<'a>(output: &'a [u8], object: &str) -> Option<(&'a [u8], &'a [u8])> {
    let end = output.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(output.get(..end)?).ok()?;
    let size: usize = header.strip_prefix(object)?.strip_prefix(" blob ")?.parse().ok()?;
    let content = output.get(end + 1..)?;
    let (content, rest) = content.split_at_checked(size)?;
    Some((content, rest.strip_prefix(b"\n")?))
}

fn failed(command: &str, said: &str) -> GitError {
    let line = said.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it says nothing");
    let line = line.strip_prefix("fatal: ").unwrap_or(line);
    GitError::Failed { command: command.to_owned(), reason: line.to_owned() }
}

/// Runs git and returns its output; a failed command is an error.
fn ask(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
    let output = git(folder, arguments, input)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let command = arguments.first().copied().unwrap_or_default();
    Err(failed(command, &String::from_utf8_lossy(&output.stderr)))
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Output, GitError> {
    let cannot_run = |error: io::Error| GitError::NoGit(crate::source::describe(&error));
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if redirects(&name) {
            command.env_remove(name);
        }
    }
    let mut child = command
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        // A bare repository committed into the work tree must not be taken for the repository.
        .args(["-c", "safe.bareRepository=explicit"])
        .args(arguments)
        .current_dir(folder)
        // Messages are recognised by their English words.
        .env("LC_ALL", "C")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot_run)?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // git answers while it still reads: writing everything before reading would deadlock.
        scope.spawn(move || {
            if let Some(mut stdin) = stdin {
                // A failed write shows as a missing answer.
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output()
    });
    output.map_err(cannot_run)
}

/// Whether a variable could make git read another repository, or write traces.
fn redirects(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    name.starts_with("GIT_") && !name.starts_with("GIT_CONFIG_") && !KEPT_VARIABLES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_whatever_the_names_are() {
        let line = b"100644 blob 0123abc      42\ta \"b\"\n\xffc.json";
        let (name, file) = tree_file(line).unwrap();
        assert_eq!(name, "a \"b\"\n\u{fffd}c.json");
        assert_eq!((file.is_regular(), file.size), (true, 42));
        let (_, symlink) = tree_file(b"120000 blob 0123abc 7\tlink").unwrap();
        assert!(!symlink.is_regular());
        let (_, module) = tree_file(b"160000 commit 0123abc -\tmodule").unwrap();
        assert!(module.is_submodule() && !module.is_regular());
        assert_eq!(tree_file(b"040000 tree 0123abc -\tfolder"), None);
        assert_eq!(tree_file(b""), None);
    }

    #[test]
    fn an_answer_ends_where_its_size_says() {
        let output = b"0a blob 3\na\nb\n0b missing\n";
        let (content, rest) = batch_answer(output, "0a").unwrap();
        assert_eq!(content, b"a\nb");
        assert_eq!(batch_answer(rest, "0b"), None);
    }

    #[test]
    fn the_environment_names_no_other_repository() {
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_TRACE"] {
            assert!(redirects(OsStr::new(name)), "{name}");
        }
        for name in ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "PATH"] {
            assert!(!redirects(OsStr::new(name)), "{name}");
        }
    }
}

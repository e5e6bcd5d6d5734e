//! Files of a commit, straight from git's objects: nothing is checked out, nothing is written, no network is asked.
//!
//! git itself is the reader, through its plumbing commands and without a shell. What the environment or the repository's
//! configuration could change about the answer is switched off.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Variables that may stay: how git itself is found and configured, never which repository is meant.
const KEPT_VARIABLES: [&str; 3] = [
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
];

/// A repository with a work tree.
#[derive(Debug)]
pub(crate) struct Repository {
    /// The folder that the work tree begins at.
    top: PathBuf,
}

/// A commit of a repository.
#[derive(Debug)]
pub(crate) struct Commit {
    repository: Repository,
    /// Its whole id, in hexadecimal.
    pub(crate) id: String,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeFile {
    /// Relative to the folder that was listed, with `/`; lossy where the name is no UTF-8.
    pub(crate) name: String,
    object: String,
    /// Whether it is a file, and no link or other repository.
    pub(crate) is_regular: bool,
    /// In bytes.
    pub(crate) size: u64,
}

/// Why a commit cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("git cannot be run: {0}")]
    NoGit(String),
    #[error("the folder is in no git repository")]
    NoRepository,
    #[error("the repository has no commit yet")]
    Unborn,
    #[error("there is no commit `{name}` in this repository")]
    NoCommit { name: String, is_shallow: bool },
    #[error("`{}` lies outside the git repository at `{}`", .path.display(), .top.display())]
    Outside { path: PathBuf, top: PathBuf },
    #[error(
        "`{path}` is a submodule of the commit: its files are in another repository, so compare there"
    )]
    Submodule { path: String },
    #[error("git {command} failed: {reason}")]
    Failed {
        command: &'static str,
        /// What git said, in one line.
        reason: String,
    },
}

impl Repository {
    /// The repository whose work tree a folder is in.
    pub(crate) fn around(folder: &Path) -> Result<Self, GitError> {
        let output = git(folder, &["rev-parse", "--show-cdup"])?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(if said.contains("not a git repository") {
                GitError::NoRepository
            } else {
                failed("rev-parse", &said)
            });
        }
        // `../` for each folder between, so that no name has to be read.
        let up = String::from_utf8_lossy(&output.stdout)
            .matches("../")
            .count();
        let top = folder.ancestors().nth(up).unwrap_or(folder).to_owned();
        Ok(Self { top })
    }

    /// The commit that a name means: a branch, a tag, an id, an expression such as `HEAD~1`.
    pub(crate) fn commit(self, name: &str) -> Result<Commit, GitError> {
        match self.resolve(&format!("{name}^{{commit}}"))? {
            Some(id) => Ok(Commit {
                repository: self,
                id,
            }),
            None if self.resolve("HEAD^{commit}")?.is_none() => Err(GitError::Unborn),
            None => {
                let shallow = self.ask("rev-parse", &["rev-parse", "--is-shallow-repository"])?;
                Err(GitError::NoCommit {
                    name: name.to_owned(),
                    is_shallow: shallow.trim_ascii() == b"true",
                })
            }
        }
    }

    /// The id of an object, if there is one.
    fn resolve(&self, expression: &str) -> Result<Option<String>, GitError> {
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            expression,
        ];
        let output = git(&self.top, &arguments)?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let is_id = id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok((output.status.success() && is_id).then_some(id))
    }

    fn ask(&self, command: &'static str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = git(&self.top, arguments)?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(failed(command, &String::from_utf8_lossy(&output.stderr)))
        }
    }
}

impl Commit {
    /// A path of the work tree as the commit calls it: relative to its top, with `/`.
    pub(crate) fn path_in_tree(&self, path: &Path) -> Result<String, GitError> {
        let top = &self.repository.top;
        let outside = || GitError::Outside {
            path: path.to_owned(),
            top: top.clone(),
        };
        let relative = crate::source::clean(path);
        let relative = relative.strip_prefix(top).map_err(|_| outside())?;
        let parts = relative.components().map(|component| match component {
            Component::Normal(part) => part.to_str(),
            _ => None,
        });
        let parts: Option<Vec<&str>> = parts.collect();
        Ok(parts.ok_or_else(outside)?.join("/"))
    }

    /// The files of a folder, by their path in the tree; none where there is no such folder.
    pub(crate) fn list(&self, folder: &str, reach: Reach) -> Result<Vec<TreeFile>, GitError> {
        let Some(tree) = self.object(folder)? else {
            return match self.submodule_around(folder)? {
                Some(path) => Err(GitError::Submodule { path }),
                None => Ok(Vec::new()),
            };
        };
        let kind = self.repository.ask("cat-file", &["cat-file", "-t", &tree]);
        let kind = match kind {
            Ok(kind) => kind,
            Err(error) => {
                return Err(match self.submodule_around(folder)? {
                    Some(path) => GitError::Submodule { path },
                    None => error,
                });
            }
        };
        if kind.trim_ascii() != b"tree" {
            return Ok(Vec::new());
        }
        let mut arguments = vec!["ls-tree", "-z", "-l", "--full-tree"];
        match reach {
            Reach::Folder => {}
            Reach::Everything => arguments.push("-r"),
        }
        arguments.push(&tree);
        let listed = self.repository.ask("ls-tree", &arguments)?;
        Ok(listed
            .split(|byte| *byte == 0)
            .filter_map(tree_file)
            .collect())
    }

    /// One file by its path in the tree; nothing where there is none.
    pub(crate) fn file(&self, path: &str) -> Result<Option<TreeFile>, GitError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let files = self.list(folder, Reach::Folder)?;
        Ok(files.into_iter().find(|file| file.name == name))
    }

    /// What stands in the files, in their order.
    pub(crate) fn read(&self, files: &[&TreeFile]) -> Result<Vec<Vec<u8>>, GitError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let objects: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
        let asked = format!("{}\n", objects.join("\n"));
        let output = git_with_input(
            &self.repository.top,
            &["cat-file", "--batch"],
            asked.as_bytes(),
        )?;
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

    /// The other repository that a path is or leads into, if there is one: its objects are not in this one.
    fn submodule_around(&self, path: &str) -> Result<Option<String>, GitError> {
        let ends = path.match_indices('/').map(|(end, _)| end);
        let ends = ends.chain([path.len()]).filter(|end| *end > 0);
        for folder in ends.filter_map(|end| path.get(..end)) {
            let arguments = ["ls-tree", "-z", "--full-tree", &self.id, "--", folder];
            let listed = self.repository.ask("ls-tree", &arguments)?;
            match () {
                () if listed.starts_with(b"160000 ") => return Ok(Some(folder.to_owned())),
                // There is nothing below what is not there.
                () if listed.is_empty() => return Ok(None),
                () => {}
            }
        }
        Ok(None)
    }

    /// The id of what stands at a path.
    fn object(&self, path: &str) -> Result<Option<String>, GitError> {
        self.repository.resolve(&format!("{}:{path}", self.id))
    }
}

/// How far a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What lies directly in the folder.
    Folder,
    /// What lies below it, however deep.
    Everything,
}

/// One line of `ls-tree -l`: mode, type, object and size, a tab, the name. What is no blob has no size.
fn tree_file(line: &[u8]) -> Option<TreeFile> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, name) = line.split_at_checked(tab)?;
    let facts = std::str::from_utf8(facts).ok()?;
    let mut words = facts.split_ascii_whitespace();
    let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    (kind != "tree").then(|| TreeFile {
        name: String::from_utf8_lossy(name.get(1..).unwrap_or_default()).into_owned(),
        object: object.to_owned(),
        is_regular: matches!(mode, "100644" | "100755" | "100664"),
        size: size.parse().unwrap_or(0),
    })
}

/// One answer of `cat-file --batch` (a line `<object> blob <size>`, the content, a line feed), and what follows it.
fn batch_answer<'a>(output: &'a [u8], object: &str) -> Option<(&'a [u8], &'a [u8])> {
    let end = output.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(output.get(..end)?).ok()?;
    let size: usize = header
        .strip_prefix(object)?
        .strip_prefix(" blob ")?
        .parse()
        .ok()?;
    let content = output.get(end + 1..)?;
    let (content, rest) = content.split_at_checked(size)?;
    Some((content, rest.strip_prefix(b"\n")?))
}

fn failed(command: &'static str, said: &str) -> GitError {
    let line = said.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it says nothing");
    let line = line.strip_prefix("fatal: ").unwrap_or(line);
    GitError::Failed {
        command,
        reason: line.to_owned(),
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    git_with_input(folder, arguments, b"")
}

fn git_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Output, GitError> {
    let cannot_run = |error: io::Error| GitError::NoGit(crate::source::describe(&error));
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if redirects(&name) {
            command.env_remove(name);
        }
    }
    let mut child = command
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        // A bare repository that somebody committed into the work tree is no repository.
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
        // git answers while it is still being asked: whoever does both in turn waits forever.
        scope.spawn(move || {
            if let Some(mut stdin) = stdin {
                // Whether git read everything shows in its answers.
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output()
    });
    output.map_err(cannot_run)
}

/// Whether a variable could make git read another repository, or write traces.
fn redirects(name: &OsString) -> bool {
    let name: &OsStr = name;
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
        let file = tree_file(b"100644 blob 0123abc      42\ta \"b\"\n\xffc.json").unwrap();
        assert_eq!(file.name, "a \"b\"\n\u{fffd}c.json");
        assert_eq!((file.is_regular, file.size), (true, 42));
        assert!(
            !tree_file(b"120000 blob 0123abc 7\tlink")
                .unwrap()
                .is_regular
        );
        assert!(
            !tree_file(b"160000 commit 0123abc -\tmodule")
                .unwrap()
                .is_regular
        );
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
        for name in [
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_TRACE",
        ] {
            assert!(redirects(&name.into()), "{name}");
        }
        for name in ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "PATH"] {
            assert!(!redirects(&name.into()), "{name}");
        }
    }
}

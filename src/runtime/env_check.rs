//! `env --check` and `proxy --check`: compare a real environment with the compiled catalog. A problem never contains a
//! value.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::plan::ProxyServer;
use crate::text::dotenv::{EnvEntry, EnvFile};
use crate::text::secrets::client_secret::is_unfilled;

use super::environment::Environment;

/// Settings that the proxy and Node read beside the credentials, and which are therefore not unused.
const SETTINGS: [&str; 9] = [
    "PORT",
    "HOST",
    "NODE_ENV",
    "NODE_OPTIONS",
    "LOG_LEVEL",
    "DEBUG",
    "TZ",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// The variable with the proxy's URL, for the app.
const PROXY_URL: &str = "OAUTH_PROXY_URL";

/// A problem of an environment. Problems are sorted by line, those without a line first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvProblem {
    /// Counted from 1; `None` for a missing variable, or one of the process.
    pub line: Option<usize>,
    pub kind: EnvProblemKind,
    /// Empty if the line has no key, or if the key may be part of a secret.
    pub key: String,
}

/// What is wrong with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EnvProblemKind {
    Missing,
    Empty,
    Placeholder,
    OtherClientId,
    Cut,
    Duplicate,
    Unused,
    Malformed,
}

impl EnvProblemKind {
    /// The name in output, and the rest of the sentence that starts with the key.
    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => ("missing", "is not set"),
            Self::Empty => ("empty", "is empty"),
            Self::Placeholder => ("placeholder", "still holds a placeholder"),
            Self::OtherClientId => (
                "other-client-id",
                "differs from the client id in the manifest, which the app logs in with",
            ),
            Self::Cut => {
                ("cut", "ends at its first `#`, which starts a comment: put the value in quotes")
            }
            Self::Duplicate => {
                ("duplicate", "is set more than once, and only the last value counts")
            }
            Self::Unused => ("unused", "is not used by any server of the catalog"),
            Self::Malformed => ("malformed", "is not `KEY=value`, and is skipped"),
        }
    }
}

impl EnvProblem {
    /// One line, without the file name.
    pub fn message(&self) -> String {
        let (kind, what) = self.kind.describe();
        match self.key.as_str() {
            "" => format!("{kind}: the line {what}"),
            key => format!("{kind}: `{key}` {what}"),
        }
    }
}

/// Checks the proxy's environment: the variables of its process and of its `.env` file.
pub fn check_proxy(
    environment: Environment<'_>,
    servers: &BTreeMap<String, ProxyServer>,
) -> Vec<EnvProblem> {
    let mut known: BTreeSet<&str> = SETTINGS.into();
    let mut problems = Vec::new();
    for server in servers.values() {
        let names = &server.environment;
        let lists = [&names.client_id, &names.secret, &names.secret_file];
        known.extend(lists.into_iter().flatten().map(String::as_str));
        check_server(environment, server, &mut problems);
    }
    finish(environment.file, &known, problems)
}

/// Checks the app's environment.
pub fn check_app(file: &EnvFile) -> Vec<EnvProblem> {
    let mut problems = Vec::new();
    let environment = Environment { process: &BTreeMap::new(), file };
    check_value(environment, &[PROXY_URL.to_owned()], &mut problems);
    let known = SETTINGS.into_iter().chain([PROXY_URL]).collect();
    finish(file, &known, problems)
}

fn check_server(
    environment: Environment<'_>,
    server: &ProxyServer,
    problems: &mut Vec<EnvProblem>,
) {
    let names = &server.environment;
    let client_id = check_value(environment, &names.client_id, problems);
    if let Some((key, value)) = client_id
        && value != server.client_id
    {
        problems.push(at_key(environment, EnvProblemKind::OtherClientId, key));
    }
    if environment.value(&names.secret).is_some() || environment.value(&names.secret_file).is_none()
    {
        check_value(environment, &names.secret, problems);
    }
}

/// Checks the variable that counts. Returns its name and value if there is no problem.
fn check_value<'a>(
    environment: Environment<'a>,
    names: &'a [String],
    problems: &mut Vec<EnvProblem>,
) -> Option<(&'a str, &'a str)> {
    let Some((key, value)) = environment.first(names) else {
        problems.push(EnvProblem {
            line: None,
            kind: EnvProblemKind::Missing,
            key: names.first().cloned().unwrap_or_default(),
        });
        return None;
    };
    let kind = match value.trim() {
        "" => EnvProblemKind::Empty,
        value if is_unfilled(value) => EnvProblemKind::Placeholder,
        _ => return Some((key, value)),
    };
    problems.push(at_key(environment, kind, key));
    None
}

/// A problem at the last entry of a key, which is the one in force.
fn at_key(environment: Environment<'_>, kind: EnvProblemKind, key: &str) -> EnvProblem {
    let Environment { process, file } = environment;
    let of_file = if process.contains_key(key) { &[][..] } else { &file.entries };
    let entry = of_file.iter().rev().find(|entry| entry.key == key);
    EnvProblem { line: entry.map(|entry| entry.line), kind, key: key.to_owned() }
}

/// The first line that is malformed or has an unclosed quote. The lines after it may be the rest of a multi-line value,
/// which is often a secret.
fn first_doubtful_line(file: &EnvFile) -> Option<usize> {
    let is_open = |entry: &&EnvEntry| entry.value.trim_start().starts_with(['"', '\'', '`']);
    let open = file.entries.iter().filter(is_open).map(|entry| entry.line);
    file.malformed.iter().copied().chain(open).min()
}

/// Whether a key looks like a variable's name: a POSIX name in upper case, or the name of a server's credential.
fn looks_like_variable(key: &str) -> bool {
    let of_server = ["_CLIENT_ID", "_SECRET", "_SECRET_FILE"];
    let is_posix =
        key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let starts_with_digit = key.starts_with(|first: char| first.is_ascii_digit());
    (is_posix && !starts_with_digit) || of_server.iter().any(|ending| key.ends_with(ending))
}

/// Adds the problems that any `.env` can have.
fn finish(
    file: &EnvFile,
    known: &BTreeSet<&str>,
    mut problems: Vec<EnvProblem>,
) -> Vec<EnvProblem> {
    let doubtful = first_doubtful_line(file);
    let is_shown = |line: usize, key: &str| {
        let is_sound = doubtful.is_none_or(|doubtful| line <= doubtful);
        known.contains(key) || (is_sound && looks_like_variable(key))
    };
    let mut add = |line: usize, kind: EnvProblemKind, key: &str| {
        let key = if is_shown(line, key) { key } else { "" };
        problems.push(EnvProblem { line: Some(line), kind, key: key.to_owned() });
    };
    for line in &file.malformed {
        add(*line, EnvProblemKind::Malformed, "");
    }
    for entry in file.duplicates() {
        add(entry.line, EnvProblemKind::Duplicate, &entry.key);
    }
    for entry in &file.entries {
        if !known.contains(entry.key.as_str()) {
            add(entry.line, EnvProblemKind::Unused, &entry.key);
        } else if entry.is_cut {
            add(entry.line, EnvProblemKind::Cut, &entry.key);
        }
    }
    problems.sort();
    problems
}

//! Launch specs -> the configuration of another client, with that client's own way to ask for inputs.
//!
//! `server` reads a launch spec, in the words of a client's `Dialect`; one file a client holds its dialect, and names
//! the documentation that it follows. What a client cannot express is a note, and what would mean something else there
//! is refused. No sensitive value is written: only a reference to where the client gets it from.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::compile::plan::{Input, ServerLaunch};
use crate::text::env_name;
use crate::text::hidden::to_json;

mod claude;
mod cursor;
mod generic;
mod server;
mod vscode;

/// A program that runs MCP servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// Claude Code: `.mcp.json`. Claude Desktop reads the same, but fills nothing in.
    Claude,
    /// Visual Studio Code: `.vscode/mcp.json`.
    Vscode,
    /// Cursor: `.cursor/mcp.json`.
    Cursor,
    /// Any other that reads `mcpServers`, with references to the environment.
    Generic,
}

/// A configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The JSON text of the file.
    pub text: String,
    /// What the client cannot express, and what is left to do by hand.
    pub notes: Vec<Note>,
    /// The servers that the file lacks, each with its reason.
    pub refused: Vec<Note>,
    /// How many servers the file holds.
    pub servers: usize,
}

/// A sentence about one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub server: String,
    pub message: String,
}

/// How a client writes what all clients have.
struct Dialect {
    /// The key that the servers stand under.
    root: &'static str,
    /// The `type` of a server that is a process, where the client has one.
    stdio: Option<&'static str>,
    /// The types of a server behind a URL: streamable HTTP, and HTTP with SSE.
    remote: Option<[&'static str; 2]>,
    /// What an input is called, before any other has that name.
    name: fn(server: &str, key: &str) -> String,
    /// What stands for the answer to the input of that name.
    reference: fn(name: &str) -> String,
    default: DefaultPlace,
    /// What stands for the user's own folder.
    home: &'static str,
    /// What stands between two names of a path.
    separator: &'static str,
}

/// Where a client takes the default of an input from.
#[derive(Clone, Copy)]
enum DefaultPlace {
    /// From the reference.
    Reference(fn(name: &str, default: &str) -> Option<String>),
    /// From the list of inputs beside the servers, by which the user is asked.
    Prompt,
    /// From nowhere: it is written in place of the reference.
    Written,
}

/// What is written.
struct File {
    /// The key that the servers stand under.
    root: &'static str,
    prompts: Vec<Prompt>,
    servers: BTreeMap<String, Entry>,
}

/// How the user is asked for an input, where the client does that.
#[derive(Debug, Serialize)]
struct Prompt {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<[&'static str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<bool>,
}

/// One server of the file.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entry {
    Process {
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        kind: Option<&'static str>,
        command: String,
        args: Vec<String>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        env: BTreeMap<String, String>,
    },
    Remote {
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        kind: Option<&'static str>,
        url: String,
    },
}

/// An input that an entry refers to.
struct Asked<'a> {
    name: String,
    input: &'a Input,
    /// What the prompt offers.
    default: Option<String>,
}

/// Writes the configuration of these servers. Optional inputs without a default are left out, with all that needs
/// them, unless `with_optional` says to ask for them too.
pub fn export(launches: &[ServerLaunch], client: Client, with_optional: bool) -> Export {
    let dialect = dialect(client);
    let names = names(launches, dialect);
    let mut file = File { root: dialect.root, prompts: Vec::new(), servers: BTreeMap::new() };
    let mut notes = Vec::new();
    let mut refused = Vec::new();
    for launch in launches {
        let note = |message: String| Note { server: launch.id.clone(), message };
        let mut server = server::Translation::new(launch, dialect, &names, with_optional);
        match server.entry() {
            Ok(entry) => {
                file.servers.insert(launch.id.clone(), entry);
                notes.extend(server.notes.into_iter().map(note));
                let asked = server.asked.into_values();
                match dialect.default {
                    DefaultPlace::Prompt => file.prompts.extend(asked.map(vscode::prompt)),
                    DefaultPlace::Reference(_) | DefaultPlace::Written => notes.extend(
                        asked
                            .map(|Asked { name, input, .. }| {
                                format!("set `{name}` where the client is started: {}", input.title)
                            })
                            .map(note),
                    ),
                }
            }
            Err(reason) => refused.push(note(reason)),
        }
    }
    Export { text: to_json(&file), notes, refused, servers: file.servers.len() }
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut file = serializer.serialize_map(None)?;
        if !self.prompts.is_empty() {
            file.serialize_entry("inputs", &self.prompts)?;
        }
        file.serialize_entry(self.root, &self.servers)?;
        file.end()
    }
}

fn dialect(client: Client) -> &'static Dialect {
    match client {
        Client::Claude => &claude::DIALECT,
        Client::Vscode => &vscode::DIALECT,
        Client::Cursor => &cursor::DIALECT,
        Client::Generic => &generic::DIALECT,
    }
}

/// What each input is called: no two inputs of one file have the same name.
fn names<'a>(
    launches: &'a [ServerLaunch],
    dialect: &Dialect,
) -> BTreeMap<(&'a str, &'a str), String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    let keys = launches
        .iter()
        .flat_map(|launch| launch.inputs.keys().map(|key| (launch.id.as_str(), key)));
    for (server, key) in keys {
        let name = (dialect.name)(server, key);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut candidates = std::iter::once(name.clone()).chain(numbered);
        // Of endless candidates one is free.
        let free = candidates.find(|candidate| !taken.contains(candidate));
        let free = free.unwrap_or(name);
        taken.insert(free.clone());
        names.insert((server, key.as_str()), free);
    }
    names
}

/// An input as a variable of the environment. Its beginning keeps any server from naming a variable that is there for
/// somebody else, such as `AWS_SECRET_ACCESS_KEY`.
fn variable(server: &str, key: &str) -> String {
    format!("MCP_{}_{}", env_name::alias(server), env_name::alias(key))
}

/// Whether a client, or a shell that it starts a program by, would put something else in place of a part of the text.
/// No client documents how to write such a text as it stands.
fn would_expand(text: &str) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let after_dollar = text.split('$').skip(1);
    let has_dollar = after_dollar.into_iter().any(|rest| {
        rest.starts_with(|next: char| match next {
            '{' | '(' | '_' => true,
            _ => next.is_ascii_alphabetic(),
        })
    });
    // Between two signs: `%NAME%`, but not `%C3%A9`, which is a character of a URL.
    let pieces: Vec<&str> = text.split('%').collect();
    let between = pieces.get(1..pieces.len().saturating_sub(1));
    let has_percent = between.unwrap_or_default().iter().any(|name| {
        let is_name = !name.is_empty() && name.chars().all(is_word);
        let is_character = name.len() == 2 && name.chars().all(|digit| digit.is_ascii_hexdigit());
        is_name && !is_character
    });
    has_dollar || has_percent || text.contains('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_or_a_shell_would_expand_is_found() {
        for text in [
            "${HOME}",
            "a${input:x}b",
            "${",
            "$(id)",
            "`id`",
            "$HOME",
            "$$HOME",
            "%PATH%",
            "a%PATH%b",
            "100% of %USERPROFILE%",
        ] {
            assert!(would_expand(text), "{text}");
        }
        for text in
            ["", "$", "a$", "5$ {x}", "$1", "100%", "%C3%A9%20x", "50% and 60%", "{x}", "a=%s"]
        {
            assert!(!would_expand(text), "{text}");
        }
    }
}

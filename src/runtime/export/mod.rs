//! Launch specs -> the configuration of another client, with that client's own way to ask for inputs.
//!
//! `server` translates a launch spec; each client has a file with its `Dialect`, which names the documentation that it
//! follows. What a client cannot express becomes a note; what it would misread is refused. No sensitive value is
//! written, only a reference to it.

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
    /// Claude Code: `.mcp.json`. Claude Desktop reads the same format, but expands nothing.
    Claude,
    /// Visual Studio Code: `.vscode/mcp.json`.
    Vscode,
    /// Cursor: `.cursor/mcp.json`.
    Cursor,
    /// Any other client that reads `mcpServers` and expands environment variables.
    Generic,
}

/// A configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The JSON text of the file.
    pub text: String,
    /// What the client cannot express, and what to do by hand.
    pub notes: Vec<Note>,
    /// The servers that are not exported, each with the reason.
    pub refused: Vec<Note>,
    /// How many servers the file holds.
    pub servers: usize,
}

/// A message about one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub server: String,
    pub message: String,
}

/// A client's syntax for what all clients support.
struct Dialect {
    /// The key of the servers.
    root: &'static str,
    /// The `type` of a local server, if the client has one.
    stdio: Option<&'static str>,
    /// The `type`s of a remote server: streamable HTTP, and HTTP with SSE.
    remote: Option<[&'static str; 2]>,
    /// The name of an input, before it is made unique.
    name: fn(server: &str, key: &str) -> String,
    /// The reference to the input of that name.
    reference: fn(name: &str) -> String,
    default: DefaultPlace,
    /// The reference to the user's home folder.
    home: &'static str,
    /// The path separator, or the reference to it.
    separator: &'static str,
}

/// Where a client has the default of an input.
#[derive(Clone, Copy)]
enum DefaultPlace {
    /// In the reference.
    Reference(fn(name: &str, default: &str) -> Option<String>),
    /// In the list of inputs that the client prompts for.
    InputPrompt,
    /// Nowhere: the default is written instead of a reference.
    Written,
}

/// The file to write.
struct WrittenFile {
    /// The key of the servers.
    root: &'static str,
    prompts: Vec<InputPrompt>,
    servers: BTreeMap<String, ConfigEntry>,
}

/// An input that the client prompts for.
#[derive(Debug, Serialize)]
struct InputPrompt {
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
enum ConfigEntry {
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
    /// The default in the prompt.
    default: Option<String>,
}

/// Writes the configuration of these servers. Unless `with_optional` is set, optional inputs without a default are left
/// out, with everything that needs them.
pub fn export(launches: &[ServerLaunch], client: Client, with_optional: bool) -> Export {
    let dialect = dialect(client);
    let names = names(launches, dialect);
    let mut file =
        WrittenFile { root: dialect.root, prompts: Vec::new(), servers: BTreeMap::new() };
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
                    DefaultPlace::InputPrompt => file.prompts.extend(asked.map(vscode::prompt)),
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

impl Serialize for WrittenFile {
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

/// The unique name of each input, by server and key.
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
        let mut unique = name.clone();
        for number in 2.. {
            if taken.insert(unique.clone()) {
                break;
            }
            unique = format!("{name}_{number}");
        }
        names.insert((server, key.as_str()), unique);
    }
    names
}

/// The environment variable of an input. The prefix keeps a server from reading an unrelated variable such as
/// `AWS_SECRET_ACCESS_KEY`.
fn variable(server: &str, key: &str) -> String {
    format!("MCP_{}_{}", env_name::alias(server), env_name::alias(key))
}

/// Whether a client, or the shell that it starts a program with, would expand part of the text. No client documents an
/// escape for this.
fn would_expand(text: &str) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let after_dollar = text.split('$').skip(1);
    let has_dollar = after_dollar.into_iter().any(|rest| {
        rest.starts_with(|next: char| "{(_".contains(next) || next.is_ascii_alphabetic())
    });
    // `%NAME%`, but not `%C3%A9`, a percent-encoded character of a URL.
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
        let expanded =
            "${HOME}|a${input:x}b|${|$(id)|`id`|$HOME|$$HOME|%PATH%|a%PATH%b|100% of %USERPROFILE%";
        let literal = "|$|a$|5$ {x}|$1|100%|%C3%A9%20x|50% and 60%|{x}|a=%s";
        for (texts, is_expanded) in [(expanded, true), (literal, false)] {
            for text in texts.split('|') {
                assert_eq!(would_expand(text), is_expanded, "{text}");
            }
        }
    }
}

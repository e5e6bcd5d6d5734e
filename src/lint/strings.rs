//! The strings of a manifest that the app substitutes answers into, each with its place.

use crate::manifest::model::Server;
use crate::source::Pointer;
use crate::text::launch_line::container_run;

/// A string, and where in `server` it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestString<'a> {
    pub slot: Slot<'a>,
    pub text: &'a str,
}

/// A place in `server` that holds a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'a> {
    Command,
    /// By its index.
    Argument(usize),
    /// The image of its own field.
    DockerImage,
    /// By its key.
    Env(&'a str),
    /// By its path in the container.
    InjectedFile(&'a str),
}

impl Slot<'_> {
    pub fn pointer(self) -> Pointer {
        match self {
            Self::Command => "/server/command".into(),
            Self::Argument(index) => Pointer::from("/server/args").index(index),
            Self::DockerImage => "/server/docker_image".into(),
            Self::Env(key) => Pointer::from("/server/env").key(key),
            Self::InjectedFile(path) => Pointer::from("/server/inject_file").key(path),
        }
    }
}

pub(super) fn server_strings(server: &Server) -> Vec<ManifestString<'_>> {
    let command =
        server.command.iter().map(|command| ManifestString { slot: Slot::Command, text: command });
    let args = server.args.iter().flatten().enumerate();
    let args = args
        .map(|(index, argument)| ManifestString { slot: Slot::Argument(index), text: argument });
    let env = server
        .env
        .iter()
        .flatten()
        .map(|(key, value)| ManifestString { slot: Slot::Env(key), text: value });
    // Where the command line names an image, the field's is not run.
    let run = container_run(
        server.command.as_deref().unwrap_or_default(),
        server.args.as_deref().unwrap_or_default(),
        server.docker_image.as_deref(),
    );
    let is_run = run.and_then(|run| run.image).is_none();
    let image = server.docker_image.iter().filter(|_| is_run);
    let image = image.map(|image| ManifestString { slot: Slot::DockerImage, text: image });
    command.chain(args).chain(image).chain(env).collect()
}

pub(super) fn injected_files(server: &Server) -> Vec<ManifestString<'_>> {
    let files = server.inject_file.iter().flatten();
    files
        .map(|(path, content)| ManifestString { slot: Slot::InjectedFile(path), text: content })
        .collect()
}

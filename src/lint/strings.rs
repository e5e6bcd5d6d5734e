//! The strings of a manifest in which the app replaces placeholders, each with its place.

use crate::source::Pointer;

/// A string, and where in `server` it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestString<'a> {
    pub slot: Slot<'a>,
    pub text: &'a str,
}

/// A place in `server` that holds a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'a> {
    Command,
    /// The argument with this index.
    Argument(usize),
    /// The `docker_image` field.
    DockerImage,
    /// The variable with this name.
    Env(&'a str),
    /// The file with this path in the container.
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

impl<'a> ManifestString<'a> {
    pub(super) fn new(slot: Slot<'a>, text: &'a str) -> Self {
        Self { slot, text }
    }
}

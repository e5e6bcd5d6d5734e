//! Pairs the servers of two states: by file and id, or, for a rename, by what the server runs.

use std::collections::{HashMap, VecDeque};

use crate::manifest::oauth::remote_url;
use crate::text::launch_line::program;

use super::ComparedServer;
use super::launch::Program;

/// A server of both states, or of one of them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pair<'a> {
    Removed(&'a ComparedServer),
    Added(&'a ComparedServer),
    Both(&'a ComparedServer, &'a ComparedServer),
}

impl<'a> Pair<'a> {
    /// The server as it was, and as it is.
    pub(super) fn servers(self) -> (Option<&'a ComparedServer>, Option<&'a ComparedServer>) {
        match self {
            Self::Removed(old) => (Some(old), None),
            Self::Added(new) => (None, Some(new)),
            Self::Both(old, new) => (Some(old), Some(new)),
        }
    }
}

/// A sign that two servers are the same one; `None` if a server does not show it.
type Sign = fn(&ComparedServer) -> Option<Vec<String>>;

/// Every server of both states, once.
pub(super) fn pairs<'a>(
    before: &'a [ComparedServer],
    after: &'a [ComparedServer],
) -> Vec<Pair<'a>> {
    let mut old: Vec<&ComparedServer> = before.iter().collect();
    let mut new: Vec<&ComparedServer> = after.iter().collect();
    let mut pairs = Vec::with_capacity(new.len());
    // The surest sign first: servers that it pairs are not offered to the next.
    let signs: [Sign; 6] = [
        |server| Some(vec![server.entry.id.clone(), server.entry.stem.to_string()]),
        |server| Some(vec![server.entry.id.clone()]),
        |server| Some(vec![server.entry.stem.to_string()]),
        same_parts,
        same_program,
        same_name,
    ];
    for (index, sign) in signs.into_iter().enumerate() {
        // Two files of one id are paired in their order. A rename with two candidates is no rename.
        let must_be_unique = index > 1;
        take(&mut old, &mut new, sign, must_be_unique, &mut pairs);
    }
    pairs.extend(old.into_iter().map(Pair::Removed));
    pairs.extend(new.into_iter().map(Pair::Added));
    pairs
}

/// Pairs the servers with the same sign, and removes them from both lists.
fn take<'a>(
    old: &mut Vec<&'a ComparedServer>,
    new: &mut Vec<&'a ComparedServer>,
    sign: Sign,
    must_be_unique: bool,
    pairs: &mut Vec<Pair<'a>>,
) {
    let key = |server: &&ComparedServer| sign(server).map(|sign| (server.entry.origin, sign));
    let mut known: HashMap<_, VecDeque<usize>> = HashMap::new();
    for (at, server) in old.iter().enumerate() {
        if let Some(key) = key(server) {
            known.entry(key).or_default().push_back(at);
        }
    }
    let mut sought: HashMap<_, usize> = HashMap::new();
    for key in new.iter().filter_map(key) {
        *sought.entry(key).or_default() += 1;
    }
    let mut taken = vec![false; old.len()];
    new.retain(|server| {
        let Some(key) = key(server) else {
            return true;
        };
        let Some(candidates) = known.get_mut(&key) else {
            return true;
        };
        if must_be_unique && (candidates.len() > 1 || sought.get(&key) != Some(&1)) {
            return true;
        }
        let before = candidates.pop_front();
        match before.and_then(|at| Some((old.get(at)?, taken.get_mut(at)?))) {
            Some((before, is_taken)) => {
                *is_taken = true;
                pairs.push(Pair::Both(before, server));
                false
            }
            None => true,
        }
    });
    let mut taken = taken.into_iter();
    old.retain(|_| taken.next() != Some(true));
}

/// Everything that is run and every URL, without the names that follow from the id.
fn same_parts(server: &ComparedServer) -> Option<Vec<String>> {
    let manifest = &server.compiled.as_ref()?.manifest;
    let oauth = manifest.oauth_config.as_ref();
    let launch = (&manifest.server.command, &manifest.server.args);
    let login = oauth.map(|oauth| (&oauth.client_id, &oauth.server_url, &oauth.token_endpoint));
    Some(vec![
        remote_url(manifest).unwrap_or_default().to_owned(),
        format!("{launch:?}"),
        format!("{:?}", manifest.server.docker_image),
        format!("{login:?}"),
    ])
}

/// The remote URL, the package or the image, whatever its version.
fn same_program(server: &ComparedServer) -> Option<Vec<String>> {
    let manifest = &server.compiled.as_ref()?.manifest;
    if let Some(url) = remote_url(manifest) {
        return Some(vec![url.to_owned()]);
    }
    let ran = Program::of(manifest)?;
    let command = manifest.server.command.as_deref().unwrap_or_default();
    // The same image may be named by the command line or by `docker_image`.
    let runner = if ran.is_image() { "" } else { program(command) };
    Some(vec![runner.to_owned(), ran.name.to_owned()])
}

/// The name that people see, under the same client.
fn same_name(server: &ComparedServer) -> Option<Vec<String>> {
    let manifest = &server.compiled.as_ref()?.manifest;
    let client_id = manifest.oauth_config.as_ref()?.client_id.clone()?;
    Some(vec![manifest.display_name.clone()?, client_id])
}

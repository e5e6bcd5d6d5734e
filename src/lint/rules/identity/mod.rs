//! What a server is called. These rules read the raw value, so that they speak even of a broken manifest.

use std::collections::BTreeMap;

use crate::catalog::entry::Entry;
use crate::lint::{Group, Rule};
use crate::source::finding::{Finding, Place};
use crate::text::profile::Profile;

pub(crate) mod colliding_env_name;
pub(crate) mod duplicate_server_id;
pub(crate) mod env_name_not_posix;
pub(crate) mod id_mismatch;
pub(crate) mod invalid_server_id;
pub(crate) mod invisible_character;
pub(crate) mod lookalike_id;
pub(crate) mod near_duplicate_id;
pub(crate) mod reserved_env_name;
pub(crate) mod shadowed_server;
pub(crate) mod weakened_by_local;

const DEFAULTS: Rule = Rule { group: Group::Identity, ..Rule::DEFAULTS };

/// The characters that the proxy takes in an id; any other is answered with status 400.
fn is_id_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

/// The bytes that the proxy takes in an id.
const LONGEST_ID: usize = 200;

fn is_valid_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && id.chars().all(is_id_character)
}

/// The id as a shell could use it in a variable's name: `_` for every character outside `[A-Za-z0-9_]`.
fn posix_form(id: &str) -> String {
    id.chars()
        .map(|character| match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => character,
            _ => '_',
        })
        .collect()
}

/// The entries whose manifest says what it is called, by some form of that name.
fn group_by_id<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    form: impl Fn(&Entry) -> String,
) -> BTreeMap<String, Vec<&'a Entry>> {
    let mut groups: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.filter(|entry| entry.is_named) {
        groups.entry(form(entry)).or_default().push(entry);
    }
    groups
}

/// Where a manifest says what it is called.
fn name_of(entry: &Entry) -> Place {
    Place::value(entry.file, "/name")
}

/// The first entries of a group that are not the one that is looked at. Of ten thousand that each have the same name,
/// none is to name all others.
fn others<'a>(group: &[&'a Entry], is_other: impl Fn(&Entry) -> bool) -> Vec<&'a Entry> {
    let others = group.iter().copied().filter(|entry| is_other(entry));
    others.take(MOST_NAMED).collect()
}

const MOST_NAMED: usize = 10;

/// Whether an entry has anything to do with another: what the profile compiles is not to blame for what it leaves out.
/// So a developer's file is reported itself, and never keeps the catalog from being built.
fn concerns(entry: &Entry, other: &Entry, profile: Profile) -> bool {
    other.is_compiled(profile) || !entry.is_compiled(profile)
}

/// Labels the names of other entries.
fn with_names_of(finding: Finding, others: &[&Entry], label: &str) -> Finding {
    others.iter().fold(finding, |finding, other| finding.related(name_of(other), label))
}

//! The ids of servers, and the names derived from them. Most of these rules read raw JSON, so that they also cover a
//! manifest that breaks the schema.

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
pub(crate) mod unscoped_server_id;
pub(crate) mod weakened_by_local;

const DEFAULTS: Rule = Rule { group: Group::Identity, ..Rule::DEFAULTS };

/// The id as a shell could use it in a variable's name: `_` for every character outside `[A-Za-z0-9_]`.
fn posix_form(id: &str) -> String {
    id.chars()
        .map(|character| match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => character,
            _ => '_',
        })
        .collect()
}

/// The entries whose manifest has a `name`, grouped by a form of their id.
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

/// The place of an entry's `name`.
fn name_of(entry: &Entry) -> Place {
    Place::value(entry.file, "/name")
}

/// The first entries of a group that `is_other` accepts. Capped, so that ten thousand entries with one name do not each
/// list all the others.
fn others<'a>(group: &[&'a Entry], is_other: impl Fn(&Entry) -> bool) -> Vec<&'a Entry> {
    let others = group.iter().copied().filter(|entry| is_other(entry));
    others.take(MOST_NAMED).collect()
}

pub(super) const MOST_NAMED: usize = 10;

/// Whether a conflict with `other` is reported at `entry`: never at a compiled server because of one that is left out, so
/// that a developer's file cannot keep the catalog from being built.
pub(super) fn concerns(entry: &Entry, other: &Entry, profile: Profile) -> bool {
    other.is_compiled(profile) || !entry.is_compiled(profile)
}

/// Adds the names of other entries to a finding, with a label.
fn with_names_of(finding: Finding, others: &[&Entry], label: &str) -> Finding {
    others.iter().fold(finding, |finding, other| finding.related(name_of(other), label))
}

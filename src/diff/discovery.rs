//! Changes of the discovery lock, apart from the hosts that the login and the secret go to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::discovery::lock::LockEntry;

use super::{CatalogState, ChangeList, ComparedServer, Kind, Piece, sentence};

/// Keys that only record when and how the provider was asked.
const CIRCUMSTANCES: [&str; 3] = ["recorded", "requests", "source"];

/// The lock's entries for one server.
pub(super) fn compare(
    old: &ComparedServer,
    was: Option<&LockEntry>,
    is: Option<&LockEntry>,
    changes: &mut ChangeList,
) {
    let (Some(was), Some(is)) = (was, is) else {
        return;
    };
    if was == is {
        return;
    }
    let mut facts = BTreeSet::new();
    // A lock entry always serializes.
    if let [Ok(mut was), Ok(mut is)] = [was, is].map(serde_json::to_value) {
        for entry in [&mut was, &mut is].into_iter().filter_map(Value::as_object_mut) {
            entry.retain(|key, _| !CIRCUMSTANCES.contains(&key.as_str()));
        }
        differing(&was, &is, "", &mut facts);
    }
    if facts.is_empty() {
        let template = "the discovery lock is refreshed, from {} to {}";
        changes.push(Kind::DiscoveryRefreshed, sentence!(template, &was.recorded, &is.recorded));
        return;
    }
    let condition = match old.compiled {
        Some(_) => "",
        None => ", for a file that was not a manifest",
    };
    let sentence = sentence!(
        "the discovery lock differs from that of {} in {}{}",
        &was.recorded,
        facts,
        Piece::Text(condition)
    );
    changes.push(Kind::DiscoveryChanged, sentence);
}

/// The names of what differs, with the objects that they are in.
fn differing(was: &Value, is: &Value, at: &str, facts: &mut BTreeSet<String>) {
    let (Value::Object(old), Value::Object(new)) = (was, is) else {
        if was != is {
            facts.insert(at.to_owned());
        }
        return;
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let [old, new] = [old, new].map(|object| object.get(key).unwrap_or(&Value::Null));
        let separator = if at.is_empty() { "" } else { "." };
        differing(old, new, &format!("{at}{separator}{key}"), facts);
    }
}

/// New entries that belong to no server: they would take effect unseen once a server of that id is added.
pub(super) fn compare_unused(
    before: &CatalogState,
    after: &CatalogState,
    changes: &mut ChangeList,
) {
    let is_used = |id: &str, entry: &LockEntry| {
        after.servers.iter().any(|server| {
            let is_asked = server.compiled.is_none() || server.entry.inputs == entry.inputs;
            server.entry.id == id && is_asked
        })
    };
    for (id, entry) in &after.locks.catalog.servers {
        if before.locks.catalog.servers.get(id) != Some(entry) && !is_used(id, entry) {
            let template = "the discovery lock has a new entry for {}, but no manifest with that id has these URLs";
            changes.push(Kind::DiscoveryUnused, sentence!(template, id));
        }
    }
}

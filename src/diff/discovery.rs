//! What the discovery lock says of the providers, beside the hosts that the login and the secret go to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::discovery::lock::LockEntry;

use super::{Changes, Kind, Server, State, Words};

/// What only says when and how it was asked.
const CIRCUMSTANCES: [&str; 3] = ["recorded", "requests", "source"];

/// The lock's entries for one server.
pub(super) fn compare(
    old: &Server,
    was: Option<&LockEntry>,
    is: Option<&LockEntry>,
    changes: &mut Changes,
) {
    let (Some(was), Some(is)) = (was, is) else {
        return;
    };
    if was == is {
        return;
    }
    let mut facts = BTreeSet::new();
    // The lock holds nothing that JSON cannot say.
    if let (Ok(was), Ok(is)) = (serde_json::to_value(was), serde_json::to_value(is)) {
        differing(&was, &is, "", &mut facts);
    }
    let is_circumstance = |fact: &String| {
        CIRCUMSTANCES
            .iter()
            .any(|known| fact.split(['.', '[']).next() == Some(*known))
    };
    facts.retain(|fact| !is_circumstance(fact));
    if facts.is_empty() {
        changes.push(
            Kind::DiscoveryRefreshed,
            Words::new("the discovery lock was brought up to date, from ")
                .value(&was.recorded)
                .text(" to ")
                .value(&is.recorded),
        );
    } else {
        changes.push(
            Kind::DiscoveryChanged,
            Words::new("the discovery lock says otherwise than on ")
                .value(&was.recorded)
                .text(" about ")
                .values(facts)
                .text(if old.compiled.is_some() {
                    ""
                } else {
                    ", for a file that was no manifest"
                }),
        );
    }
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
        let name = match at {
            "" => key.clone(),
            at => format!("{at}.{key}"),
        };
        let [old, new] = [old, new].map(|object| object.get(key).unwrap_or(&Value::Null));
        differing(old, new, &name, facts);
    }
}

/// New entries that answer for no server, which nobody would look at until one comes along.
pub(super) fn compare_unused(before: &State, after: &State, changes: &mut Changes) {
    let is_used = |id: &str, entry: &LockEntry| {
        after.servers.iter().any(|server| {
            let is_asked = server.compiled.is_none() || server.entry.inputs == entry.inputs;
            server.entry.id == id && is_asked
        })
    };
    for (id, entry) in &after.locks.catalog.servers {
        if before.locks.catalog.servers.get(id) == Some(entry) || is_used(id, entry) {
            continue;
        }
        changes.push(
            Kind::DiscoveryUnused,
            Words::new("the discovery lock has a new entry for ")
                .value(id)
                .text(", which no manifest has with these URLs"),
        );
    }
}

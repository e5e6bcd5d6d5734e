//! What the output of a run must not show, and what of it must be shown all the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::manifest::model::Manifest;
use crate::manifest::schema;
use crate::source::Sources;
use crate::text::secrets::mask::Mask;

use super::{Judged, JudgedTarget};

/// The mask of judged targets.
pub(crate) fn mask(targets: &[JudgedTarget], sources: &Sources) -> Mask {
    let judged = targets.iter().map(|target| (&target.judged, sources));
    mask_of(&judged.collect::<Vec<_>>(), &[])
}

/// The mask of judged catalogs, each with the files that it was read from, and of secrets that stand in none of them.
pub(crate) fn mask_of(states: &[(&Judged, &Sources)], others: &[String]) -> Mask {
    let secrets = states.iter().flat_map(|(judged, _)| &judged.secrets);
    let secrets: Vec<String> = secrets.chain(others).cloned().collect();
    if secrets.is_empty() {
        return Mask::default();
    }
    let mut known = BTreeSet::new();
    keys(schema::of::<Manifest>().as_value(), &mut known);
    let mut names: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    for (judged, sources) in states {
        names.extend(judged.names.iter().map(String::as_str));
        names.extend(sources.names());
        for entry in &judged.entries {
            let hosts = entry.destinations.known().iter();
            let hosts = hosts.map(|destination| destination.host.as_str());
            names.extend(hosts.chain([entry.id.as_str(), entry.stem.as_ref()]));
        }
    }
    Mask::sparing(&secrets, names)
}

/// The keys that a schema knows.
fn keys(schema: &Value, known: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                known.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| keys(member, known));
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, known)),
        _ => {}
    }
}

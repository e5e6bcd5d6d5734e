//! A server of `catalog_local` that hides one of the catalog on developers' machines, and what it changes of it.

use crate::source::Origin;

use super::pair::Pair;
use super::{ById, Change, Changes, Kind, Server, Words};

/// As many of the shadow's changes are told.
const MOST_CHANGES: usize = 4;

pub(super) fn compare(pair: Pair<'_>, before: &ById<'_>, after: &ById<'_>, changes: &mut Changes) {
    let (old, new) = match pair {
        Pair::Removed(old) => (Some(old), None),
        Pair::Added(new) => (None, Some(new)),
        Pair::Both(old, new) => (Some(old), Some(new)),
    };
    let of = |server: Option<&Server>, state: &ById<'_>| {
        let server = server.filter(|server| server.entry.origin == Origin::CatalogLocal)?;
        let hidden = state.get(&(server.entry.id.as_str(), Origin::Catalog))?;
        Some(differences(hidden.first()?, server))
    };
    let (was, is) = (of(old, before), of(new, after));
    let id =
        |server: Option<&Server>| server.map_or_else(String::new, |server| server.entry.id.clone());
    let (kind, start) = match (&was, &is) {
        (None, None) => return,
        (Some(_), None) => {
            changes.push(
                Kind::ShadowRemoved,
                Words::new("it no longer hides the catalog's ").value(id(old)),
            );
            return;
        }
        (None, Some(_)) => (Kind::ShadowAdded, "it hides the catalog's "),
        (Some(was), Some(is)) if was == is => return,
        (Some(_), Some(_)) => (Kind::ShadowChanged, "it still hides the catalog's "),
    };
    let is = is.unwrap_or_default();
    let words = Words::new(start)
        .value(id(new))
        .text(" on developers' machines, where ");
    changes.push(kind, told(words, &is));
    let known = was.unwrap_or_default();
    let weakened: Vec<Change> = is
        .into_iter()
        .filter(|change| weakens(change.kind) && !known.contains(change))
        .collect();
    if !weakened.is_empty() {
        let words = Words::new("unlike with the catalog's ")
            .value(id(new))
            .text(", ");
        changes.push(Kind::ShadowWeakens, told(words, &weakened));
    }
}

/// What the hidden server would have to change to be like its shadow.
fn differences(hidden: &Server, shadow: &Server) -> Vec<Change> {
    let mut changes = Changes::of(Origin::Catalog);
    super::compare_servers(hidden, shadow, &mut changes);
    super::sort(&mut changes.list);
    changes.list
}

fn weakens(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ProxyDropped
            | Kind::SecretInFile
            | Kind::DestinationAdded
            | Kind::UnexplainedDestination
            | Kind::DestinationDiscovered
    )
}

fn told(mut words: Words, changes: &[Change]) -> Words {
    if changes.is_empty() {
        return words.text("nothing changes that is compiled");
    }
    for (index, change) in changes.iter().take(MOST_CHANGES).enumerate() {
        if index > 0 {
            words = words.text("; ");
        }
        words = words.words(change.words.clone());
    }
    match changes.len().saturating_sub(MOST_CHANGES) {
        0 => words,
        rest => words.text("; and ").number(rest).text(" more"),
    }
}

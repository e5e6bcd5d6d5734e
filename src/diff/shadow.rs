//! A server of `catalog_local` that hides one of the catalog on developers' machines, and how the two differ.

use crate::source::Origin;

use super::{ById, ChangeList, ComparedServer, GradedChange, Kind, Piece, Sentence, id, sentence};

/// How many of the shadow's changes are listed.
const MOST_CHANGES: usize = 4;

pub(super) fn compare(
    old: Option<&ComparedServer>,
    new: Option<&ComparedServer>,
    before: &ById<'_>,
    after: &ById<'_>,
    changes: &mut ChangeList,
) {
    let was = old.and_then(|old| Some((old, differences(old, before)?)));
    let is = new.and_then(|new| Some((new, differences(new, after)?)));
    let ((new, is), known) = match (was, is) {
        (None, None) => return,
        (Some((old, _)), None) => {
            let sentence = sentence!("it no longer hides the catalog's {}", id(old).0);
            changes.push(Kind::ShadowRemoved, sentence);
            return;
        }
        (Some((_, was)), Some((_, is))) if was == is => return,
        (Some((_, was)), Some(now)) => (now, Some(was)),
        (None, Some(now)) => (now, None),
    };
    let (kind, template) = match known {
        None => (Kind::ShadowAdded, "it hides the catalog's {} on developers' machines, where {}"),
        Some(_) => (
            Kind::ShadowChanged,
            "it still hides the catalog's {} on developers' machines, where {}",
        ),
    };
    changes.push(kind, sentence!(template, id(new).0, summary(&is)));
    let known = known.unwrap_or_default();
    let weakened: Vec<GradedChange> =
        is.into_iter().filter(|change| weakens(change.kind) && !known.contains(change)).collect();
    if !weakened.is_empty() {
        let template = "unlike with the catalog's {}, {}";
        let sentence = sentence!(template, id(new).0, summary(&weakened));
        changes.push(Kind::ShadowWeakens, sentence);
    }
}

/// How a shadow differs from the server that it hides; `None` for a server that hides none.
fn differences(shadow: &ComparedServer, state: &ById<'_>) -> Option<Vec<GradedChange>> {
    let (id, Origin::CatalogLocal) = id(shadow) else {
        return None;
    };
    let hidden = state.get(&(id, Origin::Catalog))?.first()?;
    let mut changes = ChangeList::of(Origin::Catalog);
    super::compare_servers(hidden, shadow, &mut changes);
    super::sort(&mut changes.list);
    Some(changes.list)
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

fn summary(changes: &[GradedChange]) -> Sentence {
    let told = changes.iter().take(MOST_CHANGES);
    let told = told.map(|change| change.sentence.clone());
    let Some(told) = told.reduce(|all, one| sentence!("{}; {}", all, one)) else {
        return sentence!("nothing that is compiled differs");
    };
    match changes.len().saturating_sub(MOST_CHANGES) {
        0 => told,
        rest => sentence!("{}; and {} more", told, Piece::Number(rest)),
    }
}

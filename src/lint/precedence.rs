//! One cause, one finding: a general rule lists in `yields_to` the more specific rules that silence it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::source::finding::{Finding, Place};
use crate::source::{FileId, Pointer};

use super::Yield;
use super::registry::{RULES, find};

/// The ids of the rules that another rule yields to.
static SILENCING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let yields = RULES.iter().flat_map(|rule| rule.yields_to);
    yields.flat_map(|yields| yields.to()).map(|rule| rule.id).collect()
});

/// Where the silencing rules have fired, by file and rule id: the pointers of their findings and of the related places.
type Fired<'a> = HashMap<(FileId, &'a str), HashSet<Option<&'a Pointer>>>;

/// Drops the findings whose cause a more specific finding already reports.
pub(crate) fn apply_precedence(findings: &mut Vec<Finding>) {
    let mut silenced = silenced(findings).into_iter();
    findings.retain(|_| silenced.next() != Some(true));
}

/// Whether each finding is silenced by a more specific one; empty if no silencing rule has fired.
fn silenced(findings: &[Finding]) -> Vec<bool> {
    let mut fired = Fired::new();
    for finding in findings.iter().filter(|finding| SILENCING.contains(finding.rule)) {
        if let Some(place) = &finding.place {
            let pointers = fired.entry((place.file, finding.rule)).or_default();
            pointers.insert(place.pointer());
            let related = finding.related.iter();
            pointers.extend(related.map(|related| related.place.pointer()));
        }
    }
    if fired.is_empty() {
        return Vec::new();
    }
    let is_silenced = |finding: &Finding| {
        let (Some(rule), Some(place)) = (find(finding.rule), &finding.place) else {
            return false;
        };
        rule.yields_to.iter().any(|yields| has_fired(yields, finding, place, &fired))
    };
    findings.iter().map(is_silenced).collect()
}

/// Whether one of the rules that a finding yields to has fired where `yields` requires it.
fn has_fired(yields: &Yield, finding: &Finding, place: &Place, fired: &Fired<'_>) -> bool {
    let others = yields.to().iter().filter(|rule| rule.id != finding.rule);
    let mut pointers = others.filter_map(|rule| fired.get(&(place.file, rule.id)));
    pointers.any(|pointers| match yields {
        Yield::InFile(_) => true,
        Yield::AtPlace(_) => pointers.contains(&place.pointer()),
        Yield::WhereCompared(_) => {
            let related = finding.related.iter().map(|related| &related.place);
            let mut compared = std::iter::once(place).chain(related);
            compared.any(|place| pointers.contains(&place.pointer()))
        }
    })
}

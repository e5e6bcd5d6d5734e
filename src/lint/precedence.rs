//! One cause, one finding: a general rule lists in `yields_to` the more specific rules that silence it.
//!
//! Only a finding that is shown silences another, and only one of its own level or below.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use crate::catalog::config::Config;
use crate::source::finding::{Finding, Place, Severity};
use crate::source::{FileId, Pointer};

use super::registry::{RULES, find};
use super::{Rule, Yield};

/// The ids of the rules that another rule names in `yields_to`.
static SILENCING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let yields = RULES.iter().flat_map(|rule| rule.yields_to.all);
    yields.flat_map(|yields| yields.rules()).map(|rule| rule.id).collect()
});

/// The findings that are shown and can silence another.
#[derive(Default)]
struct Shown<'a> {
    /// The highest level at each pointer, of the findings and of their related places, by file and rule id.
    by_rule: HashMap<(FileId, &'a str), HashMap<Option<&'a Pointer>, Severity>>,
    /// Those of all rules, in the files that have a finding that yields to any.
    by_file: HashMap<FileId, Vec<(Option<&'a Pointer>, Severity)>>,
}

/// Drops the findings whose cause a more specific finding reports, as far as that one is shown: it is not switched off,
/// ignored or itself silenced.
pub fn silence(
    findings: &mut Vec<Finding>,
    config: &Config,
    is_ignored: impl Fn(&Finding) -> bool,
) {
    let mut silenced = silenced(findings, config, is_ignored).into_iter();
    findings.retain(|_| silenced.next() != Some(true));
}

/// Whether each finding is silenced by a more specific one.
pub(crate) fn silenced(
    findings: &[Finding],
    config: &Config,
    is_ignored: impl Fn(&Finding) -> bool,
) -> Vec<bool> {
    let mut shown = Shown::default();
    let mut by_rank: BTreeMap<u8, Vec<(usize, &Finding, &Place, &Rule)>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if let (Some(place), Some(rule)) = (&finding.place, find(finding.rule)) {
            by_rank.entry(rule.yields_to.rank).or_default().push((index, finding, place, rule));
            if rule.yields_to.rank == u8::MAX {
                shown.by_file.entry(place.file).or_default();
            }
        }
    }
    let mut silenced = vec![false; findings.len()];
    // A rule yields only to rules of a lower rank, so whether these are silenced is already known.
    for (index, finding, place, rule) in by_rank.into_values().flatten() {
        let Some(level) = config.level(finding.rule, finding.severity) else {
            continue;
        };
        let can_silence = SILENCING.contains(rule.id) || shown.by_file.contains_key(&place.file);
        if rule.yields_to.all.iter().any(|yields| shown.silences(*yields, finding, place, level)) {
            if let Some(is_silenced) = silenced.get_mut(index) {
                *is_silenced = true;
            }
        } else if can_silence && !is_ignored(finding) {
            shown.add(finding, place, level);
        }
    }
    silenced
}

impl<'a> Shown<'a> {
    fn add(&mut self, finding: &'a Finding, place: &'a Place, level: Severity) {
        let by_pointer = self.by_rule.entry((place.file, finding.rule)).or_default();
        let related = finding.related.iter().map(|related| &related.place);
        for place in std::iter::once(place).chain(related) {
            let highest = by_pointer.entry(place.pointer()).or_insert(level);
            *highest = level.max(*highest);
        }
        if let Some(of_file) = self.by_file.get_mut(&place.file) {
            of_file.push((place.pointer(), level));
        }
    }

    /// Whether one of the rules that a finding yields to has fired where `yields` requires it.
    fn silences(&self, yields: Yield, finding: &Finding, place: &Place, level: Severity) -> bool {
        let mut fired =
            yields.rules().iter().filter_map(|rule| self.by_rule.get(&(place.file, rule.id)));
        let is_at = |by_pointer: &HashMap<_, Severity>, place: &Place| {
            by_pointer.get(&place.pointer()).is_some_and(|theirs| *theirs >= level)
        };
        match yields {
            Yield::InFile(_) => {
                fired.any(|by_pointer| by_pointer.values().any(|theirs| *theirs >= level))
            }
            Yield::AtPlace(_) => fired.any(|by_pointer| is_at(by_pointer, place)),
            Yield::WhereCompared(_) => fired.any(|by_pointer| {
                let related = finding.related.iter().map(|related| &related.place);
                let mut compared = std::iter::once(place).chain(related);
                compared.any(|place| is_at(by_pointer, place))
            }),
            Yield::ToAnyWithin => {
                let mut of_file = self.by_file.get(&place.file).into_iter().flatten();
                of_file.any(|(there, theirs)| *theirs >= level && place.contains(*there))
            }
        }
    }
}

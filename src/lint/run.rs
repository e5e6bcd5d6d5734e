//! Runs the rules, and lets the more specific one silence the general one.

use std::collections::{HashMap, HashSet};

use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Pointer};

use super::registry::{PRECEDENCE, RULES, Scope};
use super::{CatalogSubject, Check, Findings, RawSubject, Subject};

/// Runs the rules that need nothing but a JSON value.
pub fn run_on_value(subject: &RawSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Value(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Runs the rules on one server. Notes are left out where nobody would see them.
pub fn run_on_server(subject: &Subject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Server(check) = rule.check {
            if rule.level == Severity::Note && !subject.context.config.shows_notes(rule.id) {
                continue;
            }
            check(subject, findings);
        }
    }
}

/// Runs the rules that see the whole catalog.
pub fn run_on_catalog(subject: &CatalogSubject<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Catalog(check) = rule.check {
            check(subject, findings);
        }
    }
}

/// Drops the findings whose cause a more specific finding already names.
pub fn apply_precedence(findings: &mut Vec<Finding>) {
    let mut silenced = silenced(findings).into_iter();
    findings.retain(|_| silenced.next() != Some(true));
}

/// For each finding, whether a more specific one names its cause; nothing where there is no such finding at all.
fn silenced(findings: &[Finding]) -> Vec<bool> {
    let mut winners: HashMap<(FileId, &str), HashSet<Option<&Pointer>>> = HashMap::new();
    let winning: HashSet<&str> = PRECEDENCE
        .iter()
        .map(|precedence| precedence.winner)
        .collect();
    for finding in findings
        .iter()
        .filter(|finding| winning.contains(finding.rule))
    {
        if let Some(place) = &finding.place {
            let pointers = winners.entry((place.file, finding.rule)).or_default();
            pointers.insert(place.pointer());
            let related = finding.related.iter();
            pointers.extend(related.map(|related| related.place.pointer()));
        }
    }
    if winners.is_empty() {
        return Vec::new();
    }
    let is_silenced = |finding: &Finding| {
        let Some(place) = &finding.place else {
            return false;
        };
        PRECEDENCE.iter().any(|precedence| {
            let won = || winners.get(&(place.file, precedence.winner));
            precedence.silences(finding)
                && won().is_some_and(|pointers| match precedence.scope {
                    Scope::File => true,
                    Scope::Place => pointers.contains(&place.pointer()),
                    Scope::Compared => {
                        let related = finding.related.iter().map(|related| &related.place);
                        let mut compared = std::iter::once(place).chain(related);
                        compared.any(|place| pointers.contains(&place.pointer()))
                    }
                })
        })
    };
    findings.iter().map(is_silenced).collect()
}

//! A comparison -> the report of `diff`: every text masked, every server with its current findings.

use std::collections::HashMap;

use crate::diff::run::BothStates;
use crate::diff::{self, Grade, GradedChange, ServerChanges};
use crate::report::mask;
use crate::source::FileId;
use crate::source::finding::{Finding, Severity};
use crate::text::secrets::redactor::Redactor;

use super::{DiffBase, DiffChange, DiffFinding, DiffReport, DiffServer, DiffStatus, DiffSummary};

/// The report of the comparison of two states.
pub(crate) fn report(both: &BothStates) -> DiffReport {
    let comparison = both.compare();
    let mut found: HashMap<FileId, Vec<&Finding>> = HashMap::new();
    for finding in &both.found {
        if let Some(place) = &finding.place {
            found.entry(place.file).or_default().push(finding);
        }
    }
    let servers = comparison.servers.into_iter();
    let servers: Vec<_> = servers.filter_map(|server| shown_server(server, &found, both)).collect();
    let catalog = comparison.catalog.into_iter();
    let catalog: Vec<_> = catalog.map(|change| shown_change(change, &both.redactor)).collect();
    DiffReport {
        version: 1,
        base: DiffBase { name: both.base_name.clone(), commit: both.base_commit.clone() },
        summary: count(&servers, &catalog),
        servers,
        catalog,
    }
}

fn shown_server(
    server: ServerChanges<'_>,
    found: &HashMap<FileId, Vec<&Finding>>,
    both: &BothStates,
) -> Option<DiffServer> {
    let BothStates { redactor, sources, .. } = both;
    let grade = server.grade();
    let shown = server.server()?;
    let previous = server.before.map(|before| &before.entry.id);
    let previous = previous.filter(|id| **id != shown.entry.id);
    let status = match (server.before, server.after) {
        (None, _) => DiffStatus::Added,
        (_, None) => DiffStatus::Removed,
        (Some(_), Some(_)) if previous.is_some() => DiffStatus::Renamed,
        (Some(_), Some(_)) => DiffStatus::Changed,
    };
    let masked = |text: &str| redactor.apply(text).into_owned();
    let mut now = server.after.and_then(diff::card);
    if let Some(card) = &mut now {
        card.for_each_text(&|text| mask(text, redactor));
    }
    let findings = server.after.and_then(|after| found.get(&after.entry.file));
    let changes = server.changes.into_iter();
    Some(DiffServer {
        id: masked(&shown.entry.id),
        previous_id: previous.map(|id| masked(id)),
        status,
        origin: shown.entry.origin,
        file: masked(match server.after {
            Some(after) => sources.name(after.entry.file),
            None => &shown.file,
        }),
        grade,
        changes: changes.map(|change| shown_change(change, redactor)).collect(),
        now,
        findings: findings.map_or_else(Vec::new, |findings| shown_findings(findings, redactor)),
    })
}

fn shown_change(change: GradedChange, redactor: &Redactor) -> DiffChange {
    let GradedChange { kind, grade, mut sentence } = change;
    sentence.for_each_value(&|text| mask(text, redactor));
    DiffChange { kind, grade, message: sentence.plain(), sentence }
}

/// The errors and warnings, most severe first.
fn shown_findings(findings: &[&Finding], redactor: &Redactor) -> Vec<DiffFinding> {
    let shown = findings.iter().filter(|finding| finding.severity > Severity::Note);
    let shown = shown.map(|finding| DiffFinding {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        message: redactor.apply(&finding.message).into_owned(),
    });
    let mut shown: Vec<DiffFinding> = shown.collect();
    shown.sort_by(|left, right| (right.severity, &left.rule).cmp(&(left.severity, &right.rule)));
    shown
}

fn count(servers: &[DiffServer], catalog: &[DiffChange]) -> DiffSummary {
    let count = |grade: Grade| {
        let changes = servers.iter().flat_map(|server| &server.changes);
        let changes = changes.chain(catalog);
        changes.filter(|change| change.grade == grade).count()
    };
    DiffSummary {
        breaking: count(Grade::Breaking),
        review: count(Grade::Review),
        safe: count(Grade::Safe),
    }
}

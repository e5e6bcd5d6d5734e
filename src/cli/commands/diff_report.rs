//! What changed, in the shape that `diff` shows: each text masked, each server with what is wrong with it now.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diff::base::Base;
use crate::diff::{self, Change, Diff, Grade, ServerDiff};
use crate::report::diff::{
    DiffBase, DiffChange, DiffFinding, DiffReport, DiffServer, DiffStatus, DiffSummary,
};
use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Sources};
use crate::text::secrets::redactor::Redactor;

/// The findings of now by their file.
type ByFile<'a> = HashMap<FileId, Vec<&'a Finding>>;

/// The comparison with a base; `found` and `sources` are those of the state of now.
pub(super) fn report(
    diff: Diff<'_>,
    base: &Base,
    found: &[Finding],
    sources: &Sources,
    redactor: &Redactor,
) -> DiffReport {
    let found = by_file(found);
    let servers = diff.servers.into_iter();
    let servers: Vec<DiffServer> = servers
        .filter_map(|server| shown_server(server, &found, sources, redactor))
        .collect();
    let catalog = diff.catalog.into_iter();
    let catalog: Vec<DiffChange> = catalog
        .map(|change| shown_change(change, redactor))
        .collect();
    DiffReport {
        version: 1,
        base: DiffBase {
            name: base.name.clone(),
            commit: base.commit().map(str::to_owned),
        },
        summary: count(&servers, &catalog),
        servers,
        catalog,
    }
}

fn by_file(found: &[Finding]) -> ByFile<'_> {
    let mut by_file = ByFile::new();
    for finding in found {
        if let Some(place) = &finding.place {
            by_file.entry(place.file).or_default().push(finding);
        }
    }
    by_file
}

fn shown_server(
    server: ServerDiff<'_>,
    found: &ByFile<'_>,
    sources: &Sources,
    redactor: &Redactor,
) -> Option<DiffServer> {
    let grade = server.grade();
    let shown = server.server()?;
    let status = status(&server);
    let masked = |text: &str| redactor.apply(text).into_owned();
    let previous = server.before.map(|before| &before.entry.id);
    let previous = previous.filter(|id| **id != shown.entry.id);
    let mut now = server.after.and_then(diff::card);
    if let Some(card) = &mut now {
        card.for_each_text(&|text| hide(text, redactor));
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
        changes: changes
            .map(|change| shown_change(change, redactor))
            .collect(),
        now,
        findings: findings.map_or_else(Vec::new, |findings| shown_findings(findings, redactor)),
    })
}

fn status(server: &ServerDiff<'_>) -> DiffStatus {
    match (server.before, server.after) {
        (None, _) => DiffStatus::Added,
        (_, None) => DiffStatus::Removed,
        (Some(before), Some(after)) if before.entry.id != after.entry.id => DiffStatus::Renamed,
        (Some(_), Some(_)) => DiffStatus::Changed,
    }
}

fn shown_change(change: Change, redactor: &Redactor) -> DiffChange {
    let Change {
        kind,
        grade,
        mut words,
    } = change;
    words.for_each_value(&|text| hide(text, redactor));
    DiffChange {
        kind,
        grade,
        message: words.plain(),
        words,
    }
}

/// Errors and warnings, the gravest first.
fn shown_findings(findings: &[&Finding], redactor: &Redactor) -> Vec<DiffFinding> {
    let shown = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note);
    let shown = shown.map(|finding| DiffFinding {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        message: redactor.apply(&finding.message).into_owned(),
    });
    let mut shown: Vec<DiffFinding> = shown.collect();
    shown.sort_by(|left, right| (right.severity, &left.rule).cmp(&(left.severity, &right.rule)));
    shown
}

fn hide(text: &mut String, redactor: &Redactor) {
    if let Cow::Owned(masked) = redactor.apply(text) {
        *text = masked;
    }
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

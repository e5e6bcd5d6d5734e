//! `gitlab`: a Code Quality report.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use crate::source::Position;
use crate::source::finding::Severity;
use crate::text::visible::visible;

use super::fingerprint::fingerprints;
use super::{Report, Shown, write_json};

#[derive(Serialize)]
struct Issue {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Description>,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: String,
    location: Location,
}

#[derive(Serialize)]
struct Description {
    body: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Clone, Copy, Serialize)]
struct Point {
    line: usize,
    column: usize,
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let fingerprints = fingerprints(&report.findings);
    let findings = report.findings.iter().zip(fingerprints);
    let issues: Vec<Issue> =
        findings.map(|(shown, fingerprint)| issue(shown, fingerprint)).collect();
    write_json(&issues, out)
}

fn issue(shown: &Shown, fingerprint: String) -> Issue {
    let point = |Position { line, column, .. }: Position| Point { line, column };
    let start = Point { line: 1, column: 1 };
    let (path, begin, end) = match &shown.place {
        Some(place) => {
            (visible(&place.rooted_name).into_owned(), point(place.start), point(place.end))
        }
        // The format requires a location: the project.
        None => (".".to_owned(), start, start),
    };
    let location = Location { path, positions: Positions { begin, end } };
    Issue {
        kind: "issue",
        check_name: shown.rule,
        description: visible(&shown.message).into_owned(),
        content: shown.help.as_deref().map(|help| Description { body: visible(help).into_owned() }),
        categories: ["Bug Risk"],
        severity: match shown.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        fingerprint,
        location,
    }
}

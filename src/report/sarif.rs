//! `sarif`: the Static Analysis Results Interchange Format 2.1.0, for GitHub code scanning and editors.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Location, LogicalLocation, Message,
    MultiformatMessageString, PhysicalLocation, PropertyBag, Region, Replacement,
    ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel, Run, Sarif,
    Tool, ToolComponent,
};

use crate::lint;
use crate::source::Position;
use crate::source::finding::Severity;
use crate::text::visible::visible;

use super::fingerprint::fingerprints;
use super::{Report, Shown, ShownPlace, write_json};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The base of relative file names; for GitHub, the root of the repository.
const BASE: &str = "%SRCROOT%";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules: BTreeSet<&str> = report.findings.iter().map(|shown| shown.rule).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let findings = report.findings.iter().zip(fingerprints(&report.findings));
    let results: Vec<SarifResult> =
        findings.map(|(shown, fingerprint)| result(shown, fingerprint, &rules)).collect();
    let descriptors: Vec<ReportingDescriptor> = rules.iter().map(|id| descriptor(id)).collect();
    let driver = ToolComponent::builder()
        .name("catproof")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(descriptors)
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .column_kind(json!("unicodeCodePoints"))
        .results(results)
        .build();
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    write_json(&sarif, out)
}

fn descriptor(id: &str) -> ReportingDescriptor {
    let Some(rule) = lint::find(id) else {
        return ReportingDescriptor::builder().id(id).build();
    };
    let documentation = rule.documentation();
    let help = MultiformatMessageString::builder()
        .text(documentation.clone())
        .markdown(documentation)
        .build();
    let level =
        ReportingConfiguration::builder().level(json!(level(rule.level).to_string())).build();
    let tags = BTreeMap::from([("tags".to_owned(), json!([rule.group.name()]))]);
    ReportingDescriptor::builder()
        .id(id)
        .short_description(&rule.summary())
        .full_description(&rule.summary())
        .help(help)
        .default_configuration(level)
        .properties(PropertyBag::builder().additional_properties(tags).build())
        .build()
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

fn result(shown: &Shown, fingerprint: String, rules: &[&str]) -> SarifResult {
    let text = match &shown.help {
        Some(help) => format!("{}\nhelp: {}", visible(&shown.message), visible(help)),
        None => visible(&shown.message).into_owned(),
    };
    let fingerprint = BTreeMap::from([("catproof/v1".to_owned(), fingerprint)]);
    let mut result = SarifResult::builder()
        .rule_id(shown.rule)
        .level(level(shown.severity))
        .message(message(&text))
        .partial_fingerprints(fingerprint)
        .build();
    result.rule_index = rules.binary_search(&shown.rule).ok().map(number);
    result.locations = shown.place.as_ref().map(|place| vec![location(place)]);
    let related = shown.related.iter().enumerate().map(|(index, related)| Location {
        id: Some(number(index)),
        message: Some(message(&visible(&related.message))),
        ..location(&related.place)
    });
    result.related_locations = Some(related.collect()).filter(|all: &Vec<_>| !all.is_empty());
    result.fixes = fix(shown).map(|fix| vec![fix]);
    result
}

fn location(place: &ShownPlace) -> Location {
    let mut physical =
        PhysicalLocation::builder().artifact_location(artifact(&place.rooted_name)).build();
    // Without a region, the result is about the whole file.
    physical.region = place.line.as_ref().map(|_| region(place.start, place.end));
    let mut location = Location::builder().physical_location(physical).build();
    location.logical_locations = place.pointer.as_ref().map(|pointer| {
        let member = LogicalLocation::builder()
            .fully_qualified_name(visible(pointer))
            .kind("member")
            .build();
        vec![member]
    });
    location
}

fn region(start: Position, end: Position) -> Region {
    Region::builder()
        .start_line(number(start.line))
        .start_column(number(start.column))
        .end_line(number(end.line))
        .end_column(number(end.column))
        .build()
}

/// A file as a URI. Every byte with a special meaning is encoded, so that a name is never more than a path.
fn artifact(name: &str) -> ArtifactLocation {
    let mut uri = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            plain if plain.is_ascii_alphanumeric() => uri.push(char::from(plain)),
            other => _ = write!(uri, "%{other:02X}"),
        }
    }
    let is_windows = uri.get(1..4) == Some("%3A/");
    if uri.starts_with('/') {
        ArtifactLocation::builder().uri(format!("file://{uri}")).build()
    } else if is_windows {
        let uri = format!("file:///{}", uri.replacen("%3A", ":", 1));
        ArtifactLocation::builder().uri(uri).build()
    } else {
        ArtifactLocation::builder().uri(uri).uri_base_id(BASE).build()
    }
}

fn fix(shown: &Shown) -> Option<Fix> {
    let (place, fix) = (shown.place.as_ref()?, shown.fix.as_ref()?);
    let replacements: Vec<Replacement> = fix
        .edits
        .iter()
        .map(|edit| {
            let inserted = ArtifactContent::builder().text(edit.text.as_str()).build();
            Replacement::builder()
                .deleted_region(region(edit.start, edit.end))
                .inserted_content(inserted)
                .build()
        })
        .collect();
    let change = ArtifactChange::builder()
        .artifact_location(artifact(&place.rooted_name))
        .replacements(replacements)
        .build();
    let description = if fix.safe {
        "safe: `catproof check --fix` applies it"
    } else {
        "unsafe, review it first: `catproof check --unsafe-fixes` applies it"
    };
    Some(Fix::builder().description(message(description)).artifact_changes(vec![change]).build())
}

/// A plain message: links are escaped. Placeholders need no escape, because there are no arguments.
fn message(text: &str) -> Message {
    let text = if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    };
    Message::builder().text(text).build()
}

/// The crate counts in `i64`.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

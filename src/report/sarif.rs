//! `sarif`: the Static Analysis Results Interchange Format 2.1.0, for GitHub code scanning and editors.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! The types are those of the format's objects, cut down to what is said here. A crate has all of them, at the cost of
//! writing them from the schema in every build; the tests read the output with it, and validate it by that schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::lint::{self, Rule};
use crate::source::Position;

use super::fingerprint::fingerprints;
use super::{Report, Shown, ShownPlace, visible, write_json};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// What relative file names are relative to; GitHub takes it for the root of the repository.
const BASE: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Sarif {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    column_kind: &'static str,
    results: Vec<SarifResult>,
    tool: Tool,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    rules: Vec<Descriptor>,
    semantic_version: &'static str,
    version: &'static str,
}

/// A `reportingDescriptor`: a rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    default_configuration: Configuration,
    full_description: Message,
    help: Help,
    id: &'static str,
    properties: Properties,
    short_description: Message,
}

#[derive(Serialize)]
struct Configuration {
    /// SARIF has our words for the three levels.
    level: &'static str,
}

#[derive(Serialize)]
struct Help {
    markdown: String,
    text: String,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 1],
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Fix; 1]>,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location; 1]>,
    message: Message,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    /// Without one, the file as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    end_column: usize,
    end_line: usize,
    start_column: usize,
    start_line: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    artifact_changes: [ArtifactChange; 1],
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let ids: BTreeSet<&str> = report.findings.iter().map(|shown| shown.rule).collect();
    let rules: Vec<&Rule> = ids.into_iter().filter_map(lint::find).collect();
    let fingerprints = fingerprints(&report.findings);
    let results = report
        .findings
        .iter()
        .zip(fingerprints)
        .map(|(shown, fingerprint)| result(shown, fingerprint, &rules));
    let run = Run {
        column_kind: "unicodeCodePoints",
        results: results.collect(),
        tool: Tool {
            driver: Driver {
                name: "catproof",
                rules: rules.iter().map(|rule| descriptor(rule)).collect(),
                semantic_version: env!("CARGO_PKG_VERSION"),
                version: env!("CARGO_PKG_VERSION"),
            },
        },
    };
    let sarif = Sarif {
        schema: SCHEMA,
        runs: [run],
        version: "2.1.0",
    };
    write_json(&sarif, out)
}

fn descriptor(rule: &Rule) -> Descriptor {
    let documentation = rule.documentation();
    let summary = || Message {
        text: rule.summary(),
    };
    Descriptor {
        default_configuration: Configuration {
            level: rule.level.name(),
        },
        full_description: summary(),
        help: Help {
            markdown: documentation.clone(),
            text: documentation,
        },
        id: rule.id,
        properties: Properties {
            tags: [rule.group.name()],
        },
        short_description: summary(),
    }
}

fn result(shown: &Shown, fingerprint: String, rules: &[&Rule]) -> SarifResult {
    let text = match &shown.help {
        Some(help) => format!("{}\nhelp: {}", visible(&shown.message), visible(help)),
        None => visible(&shown.message).into_owned(),
    };
    let related = shown.related.iter().enumerate();
    SarifResult {
        fixes: fix(shown).map(|fix| [fix]),
        level: shown.severity.name(),
        locations: shown.place.as_ref().map(|place| [location(place)]),
        message: message(&text),
        partial_fingerprints: BTreeMap::from([("catproof/v1", fingerprint)]),
        related_locations: related
            .map(|(index, related)| Location {
                id: Some(index),
                message: Some(message(&visible(&related.message))),
                ..location(&related.place)
            })
            .collect(),
        rule_id: shown.rule,
        rule_index: rules.iter().position(|rule| rule.id == shown.rule),
    }
}

fn location(place: &ShownPlace) -> Location {
    Location {
        id: None,
        logical_locations: place.pointer.as_ref().map(|pointer| {
            [LogicalLocation {
                fully_qualified_name: visible(pointer).into_owned(),
                kind: "member",
            }]
        }),
        message: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&place.name),
            region: place.line.as_ref().map(|_| region(place.start, place.end)),
        },
    }
}

fn region(start: Position, end: Position) -> Region {
    Region {
        end_column: end.column,
        end_line: end.line,
        start_column: start.column,
        start_line: start.line,
    }
}

/// A file as a URI: every byte that is no plain one is encoded, so that no name can say anything but a path.
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
    let absolute = |uri| ArtifactLocation {
        uri,
        uri_base_id: None,
    };
    match uri.starts_with('/') {
        true => absolute(format!("file://{uri}")),
        false if is_windows => absolute(format!("file:///{}", uri.replacen("%3A", ":", 1))),
        false => ArtifactLocation {
            uri,
            uri_base_id: Some(BASE),
        },
    }
}

fn fix(shown: &Shown) -> Option<Fix> {
    let (place, fix) = (shown.place.as_ref()?, shown.fix.as_ref()?);
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(edit.start, edit.end),
        inserted_content: Message {
            text: edit.text.clone(),
        },
    });
    let description = match fix.safe {
        true => "safe: `catproof check --fix` applies it",
        false => "to be judged by a person: `catproof check --unsafe-fixes` applies it",
    };
    Some(Fix {
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(&place.name),
            replacements: replacements.collect(),
        }],
        description: message(description),
    })
}

/// A message whose text is only text: what would be a link is escaped. Placeholders stay what they are, since there
/// are no arguments to put into them.
fn message(text: &str) -> Message {
    let text = match text.contains("](") {
        true => text
            .replace('\\', "\\\\")
            .replace('[', "\\[")
            .replace(']', "\\]"),
        false => text.to_owned(),
    };
    Message { text }
}

//! `json` and `jsonl`: for other programs, described by `schema/report.schema.json`.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Position;
use crate::source::finding::Severity;
use crate::text::hidden::{escape_json, is_hidden};
use crate::text::visible::commands;

use super::{PlacePart, Report, Shown, Summary};

/// `check --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "catproof check report")]
pub struct CheckReport {
    /// The version of this format.
    pub version: u32,
    pub summary: Summary,
    /// Sorted by file, place and rule.
    pub findings: Vec<JsonFinding>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonFinding {
    /// The rule's id, as `explain` takes it.
    pub rule: String,
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Relative to the working folder, with `/`; absolute outside it; null for a finding that is in no file.
    pub file: Option<String>,
    /// A JSON Pointer; null if the finding is not about a member of a JSON document.
    pub pointer: Option<String>,
    /// Whether the key or the value of the member is meant.
    pub part: Option<PlacePart>,
    pub start: Option<Position>,
    /// Exclusive.
    pub end: Option<Position>,
    /// Other places that belong to it.
    pub related: Vec<JsonRelated>,
    pub fix: Option<JsonFix>,
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonRelated {
    pub file: String,
    pub pointer: Option<String>,
    pub part: PlacePart,
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    /// What the place has to do with the finding.
    pub message: String,
}

/// A fix of the finding's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonFix {
    /// Whether `--fix` applies it; the others need `--unsafe-fixes`.
    pub safe: bool,
    pub edits: Vec<JsonEdit>,
}

/// Replaces some bytes by a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonEdit {
    /// A byte offset.
    pub start: usize,
    /// A byte offset, exclusive.
    pub end: usize,
    pub text: String,
}

/// An indented document, escaped so that it is harmless on a terminal.
pub(crate) fn json_bytes(document: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_json(document, &mut bytes)?;
    Ok(bytes)
}

/// Writes the same.
pub(super) fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(document)?;
    writeln!(out, "{}", escape(&json))?;
    out.flush()
}

/// Escapes hidden characters and the log commands of CI systems, which occur only in strings, line ends excepted.
fn escape(json: &str) -> Cow<'_, str> {
    let mut commands = commands(json).peekable();
    escape_json(json, |at, character| {
        let is_command = commands.next_if_eq(&at).is_some();
        is_command || (is_hidden(character) && character != '\n')
    })
}

/// The whole report as one document.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().map(finding).collect();
    let document = CheckReport { version: 1, summary: report.summary.clone(), findings };
    write_json(&document, out)
}

/// One finding per line, without a summary.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for shown in &report.findings {
        let line = serde_json::to_string(&finding(shown))?;
        writeln!(out, "{}", escape(&line))?;
    }
    Ok(())
}

fn finding(shown: &Shown) -> JsonFinding {
    let place = shown.place.as_ref();
    let fix = shown.fix.as_ref().map(|fix| {
        let edits = fix.edits.iter().map(|edit| JsonEdit {
            start: edit.start.byte,
            end: edit.end.byte,
            text: edit.text.clone(),
        });
        JsonFix { safe: fix.safe, edits: edits.collect() }
    });
    let related = shown.related.iter().map(|related| JsonRelated {
        file: related.place.name.clone(),
        pointer: related.place.pointer.clone(),
        part: related.place.part,
        start: related.place.start,
        end: related.place.end,
        message: related.message.clone(),
    });
    JsonFinding {
        rule: shown.rule.to_owned(),
        severity: shown.severity,
        message: shown.message.clone(),
        help: shown.help.clone(),
        file: place.map(|place| place.name.clone()),
        pointer: place.and_then(|place| place.pointer.clone()),
        part: place.map(|place| place.part),
        start: place.map(|place| place.start),
        end: place.map(|place| place.end),
        related: related.collect(),
        fix,
    }
}

//! Findings -> output, one file per format.
//!
//! `locate` resolves places to bytes, lines and columns, and masks secrets; a format only writes.

mod concise;
pub(crate) mod diff;
mod fingerprint;
mod fold;
pub(crate) mod gate;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod line;
pub(crate) mod list;
pub(crate) mod list_table;
pub(crate) mod listing;
mod locate;
mod page;
mod sarif;
pub(crate) mod story;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use textwrap::{WordSeparator, WordSplitter};

use crate::compile::plan::CatalogIndex;
use crate::source::Position;
use crate::text::secrets::redactor::Redactor;
use crate::text::suggest;
use crate::text::visible::visible;

pub(crate) use fold::Fold;
pub use json::CheckReport;
pub(crate) use json::json_bytes;
use json::write_json;
pub(crate) use line::SourceLine;
use list::ListReport;
pub(crate) use locate::PlacePart;
pub use locate::{Shown, ShownPlace, batches, locate};
pub(crate) use page::page;

/// The findings of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Sorted by file, place and rule.
    pub findings: Vec<Shown>,
    pub summary: Summary,
}

/// `schema/report.schema.json`: what `check` and `list` print as JSON, and the index of the catalog.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "catproof report")]
pub(crate) enum ReportFile {
    Check(CheckReport),
    List(ListReport),
    Catalog(CatalogIndex),
}

/// The run in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// How many manifests were judged.
    pub files: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    /// How many findings the configuration ignores.
    pub suppressed: usize,
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Format {
    /// Each finding with its source line, for people.
    #[default]
    Human,
    /// One line per finding.
    Concise,
    /// One JSON document.
    Json,
    /// One JSON document per line and finding.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitHub workflow annotations.
    Github,
    /// A GitLab code quality report.
    Gitlab,
    /// JUnit XML, with one test per finding, failed if the exit code counts it.
    Junit,
}

impl Format {
    /// Whether findings are written independently of each other, so that a long report can be written in batches.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Human | Self::Concise | Self::Jsonl)
    }

    /// Whether a reader learns how a finding is repaired, so that it is worth trying.
    pub fn shows_fixes(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Sarif)
    }
}

/// A format, and the file to write instead of standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatArgument<F = Format> {
    pub format: F,
    pub path: Option<PathBuf>,
}

impl<F: ValueEnum> FromStr for FormatArgument<F> {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, String> {
        let (name, path) = match argument.split_once('=') {
            Some((_, "")) => return Err("the path after `=` is empty".to_owned()),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (argument, None),
        };
        let format = F::from_str(name, true).map_err(|_| {
            let names: Vec<String> = F::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            let nearest = suggest::nearest(name, names.iter().map(String::as_str));
            let guess = nearest.map(|nearest| format!("did you mean `{nearest}`? "));
            let guess = guess.unwrap_or_default();
            format!("there is no format `{name}`; {guess}the formats are {}", names.join(", "))
        })?;
        Ok(Self { format, path })
    }
}

/// The least width: on a narrower terminal, lines overflow.
pub(crate) const NARROWEST: usize = 40;

/// How output for people looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// In columns.
    pub width: usize,
}

/// Writes the report in one format.
pub fn write(format: Format, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Concise => concise::write(report, out),
        Format::Json => json::write(report, out),
        Format::Jsonl => json::write_lines(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Junit => junit::write(report, out),
    }
}

/// `file:line:column`, which terminals and editors turn into a link.
fn at(place: &ShownPlace) -> String {
    position(&place.name, place.start)
}

fn position(file: &str, start: Position) -> String {
    format!("{}:{}:{}", visible(file), start.line, start.column)
}

/// Masks the secrets in a text, in place.
fn mask(text: &mut String, redactor: &Redactor) {
    if let Cow::Owned(masked) = redactor.apply(text) {
        *text = masked;
    }
}

/// Wraps text at spaces only, so that ids and URLs stay whole and can be copied.
pub(crate) fn wrap(text: &str, width: usize, first_indent: &str, indent: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first_indent)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

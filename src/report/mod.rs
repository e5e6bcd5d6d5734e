//! Findings -> one file an output format.
//!
//! `locate` turns places into bytes, lines and columns and masks what must not be shown; a format only writes.

mod concise;
pub(crate) mod diff;
mod fingerprint;
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
mod sarif;
pub(crate) mod story;

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::plan::CatalogIndex;
use crate::text::suggest;
use crate::text::visible::visible;

pub use json::CheckReport;
pub(crate) use json::write_json;
pub(crate) use line::SourceLine;
use list::ListReport;
pub(crate) use locate::PlacePart;
pub use locate::{Shown, ShownPlace, batches, locate};

/// What a run found.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Each finding with its source, for people.
    Human,
    /// One line a finding.
    Concise,
    /// One JSON document.
    Json,
    /// One JSON document a finding, each on its line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations in a GitHub workflow.
    Github,
    /// A GitLab code quality report.
    Gitlab,
    /// One failed test a finding.
    Junit,
}

impl Format {
    /// Whether each finding stands by itself, so that a long report can be written batch after batch.
    pub fn is_endless(self) -> bool {
        matches!(self, Self::Human | Self::Concise | Self::Jsonl)
    }

    /// Whether a reader learns how a finding is repaired, so that it is worth trying.
    pub fn shows_fixes(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Sarif)
    }
}

/// A format, and the file that it goes to instead of standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatArgument {
    pub format: Format,
    pub path: Option<PathBuf>,
}

impl FromStr for FormatArgument {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, String> {
        let (name, path) = match argument.split_once('=') {
            Some((_, "")) => return Err("the path after `=` is empty".to_owned()),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (argument, None),
        };
        let format = <Format as ValueEnum>::from_str(name, true).map_err(|_| {
            let names: Vec<String> = Format::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            let nearest = suggest::nearest(name, names.iter().map(String::as_str));
            let guess =
                nearest.map_or(String::new(), |nearest| format!("did you mean `{nearest}`? "));
            format!("there is no format `{name}`; {guess}the formats are {}", names.join(", "))
        })?;
        Ok(Self { format, path })
    }
}

/// How an output for people looks.
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

/// `file:line:column`, as terminals and editors make links of it.
fn at(place: &ShownPlace) -> String {
    let ShownPlace { name, start, .. } = place;
    format!("{}:{}:{}", visible(name), start.line, start.column)
}

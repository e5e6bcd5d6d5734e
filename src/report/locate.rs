//! From JSON Pointers to bytes, lines and columns.
//!
//! A file with findings is read again, because the pipeline drops texts early; other files are not touched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pipeline::redaction::Redaction;
use crate::source::edit::Document;
use crate::source::finding::{Finding, Fix, Place, Related, Severity, Spot};
use crate::source::{FileId, Lines, Position, ReadError, Sources, with_question_marks};
use crate::text::secrets::redactor::{self, Redactor};

use super::SourceLine;
use super::line::CUT;

/// The longest message, help or label that is shown, in characters.
const LONGEST_TEXT: usize = 1000;

/// A finding ready for output: located, with all secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub rule: &'static str,
    pub severity: Severity,
    /// Whether it makes the run fail: an error, unless whoever reports decides otherwise.
    pub fails: bool,
    pub message: String,
    pub help: Option<String>,
    /// `None` for a finding that is in no file.
    pub place: Option<ShownPlace>,
    pub related: Vec<ShownRelated>,
    pub fix: Option<ShownFix>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPlace {
    pub file: FileId,
    /// The file's name in output.
    pub name: String,
    /// Its name for programs that look files up from the root of the repository.
    pub rooted_name: String,
    pub pointer: Option<String>,
    pub part: PlacePart,
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    /// `None` if the place is the file as a whole, or the file cannot be read.
    pub line: Option<SourceLine>,
}

/// Whether the key or the value of a member is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlacePart {
    Key,
    Value,
}

/// Another place, with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRelated {
    pub place: ShownPlace,
    pub message: String,
}

/// A fix, as edits of the finding's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFix {
    pub safe: bool,
    /// Sorted, without overlaps.
    pub edits: Vec<ShownEdit>,
}

/// Replaces a range by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEdit {
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    pub text: String,
}

/// How many findings are located at a time: enough to use every core, few enough to bound the memory.
const BATCH: usize = 1000;

/// Sorts findings by file, and splits them into batches at file boundaries. Locating batch after batch gives the same
/// order as locating all at once.
pub fn batches<'a>(
    findings: &'a mut [Finding],
    sources: &Sources,
) -> impl Iterator<Item = &'a [Finding]> {
    let name = |finding: &Finding| Some(sources.name(finding.place.as_ref()?.file));
    if findings.len() > BATCH {
        let files = findings.iter().filter_map(|finding| finding.place.as_ref());
        let files: BTreeSet<FileId> = files.map(|place| place.file).collect();
        let names = files.into_iter().map(|file| (sources.name(file), file));
        let mut names: Vec<(&str, FileId)> = names.collect();
        names.sort_unstable();
        let ranks = names.into_iter().enumerate();
        let ranks: HashMap<FileId, usize> = ranks.map(|(rank, (_, file))| (file, rank)).collect();
        // Findings that are in no file come first.
        let rank = |finding: &Finding| ranks.get(&finding.place.as_ref()?.file);
        // With cached keys each finding moves once; a merge sort of the findings would need half their memory again.
        findings.sort_by_cached_key(|finding| rank(finding).copied());
    }
    let mut rest = &*findings;
    std::iter::from_fn(move || {
        let last = rest.get(BATCH - 1).map(&name);
        let is_next_file = |finding: &Finding| last.as_ref() != Some(&name(finding));
        let more = rest.iter().skip(BATCH).position(is_next_file);
        let (batch, left) = rest.split_at(more.map_or(rest.len(), |more| BATCH + more));
        rest = left;
        (!batch.is_empty()).then_some(batch)
    })
}

/// Resolves, masks and sorts findings: by file, place and rule.
pub fn locate(
    findings: &[Finding],
    sources: &Sources,
    max_bytes: u64,
    redaction: &Redaction,
) -> Vec<Shown> {
    let files: Vec<Located<'_>> = lookups(findings)
        .into_par_iter()
        .map(|(file, lookup)| look_up(file, lookup, sources, max_bytes, redaction))
        .collect();
    let mut located = Located::default();
    for file in files {
        located.places.extend(file.places);
        located.fixes.extend(file.fixes);
        located.redactors.extend(file.redactors);
    }
    let mut shown: Vec<Shown> = findings
        .par_iter()
        .enumerate()
        .map(|(index, finding)| show(index, finding, &located, redaction))
        .collect();
    shown.sort_by(|left, right| sort_key(left).cmp(&sort_key(right)));
    shown
}

fn sort_key(shown: &Shown) -> (Option<(&str, usize, usize)>, &str, &str) {
    let place =
        shown.place.as_ref().map(|place| (place.name.as_str(), place.start.byte, place.end.byte));
    (place, shown.rule, &shown.message)
}

/// Everything to look up in one file, which is then read and parsed once.
#[derive(Default)]
struct PlaceLookup<'a> {
    places: BTreeSet<&'a Place>,
    /// Each with the index of its finding.
    fixes: Vec<(usize, &'a Fix)>,
}

/// The results of the lookups.
#[derive(Default)]
struct Located<'a> {
    places: HashMap<&'a Place, ShownPlace>,
    fixes: HashMap<usize, ShownFix>,
    /// For files with secrets that no finding names.
    redactors: HashMap<FileId, Redactor>,
}

fn lookups(findings: &[Finding]) -> BTreeMap<FileId, PlaceLookup<'_>> {
    let mut lookups: BTreeMap<FileId, PlaceLookup<'_>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let Some(place) = &finding.place else {
            continue;
        };
        let lookup = lookups.entry(place.file).or_default();
        lookup.places.insert(place);
        lookup.fixes.extend(finding.fix.iter().map(|fix| (index, fix)));
        for Related { place, .. } in &finding.related {
            lookups.entry(place.file).or_default().places.insert(place);
        }
    }
    lookups
}

fn look_up<'a>(
    file: FileId,
    lookup: PlaceLookup<'a>,
    sources: &Sources,
    max_bytes: u64,
    redaction: &Redaction,
) -> Located<'a> {
    let text = read_text(sources, file, max_bytes);
    let redactor = &redaction.redactor;
    let own = redaction.of_file(file, sources.name(file), &text);
    let document = Document::of(&text);
    let end = last_line_end(&lookup, &text, document.as_ref());
    let mut file = LocatedFile {
        id: file,
        name: redactor.apply_to_name(sources.name(file)).into_owned(),
        rooted_name: redactor.apply_to_name(sources.rooted_name(file)).into_owned(),
        lines: Lines::of(text.get(..end).unwrap_or(&text)),
        document,
        hidden: HashMap::new(),
        text: &text,
    };
    for place in &lookup.places {
        file.hide_around(place, redactor, own.as_ref());
    }
    let file = file;
    let places = lookup.places.into_iter();
    let fixes = lookup.fixes.into_iter();
    Located {
        places: places.map(|place| (place, file.place(place, redactor))).collect(),
        fixes: fixes.filter_map(|(index, fix)| Some((index, file.fix(fix, redactor)?))).collect(),
        redactors: own.map(|own| (file.id, own)).into_iter().collect(),
    }
}

/// The end of the last line with a place or an edit: most findings are far above a long `readme`, whose lines need not
/// be counted.
fn last_line_end(lookup: &PlaceLookup<'_>, text: &str, document: Option<&Document<'_>>) -> usize {
    let places = lookup.places.iter();
    let places = places.map(|place| range(text, document, &place.spot).end);
    let edits = lookup.fixes.iter().flat_map(|(_, fix)| {
        let edits = document.and_then(|document| document.text_edits(&fix.edits));
        edits.unwrap_or_default().into_iter().map(|edit| edit.end)
    });
    let last = places.chain(edits).max().unwrap_or_default();
    let rest = text.get(last..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |end| last + end + 1)
}

/// The bytes of a spot. A missing value is shown at the key of the nearest value around it.
fn range(text: &str, document: Option<&Document<'_>>, spot: &Spot) -> Range<usize> {
    let (pointer, is_key) = match spot {
        Spot::Whole => return 0..0,
        Spot::Bytes { start, end } => {
            let start = text.floor_char_boundary(*start);
            return start..text.ceil_char_boundary(*end).max(start);
        }
        Spot::Key(pointer) => (pointer, true),
        Spot::Value(pointer) => (pointer, false),
    };
    let Some(document) = document else {
        return 0..0;
    };
    let (found, is_exact) = document.outline().nearest(pointer);
    match &found.spans.key {
        Some(key) if is_key || !is_exact => key.clone(),
        _ => found.spans.value.clone(),
    }
}

fn show(index: usize, finding: &Finding, located: &Located<'_>, redaction: &Redaction) -> Shown {
    let file = finding.file();
    let own = file.and_then(|file| located.redactors.get(&file));
    let masked = |text: &str| {
        let text = redaction.redactor.apply(text);
        shorten(own.map_or_else(|| text.to_string(), |own| own.apply(&text).into_owned()))
    };
    let related = finding.related.iter().filter_map(|related| {
        Some(ShownRelated {
            place: located.places.get(&related.place)?.clone(),
            message: masked(&related.label),
        })
    });
    let place = finding.place.as_ref();
    Shown {
        rule: finding.rule,
        severity: finding.severity,
        fails: finding.severity == Severity::Error,
        message: masked(&finding.message),
        help: finding.help.as_deref().map(masked),
        place: place.and_then(|place| located.places.get(place).cloned()),
        related: related.collect(),
        fix: located.fixes.get(&index).cloned(),
    }
}

/// Cuts a long text: a message may quote a value that is as long as the file.
fn shorten(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(at);
        text.push_str(CUT);
    }
    text
}

/// A file to look places up in.
struct LocatedFile<'a> {
    id: FileId,
    name: String,
    rooted_name: String,
    text: &'a str,
    lines: Lines<'a>,
    /// `None` where the text is not JSON.
    document: Option<Document<'a>>,
    /// The ranges to mask, by the start of the part of the text that was searched for secrets.
    hidden: HashMap<usize, Vec<Range<usize>>>,
}

impl LocatedFile<'_> {
    /// Searches the surroundings of a place for secrets.
    fn hide_around(&mut self, place: &Place, redactor: &Redactor, own: Option<&Redactor>) {
        let line = self.lines.position(self.range(&place.spot).start).line;
        let part = self.surroundings(line);
        let text = self.text;
        let hidden = || {
            let own = own.map(|own| own.find_in_json(text, part.clone()));
            let known = redactor.find_in_json(text, part.clone());
            redactor::merge(own.into_iter().flatten().chain(known).collect())
        };
        self.hidden.entry(part.start).or_insert_with(hidden);
    }

    /// The part of the text to search for the secrets of a line: the line itself, because a JSON string is on one line;
    /// if the text is not JSON, all of it.
    fn surroundings(&self, line: usize) -> Range<usize> {
        if self.document.is_some() { self.lines.line(line) } else { 0..self.text.len() }
    }

    fn place(&self, place: &Place, redactor: &Redactor) -> ShownPlace {
        let range = self.range(&place.spot);
        let start = self.lines.position(range.start);
        let has_line = place.spot != Spot::Whole && !self.text.is_empty();
        let line = has_line.then(|| {
            let hidden = self.hidden.get(&self.surroundings(start.line).start);
            let line = self.lines.line(start.line);
            SourceLine::new(self.text, &line, &range, hidden.map_or(&[], Vec::as_slice))
        });
        ShownPlace {
            file: self.id,
            name: self.name.clone(),
            rooted_name: self.rooted_name.clone(),
            pointer: place
                .pointer()
                .map(|pointer| redactor.apply_to_name(pointer.as_str()).into_owned()),
            part: if matches!(place.spot, Spot::Key(_)) {
                PlacePart::Key
            } else {
                PlacePart::Value
            },
            start,
            end: self.lines.position(range.end),
            line,
        }
    }

    fn range(&self, spot: &Spot) -> Range<usize> {
        range(self.text, self.document.as_ref(), spot)
    }

    /// The edits of a fix; `None` if one of them does not apply, or would reveal a secret.
    fn fix(&self, fix: &Fix, redactor: &Redactor) -> Option<ShownFix> {
        let edits = self.document.as_ref()?.text_edits(&fix.edits)?;
        let is_clean = edits.iter().all(|edit| redactor.find(&edit.text).is_empty());
        let edits = edits.into_iter().map(|edit| ShownEdit {
            start: self.lines.position(edit.start),
            end: self.lines.position(edit.end),
            text: edit.text,
        });
        is_clean.then(|| ShownFix { safe: fix.safe, edits: edits.collect() })
    }
}

/// The text of a file. A byte that is not UTF-8 becomes `?`, so that offsets do not change.
fn read_text(sources: &Sources, file: FileId, max_bytes: u64) -> String {
    match sources.read(file, max_bytes) {
        Ok(text) => text,
        Err(ReadError::NotUtf8 { bytes, .. }) => with_question_marks(&bytes),
        Err(ReadError::Unreadable(_) | ReadError::TooLarge { .. }) => String::new(),
    }
}

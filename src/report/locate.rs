//! From symbolic places to bytes, lines and columns: the one place that knows both.
//!
//! A file with findings is read once more, because the line drops its texts early; files without any are not touched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use crate::pipeline::redaction::Redaction;
use crate::source::edit::Document;
use crate::source::finding::{Finding, Fix, Place, Related, Severity, Spot};
use crate::source::{FileId, Lines, Position, ReadError, Sources, with_question_marks};
use crate::text::secrets::redactor::{self, Redactor};

use super::SourceLine;
use super::line::CUT;

/// How many characters of a message, a help or a label are shown.
const LONGEST_TEXT: usize = 1000;

/// A finding with everything that an output shows of it; nothing in it needs masking any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub rule: &'static str,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
    /// `None` for what is in no file.
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
    pub pointer: Option<String>,
    pub part: PlacePart,
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    /// What stands there; `None` where the file as a whole is meant, or cannot be read.
    pub line: Option<SourceLine>,
}

/// What of the place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A repair, as edits of the finding's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFix {
    pub safe: bool,
    /// Sorted, and apart from each other.
    pub edits: Vec<ShownEdit>,
}

/// Puts a text in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEdit {
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    pub text: String,
}

/// How many findings are located at a time: enough for every core, and few enough to be held in memory.
const BATCH: usize = 1000;

/// Sorts findings by their file, and splits them between two files: batches that are located one after another come in
/// the same order as if all were located at once.
pub fn batches<'a>(
    findings: &'a mut [Finding],
    sources: &Sources,
) -> impl Iterator<Item = &'a [Finding]> {
    let name = |finding: &Finding| {
        let place = finding.place.as_ref();
        place.map(|place| sources.name(place.file))
    };
    if findings.len() > BATCH {
        let files = findings.iter().filter_map(|finding| finding.place.as_ref());
        let files: BTreeSet<FileId> = files.map(|place| place.file).collect();
        let names = files.into_iter().map(|file| (sources.name(file), file));
        let mut names: Vec<(&str, FileId)> = names.collect();
        names.sort_unstable();
        let ranks = names.into_iter().enumerate();
        let ranks: HashMap<FileId, usize> = ranks.map(|(rank, (_, file))| (file, rank)).collect();
        // What is in no file comes first.
        let rank = |finding: &Finding| ranks.get(&finding.place.as_ref()?.file);
        // Sorts the ranks, and then moves each finding once: a merge of the findings would take half their room again.
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
    let answers: Vec<Answer<'_>> = questions(findings)
        .into_par_iter()
        .map(|(file, question)| answer(file, question, sources, max_bytes, redaction))
        .collect();
    let mut located = Answer::default();
    for answer in answers {
        located.places.extend(answer.places);
        located.fixes.extend(answer.fixes);
        located.redactors.extend(answer.redactors);
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

/// What is asked of one file, so that it is read and walked once.
#[derive(Default)]
struct Question<'a> {
    places: BTreeSet<&'a Place>,
    /// With the number of the finding that each repairs.
    fixes: Vec<(usize, &'a Fix)>,
}

/// What the files answer.
#[derive(Default)]
struct Answer<'a> {
    places: HashMap<&'a Place, ShownPlace>,
    fixes: HashMap<usize, ShownFix>,
    /// For the files that hold secrets which no finding names.
    redactors: HashMap<FileId, Redactor>,
}

fn questions(findings: &[Finding]) -> BTreeMap<FileId, Question<'_>> {
    let mut questions: BTreeMap<FileId, Question<'_>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let Some(place) = &finding.place else {
            continue;
        };
        let question = questions.entry(place.file).or_default();
        question.places.insert(place);
        question.fixes.extend(finding.fix.iter().map(|fix| (index, fix)));
        for Related { place, .. } in &finding.related {
            questions.entry(place.file).or_default().places.insert(place);
        }
    }
    questions
}

fn answer<'a>(
    file: FileId,
    question: Question<'a>,
    sources: &Sources,
    max_bytes: u64,
    redaction: &Redaction,
) -> Answer<'a> {
    let text = read_text(sources, file, max_bytes);
    let redactor = &redaction.redactor;
    let own = redaction.of_file(file, sources.name(file), &text);
    let document = Document::of(&text);
    let end = last_line_end(&question, &text, document.as_ref());
    let mut file = File {
        id: file,
        name: redactor.apply_to_name(sources.name(file)).into_owned(),
        lines: Lines::of(text.get(..end).unwrap_or(&text)),
        document,
        hidden: HashMap::new(),
        text: &text,
    };
    for place in &question.places {
        file.hide_around(place, redactor, own.as_ref());
    }
    let file = file;
    let places = question.places.into_iter();
    let fixes = question.fixes.into_iter();
    Answer {
        places: places.map(|place| (place, file.place(place, redactor))).collect(),
        fixes: fixes.filter_map(|(index, fix)| Some((index, file.fix(fix, redactor)?))).collect(),
        redactors: own.map(|own| (file.id, own)).into_iter().collect(),
    }
}

/// Where the last line ends that anything is asked about: most findings are far above a long `readme`, whose lines
/// nobody needs to count.
fn last_line_end(question: &Question<'_>, text: &str, document: Option<&Document<'_>>) -> usize {
    let places = question.places.iter();
    let places = places.map(|place| range(text, document, &place.spot).end);
    let edits = question.fixes.iter().flat_map(|(_, fix)| {
        let edits = document.and_then(|document| document.text_edits(&fix.edits));
        edits.unwrap_or_default().into_iter().map(|edit| edit.end)
    });
    let last = places.chain(edits).max().unwrap_or_default();
    let rest = text.get(last..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |end| last + end + 1)
}

/// The bytes of a spot. What is not there is shown at the key of the nearest value around it.
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

fn show(index: usize, finding: &Finding, located: &Answer<'_>, redaction: &Redaction) -> Shown {
    let file = finding.place.as_ref().map(|place| place.file);
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
        message: masked(&finding.message),
        help: finding.help.as_deref().map(masked),
        place: place.and_then(|place| located.places.get(place).cloned()),
        related: related.collect(),
        fix: located.fixes.get(&index).cloned(),
    }
}

/// A message may quote a value of the file, and a value may be as long as the file.
fn shorten(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(at);
        text.push_str(CUT);
    }
    text
}

/// A file that is asked for places.
struct File<'a> {
    id: FileId,
    name: String,
    text: &'a str,
    lines: Lines<'a>,
    /// `None` where the text is not JSON.
    document: Option<Document<'a>>,
    /// What must not be shown, by the beginning of the part of the text that was searched for it.
    hidden: HashMap<usize, Vec<Range<usize>>>,
}

impl File<'_> {
    /// Searches the surroundings of a place for what must not be shown of them.
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

    /// The part of the text that says what must not be shown of a line: the line itself, since no string of JSON goes
    /// over two; in what is not JSON, everything.
    fn surroundings(&self, line: usize) -> Range<usize> {
        match self.document {
            Some(_) => self.lines.line(line),
            None => 0..self.text.len(),
        }
    }

    fn place(&self, place: &Place, redactor: &Redactor) -> ShownPlace {
        let range = self.range(&place.spot);
        let start = self.lines.position(range.start);
        let line = match place.spot {
            Spot::Whole => None,
            _ if self.text.is_empty() => None,
            _ => {
                let hidden = self.hidden.get(&self.surroundings(start.line).start);
                let hidden = hidden.map_or(&[][..], Vec::as_slice);
                let line = self.lines.line(start.line);
                Some(SourceLine::new(self.text, &line, &range, hidden))
            }
        };
        ShownPlace {
            file: self.id,
            name: self.name.clone(),
            pointer: place
                .pointer()
                .map(|pointer| redactor.apply_to_name(pointer.as_str()).into_owned()),
            part: match place.spot {
                Spot::Key(_) => PlacePart::Key,
                Spot::Value(_) | Spot::Whole | Spot::Bytes { .. } => PlacePart::Value,
            },
            start,
            end: self.lines.position(range.end),
            line,
        }
    }

    fn range(&self, spot: &Spot) -> Range<usize> {
        range(self.text, self.document.as_ref(), spot)
    }

    /// The edits of a fix; none where one of them cannot be made, or would write a secret out.
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

/// The text of a file; a byte that is not UTF-8 becomes `?`, so that every offset stays that of the file.
fn read_text(sources: &Sources, file: FileId, max_bytes: u64) -> String {
    match sources.read(file, max_bytes) {
        Ok(text) => text,
        Err(ReadError::NotUtf8 { bytes, .. }) => with_question_marks(&bytes),
        Err(ReadError::Unreadable(_) | ReadError::TooLarge { .. }) => String::new(),
    }
}

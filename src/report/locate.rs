//! From symbolic places to bytes, lines and columns: the one place that knows both.
//!
//! A file with findings is read once more, because the line drops its texts early; files without any are not touched.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::edit::{self, TextEdit};
use crate::finding::{Finding, Fix, Place, Severity, Spot};
use crate::source::{self, FileId, Pointer, Position, ReadError, Sources};

use super::Mask;

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
    pub part: Part,
    pub start: Position,
    pub end: Position,
}

/// What of the place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
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
    pub edits: Vec<TextEdit>,
}

/// Resolves, masks and sorts findings: by file, place and rule.
pub fn locate(
    findings: Vec<Finding>,
    sources: &Sources,
    max_bytes: u64,
    mask: &Mask,
) -> Vec<Shown> {
    let mut by_file: BTreeMap<Option<FileId>, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let file = finding.place.as_ref().map(|place| place.file);
        by_file.entry(file).or_default().push(finding);
    }
    let by_file: Vec<_> = by_file.into_iter().collect();
    let mut shown: Vec<Shown> = by_file
        .into_par_iter()
        .flat_map_iter(|(file, findings)| {
            let texts = Texts::new(sources, max_bytes, file);
            findings
                .into_iter()
                .map(move |finding| texts.show(finding, mask))
                .collect::<Vec<_>>()
        })
        .collect();
    shown.sort_by(|left, right| sort_key(left).cmp(&sort_key(right)));
    shown
}

fn sort_key(shown: &Shown) -> (Option<(&str, usize, usize)>, &str, &str) {
    let place = shown
        .place
        .as_ref()
        .map(|place| (place.name.as_str(), place.start.byte, place.end.byte));
    (place, shown.rule, &shown.message)
}

/// The text of the findings' file, and of the others as they are asked for.
struct Texts<'a> {
    sources: &'a Sources,
    max_bytes: u64,
    file: Option<FileId>,
    text: String,
}

impl<'a> Texts<'a> {
    fn new(sources: &'a Sources, max_bytes: u64, file: Option<FileId>) -> Self {
        let text = file
            .map(|file| read_lossy(sources, file, max_bytes))
            .unwrap_or_default();
        Self {
            sources,
            max_bytes,
            file,
            text,
        }
    }

    fn show(&self, finding: Finding, mask: &Mask) -> Shown {
        let Finding {
            rule,
            severity,
            message,
            help,
            place,
            related,
            fix,
        } = finding;
        let related = related.into_iter().map(|related| ShownRelated {
            place: self.place(&related.place, mask),
            message: mask.apply(&related.label).into_owned(),
        });
        Shown {
            rule,
            severity,
            message: mask.apply(&message).into_owned(),
            help: help.map(|help| mask.apply(&help).into_owned()),
            place: place.map(|place| self.place(&place, mask)),
            related: related.collect(),
            fix: fix.and_then(|fix| self.fix(&fix, mask)),
        }
    }

    fn place(&self, place: &Place, mask: &Mask) -> ShownPlace {
        let other;
        let text = match self.file == Some(place.file) {
            true => &self.text,
            false => {
                other = read_lossy(self.sources, place.file, self.max_bytes);
                &other
            }
        };
        let range = range(text, &place.spot);
        ShownPlace {
            file: place.file,
            name: mask.apply(self.sources.name(place.file)).into_owned(),
            pointer: place
                .pointer()
                .map(|pointer| mask.apply(pointer.as_str()).into_owned()),
            part: match place.spot {
                Spot::Key(_) => Part::Key,
                Spot::Value(_) | Spot::Whole | Spot::Bytes { .. } => Part::Value,
            },
            start: source::position(text, range.start),
            end: source::position(text, range.end),
        }
    }

    /// The edits of a fix; none where one of them cannot be made, or would write a secret out.
    fn fix(&self, fix: &Fix, mask: &Mask) -> Option<ShownFix> {
        let edits = edit::text_edits(&self.text, &fix.edits)?;
        let is_clean = edits.iter().all(|edit| mask.apply(&edit.text) == edit.text);
        is_clean.then_some(ShownFix {
            safe: fix.safe,
            edits,
        })
    }
}

/// The bytes of a spot. What is not there is shown at the nearest place around it that is.
fn range(text: &str, spot: &Spot) -> Range<usize> {
    match spot {
        Spot::Whole => 0..0,
        Spot::Bytes { start, end } => {
            let start = text.floor_char_boundary(*start);
            start..text.ceil_char_boundary((*end).min(text.len())).max(start)
        }
        Spot::Key(pointer) => match source::locate(text, pointer) {
            Some(spans) => spans.key.unwrap_or(spans.value),
            None => around(text, pointer),
        },
        Spot::Value(pointer) => match source::locate(text, pointer) {
            Some(spans) => spans.value,
            None => around(text, pointer),
        },
    }
}

fn around(text: &str, pointer: &Pointer) -> Range<usize> {
    match pointer.parent() {
        Some(parent) => range(text, &Spot::Key(parent)),
        None => 0..0,
    }
}

/// The text of a file, as much of it as is text.
pub(super) fn read_lossy(sources: &Sources, file: FileId, max_bytes: u64) -> String {
    match sources.read(file, max_bytes) {
        Ok(text) => text,
        Err(ReadError::NotUtf8 { at, bytes }) => {
            // Up to the first bad byte and one character for it, so that the offsets stay those of the file.
            let valid = bytes.get(..at).unwrap_or_default();
            format!("{}\u{1a}", String::from_utf8_lossy(valid))
        }
        Err(ReadError::Unreadable(_) | ReadError::TooLarge { .. }) => String::new(),
    }
}

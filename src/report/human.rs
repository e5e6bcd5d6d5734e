//! `human`: each finding with its source line, drawn by miette.
//!
//! miette prints whole lines, panics on far columns and does not escape control characters, so it is given excerpts
//! that fit the terminal and are already escaped.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::io::{self, Write};
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use rayon::prelude::*;
use textwrap::{WordSeparator, WordSplitter};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::source::finding::Severity;
use crate::text::visible::{visible, visible_parts};

use super::line::CUT;
use super::{NARROWEST, Report, Shown, ShownPlace, SourceLine, Style, at, wrap};

/// How many findings are drawn in parallel before they are written.
const AT_ONCE: usize = 500;

pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for some in blocks(&report.findings).chunks(AT_ONCE) {
        let drawn: Vec<String> = some.par_iter().map(|block| draw(block, style)).collect();
        out.write_all(drawn.concat().as_bytes())?;
    }
    Ok(())
}

/// A finding, or the same finding in several files: one cause, one picture.
struct Block<'a> {
    shown: &'a Shown,
    /// Empty for a finding of its own.
    places: Vec<&'a ShownPlace>,
}

/// The findings, with those that say the same of several files drawn where the first of them stands.
fn blocks(findings: &[Shown]) -> Vec<Block<'_>> {
    let mut same: HashMap<_, Vec<&ShownPlace>> = HashMap::new();
    for shown in findings.iter().filter(|shown| shown.related.is_empty()) {
        same.entry(said(shown)).or_default().extend(&shown.place);
    }
    same.retain(|_, places| {
        places.first().is_some_and(|first| places.iter().any(|place| place.file != first.file))
    });
    let mut drawn = HashSet::new();
    let blocks = findings.iter().filter_map(|shown| {
        let places = same.get(&said(shown)).filter(|_| shown.related.is_empty());
        let is_new = places.is_none() || drawn.insert(said(shown));
        is_new.then(|| Block { shown, places: places.cloned().unwrap_or_default() })
    });
    blocks.collect()
}

/// What a finding says, wherever it is.
fn said(shown: &Shown) -> (&str, Severity, &str, Option<&str>) {
    (shown.rule, shown.severity, &shown.message, shown.help.as_deref())
}

fn draw(block: &Block<'_>, style: Style) -> String {
    let width = style.width.max(NARROWEST);
    let styles = styles(block.shown.severity, style.color);
    let header = header(block.shown, &styles, width);
    header + &picture(block, styles, width) + "\n"
}

/// The colours of a finding of this severity.
fn styles(severity: Severity, color: bool) -> ThemeStyles {
    if !color {
        return ThemeStyles::none();
    }
    let mut styles = ThemeStyles::ansi();
    let highlight = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Note => styles.advice,
    };
    styles.highlights = vec![highlight.bold()];
    styles
}

/// Severity, rule and message.
fn header(shown: &Shown, styles: &ThemeStyles, width: usize) -> String {
    let title = format!("{}[{}]:", shown.severity.name(), shown.rule);
    let title = match styles.highlights.first() {
        Some(highlight) => highlight.style(title).to_string(),
        None => title,
    };
    let header = format!("{title} {}", visible(&shown.message));
    wrap(&header, width, "", "  ") + "\n"
}

/// The source lines with the places underlined, or a list of places, and the help.
fn picture(block: &Block<'_>, styles: ThemeStyles, width: usize) -> String {
    let Block { shown, places } = block;
    let own = shown.place.iter().filter(|place| places.is_empty() && place.line.is_none());
    let listed = own.chain(places.iter().copied()).map(|place| {
        let name = if place.line.is_some() { at(place) } else { visible(&place.name).into_owned() };
        format!("  ╶─[{}]\n", styles.link.style(name))
    });
    let listed: String = listed.collect();
    let (mut marks, unseen) = marks(shown);
    if !places.is_empty() {
        marks.clear();
    }
    let (source, labels) = Windows::of(marks, width);
    let notes: Vec<String> =
        shown.help.iter().map(|help| visible(help).into_owned()).chain(unseen).collect();
    let picture = Picture { labels, windows: source, help: notes.join("\n") };
    let mut text = String::new();
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let drawn = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(width)
        .with_context_lines(0)
        // As in `wrap`, ids and URLs stay whole.
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .render_report(&mut text, &picture);
    match (drawn, text.split_once('\n')) {
        // The first line is miette's for the message; `header` replaces it.
        (Ok(()), Some((_, picture))) => listed + picture,
        _ => listed + &picture.help + "\n",
    }
}

/// What miette draws: labels in windows, and the help. Used in place of `miette::Report`, which sets up a handler every time.
#[derive(Debug, thiserror::Error)]
#[error("")]
struct Picture {
    labels: Vec<LabeledSpan>,
    windows: Windows,
    /// May be empty.
    help: String,
}

impl Diagnostic for Picture {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.windows)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A place with a source line.
struct Mark<'a> {
    place: &'a ShownPlace,
    line: &'a SourceLine,
    /// How the place is related; `None` for the finding's own place.
    label: Option<&'a str>,
}

/// The places that can be drawn, the finding's file first and each file from top to bottom; and the other places in
/// words.
fn marks(shown: &Shown) -> (Vec<Mark<'_>>, Vec<String>) {
    let own = shown.place.iter().map(|place| (place, None));
    let related =
        shown.related.iter().map(|related| (&related.place, Some(related.message.as_str())));
    let mut marks = Vec::new();
    let mut unseen = Vec::new();
    for (place, label) in own.chain(related) {
        match (&place.line, label) {
            (Some(line), _) => marks.push(Mark { place, line, label }),
            (None, Some(label)) => unseen.push(format!("{}: {}", visible(label), at(place))),
            (None, None) => {}
        }
    }
    let own_file = shown.place.as_ref().map(|place| place.name.as_str());
    marks.sort_by_key(|mark| {
        let file = mark.place.name.as_str();
        (Some(file) != own_file, file, mark.place.start)
    });
    (marks, unseen)
}

/// The windows of a finding as one source for miette.
#[derive(Debug)]
struct Windows {
    /// One line per window.
    text: String,
    list: Vec<Window>,
    /// The offset of each label in the text, and its column in its file.
    columns: Vec<(usize, usize)>,
}

/// A line of a file, or as much of it as fits.
#[derive(Debug)]
struct Window {
    file: String,
    /// Counted from 1.
    line: usize,
    /// In the text of all windows.
    range: Range<usize>,
}

impl Windows {
    fn of(marks: Vec<Mark<'_>>, width: usize) -> (Self, Vec<LabeledSpan>) {
        let last_line = marks.iter().map(|mark| mark.place.start.line).max();
        let gutter = last_line.unwrap_or_default().to_string().len() + " │ ".len();
        let mut windows = Self { text: String::new(), list: Vec::new(), columns: Vec::new() };
        let mut labels = Vec::new();
        for Mark { place, line, label } in marks {
            let (text, span) = fit(line, width.saturating_sub(gutter));
            let start = windows.window_for(place, &text) + span.start;
            windows.columns.push((start, place.start.column));
            let span = start..start + span.len();
            labels.push(match label {
                Some(label) => LabeledSpan::at(span, visible(label)),
                None => LabeledSpan::new_primary_with_span(None, span),
            });
        }
        (windows, labels)
    }

    /// The offset of the window with this text, which is added unless it is already the last one.
    fn window_for(&mut self, place: &ShownPlace, text: &str) -> usize {
        let file = visible(&place.name);
        if let Some(last) = self.list.last() {
            let shown = self.text.get(last.range.clone()).unwrap_or_default();
            let is_same = last.file == file && last.line == place.start.line;
            if is_same && shown.trim_end_matches('\n') == text {
                return last.range.start;
            }
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.text.push('\n');
        self.list.push(Window {
            file: file.into_owned(),
            line: place.start.line,
            range: start..self.text.len(),
        });
        start
    }

    fn window_at(&self, offset: usize) -> Option<usize> {
        self.list.iter().position(|window| window.range.contains(&offset))
    }
}

impl SourceCode for Windows {
    /// The windows that a span covers, which must be consecutive lines of one file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len().saturating_sub(1);
        let (Some(first), Some(last)) = (self.window_at(span.offset()), self.window_at(end)) else {
            return Err(MietteError::OutOfBounds);
        };
        let windows = self.list.get(first..=last).unwrap_or_default();
        let are_neighbours = windows.windows(2).all(|pair| match pair {
            [upper, lower] => upper.file == lower.file && upper.line + 1 == lower.line,
            _ => true,
        });
        let (Some(upper), Some(lower), true) = (windows.first(), windows.last(), are_neighbours)
        else {
            return Err(MietteError::OutOfBounds);
        };
        let range = upper.range.start..lower.range.end;
        let label = self.columns.iter().find(|(at, _)| *at == span.offset());
        let column = label.map_or(1, |(_, column)| *column);
        let text = self.text.get(range.clone()).unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            upper.file.clone(),
            text.as_bytes(),
            SourceSpan::from((range.start, range.len())),
            upper.line.saturating_sub(1),
            column.saturating_sub(1),
            windows.len(),
        )))
    }
}

/// A line cut to this many columns, with the byte range of the place in it.
fn fit(line: &SourceLine, columns: usize) -> (String, Range<usize>) {
    let [before, inside, after] = visible_parts([&line.before, &line.inside, &line.after]);
    let after = after.trim_end();
    if before.width() + inside.width() + after.width() <= columns {
        let span = before.len()..before.len() + inside.len();
        return (format!("{before}{inside}{after}"), span);
    }
    let before = before.trim_start();
    let inside = keep_first(&inside, columns * 2 / 3);
    let room = columns.saturating_sub(inside.width());
    // Either side may use the room that the other does not need.
    let for_after = room.saturating_sub(before.width().min(room / 2));
    let after = keep_first(after, for_after);
    let before = keep_last(before, room.saturating_sub(after.width()));
    let span = before.len()..before.len() + inside.len();
    (before + &inside + &after, span)
}

fn keep_first(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(CUT.width());
    let kept = text.chars().take_while(|character| {
        let width = character.width().unwrap_or_default();
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    });
    kept.chain(CUT.chars()).collect()
}

fn keep_last(text: &str, columns: usize) -> String {
    let backwards: String = text.chars().rev().collect();
    keep_first(&backwards, columns).chars().rev().collect()
}

//! `human`: each finding with a window of its source, as miette draws it.
//!
//! miette prints whole lines and fails on far columns, so it is given a window of one line, in which everything that
//! could act on a terminal is already visible text.

use std::io::{self, Write};
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError,
    MietteSpanContents, Severity as MietteSeverity, SourceCode, SourceSpan, SpanContents,
    ThemeCharacters, ThemeStyles,
};

use crate::finding::Severity;
use crate::source::{FileId, Position};

use super::{Report, Shown, ShownPlace, Style, locate, visible};

/// How many characters are shown on either side of the place, at most, where its line is too long.
const MARGIN: usize = 60;

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(style);
    let mut files = Files {
        style,
        current: None,
    };
    for shown in &report.findings {
        write_finding(shown, &handler, &mut files, out)?;
    }
    Ok(())
}

fn handler(style: &Style<'_>) -> GraphicalReportHandler {
    let styles = match style.color {
        true => ThemeStyles::ansi(),
        false => ThemeStyles::none(),
    };
    GraphicalReportHandler::new_themed(GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles,
    })
    .with_links(false)
    .with_width(style.width)
    .with_context_lines(0)
    // Ids and URLs stay whole, so that they can be copied.
    .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
}

fn write_finding(
    shown: &Shown,
    handler: &GraphicalReportHandler,
    files: &mut Files<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = match shown.severity {
        Severity::Error => MietteSeverity::Error,
        Severity::Warning => MietteSeverity::Warning,
        Severity::Note => MietteSeverity::Advice,
    };
    let mut diagnostic = MietteDiagnostic::new(visible(&shown.message))
        .with_code(format!("{}[{}]", shown.severity.name(), shown.rule))
        .with_severity(severity);
    let mut help: Vec<String> = shown
        .help
        .iter()
        .map(|help| visible(help).into_owned())
        .collect();
    let mut source = None;
    if let Some(place) = &shown.place {
        let mut windows = vec![Window::new(&files.line(place), place, None)];
        for related in &shown.related {
            // The same line is drawn once, with both labels.
            if related.place.file == place.file && related.place.start.line != place.start.line {
                windows.push(Window::new(
                    &files.line(&related.place),
                    &related.place,
                    Some(&related.message),
                ));
            } else {
                let at = &related.place;
                let line = format!(
                    "{}:{}:{}",
                    visible(&at.name),
                    at.start.line,
                    at.start.column
                );
                help.push(format!("{}: {line}", visible(&related.message)));
            }
        }
        windows.sort_by_key(|window| window.line);
        match windows.iter().all(|window| window.text.is_empty()) {
            // An empty or unreadable file has no line to show.
            true => help.insert(0, format!("in {}", visible(&place.name))),
            false => {
                let (windows, labels) =
                    Windows::new(&visible(&place.name), place.start.column, &windows);
                diagnostic = diagnostic.with_labels(labels);
                source = Some(windows);
            }
        }
    }
    if !help.is_empty() {
        diagnostic = diagnostic.with_help(help.join("\n"));
    }
    let report = match source {
        Some(source) => miette::Report::new(diagnostic).with_source_code(source),
        None => miette::Report::new(diagnostic),
    };
    let mut text = String::new();
    match handler.render_report(&mut text, report.as_ref()) {
        Ok(()) => writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| writeln!(out)),
        Err(_) => writeln!(
            out,
            "{}[{}]: {}",
            shown.severity.name(),
            shown.rule,
            visible(&shown.message)
        ),
    }
}

/// The text of the file whose findings are being shown.
struct Files<'a> {
    style: &'a Style<'a>,
    current: Option<(FileId, String)>,
}

impl Files<'_> {
    /// The whole first line of a place, with the offset of the place in it.
    fn line(&mut self, place: &ShownPlace) -> Line {
        let is_current = self
            .current
            .as_ref()
            .is_some_and(|(file, _)| *file == place.file);
        if !is_current {
            let text = locate::read_lossy(self.style.sources, place.file, self.style.max_bytes);
            self.current = Some((place.file, text));
        }
        let text = self.current.as_ref().map_or("", |(_, text)| text);
        let (before, after) = text
            .split_at_checked(place.start.byte)
            .unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = after
            .find(['\n', '\r'])
            .map_or(text.len(), |newline| place.start.byte + newline);
        let end = place.end.byte.min(rest).max(place.start.byte);
        let part = |range: Range<usize>| {
            let text = text
                .get(range)
                .unwrap_or_default()
                .trim_start_matches('\u{feff}');
            visible(&self.style.mask.apply(text)).into_owned()
        };
        Line {
            before: part(start..place.start.byte),
            inside: part(place.start.byte..end),
            after: part(end..rest),
        }
    }
}

/// A line of source, cut at the ends of the place, ready to be shown.
struct Line {
    before: String,
    inside: String,
    after: String,
}

/// A line of source that fits a terminal, and what is underlined in it.
struct Window {
    line: usize,
    text: String,
    span: Range<usize>,
    label: Option<String>,
}

impl Window {
    fn new(line: &Line, place: &ShownPlace, label: Option<&str>) -> Self {
        let Position { line: number, .. } = place.start;
        let before = last_characters(line.before.trim_start(), MARGIN);
        let inside = first_characters(&line.inside, 2 * MARGIN);
        let after = match inside.len() < line.inside.len() {
            true => "…".to_owned(),
            false => first_characters(line.after.trim_end(), MARGIN),
        };
        let before_is_cut = before.len() < line.before.trim_start().len();
        let before = if before_is_cut {
            format!("…{before}")
        } else {
            before
        };
        let span = before.len()..before.len() + inside.len();
        let after_is_cut =
            inside.len() == line.inside.len() && after.len() < line.after.trim_end().len();
        let after = if after_is_cut {
            format!("{after}…")
        } else {
            after
        };
        let label = label.map(|label| visible(label).into_owned());
        Self {
            line: number,
            text: format!("{before}{inside}{after}"),
            span,
            label,
        }
    }
}

fn first_characters(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

fn last_characters(text: &str, count: usize) -> String {
    let skipped = text.chars().count().saturating_sub(count);
    text.chars().skip(skipped).collect()
}

/// The windows of one finding as one text, in which each stands at its own line number.
#[derive(Debug)]
struct Windows {
    name: String,
    /// The column of the finding in its file, which that in the window is not.
    column: usize,
    text: String,
}

impl Windows {
    fn new(name: &str, column: usize, windows: &[Window]) -> (Self, Vec<LabeledSpan>) {
        let mut text = String::new();
        let mut labels = Vec::new();
        let mut line = 1;
        for window in windows {
            for _ in line..window.line {
                text.push('\n');
            }
            line = window.line;
            let span = text.len() + window.span.start..text.len() + window.span.end;
            labels.push(match &window.label {
                Some(label) => LabeledSpan::at(span, label),
                None => LabeledSpan::new_primary_with_span(None, span),
            });
            text.push_str(&window.text);
        }
        (
            Self {
                name: name.to_owned(),
                column,
                text,
            },
            labels,
        )
    }
}

impl SourceCode for Windows {
    /// The whole lines of a span: miette's own reading without context lines would give the span alone.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (before, after) = self
            .text
            .split_at_checked(span.offset())
            .ok_or(MietteError::OutOfBounds)?;
        let (inside, after) = after
            .split_at_checked(span.len())
            .ok_or(MietteError::OutOfBounds)?;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = before.len() + inside.len() + after.find('\n').unwrap_or(after.len());
        let line = before.matches('\n').count();
        let lines = self.text.get(start..end).unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            lines.as_bytes(),
            (start..end).into(),
            line,
            self.column - 1,
            line + lines.matches('\n').count() + 1,
        )))
    }
}

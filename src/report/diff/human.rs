//! `human`: the changes of each server, the gravest first, and the facts of a new server.

use std::fmt::Write as _;

use crate::diff::{Grade, Sentence};
use crate::report::{NARROWEST, Style, wrap};
use crate::text::visible::visible;

use super::{DiffChange, DiffReport, DiffServer, MOST_CHARACTERS, facts, listed};

/// How many findings of a server are shown.
const MOST_FINDINGS: usize = 10;

pub(crate) fn human(report: &DiffReport, style: Style) -> String {
    let mut text = String::new();
    if !report.catalog.is_empty() {
        heading(&mut text, "the catalog as a whole", style);
        changes(&mut text, &report.catalog, style);
        text.push('\n');
    }
    for server in &report.servers {
        server_section(&mut text, server, style);
        text.push('\n');
    }
    text
}

fn server_section(text: &mut String, server: &DiffServer, style: Style) {
    let id = visible(&server.id);
    let title = match &server.previous_id {
        Some(previous) => format!("{id}: renamed from {}", visible(previous)),
        None => format!("{id}: {}", server.headline()),
    };
    heading(text, &format!("{title} ({})", visible(&server.file)), style);
    changes(text, &server.changes, style);
    if let Some(card) = server.now.as_ref().filter(|_| server.is_new_to_readers()) {
        let mut earlier = "";
        for (name, sentence) in facts(card) {
            let shown = if name == earlier { "" } else { name };
            line(text, &format!("  {shown:<15}"), &plain(&sentence), style);
            earlier = name;
        }
    }
    for finding in server.findings.iter().take(MOST_FINDINGS) {
        let start = format!("  {:<9} ", finding.severity.name());
        let message = cut(&visible(&finding.message));
        line(text, &start, &format!("{message} [{}]", finding.rule), style);
    }
    let rest = server.findings.len().saturating_sub(MOST_FINDINGS);
    if rest > 0 {
        let _ = writeln!(text, "            and {rest} more findings: `catproof check`");
    }
}

fn heading(text: &mut String, heading: &str, style: Style) {
    let _ = if style.color {
        writeln!(text, "\u{1b}[1m{heading}\u{1b}[0m")
    } else {
        writeln!(text, "{heading}")
    };
}

fn changes(text: &mut String, changes: &[DiffChange], style: Style) {
    for change in changes {
        let grade = change.grade.name();
        let start = format!("  {grade:<9} ");
        let before = text.len();
        let message = format!("{} [{}]", plain(&change.sentence), change.kind.id());
        line(text, &start, &message, style);
        if style.color {
            let color = match change.grade {
                Grade::Breaking => "31",
                Grade::Review => "33",
                Grade::Safe => "32",
            };
            // Coloured after wrapping, because escape codes have no width.
            text.insert_str(before + 2 + grade.len(), "\u{1b}[0m");
            text.insert_str(before + 2, &format!("\u{1b}[{color}m"));
        }
    }
}

/// Adds a line, wrapped to align with its own text.
fn line(text: &mut String, start: &str, message: &str, style: Style) {
    let indent = " ".repeat(start.len());
    let _ = writeln!(text, "{}", wrap(message, style.width.max(NARROWEST), start, &indent));
}

/// A sentence for the terminal, with its values escaped.
fn plain(sentence: &Sentence) -> String {
    let pieces = sentence.written(quoted, |values| listed(values, quoted));
    // Pieces that are harmless alone may form a log command together.
    visible(&pieces.concat()).into_owned()
}

fn quoted(value: &str) -> String {
    let shown = visible(value);
    match shown.chars().count().saturating_sub(MOST_CHARACTERS) {
        0 => format!("`{shown}`"),
        rest => format!("`{}` ({rest} more characters)", cut(&shown)),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

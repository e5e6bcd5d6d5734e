//! A Markdown page on a terminal: headings and code in colour, and lines as long as the terminal is wide.
//!
//! It knows the Markdown that this program prints: headings, paragraphs, lists, tables and fenced code.

use super::{NARROWEST, Style, wrap};

const BOLD: &str = "\u{1b}[1m";
const CYAN: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

/// Draws a page.
pub(crate) fn page(markdown: &str, style: Style) -> String {
    let width = style.width.max(NARROWEST);
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let bare = line.trim_start();
        let is_block = is_fence || bare.is_empty() || line.starts_with([' ', '#', '|']);
        if is_code || is_block || item(line).is_some() {
            flush(&mut paragraph, width, style.color, &mut text);
        }
        if is_fence {
            is_code = !is_code;
        } else if is_code {
            let indent = " ".repeat(4 + line.len() - bare.len());
            add(
                &colored(bare, CYAN, style.color),
                width,
                &indent,
                &format!("{indent}  "),
                &mut text,
            );
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            add(&colored(heading, BOLD, style.color), width, "", "", &mut text);
        } else if line.starts_with('|') {
            row(line, width, style.color, &mut text);
        } else if item(line).is_some() {
            // The lines below belong to the item.
            line.clone_into(&mut paragraph);
        } else if bare.is_empty() {
            text.push('\n');
        } else if line.starts_with(' ') {
            add(&inline(bare, style.color), width, "  ", "  ", &mut text);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph += line;
        }
    }
    flush(&mut paragraph, width, style.color, &mut text);
    text
}

/// The marker of a list item, `- ` or `1. `, and the rest of its line.
fn item(line: &str) -> Option<(&str, &str)> {
    let marker = line.find(' ').map(|at| line.split_at(at + 1))?;
    let number = marker.0.strip_suffix(". ");
    let is_number = number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    (marker.0 == "- " || is_number).then_some(marker)
}

fn flush(paragraph: &mut String, width: usize, color: bool, text: &mut String) {
    let whole = std::mem::take(paragraph);
    if whole.is_empty() {
        return;
    }
    let (marker, rest) = item(&whole).unwrap_or(("", &whole));
    add(&inline(rest, color), width, marker, &" ".repeat(marker.len()), text);
}

/// A row of a table: its first cells, with the last below.
fn row(line: &str, width: usize, color: bool, text: &mut String) {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let is_rule = |cell: &&str| !cell.is_empty() && cell.bytes().all(|byte| b"-:".contains(&byte));
    let Some((last, first)) = cells.split_last() else {
        return;
    };
    if cells.iter().all(is_rule) {
        return;
    }
    add(&inline(&first.join(", "), color), width, "", "  ", text);
    add(&inline(last, color), width, "    ", "    ", text);
}

fn add(line: &str, width: usize, first_indent: &str, indent: &str, text: &mut String) {
    *text += &wrap(line, width, first_indent, indent);
    text.push('\n');
}

fn colored(text: &str, code: &str, color: bool) -> String {
    if color { format!("{code}{text}{RESET}") } else { text.to_owned() }
}

/// Colours code and what is emphasised; without colour, code keeps its backticks.
fn inline(text: &str, color: bool) -> String {
    let toggle =
        |text: &str, mark: &str, code: &str| {
            let parts: Vec<&str> = text.split(mark).collect();
            // An unpaired mark is a character of the text.
            if parts.len().is_multiple_of(2) {
                return text.to_owned();
            }
            let parts = parts.iter().enumerate();
            let parts = parts.map(|(index, part)| {
                if index % 2 == 1 { colored(part, code, color) } else { (*part).to_owned() }
            });
            parts.collect()
        };
    let bold = toggle(text, "**", BOLD);
    if color { toggle(&bold, "`", CYAN) } else { bold }
}

//! `markdown`: a comment on a pull request.
//!
//! Every value of the input is in a code span, on one line and without a backtick, so that it cannot end the span or
//! become a mention, a link, HTML or a table. The comment fits GitHub's limit; what does not fit is counted.

use std::fmt::Write as _;

use crate::diff::{Grade, Sentence};
use crate::text::visible::visible;

use super::{
    DiffBase, DiffChange, DiffFinding, DiffReport, DiffServer, MOST_CHARACTERS, facts, listed,
};

/// GitHub accepts 65,536 characters in a comment, which are never more than the bytes.
pub(crate) const MOST_BYTES: usize = 65_000;

/// The longest section, so that a single server cannot crowd out the others.
const MOST_BYTES_OF_SECTION: usize = 16_000;

/// The room for the line about what was left out.
const ROOM_FOR_REST: usize = 500;

/// How many findings of a server are shown.
const MOST_FINDINGS: usize = 8;

/// The report as Markdown, of at most so many bytes.
pub(crate) fn markdown(report: &DiffReport, most: usize) -> String {
    let mut text = head(report);
    let catalog = (!report.catalog.is_empty()).then(|| {
        let lines = report.catalog.iter().map(change_line).collect();
        section("### The catalog as a whole\n\n", lines)
    });
    let servers = report.servers.iter().map(server_section);
    let mut left_out = 0_usize;
    let mut gravest = None;
    let grades = report.servers.iter().map(|server| Some(server.grade));
    for (section, grade) in catalog.into_iter().map(|text| (text, None)).chain(servers.zip(grades))
    {
        if text.len() + section.len() + ROOM_FOR_REST <= most {
            text.push_str(&section);
        } else {
            left_out += 1;
            gravest = gravest.max(grade);
        }
    }
    if left_out > 0 {
        let gravest = gravest.unwrap_or(Grade::Safe).name();
        let _ = write!(
            text,
            "\n**{left_out} more servers do not fit into a comment; the gravest change among them is {gravest}.** \
             `catproof diff` shows everything.\n"
        );
    }
    text
}

fn head(report: &DiffReport) -> String {
    let DiffBase { name, commit } = &report.base;
    let mut base = code(name);
    // The name may be the commit id already.
    if let Some(commit) = commit.as_deref().filter(|commit| commit != name) {
        let _ = write!(base, " ({})", code(commit.get(..12).unwrap_or(commit)));
    }
    let counts = report.summary.counts();
    let counts: Vec<String> = counts.map(|count| format!("**{count}**")).collect();
    let line = match counts.as_slice() {
        [] => "Nothing changes in what the catalog means".to_owned(),
        counts => format!("Changes: {}", counts.join(", ")),
    };
    format!("## What this change means\n\n{line}, compared with {base}.\n")
}

fn server_section(server: &DiffServer) -> String {
    let mut title = format!("### {}: {}", code(&server.id), server.headline());
    if let Some(previous) = &server.previous_id {
        let _ = write!(title, ", was {}", code(previous));
    }
    let _ = write!(title, "\n\n{}\n\n", code(&server.file));
    let mut lines: Vec<String> = server.changes.iter().map(change_line).collect();
    let card = server.now.iter().flat_map(facts);
    let card = card.map(|(name, sentence)| format!("- {name}: {}\n", written(&sentence)));
    if server.is_new_to_readers() {
        lines.extend(card);
        lines.extend(findings(server));
        return section(&title, lines);
    }
    lines.extend(findings(server));
    let mut text = section(&title, lines);
    if server.now.is_some() && server.grade > Grade::Safe {
        let _ = write!(
            text,
            "\n<details><summary>The server as it is now</summary>\n{}\n</details>\n",
            section("", card.collect())
        );
    }
    text
}

/// A heading and its list, cut to the length of a section.
fn section(title: &str, lines: Vec<String>) -> String {
    let mut text = format!("\n{title}");
    let mut left_out = 0_usize;
    for line in lines {
        if left_out == 0 && text.len() + line.len() <= MOST_BYTES_OF_SECTION {
            text.push_str(&line);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "- **and {left_out} more lines that do not fit here**");
    }
    text
}

fn change_line(change: &DiffChange) -> String {
    let grade = match change.grade {
        Grade::Breaking => "**breaking**",
        Grade::Review => "**review**",
        Grade::Safe => "safe",
    };
    format!("- {grade}: {} (`{}`)\n", written(&change.sentence), change.kind.id())
}

fn findings(server: &DiffServer) -> Vec<String> {
    let shown = server.findings.iter().take(MOST_FINDINGS);
    let shown = shown.map(|DiffFinding { rule, severity, message }| {
        format!("- {}: {} (`{rule}`)\n", severity.name(), code(&message.replace('`', "'")))
    });
    let rest = server.findings.len().saturating_sub(MOST_FINDINGS);
    let rest = (rest > 0).then(|| format!("- and {rest} more findings: `catproof check`\n"));
    shown.chain(rest).collect()
}

fn written(sentence: &Sentence) -> String {
    let mut text = String::new();
    for piece in sentence.written(code, |values| listed(values, code)) {
        // Adjacent spans would merge into one.
        if text.ends_with('`') && piece.starts_with('`') {
            text.push(' ');
        }
        text.push_str(&piece);
    }
    text
}

/// A value of the input as a code span. A backtick would end the span, so it is escaped.
fn code(value: &str) -> String {
    let mut shown = String::new();
    let mut rest = MOST_CHARACTERS;
    let mut left_out = 0;
    for (index, character) in value.chars().enumerate() {
        let piece = match character {
            '`' => "\\u{60}".to_owned(),
            // Log commands, which are several characters, are escaped below.
            character => visible(character.encode_utf8(&mut [0; 4])).into_owned(),
        };
        let length = piece.chars().count();
        if length > rest {
            shown.push('…');
            left_out = value.chars().count() - index;
            break;
        }
        rest -= length;
        shown.push_str(&piece);
    }
    let shown = visible(&shown);
    match (shown.trim().is_empty(), left_out) {
        // An empty span is two backticks, which would start another span.
        (true, _) => format!("`\"{shown}\"`"),
        (false, 0) => format!("`{shown}`"),
        (false, rest) => format!("`{shown}` ({rest} more characters)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_a_code_span_and_nothing_else() {
        let cases = [
            ("", "`\"\"`"),
            ("a`b``c", "`a\\u{60}b\\u{60}\\u{60}c`"),
            ("@team #1 <b> [x](y) | $`", "`@team #1 <b> [x](y) | $\\u{60}`"),
            ("a\n# b\r\u{202e}", "`a\\u{a}# b\\u{d}\\u{202e}`"),
            ("::error::x", "`:\\u{3a}error::x`"),
        ];
        for (value, span) in cases {
            assert_eq!(code(value), span, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_ends_its_span(value in any::<String>()) {
            let span = code(&value);
            prop_assert_eq!(span.matches('`').count(), 2);
            prop_assert!(span.starts_with('`') && span.ends_with(['`', ')']));
            prop_assert!(!span.contains(['\n', '\r']));
            prop_assert!(span.len() < 5 * MOST_CHARACTERS);
        }
    }
}

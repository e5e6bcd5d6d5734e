//! The source line that a place starts on, as much of it as can be shown.

use std::ops::Range;

use crate::text::secrets::redactor;

/// How many characters to keep before the place, and from its start on.
const REACH: usize = 100;

/// Marks where text was cut off.
pub(super) const CUT: &str = "…";

/// A line of source around a place: secrets masked, far ends cut, nothing else changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceLine {
    pub before: String,
    /// The place itself, as far as it lies on this line.
    pub inside: String,
    pub after: String,
}

impl SourceLine {
    /// The part of a line around a place. `line` and `place` are byte ranges of the text, `hidden` the ranges to mask.
    /// The ends of the place are moved to character boundaries, and out of masked ranges.
    pub(super) fn new(
        text: &str,
        line: &Range<usize>,
        place: &Range<usize>,
        hidden: &[Range<usize>],
    ) -> Self {
        let start = text.floor_char_boundary(place.start.clamp(line.start, line.end));
        let start = out_of(hidden, start).start.max(line.start);
        let end = text.floor_char_boundary(place.end.clamp(start, line.end));
        let end = out_of(hidden, end).end.min(line.end);

        let has_mark = text.get(line.clone()).is_some_and(|line| line.starts_with('\u{feff}'));
        let begin = line.start + if has_mark { '\u{feff}'.len_utf8() } else { 0 };
        let inside = first(text, start..end, hidden, REACH);
        let room = REACH.saturating_sub(inside.chars().count());
        let after =
            if room == 0 { String::new() } else { first(text, end..line.end, hidden, room) };
        Self { before: last(text, begin.min(start)..start, hidden, REACH), inside, after }
    }
}

/// The beginning of a part of the text, masked.
fn first(text: &str, part: Range<usize>, hidden: &[Range<usize>], count: usize) -> String {
    // A character has at most four bytes: there is no need to process a line of a megabyte.
    let near = text.floor_char_boundary((part.start + 4 * count).min(part.end));
    let near = out_of(hidden, near).end.min(part.end);
    let shown = redactor::replace(text, part.start..near, hidden);
    match shown.char_indices().nth(count) {
        Some((at, _)) => format!("{}{CUT}", shown.get(..at).unwrap_or_default()),
        None if near < part.end => format!("{shown}{CUT}"),
        None => shown,
    }
}

/// The end of a part of the text, masked.
fn last(text: &str, part: Range<usize>, hidden: &[Range<usize>], count: usize) -> String {
    let far = text.floor_char_boundary(part.end.saturating_sub(4 * count).max(part.start));
    let far = out_of(hidden, far).start.max(part.start);
    let shown = redactor::replace(text, far..part.end, hidden);
    match shown.char_indices().rev().nth(count - 1) {
        Some((at, _)) if at > 0 => format!("{CUT}{}", shown.get(at..).unwrap_or_default()),
        _ if far > part.start => format!("{CUT}{shown}"),
        _ => shown,
    }
}

/// The hidden range that contains an offset, or else the empty range at the offset.
fn out_of(hidden: &[Range<usize>], at: usize) -> Range<usize> {
    let index = hidden.partition_point(|range| range.end <= at);
    match hidden.get(index) {
        Some(range) if range.start < at => range.clone(),
        _ => at..at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::secrets::redactor::Redactor;

    fn line(text: &str, place: Range<usize>, secret: &str) -> SourceLine {
        let hidden = Redactor::new(&[secret.to_owned()]).find_in_json(text, 0..text.len());
        SourceLine::new(text, &(0..text.len()), &place, &hidden)
    }

    #[test]
    fn secrets_are_masked_whole_and_long_lines_are_cut() {
        let long_secret = "s".repeat(5000);
        let secrets = format!("{long_secret}x{long_secret}");
        let long_line = "é".repeat(100_000);
        let (before, after) = (format!("…{}", "é".repeat(100)), format!("{}…", "é".repeat(95)));
        let bearer = r#""key": "Bearer supersecret!", "b": 1"#;
        let cases = [
            // The place cuts the secret.
            (bearer, 18..22, "supersecret", [r#""key": "Bearer "#, "[masked]", r#"!", "b": 1"#]),
            // The window cuts the secrets.
            (&secrets, 5000..5001, long_secret.as_str(), ["[masked]", "x", "[masked]"]),
            (&long_line, 100_000..100_010, "unrelated", [before.as_str(), "ééééé", &after]),
        ];
        for (text, place, secret, parts) in cases {
            let shown = line(text, place, secret);
            assert_eq!([shown.before, shown.inside, shown.after], parts);
        }
    }

    #[test]
    fn any_range_can_be_shown() {
        let text = "aé\u{202e}b";
        for start in 0..10 {
            for end in 0..10 {
                let range = Range { start, end };
                let shown = line(text, range, "unrelated");
                assert_eq!(shown.before + &shown.inside + &shown.after, text);
            }
        }
    }
}

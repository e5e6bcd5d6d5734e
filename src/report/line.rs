//! The line of a source that a place begins on, as much of it as can be shown.

use std::ops::Range;

use crate::text::secrets::redactor;

/// How many characters are kept before the place, and from its beginning on.
const REACH: usize = 100;

/// What stands where something was cut off.
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
    /// The part of a line around a place. `line` and `place` are bytes of the text, `hidden` those that must not be
    /// shown. This is where every span is brought to the boundaries of characters and out of what is hidden.
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

        let begin = match text.get(line.clone()) {
            Some(line_text) if line_text.starts_with('\u{feff}') => {
                line.start + '\u{feff}'.len_utf8()
            }
            _ => line.start,
        };
        let inside = first(text, start..end, hidden, REACH);
        let room = REACH.saturating_sub(inside.chars().count());
        let after = match room {
            0 => String::new(),
            _ => first(text, end..line.end, hidden, room),
        };
        Self { before: last(text, begin.min(start)..start, hidden, REACH), inside, after }
    }
}

/// The beginning of a part of the text, masked.
fn first(text: &str, part: Range<usize>, hidden: &[Range<usize>], count: usize) -> String {
    // A character has four bytes at most, so this is enough without reading a line of a megabyte.
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

/// The hidden range that an offset lies inside of; the empty one at the offset where there is none.
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
    fn a_secret_is_masked_whole_where_the_place_cuts_it() {
        let text = r#""key": "Bearer supersecret!", "b": 1"#;
        let shown = line(text, 18..22, "supersecret");
        assert_eq!(shown.before, r#""key": "Bearer "#);
        assert_eq!(shown.inside, "[masked]");
        assert_eq!(shown.after, r#"!", "b": 1"#);
    }

    #[test]
    fn a_secret_is_masked_whole_where_the_window_cuts_it() {
        let secret = "s".repeat(5000);
        let text = format!("{secret}x{secret}");
        let shown = line(&text, 5000..5001, &secret);
        assert_eq!(shown.before, "[masked]");
        assert_eq!(shown.inside, "x");
        assert_eq!(shown.after, "[masked]");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = "é".repeat(100_000);
        let shown = line(&text, 100_000..100_010, "unrelated");
        assert_eq!(shown.before, format!("…{}", "é".repeat(100)));
        assert_eq!(shown.inside, "ééééé");
        assert_eq!(shown.after, format!("{}…", "é".repeat(95)));
    }

    #[test]
    fn no_place_is_too_wrong_to_show() {
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

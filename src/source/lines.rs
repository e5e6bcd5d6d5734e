//! Bytes to lines and columns.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a text: lines and columns count from 1, columns in Unicode scalar values, bytes from 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

/// The position of a byte offset. One that lies beyond the end, or inside a character, is moved back to a boundary.
/// For many offsets in one text, ask one `Lines`.
pub fn position(text: &str, byte: usize) -> Position {
    Lines::of(text).position(byte)
}

/// How many bytes lie between two of the counts that `Lines` keeps.
const STEP: usize = 1024;

/// Where the lines of a text begin, and how many characters stand before each stretch of it, so that one position
/// costs the same in a line of ten columns and in one of a million.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// One count a stretch, and that of the whole text.
    characters_before: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let newlines = text.match_indices('\n');
        let starts = [0].into_iter().chain(newlines.map(|(at, _)| at + 1)).collect();
        let mut characters_before = vec![0];
        let (mut from, mut count) = (0, 0);
        for end in (0..text.len()).step_by(STEP).map(|start| start + STEP) {
            // A character that begins in a stretch belongs to it.
            let end = text.ceil_char_boundary(end);
            count += text.get(from..end).map_or(0, |text| text.chars().count());
            characters_before.push(count);
            from = end;
        }
        Self { text, starts, characters_before }
    }

    /// The position of a byte offset. One that lies beyond the end, or inside a character, is moved back to a boundary.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.start_of(line);
        Position {
            line,
            column: self.characters_until(byte) - self.characters_until(start) + 1,
            byte,
        }
    }

    /// The bytes of a line without its end, lines counted from 1.
    pub(crate) fn line(&self, line: usize) -> Range<usize> {
        let start = self.start_of(line);
        let range = start..self.start_of(line + 1);
        let whole = self.text.get(range).unwrap_or_default();
        let text = whole.strip_suffix('\n').unwrap_or(whole);
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    fn start_of(&self, line: usize) -> usize {
        let index = line.saturating_sub(1);
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    fn characters_until(&self, byte: usize) -> usize {
        let stretch = byte / STEP;
        let before = self.characters_before.get(stretch).copied();
        let rest = self.text.as_bytes().get(stretch * STEP..byte);
        before.unwrap_or_default() + characters(rest.unwrap_or_default())
    }
}

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, slow and plain.
    fn counted(text: &str, byte: usize) -> Position {
        let byte = text.floor_char_boundary(byte);
        let before = text.get(..byte).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Position { line, column, byte }
    }

    proptest! {
        #[test]
        fn a_position_is_what_counting_gives(
            parts in prop::collection::vec("[a-zé日😀\r\n]{0,40}", 0..200),
            bytes in prop::collection::vec(0..12_000_usize, 20),
        ) {
            let text = parts.concat();
            let lines = Lines::of(&text);
            for byte in bytes.into_iter().chain([0, text.len(), STEP, 2 * STEP]) {
                prop_assert_eq!(lines.position(byte), counted(&text, byte));
            }
        }
    }

    #[test]
    fn a_line_has_no_line_end() {
        let lines = Lines::of("a\r\nbc\n\nd");
        let ranges: Vec<_> = (1..=4).map(|line| lines.line(line)).collect();
        assert_eq!(ranges, [0..1, 3..5, 6..6, 7..8]);
    }
}

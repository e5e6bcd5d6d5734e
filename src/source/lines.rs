//! Byte offsets to lines and columns.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A position in a text. Lines and columns count from 1, bytes from 0; columns are Unicode scalar values.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

/// The position of a byte offset. An offset past the end or inside a character moves back to a boundary.
/// For several offsets in one text, use one `Lines`.
pub fn position(text: &str, byte: usize) -> Position {
    Lines::of(text).position(byte)
}

/// The distance in bytes between two of the counts that `Lines` keeps.
const STEP: usize = 1024;

/// The starts of the lines of a text, and character counts at regular steps, so that finding a column takes as long in a
/// line of a million columns as in one of ten.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// The number of characters before each step, and in the whole text.
    characters_before: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let newlines = text.match_indices('\n');
        let starts = [0].into_iter().chain(newlines.map(|(at, _)| at + 1)).collect();
        let mut characters_before = vec![0];
        let (mut from, mut count) = (0, 0);
        for end in (0..text.len()).step_by(STEP).map(|start| start + STEP) {
            // A character belongs to the step in which it starts.
            let end = text.ceil_char_boundary(end);
            count += text.get(from..end).map_or(0, |text| text.chars().count());
            characters_before.push(count);
            from = end;
        }
        Self { text, starts, characters_before }
    }

    /// The position of a byte offset. An offset past the end or inside a character moves back to a boundary.
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

    /// The byte range of a line without its line ending; lines count from 1.
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
        let step = byte / STEP;
        let before = self.characters_before.get(step).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(step * STEP..byte).unwrap_or_default();
        // Every byte but a UTF-8 continuation byte starts a character.
        before + rest.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The slow reference implementation.
    fn counted(text: &str, byte: usize) -> Position {
        let byte = text.floor_char_boundary(byte);
        let before = text.get(..byte).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Position { line, column, byte }
    }

    proptest! {
        #[test]
        fn positions_equal_the_reference(
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
    fn a_line_excludes_its_line_ending() {
        let lines = Lines::of("a\r\nbc\n\nd");
        let ranges: Vec<_> = (1..=4).map(|line| lines.line(line)).collect();
        assert_eq!(ranges, [0..1, 3..5, 6..6, 7..8]);
    }
}

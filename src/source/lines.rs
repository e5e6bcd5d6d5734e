//! Bytes to lines and columns.

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
pub fn position(text: &str, byte: usize) -> Position {
    let byte = text.floor_char_boundary(byte);
    let before = text.get(..byte).unwrap_or_default();
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|&character| character != '\n')
        .count()
        + 1;
    Position { line, column, byte }
}

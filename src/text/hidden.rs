//! Control, bidirectional and invisible characters, and JSON with them escaped.
//!
//! Attackers use them to show a reviewer something other than what is there ([Trojan Source]), so catproof never writes
//! one unescaped.
//!
//! [Trojan Source]: https://trojansource.codes

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

/// Whether a character controls the terminal, is invisible, or is not allowed in XML.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

pub(crate) fn has_hidden(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.contains(is_hidden)
    }
}

/// A document as pretty JSON: two spaces, fields in declaration order, a final line feed, hidden characters as `\u`
/// escapes. An empty line if the type cannot be written as JSON (keys that are not strings, a failing `Serialize`).
pub fn to_json(document: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(document).unwrap_or_default();
    json.push('\n');
    match without_hidden(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(escaped) => escaped,
    }
}

/// Writes the same bytes as [`to_json`] without holding all of them in memory.
///
/// # Errors
/// The writer failed, or the type cannot be written as JSON.
pub(crate) fn write_json(writer: impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut visible = Visible(BufWriter::new(writer));
    serde_json::to_writer_pretty(&mut visible, document)?;
    visible.0.write_all(b"\n")?;
    visible.0.flush()
}

/// Escapes hidden characters on the way to the writer. `serde_json` never splits a character between two writes.
struct Visible<W>(W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(without_hidden(text).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// JSON with hidden characters as `\u` escapes. Apart from line feeds, they only occur in strings.
fn without_hidden(json: &str) -> Cow<'_, str> {
    // U+007F is the only hidden ASCII character that serde_json leaves unescaped.
    let may_have_hidden = !json.is_ascii() || json.contains('\u{7f}');
    if may_have_hidden && json.lines().any(has_hidden) {
        escape_json(json, |_, character| is_hidden(character) && character != '\n')
    } else {
        Cow::Borrowed(json)
    }
}

/// Writes the characters that `is_escaped` selects, by byte offset and value, as `\u` escapes. All must be in strings.
pub(crate) fn escape_json(
    json: &str,
    mut is_escaped: impl FnMut(usize, char) -> bool,
) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut copied = 0;
    for (at, character) in json.char_indices() {
        if is_escaped(at, character) {
            escaped.push_str(json.get(copied..at).unwrap_or_default());
            copied = at + character.len_utf8();
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    escaped.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_escaped_without_changing_its_value() {
        let document = serde_json::json!({
            "bidi\u{202e}": "a\u{7f}b\u{9b}c\u{2028}\u{feff}\u{e0041}",
            "plain": "größe 日本 🙂\n",
        });
        let json = to_json(&document);
        assert!(!json.contains(|character| is_hidden(character) && character != '\n'));
        for part in [r"\u202e", r"\udb40\udc41", "größe 日本 🙂\\n"] {
            assert!(json.contains(part), "{part}");
        }
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), document);
        let mut written = Vec::new();
        write_json(&mut written, &document).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), json);
    }
}

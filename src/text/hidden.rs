//! Characters that act on a terminal, rearrange the text around them, or stand there unseen; and JSON without them.
//!
//! Attackers hide what a reviewer should read behind such characters ([Trojan Source](https://trojansource.codes)), so
//! nothing that catproof writes has one as it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

/// Whether a character would act on the terminal, or stand there unseen, or cannot stand in XML.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether any character of a text is hidden.
pub(crate) fn has_hidden(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.contains(is_hidden)
    }
}

/// A document as JSON that people review: two spaces, the types' own order, a final line feed, hidden characters as
/// `\u` escapes.
///
/// For types of which nothing is beyond JSON: text keys, no map that fails on its way. Another gives an empty line.
pub fn to_json(document: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(document).unwrap_or_default();
    json.push('\n');
    match without_hidden(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(escaped) => escaped,
    }
}

/// The same bytes as [`to_json`], written as they come about: a large document is not in memory beside its text.
///
/// # Errors
/// The writer's; and where [`to_json`] gives an empty line, the type's.
pub(crate) fn write_json(writer: impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut visible = Visible(BufWriter::new(writer));
    serde_json::to_writer_pretty(&mut visible, document)?;
    visible.0.write_all(b"\n")?;
    visible.0.flush()
}

/// Passes JSON on without its hidden characters. `serde_json` hands it whole characters.
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

/// JSON with hidden characters as `\u` escapes. They stand in strings only, but for the ends of lines.
fn without_hidden(json: &str) -> Cow<'_, str> {
    // In ASCII, all that an encoder of JSON leaves as it is.
    let may_have_hidden = !json.is_ascii() || json.contains('\u{7f}');
    if may_have_hidden && json.lines().any(has_hidden) {
        escape_json(json, |_, character| is_hidden(character) && character != '\n')
    } else {
        Cow::Borrowed(json)
    }
}

/// A JSON text with some of its characters as `\u` escapes: those of which the function says so, by their place in
/// bytes. All of them must stand in strings.
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
    fn json_has_no_hidden_character_and_still_says_the_same() {
        let said = serde_json::json!({
            "bidi\u{202e}": "a\u{7f}b\u{9b}c\u{2028}\u{feff}\u{e0041}",
            "plain": "größe 日本 🙂\n",
        });
        let json = to_json(&said);
        assert!(!json.contains(|character| is_hidden(character) && character != '\n'));
        assert!(
            json.contains(r"\u202e")
                && json.contains(r"\udb40\udc41")
                && json.contains("größe 日本 🙂\\n")
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), said);
        let mut written = Vec::new();
        write_json(&mut written, &said).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), json);
    }
}

//! Input text made safe to print: no control character moves the cursor, no bidirectional one reorders the text, and no
//! line is a workflow command to the CI system that logs it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::text::hidden::{has_hidden, is_hidden};

/// The text with control, bidirectional and invisible characters as visible escapes such as `\u{202e}`, and with CI
/// commands such as `::error::` and `##[group]` defused by an escape.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !has_hidden(text) && commands(text).next().is_none() {
        return Cow::Borrowed(text);
    }
    let [shown] = visible_parts([text]);
    Cow::Owned(shown)
}

/// The same line by line; line breaks stay.
pub(crate) fn visible_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    lines.map(visible).collect::<Vec<_>>().join("\n")
}

/// The same for adjacent parts of one text: a command may span two of them.
pub(crate) fn visible_parts<const N: usize>(parts: [&str; N]) -> [String; N] {
    let whole = parts.concat();
    let mut commands = commands(&whole).peekable();
    let mut start = 0;
    parts.map(|part| {
        let mut shown = String::with_capacity(part.len());
        for (at, character) in part.char_indices() {
            match character {
                '\t' => shown.push(' '),
                _ if is_hidden(character) || commands.next_if_eq(&(start + at)).is_some() => {
                    _ = write!(shown, "{}", character.escape_unicode());
                }
                _ => shown.push(character),
            }
        }
        start += part.len();
        shown
    })
}

/// The offset of the second character of each CI command: `::` at the start of a word, which GitHub's runner obeys at the
/// start of a line, and `##[` or `##name[`, which it and others obey anywhere.
pub(crate) fn commands(text: &str) -> impl Iterator<Item = usize> {
    let mut previous = ' ';
    // Nearly every text has neither, and these searches are fast.
    let is_plain = !text.contains("::") && !text.contains("##");
    let searched = if is_plain { "" } else { text };
    searched.char_indices().filter_map(move |(at, character)| {
        let starts_word = previous.is_whitespace() || is_hidden(previous);
        previous = character;
        let rest = text.get(at..).unwrap_or_default();
        let is_command = match character {
            ':' => starts_word && rest.starts_with("::"),
            '#' => rest.strip_prefix("##").is_some_and(|rest| {
                rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric())
                    .starts_with('[')
            }),
            _ => false,
        };
        is_command.then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped() {
        assert_eq!(visible("a\u{202e}b\u{1b}[31m"), "a\\u{202e}b\\u{1b}[31m");
        assert_eq!(visible("a\tb\r\n"), "a b\\u{d}\\u{a}");
    }

    #[test]
    fn ci_commands_are_defused() {
        assert_eq!(visible("::error::x"), ":\\u{3a}error::x");
        assert_eq!(visible("a ::debug::"), "a :\\u{3a}debug::");
        assert_eq!(visible("a\n::debug::"), "a\\u{a}:\\u{3a}debug::");
        assert_eq!(visible("a ##[group]"), "a #\\u{23}[group]");
        assert_eq!(visible("##vso[task"), "#\\u{23}vso[task");
        assert_eq!(visible_parts(["#", "#", "[x]"]), ["#", "\\u{23}", "[x]"]);
    }

    #[test]
    fn harmless_text_is_borrowed() {
        let text = "`::1`, std::fmt, ## Heading [1], é日😀";
        assert!(matches!(visible(text), Cow::Borrowed(shown) if shown == text));
    }
}

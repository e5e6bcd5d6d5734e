//! Reading and writing env values exactly as the JavaScript package `dotenv` (17.x) does, its oddities included: the
//! proxy that our template is for reads it that way.
//!
//! What surprises: keys may hold `-` and `.`; an unquoted `#` ends a value, space before it or not; no quote has an
//! escape for itself; only double quotes know `\n` and `\r`; a value may start on the line after its `=`; the last of
//! two equal keys wins; a line that makes no sense is skipped in silence.

use std::collections::BTreeSet;

/// A file of environment variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// In the file's order, duplicates included.
    pub entries: Vec<EnvEntry>,
    /// The lines, counted from 1, that are neither blank, nor a comment, nor part of an entry: dotenv skips them.
    pub malformed: Vec<usize>,
}

/// One variable.
#[derive(Clone, PartialEq, Eq)]
pub struct EnvEntry {
    pub key: String,
    pub value: String,
    /// The line of the key, counted from 1.
    pub line: usize,
    /// Whether an unquoted `#` inside a word ended the value: the rest is lost, which nobody means.
    pub is_cut: bool,
}

/// Values are secrets more often than not, so none is ever printed.
impl std::fmt::Debug for EnvEntry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EnvEntry")
            .field("key", &self.key)
            .field("line", &self.line)
            .field("is_cut", &self.is_cut)
            .finish_non_exhaustive()
    }
}

impl EnvFile {
    /// The value that a key has in the end: that of its last entry.
    pub fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().rev().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The entries whose key an earlier entry has already.
    pub fn duplicates(&self) -> impl Iterator<Item = &EnvEntry> {
        let mut seen = BTreeSet::new();
        let entries = self.entries.iter();
        entries.filter(move |entry| !seen.insert(entry.key.as_str()))
    }
}

/// Reads a file of environment variables.
pub fn read(text: &str) -> EnvFile {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut file = EnvFile::default();
    let mut cursor = Cursor { text: &text, at: 0 };
    let mut lines = LineCount { line: 1, at: 0 };
    loop {
        // Every line start of the white space before a line leads to that line.
        cursor.skip(is_space);
        if let Some(found) = cursor.entry() {
            let line = lines.at(&text, found.key_at);
            file.entries.push(EnvEntry { line, ..found.entry });
            cursor.at = found.end;
        } else if !cursor.line().is_empty() && !cursor.rest().starts_with('#') {
            file.malformed.push(lines.at(&text, cursor.at));
        }
        if !cursor.next_line() {
            return file;
        }
    }
}

/// Puts a value into the quotes that carry it, or gives nothing where none do. The result is one line.
pub fn quote(value: &str) -> Option<String> {
    let escaped = value.replace('\n', "\\n").replace('\r', "\\r");
    [('\'', value), ('"', &escaped), ('`', value)]
        .into_iter()
        .filter(|(quote, text)| !text.contains(*quote) && !text.chars().any(is_line_end))
        // With a backslash before it, a closing quote may be taken for one of the value, if another follows anywhere.
        .filter(|(_, text)| !text.ends_with('\\') && !text.contains('\0'))
        .map(|(quote, text)| format!("{quote}{text}{quote}"))
        .find(|quoted| read(&format!("K={quoted}")).get("K") == Some(value))
}

/// Counts lines as the reading goes on, so that no part of the text is counted twice.
struct LineCount {
    line: usize,
    at: usize,
}

impl LineCount {
    /// The line of an offset that is not before the last one asked for.
    fn at(&mut self, text: &str, at: usize) -> usize {
        let between = text.get(self.at..at).unwrap_or_default();
        self.line += between.matches('\n').count();
        self.at = at;
        self.line
    }
}

/// An entry, and its place in the text.
struct Found {
    /// Its line is not counted yet.
    entry: EnvEntry,
    key_at: usize,
    end: usize,
}

/// A place in a text without carriage returns.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    /// The rest of the line.
    fn line(&self) -> &'a str {
        self.rest().split(is_line_end).next().unwrap_or_default()
    }

    /// Goes on to the next line, if there is one.
    fn next_line(&mut self) -> bool {
        self.at += self.line().len();
        let Some(end) = self.rest().chars().next() else {
            return false;
        };
        self.at += end.len_utf8();
        true
    }

    /// The entry that starts here.
    fn entry(self) -> Option<Found> {
        let mut exported = self;
        let is_exported = exported.skip(is_key) == "export" && !exported.skip(is_space).is_empty();
        is_exported.then(|| exported.assignment()).flatten().or_else(|| self.assignment())
    }

    /// `KEY=value` or `KEY: value`, without `export`.
    fn assignment(mut self) -> Option<Found> {
        let key_at = self.at;
        let key = self.skip(is_key);
        if key.is_empty() {
            return None;
        }
        self = self.behind_separator()?;
        let (raw, end, is_cut) = match self.quoted() {
            Some((raw, end)) => (raw, end, false),
            None => self.unquoted(),
        };
        let entry = EnvEntry {
            key: key.to_owned(),
            value: unquote(raw.trim_matches(is_space)),
            line: 0,
            is_cut,
        };
        Some(Found { entry, key_at, end })
    }

    /// Behind an `=`, or behind a colon and one white space.
    fn behind_separator(self) -> Option<Self> {
        let mut behind = self;
        behind.skip(is_space);
        if behind.take('=') {
            return Some(behind);
        }
        behind = self;
        let has_colon = behind.take(':');
        let space = behind.rest().chars().next().filter(|next| is_space(*next))?;
        behind.at += space.len_utf8();
        has_colon.then_some(behind)
    }

    /// A quoted value, over several lines if need be: only white space or a comment may follow on its last line.
    fn quoted(mut self) -> Option<(&'a str, usize)> {
        let start = self.at;
        self.skip(is_space);
        let quote = self.rest().chars().next().filter(|quote| is_quote(*quote))?;
        self.at += quote.len_utf8();
        let inside = self.at;
        let mut escaped = false;
        let mut closing = Vec::new();
        for (index, character) in self.rest().char_indices() {
            if character == quote {
                closing.push(inside + index + quote.len_utf8());
                if !escaped {
                    break;
                }
            }
            escaped = character == '\\';
        }
        // The last one is tried first; those before it have a backslash in front, and close only if nothing else does.
        closing.into_iter().rev().find_map(|end| {
            let value = self.text.get(start..end)?;
            let after = Cursor { at: end, ..self };
            Some((value, after.end_of_entry()?))
        })
    }

    /// A value without quotes: up to the first `#`, or to the end of the line.
    fn unquoted(mut self) -> (&'a str, usize, bool) {
        let raw = self.skip(|character| character != '#' && character != '\n');
        let is_cut = self.rest().starts_with('#') && raw.ends_with(|last| !is_space(last));
        (raw, self.end_of_entry().unwrap_or(self.at), is_cut)
    }

    /// Where an entry ends whose value ends here; nothing if more than white space and a comment follows.
    fn end_of_entry(mut self) -> Option<usize> {
        let start = self.at;
        let space = self.skip(is_space);
        if self.rest().starts_with('#') {
            return Some(self.at + self.line().len());
        }
        if self.rest().is_empty() {
            return Some(self.at);
        }
        space.rfind(is_line_end).map(|line_end| start + line_end)
    }
}

/// Takes the quotes off, and expands the two escapes of double quotes.
fn unquote(value: &str) -> String {
    let bare = strip_quotes(value);
    if value.starts_with('"') { bare.replace("\\n", "\n").replace("\\r", "\r") } else { bare }
}

/// Drops each pair of quotes that opens at the start of a line and closes at the end of one.
fn strip_quotes(value: &str) -> String {
    let mut bare = String::with_capacity(value.len());
    let mut rest = value;
    let mut at_line_start = true;
    // The last of each quote that closes is the same wherever one opens before it.
    let last_closing = |quote: char| {
        let mut quotes = value.rmatch_indices(quote).map(|(index, _)| index);
        quotes.find(|index| {
            let behind = value.get(index + 1..).unwrap_or_default();
            behind.chars().next().is_none_or(is_line_end)
        })
    };
    let last_closing = ['\'', '"', '`'].map(|quote| (quote, last_closing(quote)));
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let closing = if at_line_start && is_quote(character) {
            let mut closings = last_closing.iter();
            let closing = closings.find(|(quote, _)| *quote == character);
            let after_at = value.len() - after.len();
            closing.and_then(|(_, closing)| closing.as_ref()?.checked_sub(after_at))
        } else {
            None
        };
        rest = if let Some(end) = closing {
            bare.push_str(after.get(..end).unwrap_or_default());
            after.get(end + 1..).unwrap_or_default()
        } else {
            bare.push(character);
            after
        };
        at_line_start = closing.is_none() && is_line_end(character);
    }
    bare
}

fn is_key(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`')
}

/// White space as JavaScript counts it: with the byte order mark, without U+0085.
fn is_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// What ends a line for JavaScript's `^`, `$` and `.`.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

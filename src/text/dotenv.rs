//! Reading and writing env files exactly as the JavaScript package `dotenv` (17.x) does, oddities included: the proxy
//! reads our template with it.
//!
//! The surprises: keys may contain `-` and `.`; an unquoted `#` ends a value even without a space before it; a quote
//! cannot be escaped inside its own kind; only double quotes expand `\n` and `\r`; a value may start on the line after
//! its `=`; the last of two equal keys wins; a malformed line is skipped silently.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// A parsed env file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// In file order, duplicates included.
    pub entries: Vec<EnvEntry>,
    /// Lines, counted from 1, that are not blank, a comment or part of an entry: dotenv skips them.
    pub malformed: Vec<usize>,
}

/// One variable.
#[derive(Clone, PartialEq, Eq)]
pub struct EnvEntry {
    pub key: String,
    pub value: String,
    /// The line of the key, counted from 1.
    pub line: usize,
    /// Whether a `#` inside an unquoted word truncated the value, which is never intended.
    pub is_cut: bool,
}

/// Leaves the value out: most values are secrets.
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
    /// The effective value of a key: that of its last entry.
    pub fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().rev().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The entries that repeat an earlier key.
    pub fn duplicates(&self) -> impl Iterator<Item = &EnvEntry> {
        let mut seen = BTreeSet::new();
        let entries = self.entries.iter();
        entries.filter(move |entry| !seen.insert(entry.key.as_str()))
    }
}

/// The `LINE` expression of dotenv's `lib/main.js`, with `S` for white space and `E` for line ends as JavaScript counts
/// them. It consumes the line end, because Rust's `$` does not know U+2028 and U+2029.
static ENTRY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#"(?x) ^ (?:export [S]+)? (?<key> [A-Za-z0-9_.-]+ ) (?: [S]*= | :[S] )
        (?: (?<quoted> [S]* (?: '(?:\\'|[^'])*' | "(?:\\"|[^"])*" | `(?:\\`|[^`])*` ) ) | (?<bare> [^\#\n]+ ) )?
        [S]* (?: \# [^E]* )? (?: [E] | \z )"#;
    let pattern = pattern.replace("[S]", r"[[\s\x{feff}]--\x{85}]");
    Regex::new(&pattern.replace('E', r"\n\x{2028}\x{2029}")).ok()
});

/// Parses an env file.
pub fn read(text: &str) -> EnvFile {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut file = EnvFile::default();
    let (mut line, mut counted) = (1, 0);
    let mut line_at = |at: usize| {
        line += text.get(counted..at).unwrap_or_default().matches('\n').count();
        counted = at;
        line
    };
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let entry = rest.trim_start_matches(is_space);
        at += rest.len() - entry.len();
        if let Some(found) = ENTRY.as_ref().and_then(|pattern| pattern.captures(entry))
            && let Some(key) = found.name("key")
        {
            let bare = found.name("bare");
            let value = found.name("quoted").or(bare).map_or("", |value| value.as_str());
            file.entries.push(EnvEntry {
                key: key.as_str().to_owned(),
                value: unquote(value.trim_matches(is_space)),
                line: line_at(at + key.start()),
                is_cut: bare.is_some_and(|bare| {
                    let after = entry.get(bare.end()..).unwrap_or_default();
                    after.starts_with('#') && !bare.as_str().ends_with(is_space)
                }),
            });
            at += found.get_match().end();
        } else {
            if !entry.is_empty() && !entry.starts_with('#') {
                file.malformed.push(line_at(at));
            }
            at += entry.find(is_line_end).unwrap_or(entry.len());
        }
    }
    file
}

/// Quotes a value so that it reads back unchanged, on one line, and means the same to a shell that reads the file: only
/// single quotes do both. `None` where they cannot.
pub fn quote(value: &str) -> Option<String> {
    let is_plain = |letter: char| letter != '\'' && letter != '\0' && !is_line_end(letter);
    // After a backslash, dotenv may take the closing quote for content if another such quote follows in the file.
    let is_quotable = value.chars().all(is_plain) && !value.ends_with('\\');
    is_quotable.then(|| format!("'{value}'"))
}

/// Drops each pair of quotes that starts at the start of a line and ends at the end of one, as the greedy
/// `/^(['"`])([\s\S]*)\1$/mg` of dotenv does, and expands the two escapes of double quotes.
fn unquote(value: &str) -> String {
    let ends_line = |at: usize| {
        value.get(at..).is_some_and(|rest| rest.is_empty() || rest.starts_with(is_line_end))
    };
    let last_closing = ['\'', '"', '`'].map(|quote| {
        let mut quotes = value.rmatch_indices(quote).map(|(at, _)| at);
        (quote, quotes.find(|at| ends_line(at + 1)).unwrap_or_default())
    });
    let mut bare = String::with_capacity(value.len());
    let mut copied = 0;
    let line_ends = value.match_indices(is_line_end).map(|(at, end)| at + end.len());
    for start in [0].into_iter().chain(line_ends) {
        let rest = value.get(start..).unwrap_or_default();
        let opens = |(quote, end): &&(char, usize)| rest.starts_with(*quote) && start < *end;
        if start >= copied
            && let Some((_, end)) = last_closing.iter().find(opens)
        {
            bare.push_str(value.get(copied..start).unwrap_or_default());
            bare.push_str(value.get(start + 1..*end).unwrap_or_default());
            copied = end + 1;
        }
    }
    bare.push_str(value.get(copied..).unwrap_or_default());
    if value.starts_with('"') { bare.replace("\\n", "\n").replace("\\r", "\r") } else { bare }
}

/// White space as JavaScript counts it: with the byte order mark, without U+0085.
fn is_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// What ends a line for JavaScript's `^`, `$` and `.`.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

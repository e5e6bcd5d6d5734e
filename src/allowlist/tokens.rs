//! JavaScript text -> tokens, as far as finding a list of strings in other people's code needs it.
//!
//! After [ECMA-262, chapter 12](https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar): strings, templates,
//! comments and regular expressions are told apart exactly, so that a quote inside one never starts another. Numbers
//! pass as words, and operators as single characters but where one would look like an assignment.

use std::ops::Range;

use super::Unreadable;

/// Templates and blocks inside `${…}` may nest this deep. People's files nest two or three levels.
const MAX_NESTING: usize = 32;

/// How far the ends of regular expressions may be searched for in vain: a moment's work.
const MAX_FRUITLESS: usize = 1 << 24;

/// A token, with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    /// As it is written, quotes included.
    pub text: &'a str,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// A string, or a template without substitution.
    Text,
    /// A template with substitution.
    Template,
    Regex,
    Punctuator,
}

impl Token<'_> {
    /// What a string holds; `None` for one with an escape, which no host name needs.
    pub fn content(&self) -> Option<&str> {
        let quote = self.text.chars().next()?;
        let content = self.text.strip_prefix(quote)?.strip_suffix(quote)?;
        (self.kind == Kind::Text && !content.contains('\\')).then_some(content)
    }

    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// All tokens of a text.
///
/// # Errors
/// A string, template or comment that does not end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unreadable> {
    let mut lexer = Lexer {
        text,
        at: 0,
        a_value_came_before: false,
        fruitless: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next(0)? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Whether the token before ended a value: then `/` divides, otherwise it starts a regular expression.
    a_value_came_before: bool,
    /// How many bytes were searched for the end of a regular expression that was none.
    fruitless: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self, nesting: usize) -> Result<Option<Token<'a>>, Unreadable> {
        self.skip_blank()?;
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let regex = match first {
            '/' if !self.a_value_came_before => self.regex()?,
            _ => None,
        };
        let kind = match first {
            '"' | '\'' => {
                self.at +=
                    string_length(rest, first).ok_or_else(|| self.unfinished(start, "string"))?;
                Kind::Text
            }
            '`' => self.template(nesting)?,
            '/' if regex.is_some() => {
                self.at += regex.unwrap_or_default();
                Kind::Regex
            }
            _ if is_part_of_word(first) => {
                let end = rest.find(|character| !is_part_of_word(character));
                self.at += end.unwrap_or(rest.len());
                Kind::Word
            }
            _ => {
                self.at += punctuator_length(rest);
                Kind::Punctuator
            }
        };
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.a_value_came_before = match kind {
            Kind::Text | Kind::Template | Kind::Regex => true,
            Kind::Word => !EXPECT_A_VALUE.contains(&text),
            Kind::Punctuator => matches!(text, ")" | "]" | "}"),
        };
        Ok(Some(Token {
            kind,
            text,
            range: start..self.at,
        }))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips white space and comments; a `#!` line counts as one.
    fn skip_blank(&mut self) -> Result<(), Unreadable> {
        loop {
            let rest = self.rest();
            let blank =
                rest.find(|character: char| !character.is_whitespace() && character != '\u{feff}');
            let comment = match () {
                () if blank != Some(0) => blank.unwrap_or(rest.len()),
                () if rest.starts_with("//") || (self.at == 0 && rest.starts_with("#!")) => {
                    rest.find(is_line_end).unwrap_or(rest.len())
                }
                () if rest.starts_with("/*") => {
                    block_comment_length(rest).ok_or_else(|| self.unfinished(self.at, "comment"))?
                }
                () => 0,
            };
            if comment == 0 {
                return Ok(());
            }
            self.at += comment;
        }
    }

    /// The bytes of a regular expression, if one starts here. Each that does not end costs the rest of its line, so that
    /// a file of nothing else is refused.
    fn regex(&mut self) -> Result<Option<usize>, Unreadable> {
        let rest = self.rest();
        let length = regex_length(rest);
        if length.is_none() {
            self.fruitless += rest.find(is_line_end).unwrap_or(rest.len());
            if self.fruitless > MAX_FRUITLESS {
                return Err(self.unfinished(self.at, "regular expression"));
            }
        }
        Ok(length)
    }

    /// Skips a template, with whatever stands in its substitutions.
    fn template(&mut self, nesting: usize) -> Result<Kind, Unreadable> {
        let start = self.at;
        if nesting > MAX_NESTING {
            return Err(Unreadable::at(
                start..start + 1,
                "templates are nested too deep",
            ));
        }
        let mut kind = Kind::Text;
        self.at += 1;
        loop {
            let rest = self.rest();
            match rest.find(['`', '\\', '$']) {
                None => return Err(self.unfinished(start, "template")),
                Some(found) => self.at += found,
            }
            let rest = self.rest();
            match () {
                () if rest.starts_with('`') => {
                    self.at += 1;
                    return Ok(kind);
                }
                () if rest.starts_with("${") => {
                    kind = Kind::Template;
                    self.at += 2;
                    self.skip_substitution(start, nesting + 1)?;
                }
                () if rest.starts_with('\\') => self.at += escape_length(rest),
                () => self.at += 1,
            }
        }
    }

    /// Skips up to the `}` that ends a substitution.
    fn skip_substitution(&mut self, template: usize, nesting: usize) -> Result<(), Unreadable> {
        let mut depth = 1_usize;
        self.a_value_came_before = false;
        while depth > 0 {
            match self.next(nesting)? {
                Some(token) if token.is("{") => depth += 1,
                Some(token) if token.is("}") => depth -= 1,
                Some(_) => {}
                None => return Err(self.unfinished(template, "template")),
            }
        }
        Ok(())
    }

    fn unfinished(&self, start: usize, what: &str) -> Unreadable {
        let line = self.text.get(start..).unwrap_or_default();
        let length = line.find(is_line_end).unwrap_or(line.len());
        Unreadable::at(start..start + length, format!("this {what} does not end"))
    }
}

/// Words after which a value comes, so that `/` starts a regular expression.
const EXPECT_A_VALUE: [&str; 14] = [
    "await",
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

/// Operators that must not be taken for an assignment, or taken apart.
const LONG_PUNCTUATORS: [&str; 6] = ["===", "...", "==", "=>", "?.", "!="];

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '#')
}

/// The line terminators of JavaScript.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn punctuator_length(rest: &str) -> usize {
    let long = LONG_PUNCTUATORS
        .iter()
        .find(|long| rest.starts_with(**long));
    let single = rest.chars().next().map_or(0, char::len_utf8);
    long.map_or(single, |long| long.len())
}

/// The bytes of `/*…*/`, the shortest being `/**/`.
fn block_comment_length(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("/*")?;
    body.find("*/").map(|end| end + 4)
}

/// The bytes of a string with its quotes. U+2028 and U+2029 may stand in one, the other line ends may not.
fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut at = quote.len_utf8();
    loop {
        let tail = rest.get(at..)?;
        let found = tail.find([quote, '\\', '\n', '\r'])?;
        at += found;
        let tail = rest.get(at..)?;
        match () {
            () if tail.starts_with(quote) => return Some(at + quote.len_utf8()),
            () if tail.starts_with('\\') => at += escape_length(tail),
            () => return None,
        }
    }
}

/// The bytes of a regular expression without its flags, which pass as a word; `None` where the line ends first.
fn regex_length(rest: &str) -> Option<usize> {
    let mut in_class = false;
    let mut at = 1;
    loop {
        let tail = rest.get(at..)?;
        let character = tail.chars().next()?;
        match character {
            '/' if !in_class => return Some(at + 1),
            '\\' => {
                at += escape_length(tail);
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ if is_line_end(character) => return None,
            _ => {}
        }
        at += character.len_utf8();
    }
}

/// The bytes of a backslash and what it escapes; a line end of two characters counts as one.
fn escape_length(rest: &str) -> usize {
    let escaped = match rest.starts_with("\\\r\n") {
        true => 2,
        false => rest.chars().nth(1).map_or(0, char::len_utf8),
    };
    1 + escaped
}

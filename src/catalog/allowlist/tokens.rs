//! JavaScript text -> tokens, as far as finding a list of strings in other people's code needs it.
//!
//! After [ECMA-262, chapter 12](https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar): strings, templates,
//! comments and regular expressions are told apart exactly, so that a quote inside one never starts another, and where
//! only a parser could tell them apart, the text is refused. Numbers pass as words.

use std::ops::Range;

use super::Unreadable;

/// Templates and blocks inside `${…}` may nest this deep. People's files nest two or three levels.
const MAX_NESTING: usize = 32;

/// How far the ends of regular expressions may be searched for in vain: a moment's work.
const MAX_FRUITLESS: usize = 1 << 24;

/// A token, with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(crate) kind: Kind,
    /// As it is written, quotes included.
    pub(crate) text: &'a str,
    pub(crate) range: Range<usize>,
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
    pub(crate) fn content(&self) -> Option<&str> {
        let quote = self.text.chars().next()?;
        let content = self.text.strip_prefix(quote)?.strip_suffix(quote)?;
        (self.kind == Kind::Text && !content.contains('\\')).then_some(content)
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// The tokens of a text, in two lists.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tokens<'a> {
    pub(crate) code: Vec<Token<'a>>,
    /// Those inside templates, each substitution between its `${` and `}`.
    pub(crate) substitutions: Vec<Token<'a>>,
}

/// All tokens of a text.
///
/// # Errors
/// A string, template or comment that does not end, or what could be read in two ways.
pub(super) fn tokens(text: &str) -> Result<Tokens<'_>, Unreadable> {
    let mut lexer = Lexer {
        text,
        at: 0,
        before: Before::NoValue,
        last: "",
        is_control: false,
        parentheses: Vec::new(),
        substitutions: Vec::new(),
        fruitless: 0,
    };
    let mut code = Vec::new();
    while let Some(token) = lexer.next(0)? {
        code.push(token);
    }
    Ok(Tokens {
        code,
        substitutions: lexer.substitutions,
    })
}

/// What `/` means, by the token before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It divides.
    Value,
    /// It starts a regular expression.
    NoValue,
    /// Only a parser could tell.
    Unclear,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    before: Before,
    /// The token before.
    last: &'a str,
    /// Whether the token before is a word whose parentheses are followed by a statement, as those of `if`.
    is_control: bool,
    /// Of each open parenthesis, whether such a word stands before it.
    parentheses: Vec<bool>,
    substitutions: Vec<Token<'a>>,
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
        let regex = match (first, self.before) {
            ('/', Before::NoValue) => self.regex()?,
            ('/', Before::Unclear) => {
                let reason =
                    "this is a division or starts a regular expression: only running it would tell";
                return Err(Unreadable::at(start..start + 1, reason));
            }
            _ => None,
        };
        if first == '\\' {
            let reason = "this name holds an escape; write it as it is";
            return Err(Unreadable::at(start..start + 1, reason));
        }
        if let Some(mark) = HTML_COMMENTS.iter().find(|mark| rest.starts_with(**mark)) {
            let reason = "this is a comment in some files and code in others";
            return Err(Unreadable::at(start..start + mark.len(), reason));
        }
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
        self.before = self.after(kind, text);
        let is_member = matches!(self.last, "." | "?.");
        self.is_control = kind == Kind::Word
            && !is_member
            && (CONTROL.contains(&text) || (text == "await" && self.is_control));
        self.last = text;
        Ok(Some(Token {
            kind,
            text,
            range: start..self.at,
        }))
    }

    /// What `/` would mean after a token.
    fn after(&mut self, kind: Kind, text: &str) -> Before {
        let is_member = matches!(self.last, "." | "?.");
        match kind {
            Kind::Word if is_member => Before::Value,
            // Names like any other, outside of what they are for.
            Kind::Word if matches!(text, "await" | "of" | "yield") => Before::Unclear,
            Kind::Word if EXPECT_A_VALUE.contains(&text) => Before::NoValue,
            Kind::Text | Kind::Template | Kind::Regex | Kind::Word => Before::Value,
            Kind::Punctuator => match text {
                "(" => {
                    self.parentheses.push(self.is_control);
                    Before::NoValue
                }
                ")" if self.parentheses.pop() == Some(true) => Before::NoValue,
                ")" | "]" => Before::Value,
                // The end of a block, or of an object.
                "}" => Before::Unclear,
                // Behind a value, or before one on the next line.
                "++" | "--" | "!" if self.before != Before::NoValue => Before::Unclear,
                _ => Before::NoValue,
            },
        }
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
        self.before = Before::NoValue;
        self.last = "${";
        let range = self.at - self.last.len()..self.at;
        self.substitutions.push(Token {
            kind: Kind::Punctuator,
            text: self.last,
            range,
        });
        while depth > 0 {
            let Some(token) = self.next(nesting)? else {
                return Err(self.unfinished(template, "template"));
            };
            match () {
                () if token.is("{") => depth += 1,
                () if token.is("}") => depth -= 1,
                () => {}
            }
            self.substitutions.push(token);
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
const EXPECT_A_VALUE: [&str; 11] = [
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "return",
    "throw",
    "typeof",
    "void",
];

/// Words whose parentheses are followed by a statement.
const CONTROL: [&str; 4] = ["for", "if", "while", "with"];

/// What old scripts take for a comment, and modules do not.
const HTML_COMMENTS: [&str; 2] = ["<!--", "-->"];

/// Operators that must not be taken for another, longer ones first. `>=` and `/=` are taken apart: the one may end a type,
/// the other start a regular expression.
const LONG_PUNCTUATORS: [&str; 29] = [
    ">>>=", "===", "!==", "...", "**=", "<<=", ">>=", "&&=", "||=", "??=", "==", "!=", "=>", "?.",
    "&&", "||", "??", "++", "--", "+=", "-=", "*=", "%=", "&=", "|=", "^=", "<=", "**", "<<",
];

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '#')
}

/// The line terminators of JavaScript.
pub(super) fn is_line_end(character: char) -> bool {
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
    let escaped = if rest.starts_with("\\\r\n") {
        2
    } else {
        rest.chars().nth(1).map_or(0, char::len_utf8)
    };
    1 + escaped
}

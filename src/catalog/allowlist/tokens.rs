//! JavaScript text -> tokens, without whitespace and comments.
//!
//! Follows [ECMA-262, chapter 12](https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar). Code must not be
//! mistaken for a string, a comment or a regular expression: text that only a full parser could decide is refused.

use std::ops::Range;

use super::Unreadable;

#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    /// As written, with quotes.
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
    /// Whether a line break precedes the token.
    pub(super) starts_line: bool,
    /// The index of the opening bracket of the innermost pair that contains this token.
    pub(super) parent: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name, a keyword or a number.
    Word,
    Punctuator,
    /// A string, or a template without `${…}`.
    StringLiteral,
    /// A piece of a template up to `${`, from `}` to the next `${`, or from `}` to the end.
    Template,
    /// A regular expression; its flags are a separate word.
    Regex,
}

/// All tokens of a text.
///
/// # Errors
/// A string, template, comment or regular expression that does not end, or ambiguous text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unreadable> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut end = 0;
    loop {
        let blank = blank_length(text, end)?;
        let start = end + blank;
        let rest = text.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(tokens);
        }
        let innermost = open.last().and_then(|index| tokens.get(*index));
        let in_template = innermost.is_some_and(|bracket| bracket.kind == TokenKind::Template);
        let (kind, length) = match_token(rest, in_template, &tokens)
            .map_err(|reason| Unreadable::at(start..start + line_length(rest), reason))?;
        let token = rest.get(..length).unwrap_or_default();
        let is_bracket = matches!(kind, TokenKind::Punctuator | TokenKind::Template);
        if is_bracket && token.starts_with([')', ']', '}']) {
            open.pop();
        }
        let parent = open.last().copied();
        if is_bracket && token.ends_with(['(', '[', '{']) {
            open.push(tokens.len());
        }
        let before = text.get(end..start).unwrap_or_default();
        end = start + length;
        tokens.push(Token {
            kind,
            text: token,
            range: start..end,
            starts_line: before.contains(is_line_end),
            parent,
        });
    }
}

/// The length in bytes of whitespace and comments from an offset; a `#!` line counts as a comment.
fn blank_length(text: &str, from: usize) -> Result<usize, Unreadable> {
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let is_blank = |character: char| character.is_whitespace() || character == '\u{feff}';
        let length = if rest.starts_with("//") || (at == 0 && rest.starts_with("#!")) {
            line_length(rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment.find("*/").ok_or_else(|| {
                Unreadable::at(at..at + line_length(rest), "this comment does not end")
            })?;
            end + 4
        } else {
            rest.len() - rest.trim_start_matches(is_blank).len()
        };
        if length == 0 {
            return Ok(at - from);
        }
        at += length;
    }
}

/// The kind and the length in bytes of the first token of `rest`; the tokens before it decide what `/` means.
fn match_token(
    rest: &str,
    in_template: bool,
    before: &[Token<'_>],
) -> Result<(TokenKind, usize), &'static str> {
    /// Operators of several characters, longest first.
    const OPERATORS: [&str; 8] = ["...", "===", "!==", "==", "!=", "=>", "++", "--"];
    let first = rest.chars().next().unwrap_or_default();
    if rest.starts_with("<!--") || rest.starts_with("-->") {
        return Err("this starts a comment in scripts, but not in modules");
    }
    match first {
        '"' | '\'' => {
            let ends = if first == '"' { "\"" } else { "'" };
            let string = quoted(rest, &[ends, "\n", "\r"]);
            let string = string.filter(|string| string.ends_with(first));
            let string = string.ok_or("this string does not end")?;
            Ok((TokenKind::StringLiteral, string.len()))
        }
        '`' | '}' if first == '`' || in_template => {
            let template = quoted(rest, &["`", "${"]).ok_or("this template does not end")?;
            let is_whole = first == '`' && template.ends_with('`');
            let kind = if is_whole { TokenKind::StringLiteral } else { TokenKind::Template };
            Ok((kind, template.len()))
        }
        '/' if expects_value(before) => {
            let length = regex_length(rest).ok_or("this regular expression does not end")?;
            Ok((TokenKind::Regex, length))
        }
        '/' => Err("only a parser could tell whether this divides or starts a regular expression"),
        '\\' => Err("this name contains an escape sequence; write it literally"),
        _ if is_part_of_word(first) => {
            let length = rest.find(|character| !is_part_of_word(character));
            Ok((TokenKind::Word, length.unwrap_or(rest.len())))
        }
        _ => {
            let mut operators = OPERATORS.iter();
            let operator = operators.find(|operator| rest.starts_with(**operator));
            let length = operator.map_or(first.len_utf8(), |operator| operator.len());
            Ok((TokenKind::Punctuator, length))
        }
    }
}

/// The text up to and including the first unescaped end after its first character.
fn quoted<'a>(text: &'a str, ends: &[&str]) -> Option<&'a str> {
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        if let Some(end) = ends.iter().find(|end| rest.starts_with(**end)) {
            return text.get(..at + end.len());
        }
        let mut characters = rest.chars();
        let character = characters.next()?;
        at += character.len_utf8();
        if character == '\\' {
            at += characters.next()?.len_utf8();
        }
    }
}

/// The length in bytes of a regular expression without its flags; `None` if the line ends first.
fn regex_length(text: &str) -> Option<usize> {
    let (mut in_class, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_line_end(character) => return None,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether a value must follow, so that `/` starts a regular expression.
fn expects_value(before: &[Token<'_>]) -> bool {
    match before {
        [] => true,
        [.., member, last] if last.text == "return" => member.text != ".",
        [.., last] => {
            last.text.ends_with(['(', '[', '{', ',', ';', ':', '=', '>', '&', '|', '?', '!'])
        }
    }
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '#')
}

/// The line terminators of JavaScript.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn line_length(text: &str) -> usize {
    text.find(is_line_end).unwrap_or(text.len())
}

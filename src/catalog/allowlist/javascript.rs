//! The list of strings in a `providers.js`.
//!
//! The list is one `const` at the top level of the file: an array of strings, alone or in `Object.freeze(…)` or
//! `new Set(…)`. Every other mention of it must be one of the uses below, which cannot change it; any other use is
//! refused.

use super::tokens::{Token, TokenKind, tokens};
use super::{CONSTANT, LocatedHost, Unreadable};

/// Methods that change nothing and call no function of the file.
const READ_ONLY_METHODS: [&str; 10] =
    ["at", "concat", "entries", "has", "includes", "indexOf", "join", "keys", "slice", "values"];

/// Methods that pass an item, its index and the whole list to a function.
const CALLBACK_METHODS: [&str; 6] = ["every", "filter", "find", "forEach", "map", "some"];

/// Globals that the file must not redefine.
const BUILT_IN: [&str; 4] = ["Array", "JSON", "Object", "Set"];

/// The function of the proxy that returns the list itself.
const GETTER: &str = "getAllowedDestinations";

/// The hosts in `ALLOWED_DESTINATIONS`.
///
/// # Errors
/// The first place that would need the code to run to know the list.
pub(super) fn read(text: &str) -> Result<Vec<LocatedHost>, Unreadable> {
    let tokens = tokens(text)?;
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let code = Code { tokens, texts };
    let Some(name_index) = code.declaration() else {
        let mention = code.tokens.iter().find(|token| token.text == CONSTANT);
        return Err(match mention {
            Some(token) => Unreadable::at(
                token.range.clone(),
                format!(
                    "`{CONSTANT}` is not declared as `const {CONSTANT} = […]` at the top level"
                ),
            ),
            None => Unreadable::whole(format!("there is no `{CONSTANT}`")),
        });
    };
    // The list follows the name and `=`.
    let (hosts, is_set) = code.list(name_index + 2)?;
    let uses = Uses { code: &code, is_set, exported: code.exported_object() };
    let mut indices = 0..code.tokens.len();
    let refused_index = indices.find(|index| *index != name_index && !uses.is_harmless(*index));
    let Some(token) = refused_index.and_then(|index| code.tokens.get(index)) else {
        return Ok(hosts);
    };
    let reason = if token.text == CONSTANT {
        format!(
            "`{CONSTANT}` is used here in a way that may change it or pass it to code that does"
        )
    } else {
        format!("`{}` may change `{CONSTANT}`", shown(token.text))
    };
    Err(Unreadable::at(token.range.clone(), reason))
}

struct Code<'a> {
    tokens: Vec<Token<'a>>,
    /// The source text of each token. Literals keep their delimiters, so none of them equals a word or a punctuator.
    texts: Vec<&'a str>,
}

impl<'a> Code<'a> {
    /// The texts before and after a token.
    fn before_and_after(&self, index: usize) -> (&[&'a str], &[&'a str]) {
        (
            self.texts.get(..index).unwrap_or_default(),
            self.texts.get(index + 1..).unwrap_or_default(),
        )
    }

    /// The index of the name in the declaration of the list. At the top level a `const` is never conditional.
    fn declaration(&self) -> Option<usize> {
        self.tokens.iter().enumerate().position(|(index, token)| {
            token.text == CONSTANT
                && token.parent.is_none()
                && matches!(self.before_and_after(index), ([.., "const"], ["=", ..]))
        })
    }

    /// The hosts of the list that starts at a token, and whether it is a set.
    fn list(&self, start: usize) -> Result<(Vec<LocatedHost>, bool), Unreadable> {
        let token = |index: usize| {
            let ends = || Unreadable::whole(format!("the file ends in the middle of `{CONSTANT}`"));
            self.tokens.get(index).ok_or_else(ends)
        };
        let (opening, is_set) = match self.texts.get(start..).unwrap_or_default() {
            ["Object", ".", "freeze", "(", ..] => (start + 4, false),
            ["new", "Set", "(", ..] => (start + 3, true),
            _ => (start, false),
        };
        if token(opening)?.text != "[" {
            return Err(unexpected(token(opening)?, "a list of string literals"));
        }
        let mut hosts = Vec::new();
        let mut at = opening + 1;
        while token(at)?.text != "]" {
            hosts.push(host(token(at)?)?);
            at += 1;
            match token(at)?.text {
                "," => at += 1,
                "]" => {}
                _ => return Err(unexpected(token(at)?, "`,` or `]`")),
            }
        }
        at += 1;
        if opening > start {
            if token(at)?.text != ")" {
                return Err(unexpected(token(at)?, "`)`"));
            }
            at += 1;
        }
        match self.tokens.get(at) {
            Some(token) if !self.ends_statement(at) => Err(unexpected(token, "`;`")),
            _ => Ok((hosts, is_set)),
        }
    }

    /// Whether a statement ends before a token: at `;`, the end of the file, or a word on a new line that cannot continue it.
    fn ends_statement(&self, index: usize) -> bool {
        self.tokens.get(index).is_none_or(|token| {
            let goes_on = matches!(token.text, "in" | "instanceof");
            token.text == ";" || (token.starts_line && token.kind == TokenKind::Word && !goes_on)
        })
    }

    /// The index of the `{` of the exported object, if no spread, computed or quoted key can be another list of this name.
    fn exported_object(&self) -> Option<usize> {
        let opening = (0..self.texts.len()).find(|index| {
            let (before, _) = self.before_and_after(*index);
            matches!(before, [.., "export", "default"] | [.., "module", ".", "exports", "="])
        })?;
        let mut indices = opening + 1..self.texts.len();
        let closing = indices.find(|index| {
            let token = self.tokens.get(*index);
            token.is_some_and(|token| token.text == "}" && token.parent.is_none())
        })?;
        let has_opaque_key = self.tokens.iter().enumerate().any(|(index, token)| {
            let (before, behind) = self.before_and_after(index);
            let is_opaque = match token.text {
                "..." => true,
                "[" => !matches!(before, [.., ":" | "=>"]),
                _ => token.kind == TokenKind::StringLiteral && matches!(behind, [":" | "(", ..]),
            };
            is_opaque && token.parent == Some(opening)
        });
        let object = self.tokens.get(opening)?;
        let is_object = object.text == "{" && object.parent.is_none();
        (is_object && !has_opaque_key && self.ends_statement(closing + 1)).then_some(opening)
    }
}

struct Uses<'c, 'a> {
    code: &'c Code<'a>,
    is_set: bool,
    exported: Option<usize>,
}

impl Uses<'_, '_> {
    /// Whether a token cannot change the list, pass it to code that could, or export a different list under its name.
    fn is_harmless(&self, index: usize) -> bool {
        let Some(token) = self.code.tokens.get(index) else {
            return true;
        };
        let (before, behind) = self.code.before_and_after(index);
        match token.text {
            CONSTANT => self.is_harmless_use(token, before, behind),
            // These can change the list without naming it.
            "eval" | "prototype" => false,
            "__proto__" => !matches!(before, [.., "."]),
            // `module.exports = { … }`, once, as a statement.
            "module" => match (before, behind) {
                ([] | [.., ";" | "}" | "]" | ")"], [".", "exports", "=", ..]) => {
                    !before.contains(&"module")
                }
                _ => false,
            },
            "exports" => matches!(before, [.., "module", "."]) && self.exported == Some(index + 2),
            "export" => match behind {
                ["*", ..] => false,
                // `export { … } from 'another file'`
                ["{", names @ ..] => {
                    let brace = names.iter().position(|text| matches!(*text, "{" | "}"));
                    let end = brace.and_then(|brace| names.get(brace..));
                    matches!(end, Some(["}", rest @ ..]) if !matches!(rest, ["from", ..]))
                }
                _ => true,
            },
            word if BUILT_IN.contains(&word) => match (before, behind) {
                // `other.Array`
                ([.., "."], _) => false,
                // `new Set(…)`, `Array.isArray(…)`
                ([.., "new"], ["(", ..]) | (_, [".", _, "(", ..]) => true,
                // `Array = …` or `change(Set)` could replace it.
                _ => false,
            },
            // `export { other as 'ALLOWED_DESTINATIONS' }`, `module['ALLOWED_DESTINATIONS']`
            _ if token.kind == TokenKind::StringLiteral => {
                content(token) != Some(CONSTANT) && !matches!(before, [.., "as"])
            }
            _ => true,
        }
    }

    fn is_harmless_use(&self, token: &Token<'_>, before: &[&str], behind: &[&str]) -> bool {
        let is_word = |text: &str| {
            text.starts_with(|first: char| first.is_alphabetic() || "_$".contains(first))
        };
        match (before, behind) {
            // Refused: `other.LIST`, `--LIST.length`.
            ([.., "." | "++" | "--"], _) => false,
            // `LIST.includes(host)`
            (_, [".", method, "(", ..]) if READ_ONLY_METHODS.contains(method) => true,
            // `LIST.some((allowed) => …)`: a function of one argument is not given the list.
            (
                _,
                [".", method, "(", argument, "=>", ..]
                | [".", method, "(", "(", argument, ")", "=>", ..],
            ) => CALLBACK_METHODS.contains(method) && is_word(argument),
            // `${LIST.length}`
            ([.., open], [".", "length" | "size", close, ..])
                if open.ends_with("${") && close.starts_with('}') =>
            {
                true
            }
            // `Object.freeze(LIST)` is the list itself. A frozen array cannot change, but a frozen set still can.
            ([.., "Object", ".", "freeze", "("], [")", ..]) => !self.is_set,
            // `export { LIST }`, and `LIST` in the exported object.
            ([.., "{" | ","], ["," | "}" | "as", ..]) => token.parent.is_some_and(|opening| {
                let (owner, _) = self.code.before_and_after(opening);
                matches!(owner, [.., "export"]) || self.exported == Some(opening)
            }),
            // The proxy's getter for other files. If this file called it, it could change the list.
            (
                [.., "export", "function", GETTER, "(", ")", "{", "return"],
                ["}", ..] | [";", "}", ..],
            ) => {
                let mentions = self.code.texts.iter().filter(|text| **text == GETTER);
                mentions.count() == 1
            }
            // `LIST.length === n`
            (_, [".", "length" | "size", "===" | "!==" | ";", ..])
            // `[...LIST]`; as the target of an assignment it fails, since the list is constant.
            | ([.., "..."], ["]" | ")" | ",", ..])
            // `export default LIST`
            | ([.., "export", "default"], [] | [";", ..])
            // `for (… of LIST)`, `new Set(LIST)` and other copies
            | (
                [.., "of"]
                | [.., "new", "Set", "("]
                | [.., "Array", ".", "from" | "isArray", "("]
                | [.., "JSON", ".", "stringify", "("],
                [")", ..],
            ) => true,
            _ => false,
        }
    }
}

fn host(token: &Token<'_>) -> Result<LocatedHost, Unreadable> {
    match content(token) {
        Some(host) => Ok((host.to_owned(), token.range.clone())),
        None if token.kind == TokenKind::StringLiteral => Err(Unreadable::at(
            token.range.clone(),
            "this string contains an escape sequence; write the host name literally",
        )),
        None => Err(unexpected(token, "a string literal")),
    }
}

/// The contents of a string literal; `None` for other tokens, and for strings with an escape, which no host name needs.
fn content<'a>(token: &Token<'a>) -> Option<&'a str> {
    let content = token.text.get(1..token.text.len().checked_sub(1)?)?;
    (token.kind == TokenKind::StringLiteral && !content.contains(['\\', '\r'])).then_some(content)
}

fn unexpected(token: &Token<'_>, expected: &str) -> Unreadable {
    let reason = format!("expected {expected}, found `{}`", shown(token.text));
    Unreadable::at(token.range.clone(), reason)
}

/// A token in a message: its first line, shortened.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Result<Vec<String>, Unreadable> {
        let written = read(text)?;
        for (host, range) in &written {
            let literal = text.get(range.clone()).unwrap_or_default();
            let content = literal.trim_matches(['\'', '"', '`']);
            assert_eq!(content, host, "the place of a host is its literal");
        }
        Ok(written.into_iter().map(|(host, _)| host).collect())
    }

    /// The text at fault, and why; empty for the whole file, or without an error.
    fn refusal(text: &str) -> (&str, String) {
        match read(text) {
            Ok(_) => ("", String::new()),
            Err(Unreadable { range, reason }) => {
                let blamed = range.and_then(|range| text.get(range));
                (blamed.unwrap_or_default(), reason)
            }
        }
    }

    #[test]
    fn the_list_is_found_in_every_common_form() {
        for form in [
            "export const ALLOWED_DESTINATIONS = ['a.example', \"b.example\", `c.example`];",
            "const ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example',]",
            "const ALLOWED_DESTINATIONS=['a.example'\n,'b.example','c.example']\nmodule.exports = { ALLOWED_DESTINATIONS };",
            "const ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example'];\nexport { ALLOWED_DESTINATIONS };",
            "export const ALLOWED_DESTINATIONS = Object.freeze(['a.example', 'b.example', 'c.example']);",
            "const ALLOWED_DESTINATIONS = new Set(['a.example', 'b.example', 'c.example']);\nexport default ALLOWED_DESTINATIONS;",
            "#!/usr/bin/env node\n'use strict';\r\nconst ALLOWED_DESTINATIONS = [ // first\r\n  'a.example', /* 'x' */ 'b.example',\r\n  // 'old.example',\r\n  'c.example', // it's last\r\n];\r\n",
            "\u{feff}export const ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example'];",
        ] {
            let expected = ["a.example", "b.example", "c.example"].map(str::to_owned);
            assert_eq!(hosts(form), Ok(expected.to_vec()), "{form}");
        }
        assert_eq!(hosts("export const ALLOWED_DESTINATIONS = [];"), Ok(Vec::new()));
    }

    #[test]
    fn code_around_the_list_does_not_confuse() {
        let text = r#"
            // ALLOWED_DESTINATIONS = ['comment.example'];
            import config from './config.js';
            const quote = /["'`\/[/]]/g, isPlain = (text) => !/["']/.test(text);
            const note = 'ALLOWED_DESTINATIONS = ["string.example"]';
            const page = `ALLOWED_DESTINATIONS = [${[1, '`', { a: `}` }].map((x) => `'${x}'`)}]`;
            export const ALLOWED_DESTINATIONS = ['a.example'];
            export const isValid = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
            if (!Array.isArray(ALLOWED_DESTINATIONS) || ALLOWED_DESTINATIONS.length === 0) throw new Error(page);
            for (const host of ALLOWED_DESTINATIONS) console.log(`${host} of ${ALLOWED_DESTINATIONS.length}`);
            export const all = config.open ? [...ALLOWED_DESTINATIONS] : [];
            export const copy = () => [...ALLOWED_DESTINATIONS];
            export default { ALLOWED_DESTINATIONS, quote: quote.test("'"), hosts: ['x'] };
        "#;
        assert_eq!(hosts(text), Ok(vec!["a.example".to_owned()]));
    }

    /// The proxy's own `providers.js` has such a function.
    #[test]
    fn the_list_may_be_returned_to_other_files_alone() {
        let module = |call: &str| {
            format!(
                "export const ALLOWED_DESTINATIONS = ['a.example'];
                export function isValidOAuthEndpoint(url) {{
                  try {{
                    return ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
                  }} catch (error) {{
                    return false;
                  }}
                }}
                export function getAllowedDestinations() {{
                  return ALLOWED_DESTINATIONS;
                }}
                {call}"
            )
        };
        assert_eq!(hosts(&module("")), Ok(vec!["a.example".to_owned()]));
        let called = module("getAllowedDestinations().push('evil.example');");
        assert_eq!(refusal(&called).0, "ALLOWED_DESTINATIONS");
    }

    #[test]
    fn anything_but_a_string_literal_is_refused_at_its_place() {
        for (text, blamed) in [
            ("const ALLOWED_DESTINATIONS = ['a', process.env.HOST]", "process"),
            ("const ALLOWED_DESTINATIONS = ['a', ...EXTRA]", "..."),
            ("const ALLOWED_DESTINATIONS = ['a' + '.example']", "+"),
            ("const ALLOWED_DESTINATIONS = [`${name}.example`]", "`${"),
            ("const ALLOWED_DESTINATIONS = ['a', , 'b']", ","),
            ("const ALLOWED_DESTINATIONS = ['a', 42]", "42"),
            ("const ALLOWED_DESTINATIONS = [['a']]", "["),
            ("const ALLOWED_DESTINATIONS = [/slack/]", "/slack/"),
            ("const ALLOWED_DESTINATIONS = load()", "load"),
            ("const ALLOWED_DESTINATIONS = process.env.HOSTS.split(',')", "process"),
            ("const ALLOWED_DESTINATIONS = 'a.example'", "'a.example'"),
            ("const ALLOWED_DESTINATIONS = ['a'].concat(more)", "."),
            ("const ALLOWED_DESTINATIONS = ['a']\n['b']", "["),
            ("const ALLOWED_DESTINATIONS = new Set(['a'], more)", ","),
            (r"const ALLOWED_DESTINATIONS = ['\x61.example']", r"'\x61.example'"),
            ("const ALLOWED_DESTINATIONS = ['a", "'a"),
            ("const ALLOWED_DESTINATIONS = ['a'] /* more", "/* more"),
            ("const ALLOWED_DESTINATIONS = [`a", "`a"),
        ] {
            assert_eq!(refusal(text).0, blamed, "{text}");
        }
        let reason = |list: &str| refusal(&format!("const ALLOWED_DESTINATIONS = {list}")).1;
        assert_eq!(reason("load()"), "expected a list of string literals, found `load`");
        assert_eq!(reason("['a' 'b']"), "expected `,` or `]`, found `'b'`");
        assert_eq!(reason("new Set(['a'], more)"), "expected `)`, found `,`");
        assert_eq!(reason("['a'].concat(more)"), "expected `;`, found `.`");
    }

    #[test]
    fn a_list_that_is_not_a_top_level_constant_or_may_change_is_refused_where_it_is_named() {
        for text in [
            "const ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS.push('b')",
            "const ALLOWED_DESTINATIONS = ['a']; if (dev) ALLOWED_DESTINATIONS = ['b']",
            "const ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS[1] = 'b'",
            "const ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS['push']('b')",
            "const ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS.length = 0",
            "ALLOWED_DESTINATIONS = ['a']",
            "export let ALLOWED_DESTINATIONS = ['a'];",
            "const x = 1, ALLOWED_DESTINATIONS = ['a'];",
            "if (x) { const ALLOWED_DESTINATIONS = ['a']; }",
            "export const ALLOWED_DESTINATIONS: string[] = ['a'];",
            "exports.ALLOWED_DESTINATIONS = ['a'];",
            "module.exports = { ALLOWED_DESTINATIONS: ['a'] };",
            "export { ALLOWED_DESTINATIONS } from './other.js';",
        ] {
            assert_eq!(refusal(text).0, "ALLOWED_DESTINATIONS", "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused_where_it_stands() {
        for (code, blamed) in [
            ("{} /'/.test(1); //'", "/'/.test(1); //'"),
            ("of /'/ 1", "/'/ 1"),
            ("let i = 0\n++/`/.x", "/`/.x"),
            ("let half = 1 / 2", "/ 2"),
            ("x.return /'/ 1", "/'/ 1"),
            ("<!-- x", "<!-- x"),
            ("--> x", "--> x"),
            (r"\u0041.x", r"\u0041.x"),
        ] {
            let text = format!("const ALLOWED_DESTINATIONS = ['a'];\n{code}");
            assert_eq!(refusal(&text).0, blamed, "{text}");
        }
    }

    #[test]
    fn a_file_without_a_list_or_with_half_of_one_is_refused_as_a_whole() {
        for text in ["", "// ALLOWED_DESTINATIONS = []", "export const HOSTS = ['a.example'];"] {
            assert_eq!(refusal(text), ("", "there is no `ALLOWED_DESTINATIONS`".to_owned()));
        }
        for text in [
            "const ALLOWED_DESTINATIONS =",
            "const ALLOWED_DESTINATIONS = ['a',",
            "const ALLOWED_DESTINATIONS = Object.freeze([",
        ] {
            assert_eq!(
                refusal(text),
                ("", "the file ends in the middle of `ALLOWED_DESTINATIONS`".to_owned())
            );
        }
    }

    /// Guards against quadratic time: each unfinished one would search the rest of the file again.
    #[test]
    fn a_file_of_unfinished_regular_expressions_is_refused() {
        let text = "/[".repeat(500_000);
        assert_eq!(refusal(&text).1, "this regular expression does not end");
    }

    #[test]
    fn deep_nesting_is_not_followed() {
        let text = "`${".repeat(100_000);
        assert!(refusal(&text).1.contains("there is no"));
    }
}

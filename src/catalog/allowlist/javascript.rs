//! The list of strings in a `providers.js`, whatever code stands around it.

use super::code::Code;
use super::tokens::{Kind, Token, Tokens, tokens};
use super::uses::{Given, find_change, is_plain_export};
use super::{CONSTANT, Unreadable, Written};

/// The hosts in `ALLOWED_DESTINATIONS`: a constant, an export, a property, frozen or made a set.
///
/// # Errors
/// The first place that keeps the list from being known without running the code.
pub(super) fn read(text: &str) -> Result<Vec<Written>, Unreadable> {
    let Tokens {
        code,
        substitutions,
    } = tokens(text)?;
    let (code, substitutions) = (Code::of(&code), Code::of(&substitutions));
    let Some((name, value)) = definition(&code) else {
        return Err(Unreadable::whole(format!("there is no `{CONSTANT}`")));
    };
    let mut list = List {
        tokens: code.tokens.get(value..).unwrap_or_default(),
        wrapper: None,
    };
    let hosts = list.read()?;
    let end = code.tokens.len() - list.tokens.len();
    let Some(place) = place(&code, name, text) else {
        return Err(refused(
            &code,
            name,
            "is not given where it is sure to count: at the start of a statement, outside of all others",
        ));
    };
    let is_ended = match place {
        Place::Property => matches!(code.text(Some(end)), "," | "}"),
        Place::Constant | Place::Variable => {
            let is_typed = code.texts(end) == ["as", "const"];
            code.ends_before(end + if is_typed { 2 } else { 0 }, text)
        }
    };
    if !is_ended && let Some(token) = code.tokens.get(end) {
        return Err(not_literal(token));
    }
    let given = Given {
        is_constant: place == Place::Constant,
        is_set: list.wrapper.is_some_and(|wrapper| wrapper != FREEZE),
        is_wrapped: list.wrapper.is_some(),
    };
    let change = find_change(&code, Some(name), given, text);
    let change = change.or_else(|| find_change(&substitutions, None, given, text));
    match change {
        Some(change) => {
            let what = shown(change.text);
            let reason = if change.is(CONSTANT) {
                format!(
                    "`{CONSTANT}` is used here in a way that may change it, or hand it on to be changed"
                )
            } else {
                format!("`{what}` may change `{CONSTANT}`")
            };
            Err(Unreadable::at(change.range.clone(), reason))
        }
        None => Ok(hosts),
    }
}

/// Where the first value is given to the constant: the name, and the value behind `NAME =` or `NAME: type =`, or behind
/// `NAME:` in an object. A property that only passes the constant on is none.
fn definition(code: &Code<'_>) -> Option<(usize, usize)> {
    let mut names = code.tokens.iter().enumerate();
    names.find_map(|(index, token)| {
        let is_key = matches!(code.before(index, 1), "{" | ",");
        let [next, value] = code.texts(index + 1);
        let is_named = token.is(CONSTANT) || (is_key && token.content() == Some(CONSTANT));
        let value = match next {
            "=" => Some((index + 2, value)),
            // After `?`, the colon belongs to a choice between two values.
            ":" if is_key && code.around(index).is_some() => Some((index + 2, value)),
            ":" => end_of_type(code, index + 2).map(|end| (end + 1, "")),
            _ => None,
        };
        let (at, value) = value?;
        (is_named && value != CONSTANT).then_some((index, at))
    })
}

/// The `=` behind a type of TypeScript, such as `readonly string[]` or `Set<string>`.
fn end_of_type(code: &Code<'_>, from: usize) -> Option<usize> {
    const LONGEST: usize = 16;
    let mut places = from..from + LONGEST;
    let end = places.find(|index| {
        let text = code.text(Some(*index));
        // A type may be a text of its own, such as `${string}.example`.
        let is_of_type =
            matches!(text, "[" | "]" | "<" | ">" | "|" | ".") || text.starts_with(['\'', '"', '`']);
        !is_of_type && !code.is_word(*index)
    })?;
    (end > from && code.text(Some(end)) == "=").then_some(end)
}

/// How the constant is given its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// By `const`.
    Constant,
    /// By `let`, by `var`, bare, or as a property of what the module exports.
    Variable,
    /// In the object that the module exports.
    Property,
}

/// How the constant is given its value, where that is sure to happen.
fn place(code: &Code<'_>, name: usize, text: &str) -> Option<Place> {
    let before = [3, 2, 1].map(|places| code.before(name, places));
    match (before, code.around(name)) {
        ([_, _, "{" | ","], Some(object)) => {
            let end = code.partner(object)?;
            let is_whole = is_plain_export(code, object) && code.ends_before(end + 1, text);
            let start = object.checked_sub(2)?;
            let start = match code.before(start, 1) {
                "." => start.checked_sub(2)?,
                _ => start,
            };
            (is_whole && code.starts_statement(start, text)).then_some(Place::Property)
        }
        ([".", "exports", "."], None) => {
            let start = name.checked_sub(4)?;
            let is_sure = code.text(Some(start)) == "module" && code.starts_statement(start, text);
            is_sure.then_some(Place::Variable)
        }
        ([_, "exports", "."], None) => {
            let is_sure = code.starts_statement(name.checked_sub(2)?, text);
            is_sure.then_some(Place::Variable)
        }
        // No such declaration stands where it may be left out.
        ([_, _, "const"], None) => Some(Place::Constant),
        ([_, "export", "let" | "var"], None) => Some(Place::Variable),
        ([_, _, "let" | "var"], None) => {
            let is_sure = code.starts_statement(name.checked_sub(1)?, text);
            is_sure.then_some(Place::Variable)
        }
        (_, None) => code.starts_statement(name, text).then_some(Place::Variable),
        (_, Some(_)) => None,
    }
}

fn refused(code: &Code<'_>, at: usize, problem: &str) -> Unreadable {
    let reason = format!("`{CONSTANT}` {problem}");
    match code.tokens.get(at) {
        Some(token) => Unreadable::at(token.range.clone(), reason),
        None => Unreadable::whole(reason),
    }
}

/// What may stand around the brackets, and must be closed after them.
const WRAPPERS: [&[&str]; 3] = [FREEZE, NEW_SET, NEW_TYPED_SET];
const FREEZE: &[&str] = &["Object", ".", "freeze", "("];
const NEW_SET: &[&str] = &["new", "Set", "("];
const NEW_TYPED_SET: &[&str] = &["new", "Set", "<", "string", ">", "("];

/// The tokens from the value on.
struct List<'a> {
    tokens: &'a [Token<'a>],
    wrapper: Option<&'static [&'static str]>,
}

impl<'a> List<'a> {
    /// The strings, up to what stands behind the list.
    fn read(&mut self) -> Result<Vec<Written>, Unreadable> {
        let mut wrappers = WRAPPERS.into_iter();
        self.wrapper = wrappers.find(|wrapper| self.starts_with(wrapper));
        for _ in self.wrapper.unwrap_or_default() {
            self.next()?;
        }
        let opening = self.next()?;
        if !opening.is("[") {
            return Err(not_literal(opening));
        }
        let hosts = self.items()?;
        if self.wrapper.is_some() {
            let closing = self.next()?;
            if !closing.is(")") {
                return Err(not_literal(closing));
            }
        }
        Ok(hosts)
    }

    /// The strings up to the closing bracket.
    fn items(&mut self) -> Result<Vec<Written>, Unreadable> {
        let mut hosts = Vec::new();
        loop {
            let token = self.next()?;
            if token.is("]") {
                return Ok(hosts);
            }
            match token.content() {
                Some(host) => hosts.push((host.to_owned(), token.range.clone())),
                None if token.kind == Kind::Text => {
                    let reason = "this string holds an escape; write the host name as it is";
                    return Err(Unreadable::at(token.range.clone(), reason));
                }
                None => return Err(not_literal(token)),
            }
            let separator = self.next()?;
            match () {
                () if separator.is(",") => {}
                () if separator.is("]") => return Ok(hosts),
                () => return Err(not_literal(separator)),
            }
        }
    }

    fn starts_with(&self, wanted: &[&str]) -> bool {
        let start = self.tokens.get(..wanted.len()).unwrap_or_default();
        start.len() == wanted.len() && start.iter().zip(wanted).all(|(token, text)| token.is(text))
    }

    fn next(&mut self) -> Result<&'a Token<'a>, Unreadable> {
        let Some((first, rest)) = self.tokens.split_first() else {
            return Err(Unreadable::whole(format!("`{CONSTANT}` does not end")));
        };
        self.tokens = rest;
        Ok(first)
    }
}

fn not_literal(token: &Token<'_>) -> Unreadable {
    let reason = format!("`{}` is no string literal", shown(token.text));
    Unreadable::at(token.range.clone(), reason)
}

/// A token in a message: the first line of it, cut where it is long.
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

    /// The characters that are blamed, and why; empty where the whole file is, or nothing.
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
    fn the_list_is_found_in_every_form_that_people_write() {
        let forms = [
            "export const ALLOWED_DESTINATIONS = ['a.example', \"b.example\", `c.example`];",
            "const ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example',]",
            "let ALLOWED_DESTINATIONS=['a.example'\n,'b.example','c.example']\nmodule.exports = { ALLOWED_DESTINATIONS };",
            "module.exports = { port: 8080, ALLOWED_DESTINATIONS: ['a.example', 'b.example', 'c.example'] };",
            "exports.ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example'];",
            "export default { 'ALLOWED_DESTINATIONS': ['a.example', 'b.example', 'c.example'] }",
            "export const ALLOWED_DESTINATIONS = Object.freeze(['a.example', 'b.example', 'c.example']);",
            "const ALLOWED_DESTINATIONS = new Set(['a.example', 'b.example', 'c.example']);",
            "#!/usr/bin/env node\n'use strict';\r\nvar ALLOWED_DESTINATIONS = [ // first\r\n  'a.example', /* 'x' */ 'b.example',\r\n  // 'old.example',\r\n  'c.example', // it's last\r\n];\r\n",
            "export const ALLOWED_DESTINATIONS: readonly string[] = ['a.example', 'b.example', 'c.example'];",
            "const ALLOWED_DESTINATIONS: ReadonlySet<string> = new Set<string>(['a.example', 'b.example', 'c.example']);",
            "export const ALLOWED_DESTINATIONS: Array<`${string}.example`> = ['a.example', 'b.example', 'c.example'] as const;",
            "\u{feff}export const ALLOWED_DESTINATIONS = ['a.example', 'b.example', 'c.example'];",
        ];
        for form in forms {
            let expected = ["a.example", "b.example", "c.example"].map(str::to_owned);
            assert_eq!(hosts(form), Ok(expected.to_vec()), "{form}");
        }
        assert_eq!(
            hosts("export const ALLOWED_DESTINATIONS = [];"),
            Ok(Vec::new())
        );
    }

    #[test]
    fn code_around_the_list_does_not_confuse() {
        let text = r#"
            // ALLOWED_DESTINATIONS = ['comment.example'];
            import config from './config.js';
            const quote = /["'`\/[/]]/g, half = config.width / 2 / 1;
            const note = 'ALLOWED_DESTINATIONS = ["string.example"]';
            const page = `ALLOWED_DESTINATIONS = [${[1, '`', { a: `}` }].map((x) => `'${x}'`)}]`;
            export const ALLOWED_DESTINATIONS = ['a.example'];
            export const isValid = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
            const count = ALLOWED_DESTINATIONS === undefined ? 0 : ALLOWED_DESTINATIONS.length;
            const first = ALLOWED_DESTINATIONS[0] === undefined || ALLOWED_DESTINATIONS[0] == null;
            export const all = config.open ? [...ALLOWED_DESTINATIONS] : [];
            export const copy = () => [...ALLOWED_DESTINATIONS];
            export default { ALLOWED_DESTINATIONS: ALLOWED_DESTINATIONS, quote: quote.test("'") };
        "#;
        assert_eq!(hosts(text), Ok(vec!["a.example".to_owned()]));
    }

    #[test]
    fn what_is_no_string_literal_is_refused_at_its_place() {
        let table = [
            ("ALLOWED_DESTINATIONS = ['a', process.env.HOST]", "process"),
            ("ALLOWED_DESTINATIONS = ['a', ...EXTRA]", "..."),
            ("ALLOWED_DESTINATIONS = ['a' + '.example']", "+"),
            (
                "ALLOWED_DESTINATIONS = [`${name}.example`]",
                "`${name}.example`",
            ),
            ("ALLOWED_DESTINATIONS = ['a', , 'b']", ","),
            ("ALLOWED_DESTINATIONS = ['a', 42]", "42"),
            ("ALLOWED_DESTINATIONS = [['a']]", "["),
            ("ALLOWED_DESTINATIONS = [/slack/]", "/slack/"),
            ("ALLOWED_DESTINATIONS = load()", "load"),
            (
                "ALLOWED_DESTINATIONS = process.env.HOSTS.split(',')",
                "process",
            ),
            ("ALLOWED_DESTINATIONS = 'a.example'", "'a.example'"),
            ("ALLOWED_DESTINATIONS = ['a'].concat(more)", "."),
            ("ALLOWED_DESTINATIONS = ['a']\n['b']", "["),
            ("ALLOWED_DESTINATIONS = new Set(['a'], more)", ","),
            (
                r"ALLOWED_DESTINATIONS = ['\x61.example']",
                r"'\x61.example'",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS.push('b')",
                "ALLOWED_DESTINATIONS",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; if (dev) ALLOWED_DESTINATIONS = ['b']",
                "ALLOWED_DESTINATIONS",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS[1] = 'b'",
                "ALLOWED_DESTINATIONS",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS['push']('b')",
                "ALLOWED_DESTINATIONS",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS.length = 0",
                "ALLOWED_DESTINATIONS",
            ),
            ("ALLOWED_DESTINATIONS = ['a", "'a"),
            ("ALLOWED_DESTINATIONS = ['a'] /* more", "/* more"),
            ("ALLOWED_DESTINATIONS = [`a", "`a"),
        ];
        for (text, blamed) in table {
            assert_eq!(refusal(text).0, blamed, "{text}");
        }
    }

    #[test]
    fn a_list_of_typescript_is_read() {
        for text in [
            "export const ALLOWED_DESTINATIONS: string[] = ['a.example'];",
            "export const ALLOWED_DESTINATIONS: readonly string[] = ['a.example'] as const;",
            "const ALLOWED_DESTINATIONS: ReadonlyArray<string> = Object.freeze(['a.example'])\nexport { ALLOWED_DESTINATIONS }",
            "export const ALLOWED_DESTINATIONS: Set<string> = new Set<string>(['a.example']);\nexport const has = (host: string) => ALLOWED_DESTINATIONS.has(host);",
            "export const ALLOWED_DESTINATIONS = ['a.example'] as const;\nexport type Host = (typeof ALLOWED_DESTINATIONS)[number];",
        ] {
            assert_eq!(hosts(text), Ok(vec!["a.example".to_owned()]), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused_where_it_stands() {
        for (text, blamed) in [
            (
                "const ALLOWED_DESTINATIONS = ['a'];\n{} /'/.test(1); //'",
                "/",
            ),
            ("const ALLOWED_DESTINATIONS = ['a'];\nof /'/ 1", "/"),
            (
                "const ALLOWED_DESTINATIONS = ['a'];\nlet i = 0\n++/`/.x",
                "/",
            ),
            ("const ALLOWED_DESTINATIONS = ['a'];\n<!-- x", "<!--"),
            ("const ALLOWED_DESTINATIONS = ['a'];\n--> x", "-->"),
            (r"const ALLOWED_DESTINATIONS = ['a']; \u0041.x", r"\"),
        ] {
            assert_eq!(refusal(text).0, blamed, "{text}");
        }
    }

    #[test]
    fn a_file_without_a_list_or_with_half_of_one_is_refused_as_a_whole() {
        for text in [
            "",
            "// ALLOWED_DESTINATIONS = []",
            "export const HOSTS = ['a.example'];",
        ] {
            assert_eq!(
                refusal(text),
                ("", "there is no `ALLOWED_DESTINATIONS`".to_owned())
            );
        }
        for text in [
            "ALLOWED_DESTINATIONS =",
            "ALLOWED_DESTINATIONS = ['a',",
            "ALLOWED_DESTINATIONS = Object.freeze([",
        ] {
            assert_eq!(
                refusal(text),
                ("", "`ALLOWED_DESTINATIONS` does not end".to_owned())
            );
        }
    }

    /// Each would search the rest of the file again.
    #[test]
    fn a_file_of_unfinished_regular_expressions_is_refused() {
        let text = "/[".repeat(500_000);
        assert_eq!(refusal(&text).1, "this regular expression does not end");
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let text = "`${".repeat(100_000);
        assert!(refusal(&text).1.contains("nested"));
    }
}

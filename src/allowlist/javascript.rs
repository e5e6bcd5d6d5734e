//! The list of strings in a `providers.js`, whatever code stands around it.

use super::tokens::{Kind, Token, tokens};
use super::{CONSTANT, Unreadable, Written};

/// Methods that change a list or a set, so that its text is not all of it.
const MUTATORS: [&str; 9] = [
    "add",
    "clear",
    "copyWithin",
    "delete",
    "fill",
    "pop",
    "push",
    "splice",
    "unshift",
];

/// The hosts in `ALLOWED_DESTINATIONS`: a constant, an export, a property, frozen or made a set.
///
/// # Errors
/// The first place that keeps the list from being known without running the code.
pub(super) fn read(text: &str) -> Result<Vec<Written>, Unreadable> {
    let tokens = tokens(text)?;
    let definitions = definitions(&tokens);
    let (first, again) = match definitions.split_first() {
        Some((first, again)) => (*first, again.first()),
        None => return Err(Unreadable::whole(format!("there is no `{CONSTANT}`"))),
    };
    if let Some(again) = again.and_then(|again| tokens.get(*again)) {
        let reason = format!("`{CONSTANT}` is given a second time");
        return Err(Unreadable::at(again.range.clone(), reason));
    }
    if let Some(change) = find_change(&tokens) {
        let reason = format!("`{CONSTANT}` is changed by `{}`", change.text);
        return Err(Unreadable::at(change.range.clone(), reason));
    }
    List {
        tokens: tokens.get(first..).unwrap_or_default(),
    }
    .read()
}

/// Where each value that is given to the constant starts: after `ALLOWED_DESTINATIONS =`, with TypeScript's type between
/// the two or without, or after `ALLOWED_DESTINATIONS:` in an object. A property that only passes the constant on is none.
fn definitions(tokens: &[Token<'_>]) -> Vec<usize> {
    let is = |index: Option<usize>, wanted: &[&str]| {
        let token = index.and_then(|index| tokens.get(index));
        token.is_some_and(|token| wanted.iter().any(|text| token.is(text)))
    };
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_named = token.is(CONSTANT) || token.content() == Some(CONSTANT);
        let is_assigned = is(Some(index + 1), &["="]);
        // After `?`, the colon belongs to a choice between two values.
        let is_property = is(Some(index + 1), &[":"]) && is(index.checked_sub(1), &["{", ","]);
        let value = match () {
            () if !is_named => None,
            () if is_assigned || is_property => Some(index + 2),
            () if is(index.checked_sub(1), &["const", "let", "var"]) => {
                after_type(tokens, index + 1)
            }
            () => None,
        };
        found.extend(value.filter(|value| !is(Some(*value), &[CONSTANT])));
    }
    found
}

/// How many tokens a type may have.
const LONGEST_TYPE: usize = 64;

/// Where the value of a declaration starts that says its type: `: readonly string[] =`.
fn after_type(tokens: &[Token<'_>], colon: usize) -> Option<usize> {
    let after = tokens.get(colon..)?;
    after.first().filter(|token| token.is(":"))?;
    let mut words = after.iter().take(LONGEST_TYPE);
    let end = words.position(|token| token.is("=") || token.is(";"))?;
    let is_given = after.get(end).is_some_and(|token| token.is("="));
    is_given.then_some(colon + end + 1)
}

/// How many tokens between brackets are looked through for an assignment behind them.
const LONGEST_INDEX: usize = 64;

/// What changes the constant after it was given, if anything does: a method, or an assignment to one of its items or
/// properties.
fn find_change<'a>(tokens: &'a [Token<'a>]) -> Option<&'a Token<'a>> {
    let is_mutator = |name: &str| MUTATORS.contains(&name);
    let after_names = (1..).zip(tokens).filter(|(_, token)| token.is(CONSTANT));
    let after_names = after_names.filter_map(|(after, _)| tokens.get(after..));
    after_names.into_iter().find_map(|after| match after {
        [dot, member, next, ..] if dot.is(".") || dot.is("?.") => {
            (is_mutator(member.text) || next.is("=")).then_some(member)
        }
        [open, member, ..] if open.is("[") => {
            let is_named = member.content().is_some_and(is_mutator);
            let is_assigned = || {
                let mut index = after.iter().take(LONGEST_INDEX);
                let close = index.position(|token| token.is("]"))?;
                after.get(close + 1).filter(|next| next.is("="))
            };
            (is_named || is_assigned().is_some()).then_some(member)
        }
        _ => None,
    })
}

/// What may stand around the brackets, and must be closed after them.
const WRAPPERS: [&[&str]; 3] = [
    &["Object", ".", "freeze", "("],
    &["new", "Set", "("],
    &["new", "Set", "<", "string", ">", "("],
];

/// The tokens from the value on.
struct List<'a> {
    tokens: &'a [Token<'a>],
}

impl<'a> List<'a> {
    fn read(mut self) -> Result<Vec<Written>, Unreadable> {
        let wrapper = WRAPPERS.iter().find(|wrapper| self.starts_with(wrapper));
        for _ in wrapper.copied().unwrap_or_default() {
            self.next()?;
        }
        let opening = self.next()?;
        if !opening.is("[") {
            return Err(not_literal(opening));
        }
        let hosts = self.items()?;
        if wrapper.is_some() {
            let closing = self.next()?;
            if !closing.is(")") {
                return Err(not_literal(closing));
            }
        }
        // Whatever goes on from the list, on the next line too, makes another value of it.
        match self.tokens.first() {
            Some(token) if GO_ON.iter().any(|go_on| token.is(go_on)) => Err(not_literal(token)),
            _ => Ok(hosts),
        }
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

/// What goes on from a value.
const GO_ON: [&str; 8] = [".", "?.", "[", "(", "+", "?", "|", "&"];

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
            "declare const ALLOWED_DESTINATIONS: string[];\nmodule.exports = { ALLOWED_DESTINATIONS: ['a.example', 'b.example', 'c.example'] };",
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
            export const open = config.open ? ALLOWED_DESTINATIONS : [];
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
                "push",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; if (dev) ALLOWED_DESTINATIONS = ['b']",
                "[",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS[1] = 'b'",
                "1",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS['push']('b')",
                "'push'",
            ),
            (
                "ALLOWED_DESTINATIONS = ['a']; ALLOWED_DESTINATIONS.length = 0",
                "length",
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

//! The list of strings in a `providers.js`, whatever code stands around it.

use super::tokens::{Kind, Token, tokens};
use super::{CONSTANT, Unreadable, Written};

/// Methods that change a list or a set, so that its text is not all of it.
const MUTATORS: [&str; 8] = [
    "add", "clear", "delete", "fill", "pop", "push", "splice", "unshift",
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

/// Where each value that is given to the constant starts: after `ALLOWED_DESTINATIONS =`, or `ALLOWED_DESTINATIONS:`
/// in an object. A property that only passes the constant on is none.
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
        let is_passed_on = is(Some(index + 2), &[CONSTANT]);
        if is_named && (is_assigned || is_property) && !is_passed_on {
            found.push(index + 2);
        }
    }
    found
}

/// The method that changes the constant after it was given, if one does.
fn find_change<'a>(tokens: &'a [Token<'a>]) -> Option<&'a Token<'a>> {
    tokens.windows(3).find_map(|window| match window {
        [name, dot, method]
            if name.is(CONSTANT)
                && (dot.is(".") || dot.is("?."))
                && MUTATORS.iter().any(|mutator| method.is(mutator)) =>
        {
            Some(method)
        }
        _ => None,
    })
}

/// What may stand around the brackets, and must be closed after them.
const WRAPPERS: [&[&str]; 2] = [&["Object", ".", "freeze", "("], &["new", "Set", "("]];

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

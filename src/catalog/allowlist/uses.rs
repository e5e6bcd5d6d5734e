//! What a file does with the list beside giving it: only what is known to leave it as it is may be done.

use super::CONSTANT;
use super::code::Code;
use super::tokens::{Kind, Token};

/// How the list came to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// Whether the name can be given nothing else.
    pub(crate) is_constant: bool,
    pub(crate) is_set: bool,
    /// Whether it is made by `Object.freeze` or `new Set`.
    pub(crate) is_wrapped: bool,
}

/// Methods that give something new and keep nothing of the list.
const READ: [&str; 13] = [
    "at",
    "concat",
    "entries",
    "has",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "slice",
    "toString",
    "toSorted",
    "values",
];

/// Methods that hand their function the list too, as a last argument.
const CALL_BACK: [&str; 11] = [
    "every",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flatMap",
    "forEach",
    "map",
    "reduce",
    "some",
];

const COMPARE: [&str; 4] = ["===", "!==", "==", "!="];

/// What is trusted to be what it is called.
const BUILT_IN: [&str; 5] = ["Array", "JSON", "Object", "Set", "console"];

/// The first token that may do something to the list, or put another in its place; where the list is given, nothing is.
pub(super) fn find_change<'a>(
    code: &Code<'a>,
    at: Option<usize>,
    given: Given,
    text: &str,
) -> Option<&'a Token<'a>> {
    let uses = Uses { code, given, text };
    let mut exports = 0;
    let mut relies_on_built_in = given.is_wrapped;
    for (index, token) in code.tokens.iter().enumerate() {
        if at == Some(index) {
            continue;
        }
        let next = code.text(Some(index + 1));
        let is_known = match token.kind {
            Kind::Word if token.text == CONSTANT => match uses.known(index) {
                Some(Reader::Built) => {
                    relies_on_built_in = true;
                    true
                }
                Some(Reader::Plain) => true,
                None => false,
            },
            Kind::Word if token.text == "eval" => next != "(",
            // The module's exports as a whole are given once, and handed to nobody.
            Kind::Word if token.text == "exports" => {
                exports += usize::from(next == "=");
                (next == "=" && exports == 1) || next == "."
            }
            Kind::Text => match token.content() {
                Some(CONSTANT) => !matches!(next, "]" | ":" | "(") && code.before(index, 1) != "as",
                Some(_) => true,
                None => code.before(index, 1) != "as",
            },
            Kind::Regex => !token.text.contains(CONSTANT),
            Kind::Word | Kind::Template | Kind::Punctuator => true,
        };
        if !is_known {
            return Some(token);
        }
    }
    if !relies_on_built_in {
        return None;
    }
    let words = code.tokens.iter().enumerate();
    words
        .filter(|(_, token)| token.kind == Kind::Word && BUILT_IN.contains(&token.text))
        .find(|(index, _)| {
            let [next, _, behind_member] = code.texts(index + 1);
            let is_declared = matches!(code.before(*index, 1), "class" | "function");
            let is_changed =
                next == "." && behind_member.ends_with('=') && !COMPARE.contains(&behind_member);
            is_declared || is_changed || !matches!(next, "." | "(" | "<")
        })
        .map(|(_, token)| token)
}

/// Who reads the list.
enum Reader {
    /// The language.
    Plain,
    /// A built-in function, if nobody put another in its place.
    Built,
}

struct Uses<'c, 'a> {
    code: &'c Code<'a>,
    given: Given,
    text: &'c str,
}

impl Uses<'_, '_> {
    fn known(&self, index: usize) -> Option<Reader> {
        let code = self.code;
        let start = self.start_of_chain(index);
        let [next, member, call] = code.texts(index + 1);
        match next {
            "." | "?." if READ.contains(&member) && call == "(" => return Some(Reader::Plain),
            "." | "?." if CALL_BACK.contains(&member) && call == "(" => {
                return self.is_plain_function(index + 4).then_some(Reader::Plain);
            }
            "." | "?." if matches!(member, "length" | "size") => {
                return self.is_only_read(start, index + 3).then_some(Reader::Plain);
            }
            "[" if code.is_word(index + 2) && call == "]" => {
                return self.is_only_read(start, index + 4).then_some(Reader::Plain);
            }
            "." | "?." | "[" | "(" | "=" | "++" | "--" => {
                return self.is_export(index, start).then_some(Reader::Plain);
            }
            _ => {}
        }
        let follows = code
            .tokens
            .get(index + 1)
            .is_some_and(|token| matches!(token.kind, Kind::Text | Kind::Template));
        if follows {
            return None;
        }
        let before = code.before(start, 1);
        let is_asked = COMPARE.contains(&next)
            || COMPARE.contains(&before)
            || matches!(next, "&&" | "?")
            || matches!(before, "typeof" | "!");
        if is_asked || (before == "of" && next == ")") || self.is_copied(start, next) {
            return Some(Reader::Plain);
        }
        if self.is_handed_to_reader(start, next) {
            return Some(Reader::Built);
        }
        self.is_export(index, start).then_some(Reader::Plain)
    }

    /// Where `a.b.NAME` starts.
    fn start_of_chain(&self, index: usize) -> usize {
        let mut start = index;
        while matches!(self.code.before(start, 1), "." | "?.")
            && start
                .checked_sub(2)
                .is_some_and(|before| self.code.is_word(before))
        {
            start -= 2;
        }
        start
    }

    /// Whether a function is written out that takes two arguments at most: the list is the third.
    fn is_plain_function(&self, at: usize) -> bool {
        if self.code.is_word(at) && self.code.text(Some(at + 1)) == "=>" {
            return true;
        }
        let Some(end) = self.code.partner(at).filter(|end| *end > at) else {
            return false;
        };
        let inside = self.code.tokens.get(at + 1..end).unwrap_or_default();
        let commas = inside.iter().filter(|token| token.is(",")).count();
        let is_plain = inside
            .iter()
            .all(|token| token.kind == Kind::Word || token.is(",") || token.is(":"));
        self.code.text(Some(at)) == "("
            && is_plain
            && commas <= 1
            && self.code.text(Some(end + 1)) == "=>"
    }

    /// Whether an item or the length of the list, which ends before a place, is only looked at.
    fn is_only_read(&self, start: usize, end: usize) -> bool {
        let (before, after) = (self.code.before(start, 1), self.code.text(Some(end)));
        if matches!(before, "++" | "--" | "delete") {
            return false;
        }
        // In a pattern, what stands between brackets is given a value.
        let is_argument = || {
            let opening = self.code.around(start);
            let called = opening.and_then(|opening| opening.checked_sub(1));
            called.is_some_and(|called| self.code.is_word(called))
                && self.code.before(start, 1) != "of"
        };
        match after {
            "." | ";" | "?" | "&&" | "||" | "??" | "<" | ">" | "<=" | "+" | "-" => true,
            ")" | "," => self.code.text(self.code.around(start)) == "(" && is_argument(),
            "}" => before == "return" || self.code.text(self.code.around(start)) == "${",
            after => COMPARE.contains(&after) || self.code.ends_before(end, self.text),
        }
    }

    /// Whether `...NAME` makes a copy: in a pattern it is given a value, unless it is a constant.
    fn is_copied(&self, start: usize, next: &str) -> bool {
        if self.code.before(start, 1) != "..." || !matches!(next, "]" | ")" | ",") {
            return false;
        }
        let opening = self.code.around(start);
        let end = opening.and_then(|opening| self.code.partner(opening));
        let is_no_pattern = end.is_some_and(|end| {
            // What takes the rest stands last in a pattern.
            next == ","
                || matches!(self.code.text(Some(end + 1)), "." | ")")
                || self.code.ends_before(end + 1, self.text)
        });
        let is_list = self.code.text(opening) == "[";
        (self.given.is_constant && self.code.before(start, 2) != ".") || (is_list && is_no_pattern)
    }

    /// Whether the list is the argument of a function that is known to keep its hands off it.
    fn is_handed_to_reader(&self, start: usize, next: &str) -> bool {
        let code = self.code;
        let Some(opening) = code
            .around(start)
            .filter(|opening| code.text(Some(*opening)) == "(")
        else {
            return false;
        };
        let is_alone = opening + 1 == start && next == ")";
        let function = [3, 2, 1].map(|places| code.before(opening, places));
        let is_member = |places| code.before(opening, places) == ".";
        match function {
            ["console", ".", _] => !is_member(4) && matches!(next, ")" | ","),
            // What freezes an array hands it on; a set stays open.
            ["Object", ".", "freeze"] => is_alone && !is_member(4) && !self.given.is_set,
            ["Array", ".", "from" | "isArray"] | ["JSON", ".", "stringify"] => {
                is_alone && !is_member(4)
            }
            [_, "new", "Set"] => is_alone,
            _ => false,
        }
    }

    /// Whether the list is given to other files under its own name.
    fn is_export(&self, index: usize, start: usize) -> bool {
        let code = self.code;
        let [next, second, third] = code.texts(index + 1);
        let end = |at: usize| code.ends_before(at, self.text) || code.text(Some(at)) == "}";
        // `exports.NAME = NAME`
        let is_member = start != index && code.before(index, 2) == "exports";
        if is_member {
            let is_given = next == "=" && second == CONSTANT;
            return is_given && code.around(index).is_none();
        }
        let is_value_of_member = code.before(index, 1) == "="
            && code.before(index, 2) == CONSTANT
            && code.before(index, 4) == "exports";
        if is_value_of_member
            || (code.before(index, 1) == "default" && code.before(index, 2) == "export")
        {
            return start == index && end(index + 1);
        }
        let Some(object) = code
            .around(index)
            .filter(|object| code.text(Some(*object)) == "{")
        else {
            return false;
        };
        let is_key = matches!(code.before(index, 1), "{" | ",");
        if code.before(object, 1) == "export" {
            let is_local = code
                .partner(object)
                .is_some_and(|end| code.text(Some(end + 1)) != "from");
            return is_key && is_local && matches!(next, "," | "}" | "as");
        }
        let is_pair = is_key && next == ":" && second == CONSTANT && matches!(third, "," | "}");
        let is_value = code.before(index, 1) == ":"
            && code.before(index, 2) == CONSTANT
            && matches!(code.before(index, 3), "{" | ",")
            && matches!(next, "," | "}");
        let is_shorthand = is_key && matches!(next, "," | "}");
        (is_pair || is_value || is_shorthand) && is_plain_export(code, object)
    }
}

/// Whether an object is what the module exports, and holds no key that is not written out.
pub(super) fn is_plain_export(code: &Code<'_>, object: usize) -> bool {
    let is_exported = match code.before(object, 1) {
        "=" => code.before(object, 2) == "exports",
        "default" => code.before(object, 2) == "export",
        _ => false,
    };
    let end = code.partner(object).unwrap_or(code.tokens.len());
    let mut inside = object + 1..end;
    let has_hidden_key = inside.any(|index| {
        let is_direct = code.around(index) == Some(object);
        let is_computed =
            code.text(Some(index)) == "[" && matches!(code.before(index, 1), "{" | ",");
        is_direct && (is_computed || code.text(Some(index)) == "...")
    });
    is_exported && code.around(object).is_none() && !has_hidden_key
}

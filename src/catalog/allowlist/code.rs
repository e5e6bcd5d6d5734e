//! Tokens with their brackets: which pair each stands in, and what stands around it.

use super::tokens::{Kind, Token};

/// A list of tokens. Places in it are indices; a place that is not there holds no token.
pub(super) struct Code<'a> {
    pub(crate) tokens: &'a [Token<'a>],
    /// Of each token, the bracket that opens the innermost pair around it.
    around: Vec<Option<usize>>,
    /// Of each opening bracket, the closing one, and the other way round.
    partner: Vec<Option<usize>>,
}

impl<'a> Code<'a> {
    pub(crate) fn of(tokens: &'a [Token<'a>]) -> Self {
        let mut around = vec![None; tokens.len()];
        let mut partner = vec![None; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let is_any = |brackets: &[&str]| brackets.iter().any(|bracket| token.is(bracket));
            if is_any(&[")", "]", "}"])
                && let Some(opening) = open.pop()
            {
                set(&mut partner, opening, index);
                set(&mut partner, index, opening);
            }
            if let Some(opening) = open.last() {
                set(&mut around, index, *opening);
            }
            if is_any(&["(", "[", "{", "${"]) {
                open.push(index);
            }
        }
        Self {
            tokens,
            around,
            partner,
        }
    }

    /// The bracket that opens the innermost pair around a token.
    pub(crate) fn around(&self, index: usize) -> Option<usize> {
        self.around.get(index).copied().flatten()
    }

    pub(crate) fn partner(&self, index: usize) -> Option<usize> {
        self.partner.get(index).copied().flatten()
    }

    /// The text of a token that is no string; empty for one, and where there is none.
    pub(crate) fn text(&self, index: Option<usize>) -> &'a str {
        let token = index.and_then(|index| self.tokens.get(index));
        let token = token.filter(|token| token.kind != Kind::Text);
        token.map_or("", |token| token.text)
    }

    /// The texts of the tokens from a place on.
    pub(crate) fn texts<const COUNT: usize>(&self, from: usize) -> [&'a str; COUNT] {
        std::array::from_fn(|offset| self.text(Some(from + offset)))
    }

    /// The text of the token so many places before another.
    pub(crate) fn before(&self, index: usize, places: usize) -> &'a str {
        self.text(index.checked_sub(places))
    }

    pub(crate) fn is_word(&self, index: usize) -> bool {
        let token = self.tokens.get(index);
        token.is_some_and(|token| token.kind == Kind::Word)
    }

    /// Whether a line ends between a token and the one before it.
    pub(crate) fn starts_line(&self, index: usize, text: &str) -> bool {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before));
        let (Some(before), Some(token)) = (before, self.tokens.get(index)) else {
            return true;
        };
        let between = text.get(before.range.end..token.range.start);
        between.is_some_and(|between| between.contains(super::tokens::is_line_end))
    }

    /// Whether a statement ends before a place, whatever comes next: at `;`, at the end, or where a line that starts
    /// with a word cannot go on with it.
    pub(crate) fn ends_before(&self, index: usize, text: &str) -> bool {
        const GO_ON: [&str; 5] = ["as", "in", "instanceof", "of", "satisfies"];
        match self.text(Some(index)) {
            _ if index >= self.tokens.len() => true,
            ";" => true,
            word => self.is_word(index) && !GO_ON.contains(&word) && self.starts_line(index, text),
        }
    }

    /// Whether a statement starts at a place and is carried out whenever the file is.
    pub(crate) fn starts_statement(&self, index: usize, text: &str) -> bool {
        let Some(before) = index.checked_sub(1) else {
            return true;
        };
        let ends_a_value = match self.tokens.get(before) {
            Some(token) if token.kind == Kind::Word => !EXPECT_MORE.contains(&token.text),
            Some(token) if token.is(")") => {
                let opening = self.partner(before);
                opening.is_some_and(|opening| {
                    !["if", "for", "while", "with", "await"].contains(&self.before(opening, 1))
                })
            }
            Some(token) => token.kind != Kind::Punctuator || token.is("]"),
            None => true,
        };
        let is_behind_end = matches!(self.text(Some(before)), ";" | "}");
        self.around(index).is_none()
            && (is_behind_end || (ends_a_value && self.starts_line(index, text)))
    }
}

/// Words that no statement ends with.
const EXPECT_MORE: [&str; 15] = [
    "await",
    "case",
    "const",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "in",
    "instanceof",
    "let",
    "new",
    "typeof",
    "var",
    "void",
];

fn set(list: &mut [Option<usize>], index: usize, value: usize) {
    if let Some(place) = list.get_mut(index) {
        *place = Some(value);
    }
}

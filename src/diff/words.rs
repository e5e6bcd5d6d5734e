//! Sentences with values of the input in them, kept apart from our own words: each output writes the values in the way
//! that keeps them from being anything but values.

/// A sentence: lower case, no full stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pieces: Vec<Piece>,
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Our own words.
    Text(&'static str),
    /// A value of the input, whatever it holds.
    Value(String),
    /// Several of them.
    Values(Vec<String>),
    Number(usize),
}

impl Words {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            pieces: vec![Piece::Text(text)],
        }
    }

    #[must_use]
    pub(crate) fn text(mut self, text: &'static str) -> Self {
        self.pieces.push(Piece::Text(text));
        self
    }

    #[must_use]
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.pieces.push(Piece::Value(value.into()));
        self
    }

    #[must_use]
    pub(crate) fn number(mut self, number: usize) -> Self {
        self.pieces.push(Piece::Number(number));
        self
    }

    /// Several values.
    #[must_use]
    pub(crate) fn values<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.pieces.push(Piece::Values(values));
        }
        self
    }

    /// Another sentence inside this one.
    #[must_use]
    pub(crate) fn words(mut self, words: Self) -> Self {
        self.pieces.extend(words.pieces);
        self
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Rewrites each value, such as one that must not be shown.
    pub(crate) fn for_each_value(&mut self, rewrite: &dyn Fn(&mut String)) {
        for piece in &mut self.pieces {
            match piece {
                Piece::Text(_) | Piece::Number(_) => {}
                Piece::Value(value) => rewrite(value),
                Piece::Values(values) => values.iter_mut().for_each(rewrite),
            }
        }
    }

    /// The sentence as plain text, values between backticks.
    pub(crate) fn plain(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Value(value) => format!("`{value}`"),
                Piece::Values(values) => values
                    .iter()
                    .map(|value| format!("`{value}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
                Piece::Number(number) => number.to_string(),
            })
            .collect()
    }
}

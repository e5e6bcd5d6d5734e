//! Sentences with values of the input in them, kept apart from our own text: each output writes the values in the way
//! that keeps them from being anything but values.

use std::collections::BTreeSet;

/// A sentence: lower case, no full stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    pieces: Vec<Piece>,
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Our own text.
    Text(&'static str),
    /// A value of the input, whatever it holds.
    Value(String),
    /// Several of them.
    Values(Vec<String>),
    Number(usize),
}

/// A sentence from a template, in which each `{}` stands for the next argument: a value of the input, several of them,
/// another sentence, or `Text` for our own text.
macro_rules! sentence {
    ($template:expr $(, $argument:expr)* $(,)?) => {
        $crate::diff::Sentence::fill($template, vec![$($crate::diff::Sentence::from($argument)),*])
    };
}
pub(crate) use sentence;

impl Sentence {
    /// Fills the gaps of a template; see [`sentence!`].
    pub(crate) fn fill(template: &'static str, arguments: Vec<Self>) -> Self {
        let mut pieces = Vec::with_capacity(2 * arguments.len() + 1);
        let mut arguments = arguments.into_iter();
        for text in template.split("{}") {
            if !text.is_empty() {
                pieces.push(Piece::Text(text));
            }
            pieces.extend(arguments.next().into_iter().flat_map(|it| it.pieces));
        }
        Self { pieces }
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

    /// The sentence with each value as a format writes it, and lists as it writes those.
    pub(crate) fn written(
        &self,
        value: impl Fn(&str) -> String,
        values: impl Fn(&[String]) -> String,
    ) -> Vec<String> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Value(text) => value(text),
            Piece::Values(texts) => values(texts),
            Piece::Number(number) => number.to_string(),
        });
        pieces.collect()
    }

    /// The sentence as plain text, values between backticks.
    pub(crate) fn plain(&self) -> String {
        let quoted = |value: &str| format!("`{value}`");
        let all = |values: &[String]| {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            values.join(", ")
        };
        self.written(quoted, all).concat()
    }
}

impl From<Piece> for Sentence {
    fn from(piece: Piece) -> Self {
        Self { pieces: vec![piece] }
    }
}

impl From<&str> for Sentence {
    fn from(value: &str) -> Self {
        Piece::Value(value.to_owned()).into()
    }
}

impl From<&String> for Sentence {
    fn from(value: &String) -> Self {
        Piece::Value(value.clone()).into()
    }
}

impl From<String> for Sentence {
    fn from(value: String) -> Self {
        Piece::Value(value).into()
    }
}

impl<T: Into<String>> From<Vec<T>> for Sentence {
    fn from(values: Vec<T>) -> Self {
        Piece::Values(values.into_iter().map(Into::into).collect()).into()
    }
}

impl<T: Into<String>> From<BTreeSet<T>> for Sentence {
    fn from(values: BTreeSet<T>) -> Self {
        values.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Into<String>> From<Option<T>> for Sentence {
    fn from(value: Option<T>) -> Self {
        value.into_iter().collect::<Vec<T>>().into()
    }
}

impl From<&[String]> for Sentence {
    fn from(values: &[String]) -> Self {
        values.to_vec().into()
    }
}

impl From<&Vec<String>> for Sentence {
    fn from(values: &Vec<String>) -> Self {
        values.clone().into()
    }
}

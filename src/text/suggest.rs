//! "Did you mean …": the nearest known word.

/// The longest word, in bytes, that counts as a misspelling.
const LONGEST_WORD: usize = 100;

/// How many comparisons the suggestions for one file may take; misspellings beyond that get no suggestion.
const MOST_COMPARISONS: usize = 100_000;

/// The known word nearest to `word`, if one is similar enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST_WORD)
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity > 0.85)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// Suggestions for any number of words from the same known ones, at a bounded cost.
#[derive(Debug)]
pub(crate) struct Suggestions<'a> {
    known: Vec<&'a str>,
    comparisons_left: usize,
}

impl<'a> Suggestions<'a> {
    pub(crate) fn among(known: impl IntoIterator<Item = &'a str>) -> Self {
        Self { known: known.into_iter().collect(), comparisons_left: MOST_COMPARISONS }
    }

    /// The nearest known word; `None` too once the comparisons are used up.
    pub(crate) fn nearest(&mut self, word: &str) -> Option<&'a str> {
        self.comparisons_left = self.comparisons_left.checked_sub(self.known.len())?;
        nearest(word, self.known.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_stop_after_the_most_comparisons() {
        let known: Vec<String> = (0..1_000).map(|number| format!("region{number}")).collect();
        let mut suggestions = Suggestions::among(known.iter().map(String::as_str));
        let helped = (0..1_000).filter(|_| suggestions.nearest("regoin7").is_some());
        assert_eq!(helped.count(), MOST_COMPARISONS / known.len());
    }

    #[test]
    fn an_overlong_word_is_no_misspelling() {
        let long = "a".repeat(LONGEST_WORD + 1);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(nearest("regoin", [long.as_str(), "region"]), Some("region"));
    }
}

//! Many findings of one rule in output for people: the first ones, then their number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many findings of one rule are shown.
const MOST_OF_A_RULE: usize = 100;

/// Counts the findings of each rule while they are written.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    seen: BTreeMap<&'static str, usize>,
}

impl Fold {
    /// Whether the next finding of a rule is still shown.
    pub(crate) fn shows(&mut self, rule: &'static str) -> bool {
        let seen = self.seen.entry(rule).or_default();
        *seen += 1;
        *seen <= MOST_OF_A_RULE
    }

    /// One line for each rule with more findings than were shown.
    pub(crate) fn rest(&self) -> String {
        let mut text = String::new();
        for (rule, seen) in &self.seen {
            if let Some(more @ 1..) = seen.checked_sub(MOST_OF_A_RULE) {
                let _ = writeln!(text, "… and {more} more of `{rule}`: `--all` shows them");
            }
        }
        text
    }
}

//! Many findings of one rule in output for people: the first ones, then their number.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Report;

/// How many findings of one rule are shown.
const MOST_OF_A_RULE: usize = 100;

/// Counts the findings of each rule while they are written.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    seen: BTreeMap<&'static str, usize>,
}

impl Fold {
    /// The report without the findings that are too many. It is copied only if there are such.
    pub(crate) fn folded<'a>(&mut self, report: &'a Report) -> Cow<'a, Report> {
        let mut shows: Vec<bool> =
            report.findings.iter().map(|shown| self.shows(shown.rule)).collect();
        let mut folded = Cow::Borrowed(report);
        if shows.contains(&false) {
            let mut shows = shows.drain(..);
            folded.to_mut().findings.retain(|_| shows.next().unwrap_or(true));
        }
        folded
    }

    /// Whether the next finding of a rule is still shown.
    fn shows(&mut self, rule: &'static str) -> bool {
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

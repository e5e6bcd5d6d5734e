//! A calendar day in UTC: the unit in which the age of a lock entry is counted.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, Utc};

/// A day of the Gregorian calendar, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The current day.
    #[must_use]
    pub fn today() -> Self {
        Self(Utc::now().date_naive())
    }

    /// Parses `YYYY-MM-DD` and nothing else; the day must exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = Self(text.parse().ok()?);
        // chrono also accepts signs, spaces and single digits.
        (parsed.to_string() == text).then_some(parsed)
    }

    /// The days from `earlier` to this day; 0 if `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> u32 {
        let days = self.0.signed_duration_since(earlier.0).num_days();
        u32::try_from(days).unwrap_or_default()
    }
}

/// The text is not a day.
#[derive(Debug, thiserror::Error)]
#[error("expected a day of the form YYYY-MM-DD")]
pub struct InvalidDay;

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        Self::parse(text).ok_or(InvalidDay)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for text in ["1970-01-01", "2000-02-29", "2024-10-01", "2026-09-30", "2026-12-31"] {
            assert_eq!(Day::parse(text).map(|day| day.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "26-01-01",
            "2026-01-01T00:00",
            "+026-01-01",
            "2026-01-0a",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ages_are_counted_in_days() {
        let age = |from: &str, to: &str| Some(Day::parse(to)?.days_since(Day::parse(from)?));
        assert_eq!(age("2026-09-30", "2026-10-01"), Some(1));
        assert_eq!(age("2024-02-28", "2024-03-01"), Some(2));
        assert_eq!(age("2026-10-01", "2026-09-30"), Some(0));
        assert_eq!(age("1970-01-01", "2026-01-01"), Some(20_454));
    }
}

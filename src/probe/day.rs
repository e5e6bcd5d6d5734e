//! A calendar day in UTC: what the age of a lock entry is counted in.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Days since 1970-01-01.
    number: i64,
}

impl Day {
    /// The day of the clock.
    #[must_use]
    pub fn today() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Self {
            number: i64::try_from(seconds / 86_400).unwrap_or_default(),
        }
    }

    /// Reads `YYYY-MM-DD`; nothing else is a day, and neither is the 30th of February.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let well_formed =
            parts.next().is_none() && [year.len(), month.len(), day.len()] == [4, 2, 2];
        if !well_formed
            || !text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return None;
        }
        let number = number_of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        let parsed = Self { number };
        (parsed.to_string() == text).then_some(parsed)
    }

    /// The days from `earlier` to this day; none where it is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> u32 {
        u32::try_from(self.number - earlier.number).unwrap_or_default()
    }
}

/// A text that is no day.
#[derive(Debug, thiserror::Error)]
#[error("it is no day of the form YYYY-MM-DD")]
pub struct NoDay;

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        Self::parse(text).ok_or(NoDay)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.number);
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

// Both ways count in years that begin in March, so that the leap day is the last one, and in eras of 400 years, after
// which the calendar repeats. 719,468 days lie between 0000-03-01 and 1970-01-01.

fn number_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn date_of(number: i64) -> (i64, i64, i64) {
    let shifted = number + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for text in [
            "1970-01-01",
            "2000-02-29",
            "2024-10-01",
            "2026-09-30",
            "2026-12-31",
        ] {
            assert_eq!(
                Day::parse(text).map(|day| day.to_string()).as_deref(),
                Some(text)
            );
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

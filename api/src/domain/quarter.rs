//! Quarters of the calendar year, written `2026-Q2`, with their bounds in Asia/Seoul.
//!
//! Korea has had one offset, +09:00, without daylight saving since 1988-10-09, so the zone is a
//! fixed offset here.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, TimeZone, Utc};

/// A quarter of the calendar year; the fiscal year is the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: u16,
    number: u8,
}

/// Text that is not a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAQuarter;

/// Korea Standard Time.
pub fn seoul() -> FixedOffset {
    // invariant: nine hours are within a day, so the offset exists.
    FixedOffset::east_opt(9 * 3600).unwrap_or_else(|| unreachable!())
}

impl Quarter {
    /// The quarter that holds a date.
    pub fn of(date: NaiveDate) -> Option<Self> {
        let year = u16::try_from(date.year()).ok().filter(|year| (1900..=2999).contains(year))?;
        let number = u8::try_from(date.month0() / 3 + 1).ok()?;
        Some(Self { year, number })
    }

    /// First day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(i32::from(self.year), u32::from(self.number) * 3 - 2, 1)
            .unwrap_or_default()
    }

    /// Last day.
    pub fn last_day(self) -> NaiveDate {
        let next = self.first_day() + Months::new(3);
        next.checked_sub_days(Days::new(1)).unwrap_or(next)
    }

    /// The quarter after this one.
    pub fn next(self) -> Self {
        match self.number {
            4 => Self { year: self.year + 1, number: 1 },
            number => Self { year: self.year, number: number + 1 },
        }
    }

    /// The instants from which and before which the quarter runs, in UTC.
    pub fn bounds(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (midnight(self.first_day()), midnight(self.next().first_day()))
    }
}

/// Midnight in Seoul at the start of a day.
fn midnight(date: NaiveDate) -> DateTime<Utc> {
    let naive = date.and_hms_opt(0, 0, 0).unwrap_or_default();
    match seoul().from_local_datetime(&naive) {
        chrono::offset::LocalResult::Single(instant) => instant.to_utc(),
        _ => naive.and_utc(),
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = NotAQuarter;

    fn from_str(text: &str) -> Result<Self, NotAQuarter> {
        let (year, number) = text.split_once("-Q").ok_or(NotAQuarter)?;
        let digits = |part: &str, length| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(number, 1) {
            return Err(NotAQuarter);
        }
        let year = year.parse().map_err(|_| NotAQuarter)?;
        let number = number.parse().map_err(|_| NotAQuarter)?;
        if !(1900..=2999).contains(&year) || !(1..=4).contains(&number) {
            return Err(NotAQuarter);
        }
        Ok(Self { year, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_midnights_in_seoul() {
        let quarter: Quarter = "2026-Q3".parse().unwrap();
        let (from, before) = quarter.bounds();
        assert_eq!(from.to_rfc3339(), "2026-06-30T15:00:00+00:00");
        assert_eq!(before.to_rfc3339(), "2026-09-30T15:00:00+00:00");
        assert_eq!(quarter.last_day().to_string(), "2026-09-30");
        assert_eq!("2026-Q4".parse::<Quarter>().unwrap().next().to_string(), "2027-Q1");
    }

    #[test]
    fn other_text_is_refused() {
        for text in
            ["", "2026", "2026-Q0", "2026-Q5", "2026-q1", "26-Q1", "2026-Q10", "2026Q1", "+026-Q1"]
        {
            assert_eq!(text.parse::<Quarter>(), Err(NotAQuarter), "{text}");
        }
    }
}

//! Quarters of the calendar year, written `2026-Q2`, with their bounds in Asia/Seoul.
//!
//! Korea has had one offset, +09:00, without daylight saving since 1988-10-09, so the zone is a
//! fixed offset here.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, TimeZone, Utc};

use super::fold;

/// First year of the grammar.
const FIRST_YEAR: u16 = 1900;
/// Last year of the grammar.
const LAST_YEAR: u16 = 2999;

/// Longest text that is read as a quarter, in bytes.
const LONGEST: usize = 100;

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
        let year = u16::try_from(date.year())
            .ok()
            .filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))?;
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

    /// The quarter before this one; the first there is, 1900-Q1, comes before itself.
    pub fn previous(self) -> Self {
        self.back(1)
    }

    /// The quarter so many quarters before this one; none is earlier than 1900-Q1.
    pub fn back(self, quarters: u32) -> Self {
        let first = u32::from(FIRST_YEAR) * 4;
        let here = u32::from(self.year) * 4 + u32::from(self.number) - 1;
        let there = here.saturating_sub(quarters).max(first);
        let year = u16::try_from(there / 4).unwrap_or(FIRST_YEAR);
        let number = u8::try_from(there % 4).unwrap_or_default() + 1;
        Self { year, number }
    }

    /// Year, e.g. 2026.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Number within the year, 1 to 4.
    pub fn number(self) -> u8 {
        self.number
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

impl Quarter {
    /// The quarter that people mean by a text: in another case or width, with signs that show nothing, without its
    /// hyphen, in Korean.
    pub fn written(text: &str) -> Option<Self> {
        if let Ok(quarter) = text.parse() {
            return Some(quarter);
        }
        // Nothing that long is a quarter; NUL is no sign that people write.
        if text.len() > LONGEST || text.contains('\0') {
            return None;
        }
        let code = fold::code(text);
        let (year, number) = match code.strip_suffix("분기") {
            Some(korean) => korean.split_once('년')?,
            None => code.split_once("-Q").or_else(|| code.split_once('Q'))?,
        };
        format!("{year}-Q{number}").parse().ok()
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
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) || !(1..=4).contains(&number) {
            return Err(NotAQuarter);
        }
        Ok(Self { year, number })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn a_quarter_is_known_as_people_write_it() {
        for text in [
            "2026-Q3",
            "2026Q3",
            "2026-q3",
            " ２０２６-Q3",
            "2026–Ｑ３",
            "\u{FEFF}2026-Q\u{200B}3",
            "2026년 3분기",
        ] {
            assert_eq!(Quarter::written(text), "2026-Q3".parse().ok(), "{text}");
        }
        for text in [
            "",
            "Q",
            "2026",
            "2026-Q5",
            "26Q3",
            "2026--Q3",
            "2026-Q3Q",
            "2026Q3\0",
            "년분기",
            "3분기",
        ] {
            assert_eq!(Quarter::written(text), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in
            ["", "2026", "2026-Q0", "2026-Q5", "2026-q1", "26-Q1", "2026-Q10", "2026Q1", "+026-Q1"]
        {
            assert_eq!(text.parse::<Quarter>(), Err(NotAQuarter), "{text}");
        }
    }

    #[test]
    fn quarters_are_counted_back_over_years() {
        let quarter: Quarter = "2026-Q2".parse().unwrap();
        assert_eq!((quarter.year(), quarter.number()), (2026, 2));
        for (back, seen) in
            [(0, "2026-Q2"), (1, "2026-Q1"), (2, "2025-Q4"), (8, "2024-Q2"), (u32::MAX, "1900-Q1")]
        {
            assert_eq!(quarter.back(back).to_string(), seen, "{back}");
        }
        assert_eq!(quarter.previous().to_string(), "2026-Q1");
        let first: Quarter = "1900-Q1".parse().unwrap();
        assert_eq!(first.previous(), first);
    }

    fn any_quarter() -> impl Strategy<Value = Quarter> {
        (FIRST_YEAR..=LAST_YEAR, 1_u8..=4).prop_map(|(year, number)| Quarter { year, number })
    }

    proptest! {
        #[test]
        fn a_quarter_survives_its_text(quarter in any_quarter()) {
            let text = quarter.to_string();
            prop_assert_eq!(text.len(), 7);
            prop_assert_eq!(text.parse(), Ok(quarter));
        }

        #[test]
        fn text_that_is_read_is_written_alike(text in "\\PC{0,12}|[0-9]{0,5}-?[Qq]?[0-9]{0,3}") {
            if let Ok(quarter) = text.parse::<Quarter>() {
                prop_assert_eq!(quarter.to_string(), text);
            }
        }

        #[test]
        fn quarters_are_ordered_as_their_text(one in any_quarter(), other in any_quarter()) {
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
            prop_assert_eq!(one.cmp(&other), one.first_day().cmp(&other.first_day()));
        }

        #[test]
        fn back_is_previous_so_many_times(quarter in any_quarter(), back in 0_u32..40) {
            let mut seen = quarter;
            for _ in 0..back {
                let before = seen.previous();
                prop_assert!(before < seen || before.to_string() == "1900-Q1");
                prop_assert!(before == seen || before.next() == seen);
                seen = before;
            }
            prop_assert_eq!(quarter.back(back), seen);
        }

        #[test]
        fn a_quarter_holds_its_days(quarter in any_quarter(), day in 0_u64..90) {
            let date = quarter.first_day() + Days::new(day);
            prop_assert_eq!(Quarter::of(date), Some(quarter));
            prop_assert_eq!(Quarter::of(quarter.last_day()), Some(quarter));
            prop_assert_eq!(quarter.last_day() + Days::new(1), quarter.next().first_day());
        }
    }
}

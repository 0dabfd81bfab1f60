//! Periods of the calendar: a month `2026-07`, a quarter `2026-Q3`, a half `2026-H2`, a year `2026`.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::fold;
use super::partial_date;
use super::quarter::Quarter;

/// Kinds of periods, the longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// A year.
    Year,
    /// Half a year.
    Half,
    /// A quarter.
    Quarter,
    /// A month.
    Month,
}

impl Length {
    const ALL: [Self; 4] = [Self::Year, Self::Half, Self::Quarter, Self::Month];

    fn months(self) -> u32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }
}

/// A period with its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// How it is written.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// The period of that length that holds a day.
    pub fn of(length: Length, day: NaiveDate) -> Option<Self> {
        let number = day.month0() / length.months();
        let from = NaiveDate::from_ymd_opt(day.year(), number * length.months() + 1, 1)?;
        let next = from.checked_add_months(Months::new(length.months()))?;
        let (year, number) = (day.year(), number + 1);
        let label = match length {
            Length::Year => format!("{year:04}"),
            Length::Half => format!("{year:04}-H{number}"),
            Length::Quarter => format!("{year:04}-Q{number}"),
            Length::Month => format!("{year:04}-{number:02}"),
        };
        Some(Self { label, from, to: next.checked_sub_days(Days::new(1))? })
    }

    /// The period written so.
    pub fn parse(text: &str) -> Option<Self> {
        let year = partial_date::first_day(text.get(..4)?)?;
        // Of each length a year has at most twelve.
        let starts = (0..12).filter_map(|month| year.checked_add_months(Months::new(month)));
        starts
            .flat_map(|day| Length::ALL.into_iter().filter_map(move |of| Self::of(of, day)))
            .find(|period| period.label == text)
    }

    /// The period that people mean by a text, as [`Quarter::written`] does.
    pub fn written(text: &str) -> Option<Self> {
        let quarter = || Quarter::written(text).map(Self::from);
        let code = || (!text.contains('\0')).then(|| fold::code(text));
        Self::parse(text).or_else(quarter).or_else(|| Self::parse(&code()?))
    }

    /// How every period is written that shares a day with this one.
    pub fn overlapping(&self) -> Vec<String> {
        let Some(year) = Self::of(Length::Year, self.from) else { return Vec::new() };
        let mut found: Vec<String> = Length::ALL
            .into_iter()
            .flat_map(|length| {
                let starts =
                    (0..12).filter_map(|month| year.from.checked_add_months(Months::new(month)));
                starts.filter_map(move |day| Self::of(length, day))
            })
            .filter(|other| other.from <= self.to && other.to >= self.from)
            .map(|other| other.label)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The period in which a meeting was held: its month if it is a monthly one, else its quarter; the year
/// where no more is known.
pub fn of_date(held_on: &str, is_monthly: bool) -> Option<Period> {
    let day = partial_date::first_day(held_on)?;
    let length = match (held_on.len(), is_monthly) {
        (4, _) => Length::Year,
        (_, true) => Length::Month,
        (_, false) => Length::Quarter,
    };
    Period::of(length, day)
}

impl From<Quarter> for Period {
    fn from(quarter: Quarter) -> Self {
        Self { label: quarter.to_string(), from: quarter.first_day(), to: quarter.last_day() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_form_has_its_bounds() {
        for (text, from, to) in [
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026-H1", "2026-01-01", "2026-06-30"),
            ("2026-H2", "2026-07-01", "2026-12-31"),
            ("2026-Q3", "2026-07-01", "2026-09-30"),
            ("2024-02", "2024-02-01", "2024-02-29"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!((period.from.to_string(), period.to.to_string()), (from.into(), to.into()));
        }
        for text in [
            "",
            "26",
            "2026-",
            "2026-H3",
            "2026-H0",
            "2026-Q5",
            "2026-13",
            "2026-7",
            "2026h1",
            "2026-07-01",
            "20２6",
        ] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_overlaps_a_quarter() {
        let found = Period::parse("2026-Q2").unwrap().overlapping();
        assert_eq!(found, ["2026", "2026-04", "2026-05", "2026-06", "2026-H1", "2026-Q2"]);
    }

    #[test]
    fn a_meeting_is_of_the_period_it_was_held_in() {
        for (held_on, is_monthly, label) in [
            ("2026-07-01", false, "2026-Q3"),
            ("2026-07", false, "2026-Q3"),
            ("2026-07-01", true, "2026-07"),
            ("2026", true, "2026"),
        ] {
            assert_eq!(of_date(held_on, is_monthly).unwrap().label, label);
        }
        assert_eq!(of_date("soon", false), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text: String) {
            if let Some(period) = Period::parse(&text) {
                prop_assert_eq!(period.label, text);
            }
        }

        #[test]
        fn a_period_is_read_as_it_is_written(year in 1u32..=9998, month in 0u32..12, length in 0usize..4) {
            let day = NaiveDate::from_ymd_opt(i32::try_from(year).unwrap(), month + 1, 15).unwrap();
            let period = Period::of(Length::ALL[length], day).unwrap();
            prop_assert!(period.from <= day && day <= period.to);
            prop_assert_eq!(Period::parse(&period.label), Some(period));
        }
    }
}

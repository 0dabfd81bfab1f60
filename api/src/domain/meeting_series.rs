//! What a series of meetings owed: the periods in which a meeting was due, and whether one was held.

use chrono::{Datelike, Days, Months, NaiveDate};
use entity::meeting_series::Cadence;

use super::partial_date;
use super::quarter::Quarter;

/// Most periods that one answer lists.
pub const MAX_PERIODS: usize = 240;

/// How a period went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStatus {
    /// A meeting was held.
    Held,
    /// The period is over, and a meeting is on record that may have been held in it: its date is not
    /// known well enough to tell.
    Undated,
    /// The period is over and no meeting is on record.
    Missed,
    /// The period is not over yet.
    Due,
}

impl PeriodStatus {
    /// Code as the schema shows it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Undated => "UNDATED",
            Self::Missed => "MISSED",
            Self::Due => "DUE",
        }
    }
}

/// One period of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2026-07`, `2026-Q3` or `2026`.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Meetings known to have been held in the period.
    pub held: usize,
    /// How it went.
    pub status: PeriodStatus,
}

fn period_at(cadence: Cadence, day: NaiveDate) -> Option<(String, NaiveDate, NaiveDate)> {
    let span = |first: NaiveDate, months: u32| {
        let next = first.checked_add_months(Months::new(months))?;
        Some((first, next.checked_sub_days(Days::new(1))?))
    };
    match cadence {
        Cadence::Monthly => {
            let (from, to) = span(day.with_day(1)?, 1)?;
            Some((format!("{:04}-{:02}", from.year(), from.month()), from, to))
        }
        Cadence::Quarterly => {
            let quarter = Quarter::of(day)?;
            Some((quarter.to_string(), quarter.first_day(), quarter.last_day()))
        }
        Cadence::Annual => {
            let (from, to) = span(day.with_day(1)?.with_month(1)?, 12)?;
            Some((format!("{:04}", from.year()), from, to))
        }
        Cadence::Irregular => None,
    }
}

/// The periods from the start of the series to the one that holds `until`.
///
/// `held` are the dates of held meetings as far as they are known; one that is not known well enough
/// for a single period counts for none, since that would be a guess, but leaves none that it may
/// have been held in as missed.
pub fn periods(
    cadence: Cadence,
    starts_on: &str,
    ends_on: Option<&str>,
    until: NaiveDate,
    held: &[&str],
) -> Vec<Period> {
    let Some(mut day) = partial_date::first_day(starts_on) else { return Vec::new() };
    let last = ends_on.and_then(partial_date::last_day).map_or(until, |end| end.min(until));
    let held: Vec<(NaiveDate, NaiveDate)> = held
        .iter()
        .filter_map(|date| Some((partial_date::first_day(date)?, partial_date::last_day(date)?)))
        .collect();
    let mut periods = Vec::new();
    while day <= last && periods.len() < MAX_PERIODS {
        let Some((label, from, to)) = period_at(cadence, day) else { break };
        let count = held.iter().filter(|(first, last)| *first >= from && *last <= to).count();
        let perhaps = held.iter().any(|(first, last)| *first <= to && *last >= from);
        let status = match count {
            0 if to >= until => PeriodStatus::Due,
            0 if perhaps => PeriodStatus::Undated,
            0 => PeriodStatus::Missed,
            _ => PeriodStatus::Held,
        };
        periods.push(Period { label, from, to, held: count, status });
        let Some(next) = to.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_quarter_without_its_meeting_is_missed() {
        let got = periods(Cadence::Quarterly, "2026-03", None, day("2026-11-22"), &["2026-07-01"]);
        let shown: Vec<(&str, PeriodStatus)> =
            got.iter().map(|period| (period.label.as_str(), period.status)).collect();
        assert_eq!(
            shown,
            [
                ("2026-Q1", PeriodStatus::Missed),
                ("2026-Q2", PeriodStatus::Missed),
                ("2026-Q3", PeriodStatus::Held),
                ("2026-Q4", PeriodStatus::Due),
            ]
        );
    }

    #[test]
    fn a_date_known_to_the_year_counts_for_no_quarter() {
        let held = ["2023", "2023-12-06"];
        let got = periods(Cadence::Quarterly, "2023", Some("2023"), day("2024-06-01"), &held);
        assert_eq!(got.iter().map(|period| period.held).collect::<Vec<_>>(), [0, 0, 0, 1]);
        assert!(got[..3].iter().all(|period| period.status == PeriodStatus::Undated));
    }

    #[test]
    fn months_years_and_no_rhythm() {
        assert_eq!(periods(Cadence::Monthly, "2026-03", None, day("2026-05-31"), &[]).len(), 3);
        assert_eq!(periods(Cadence::Annual, "2022", None, day("2026-05-31"), &["2023"])[1].held, 1);
        assert!(periods(Cadence::Irregular, "2022", None, day("2026-05-31"), &[]).is_empty());
    }
}

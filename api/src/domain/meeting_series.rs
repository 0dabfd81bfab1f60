//! What a series of meetings owed: the periods in which a meeting was expected, and what is on record of
//! each. Silence is never taken as proof: a period of which nothing is known is not on record, and it is
//! missed only where somebody has recorded that no meeting was held.

use chrono::{Days, NaiveDate};
use entity::meeting_series::Cadence;

use super::partial_date;
use super::period::{Length, Period};

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
    /// The period is over, and nothing is known of a meeting in it.
    NotOnRecord,
    /// It is on record that none was held: recorded as missed, or the meeting was cancelled and the period
    /// is over.
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
            Self::NotOnRecord => "NOT_ON_RECORD",
            Self::Missed => "MISSED",
            Self::Due => "DUE",
        }
    }
}

/// What is on record of a series.
#[derive(Debug, Clone, Copy, Default)]
pub struct Record<'a> {
    /// Dates of held meetings, as far as they are known.
    pub held: &'a [&'a str],
    /// Dates for which cancelled meetings were planned.
    pub cancelled: &'a [&'a str],
    /// Periods recorded as missed.
    pub missed: &'a [&'a str],
}

/// One period of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPeriod {
    /// The period.
    pub period: Period,
    /// Meetings known to have been held in it.
    pub held: usize,
    /// How it went.
    pub status: PeriodStatus,
}

/// How long a period of a series is; none where nothing is expected.
pub fn length(cadence: Cadence) -> Option<Length> {
    match cadence {
        Cadence::Monthly => Some(Length::Month),
        Cadence::Quarterly => Some(Length::Quarter),
        Cadence::Annual => Some(Length::Year),
        Cadence::Irregular => None,
    }
}

/// The one period of a series in which a day, or all that a date known to the month or year may be, lies; none where the
/// date does not tell, and where nothing is expected.
pub fn period_of(cadence: Cadence, held_on: &str) -> Option<Period> {
    let period = Period::of(length(cadence)?, partial_date::first_day(held_on)?)?;
    (partial_date::last_day(held_on)? <= period.to).then_some(period)
}

/// Whether a meeting on that date counts for a series that lasts from and to these dates. A period counts as a whole.
pub fn lasts(
    cadence: Cadence,
    (starts_on, ends_on): (Option<&str>, Option<&str>),
    held_on: &str,
) -> bool {
    let whole = |day: NaiveDate| length(cadence).and_then(|length| Period::of(length, day));
    let first = starts_on.and_then(partial_date::first_day);
    let first = first.map(|day| whole(day).map_or(day, |period| period.from));
    let last = ends_on.and_then(partial_date::last_day);
    let last = last.map(|day| whole(day).map_or(day, |period| period.to));
    let (from, to) = (partial_date::first_day(held_on), partial_date::last_day(held_on));
    first.is_none_or(|first| to.is_some_and(|to| to >= first))
        && last.is_none_or(|last| from.is_some_and(|from| from <= last))
}

/// The periods of a year; none where nothing is expected.
pub fn of_year(cadence: Cadence, year: i32) -> Vec<Period> {
    let Some(length) = length(cadence) else { return Vec::new() };
    let starts = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 1));
    let mut periods: Vec<Period> = starts.filter_map(|day| Period::of(length, day)).collect();
    periods.dedup();
    periods
}

/// The periods from the start of the series to the one that holds `until`, as seen on that day or today,
/// whichever is earlier.
///
/// A held meeting whose date is not known well enough for a single period counts for none, since that
/// would be a guess, but a period that it may have been held in is undated.
pub fn periods(
    cadence: Cadence,
    (starts_on, ends_on): (&str, Option<&str>),
    until: NaiveDate,
    today: NaiveDate,
    record: Record<'_>,
) -> Vec<SeriesPeriod> {
    let (Some(length), Some(mut day)) = (length(cadence), partial_date::first_day(starts_on))
    else {
        return Vec::new();
    };
    let last = ends_on.and_then(partial_date::last_day).map_or(until, |end| end.min(until));
    let seen_on = until.min(today);
    let spans = |dates: &[&str]| -> Vec<(NaiveDate, NaiveDate)> {
        let span =
            |date: &&str| Some((partial_date::first_day(date)?, partial_date::last_day(date)?));
        dates.iter().filter_map(span).collect()
    };
    let (held, cancelled) = (spans(record.held), spans(record.cancelled));
    let mut periods = Vec::new();
    while day <= last && periods.len() < MAX_PERIODS {
        let Some(period) = Period::of(length, day) else { break };
        let within =
            |(first, last): &(NaiveDate, NaiveDate)| *first >= period.from && *last <= period.to;
        let perhaps =
            |(first, last): &(NaiveDate, NaiveDate)| *first <= period.to && *last >= period.from;
        let count = held.iter().filter(|span| within(span)).count();
        let is_over = period.to < seen_on;
        let status = if count > 0 {
            PeriodStatus::Held
        } else if record.missed.contains(&period.label.as_str()) {
            PeriodStatus::Missed
        } else if !is_over {
            PeriodStatus::Due
        } else if held.iter().any(perhaps) {
            PeriodStatus::Undated
        } else if cancelled.iter().any(within) {
            PeriodStatus::Missed
        } else {
            PeriodStatus::NotOnRecord
        };
        let next = period.to.checked_add_days(Days::new(1));
        periods.push(SeriesPeriod { period, held: count, status });
        let Some(next) = next else { break };
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

    fn shown(
        cadence: Cadence,
        span: (&str, Option<&str>),
        until: &str,
        record: Record<'_>,
    ) -> Vec<(String, PeriodStatus)> {
        periods(cadence, span, day(until), day("2026-11-22"), record)
            .into_iter()
            .map(|of| (of.period.label, of.status))
            .collect()
    }

    fn labels(of: &[(&str, PeriodStatus)]) -> Vec<(String, PeriodStatus)> {
        of.iter().map(|(label, status)| ((*label).to_owned(), *status)).collect()
    }

    #[test]
    fn silence_is_not_a_missed_meeting() {
        use PeriodStatus as S;
        let held = Record { held: &["2026-07-01"], ..Record::default() };
        let got = shown(Cadence::Quarterly, ("2026-03", None), "2026-11-22", held);
        let expected = [
            ("2026-Q1", S::NotOnRecord),
            ("2026-Q2", S::NotOnRecord),
            ("2026-Q3", S::Held),
            ("2026-Q4", S::Due),
        ];
        assert_eq!(got, labels(&expected));
        // What lies ahead of today is due, whatever day is asked for.
        let got = shown(Cadence::Quarterly, ("2026-Q3", None), "2027-06-30", held);
        assert!(got.is_empty(), "not a partial date");
        let got = shown(Cadence::Quarterly, ("2026-10", None), "2027-06-30", held);
        assert!(got.iter().all(|(_, status)| *status == S::Due) && got.len() == 3, "{got:?}");
    }

    #[test]
    fn a_meeting_is_missed_where_somebody_recorded_so() {
        use PeriodStatus as S;
        let record = Record {
            held: &["2026-05-02"],
            cancelled: &["2026-04-10", "2026-06", "2026-11-03", "2026"],
            missed: &["2026-03", "2026-05", "2026-12", "2026-Q3"],
        };
        let got = shown(Cadence::Monthly, ("2026-03", None), "2026-12-31", record);
        let expected = [
            ("2026-03", S::Missed),
            ("2026-04", S::Missed),
            // One was held after all.
            ("2026-05", S::Held),
            ("2026-06", S::Missed),
            ("2026-07", S::NotOnRecord),
            ("2026-08", S::NotOnRecord),
            ("2026-09", S::NotOnRecord),
            ("2026-10", S::NotOnRecord),
            // It may be held on another day yet.
            ("2026-11", S::Due),
            ("2026-12", S::Missed),
        ];
        assert_eq!(got, labels(&expected));
    }

    #[test]
    fn a_date_known_to_the_year_counts_for_no_quarter() {
        let record = Record { held: &["2023", "2023-12-06"], ..Record::default() };
        let got = periods(
            Cadence::Quarterly,
            ("2023", Some("2023")),
            day("2024-06-01"),
            day("2026-11-22"),
            record,
        );
        assert_eq!(got.iter().map(|period| period.held).collect::<Vec<_>>(), [0, 0, 0, 1]);
        assert!(got[..3].iter().all(|period| period.status == PeriodStatus::Undated));
    }

    #[test]
    fn a_date_lies_in_one_period_or_tells_none() {
        let label = |cadence, date| period_of(cadence, date).map(|period| period.label);
        assert_eq!(label(Cadence::Monthly, "2026-11-22").as_deref(), Some("2026-11"));
        assert_eq!(label(Cadence::Quarterly, "2026-12").as_deref(), Some("2026-Q4"));
        assert_eq!(label(Cadence::Annual, "2026").as_deref(), Some("2026"));
        assert_eq!(label(Cadence::Monthly, "2026"), None);
        assert_eq!(label(Cadence::Irregular, "2026-11-22"), None);
        assert_eq!(of_year(Cadence::Quarterly, 2027).len(), 4);
        assert_eq!(of_year(Cadence::Monthly, 2027)[11].label, "2027-12");
        assert_eq!(of_year(Cadence::Irregular, 2027), []);
    }

    #[test]
    fn a_series_lasts_from_its_first_period_to_its_last() {
        let span = (Some("2026-03"), Some("2027-05-10"));
        for (cadence, date, expected) in [
            (Cadence::Monthly, "2026-02-28", false),
            (Cadence::Quarterly, "2026-02-28", true),
            (Cadence::Quarterly, "2025", false),
            (Cadence::Monthly, "2027-05-31", true),
            (Cadence::Irregular, "2027-05-31", false),
            (Cadence::Irregular, "2026", true),
            (Cadence::Monthly, "2027-06", false),
        ] {
            assert_eq!(lasts(cadence, span, date), expected, "{cadence:?} {date}");
        }
        assert!(lasts(Cadence::Monthly, (None, None), "1999"));
    }

    #[test]
    fn months_years_and_no_rhythm() {
        let none = Record::default();
        assert_eq!(shown(Cadence::Monthly, ("2026-03", None), "2026-05-31", none).len(), 3);
        let held = Record { held: &["2023"], ..none };
        assert_eq!(
            shown(Cadence::Annual, ("2022", None), "2026-05-31", held)[1].1,
            PeriodStatus::Held
        );
        assert!(shown(Cadence::Irregular, ("2022", None), "2026-05-31", none).is_empty());
    }
}

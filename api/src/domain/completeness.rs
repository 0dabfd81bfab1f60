//! How complete what is expected is, and how timely: the list is frozen at the quarter's end, so what was
//! handed in never exceeds what was expected, and no rate passes 100 %.

use chrono::NaiveDate;
use entity::submission::SubmissionStatus;

use super::quarter::Quarter;

/// 이행 구분. How complete a submission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// 접수 전. Not open yet.
    NotDue,
    /// 미작성. Open, nothing saved, and not overdue.
    Open,
    /// 작성 중. Being filled in, and not overdue.
    Draft,
    /// 제출. First handed in on time, not accepted yet.
    Submitted,
    /// 지연 제출. First handed in late, not accepted yet.
    Late,
    /// 승인. Accepted or final.
    Accepted,
    /// 미제출. Not handed in, or taken back, and overdue or its quarter final.
    Missing,
}

impl Completeness {
    /// Code as shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotDue => "NOT_DUE",
            Self::Open => "OPEN",
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Late => "LATE",
            Self::Accepted => "ACCEPTED",
            Self::Missing => "MISSING",
        }
    }
}

/// How complete a submission is on a day. `is_on_time` judges the first handing in, and is none until then.
pub fn completeness(
    status: SubmissionStatus,
    is_on_time: Option<bool>,
    is_final: bool,
    opens_on: NaiveDate,
    due_on: NaiveDate,
    today: NaiveDate,
) -> Completeness {
    match (status, is_on_time) {
        (SubmissionStatus::Accepted | SubmissionStatus::Final, _) => Completeness::Accepted,
        // Once handed in it is no more missing, whatever becomes of it.
        (
            SubmissionStatus::NotStarted
            | SubmissionStatus::Draft
            | SubmissionStatus::Submitted
            | SubmissionStatus::Returned,
            Some(on_time),
        ) => {
            if on_time {
                Completeness::Submitted
            } else {
                Completeness::Late
            }
        }
        (SubmissionStatus::Submitted | SubmissionStatus::Returned, None) => Completeness::Submitted,
        // A final quarter waits for no due date.
        (SubmissionStatus::NotStarted | SubmissionStatus::Draft, None)
            if is_final || today > due_on =>
        {
            Completeness::Missing
        }
        (SubmissionStatus::NotStarted, None) if today < opens_on => Completeness::NotDue,
        (SubmissionStatus::NotStarted, None) => Completeness::Open,
        (SubmissionStatus::Draft, None) => Completeness::Draft,
    }
}

/// Whether an obligation puts its institution on the list of a quarter: it is in force on its last day.
pub fn is_expected(starts_on: NaiveDate, ends_on: Option<NaiveDate>, quarter: Quarter) -> bool {
    let last = quarter.last_day();
    starts_on <= last && ends_on.is_none_or(|end| end >= last)
}

/// Submissions counted.
#[cfg(test)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// On the frozen lists: the base of each rate.
    pub expected: i64,
    /// Handed in, whatever has become of it since; what was recalled before any return was not.
    pub submitted: i64,
    /// First handed in by the due date.
    pub on_time: i64,
    /// First handed in later.
    pub late: i64,
    /// Accepted or final.
    pub accepted: i64,
    /// Reported that there is nothing to report.
    pub nil: i64,
    /// Never handed in, and overdue or the quarter final.
    pub missing: i64,
    /// Being filled in, and never handed in.
    pub draft: i64,
    /// Given back, and not come again.
    pub returned: i64,
}

#[cfg(test)]
impl Tally {
    /// Counts so many submissions of one kind.
    pub fn add(
        &mut self,
        completeness: Completeness,
        status: SubmissionStatus,
        is_on_time: Option<bool>,
        is_nil: bool,
        count: i64,
    ) {
        self.expected += count;
        match is_on_time {
            Some(true) => self.on_time += count,
            Some(false) => self.late += count,
            None => {}
        }
        if is_on_time.is_some() {
            self.submitted += count;
        }
        match completeness {
            Completeness::Accepted => self.accepted += count,
            Completeness::Missing => self.missing += count,
            Completeness::Draft => self.draft += count,
            Completeness::NotDue
            | Completeness::Open
            | Completeness::Submitted
            | Completeness::Late => {}
        }
        if status == SubmissionStatus::Returned {
            self.returned += count;
        }
        if is_nil {
            self.nil += count;
        }
    }
}

/// A part of its base in percent, rounded to one decimal; none without a base. Never above 100, and 100 only
/// for the whole.
pub fn rate(part: i64, base: i64) -> Option<f64> {
    if base <= 0 {
        return None;
    }
    let (part, base) = (i128::from(part.clamp(0, base)), i128::from(base));
    // Rounded, but that nothing short of the whole is 100 %.
    let tenths = (2000 * part + base) / (2 * base);
    let tenths = if part < base { tenths.min(999) } else { tenths };
    #[expect(clippy::cast_precision_loss, reason = "at most 1,000")]
    let rate = tenths as f64 / 10.0;
    Some(rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_state_before_during_and_after_its_time() {
        use Completeness as C;
        use SubmissionStatus as S;
        let (opens, due) = (day("2026-10-01"), day("2026-10-12"));
        let days = [day("2026-09-30"), day("2026-10-12"), day("2026-10-13")];
        let table = [
            (S::NotStarted, None, [C::NotDue, C::Open, C::Missing]),
            (S::Draft, None, [C::Draft, C::Draft, C::Missing]),
            (S::Draft, Some(true), [C::Submitted; 3]),
            (S::Submitted, Some(true), [C::Submitted; 3]),
            (S::Submitted, Some(false), [C::Late; 3]),
            (S::Returned, Some(true), [C::Submitted; 3]),
            (S::Returned, Some(false), [C::Late; 3]),
            (S::Accepted, Some(true), [C::Accepted; 3]),
            (S::Accepted, Some(false), [C::Accepted; 3]),
            (S::Final, Some(true), [C::Accepted; 3]),
        ];
        for (status, on_time, expected) in table {
            let seen = days.map(|today| completeness(status, on_time, false, opens, due, today));
            assert_eq!(seen, expected, "{status:?} {on_time:?}");
        }
        for (status, on_time, expected) in [
            (S::NotStarted, None, C::Missing),
            (S::Draft, None, C::Missing),
            (S::Submitted, Some(true), C::Submitted),
            (S::Returned, Some(false), C::Late),
            (S::Final, Some(false), C::Accepted),
        ] {
            let seen = days.map(|today| completeness(status, on_time, true, opens, due, today));
            assert_eq!(seen, [expected; 3], "no day moves a final quarter: {status:?}");
        }
    }

    #[test]
    fn rates_are_rounded_and_whole_for_the_whole_alone() {
        let table = [
            (0, 3, 0.0),
            (1, 3, 33.3),
            (2, 3, 66.7),
            (3, 3, 100.0),
            (9999, 10_000, 99.9),
            (5, 3, 100.0),
        ];
        for (part, base, expected) in table {
            assert_eq!(rate(part, base), Some(expected), "{part} of {base}");
        }
        assert_eq!(rate(0, 0), None);
    }

    #[test]
    fn who_is_under_an_obligation_on_the_last_day_is_expected() {
        let quarter: Quarter = "2026-Q3".parse().unwrap();
        for (from, to, expected) in [
            ("2026-01-01", None, true),
            ("2026-09-30", None, true),
            ("2026-10-01", None, false),
            ("2026-01-01", Some("2026-09-30"), true),
            ("2026-01-01", Some("2026-09-29"), false),
            ("2026-01-01", Some("2027-12-31"), true),
        ] {
            assert_eq!(is_expected(day(from), to.map(day), quarter), expected, "{from} {to:?}");
        }
    }

    #[derive(Debug, Clone)]
    struct Reporter {
        joins: i64,
        stays: Option<i64>,
        hands_in: Option<i64>,
        is_nil: bool,
        is_accepted: bool,
    }

    fn reporters() -> impl Strategy<Value = Vec<Reporter>> {
        let one = (
            -400_i64..400,
            proptest::option::of(0_i64..400),
            proptest::option::of(0_i64..60),
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(|(joins, stays, hands_in, is_nil, is_accepted)| Reporter {
                joins,
                stays,
                hands_in,
                is_nil,
                is_accepted,
            });
        proptest::collection::vec(one, 0..60)
    }

    fn tally(reporters: &[Reporter], quarter: Quarter, today: NaiveDate) -> Tally {
        let opens = quarter.next().first_day();
        let due = opens + chrono::Days::new(10);
        let mut tally = Tally::default();
        for one in reporters {
            let joins = quarter.last_day() + chrono::Duration::days(one.joins);
            let leaves = one.stays.map(|days| joins + chrono::Duration::days(days));
            if !is_expected(joins, leaves, quarter) {
                continue;
            }
            let handed_in = one
                .hands_in
                .map(|after| opens + chrono::Duration::days(after))
                .filter(|day| *day <= today);
            let on_time = handed_in.map(|day| day <= due);
            let status = match handed_in {
                None => SubmissionStatus::NotStarted,
                Some(_) if one.is_accepted => SubmissionStatus::Accepted,
                Some(_) => SubmissionStatus::Submitted,
            };
            let judged = completeness(status, on_time, false, opens, due, today);
            tally.add(judged, status, on_time, one.is_nil && handed_in.is_some(), 1);
        }
        tally
    }

    proptest! {
        #[test]
        fn rates_are_bounded_and_parts_add_up(reporters in reporters(), after in 0_u64..90) {
            let quarter: Quarter = "2026-Q3".parse().unwrap();
            let today = quarter.next().first_day() + chrono::Days::new(after);
            let all = tally(&reporters, quarter, today);
            prop_assert_eq!(all.submitted, all.on_time + all.late);
            prop_assert!(all.submitted + all.missing <= all.expected);
            prop_assert!(all.accepted <= all.submitted && all.nil <= all.submitted);
            if after > 10 {
                prop_assert_eq!(all.submitted + all.missing, all.expected);
            }
            for part in [all.submitted, all.on_time, all.accepted] {
                match rate(part, all.expected) {
                    None => prop_assert_eq!(all.expected, 0),
                    Some(rate) => prop_assert!((0.0..=100.0).contains(&rate)),
                }
            }
        }

        #[test]
        fn who_joins_later_changes_no_quarter_that_is_over(reporters in reporters(), later in 1_i64..400) {
            let quarter: Quarter = "2026-Q3".parse().unwrap();
            let today = quarter.next().first_day() + chrono::Days::new(30);
            let before = tally(&reporters, quarter, today);
            let mut more = reporters;
            more.push(Reporter { joins: later, stays: None, hands_in: Some(1), is_nil: false, is_accepted: true });
            prop_assert_eq!(tally(&more, quarter, today), before);
        }
    }
}

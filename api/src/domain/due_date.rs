//! When results are due, and when to remind of it (code list 8).
//!
//! A period in days leaves out its first day (Civil Act art. 157) and ends with its last (art. 159); an end on
//! a Saturday or public holiday moves to the next day (art. 161, by the General Act on Public Administration
//! art. 6). The roll is a setting of the programme, and holidays are data, because the government adds some at
//! short notice. To add a reminder: a variant of [`Reminder`], and a line in each match.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use entity::programme::RollRule;

use super::quarter::Quarter;

/// The last day to be on time: `due_days` after the quarter's end, rolled off days off.
pub fn due_on(
    quarter: Quarter,
    due_days: u32,
    rule: RollRule,
    holidays: &BTreeSet<NaiveDate>,
) -> NaiveDate {
    let days = Days::new(u64::from(due_days));
    roll(quarter.last_day().checked_add_days(days).unwrap_or(NaiveDate::MAX), rule, holidays)
}

/// The date, or the first working day after it if it is a day off and the rule says so.
pub fn roll(date: NaiveDate, rule: RollRule, holidays: &BTreeSet<NaiveDate>) -> NaiveDate {
    match rule {
        RollRule::None => date,
        RollRule::NextBusinessDay => {
            date.iter_days().find(|day| !is_day_off(*day, holidays)).unwrap_or(date)
        }
    }
}

/// The days that a submission has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Due date by the rule of its programme.
    pub original_due_on: NaiveDate,
    /// Last day to be on time, extensions counted in.
    pub due_on: NaiveDate,
    /// Last day on which results are taken.
    pub locks_on: NaiveDate,
    /// Day by which what was returned must come again.
    pub return_due_on: Option<NaiveDate>,
}

impl Deadlines {
    /// Those of a quarter by the rule of a programme: results are due so many days after its end, and taken so many
    /// days more.
    pub fn by_rule(
        quarter: Quarter,
        (due_days, lock_days): (u32, u32),
        rule: RollRule,
        holidays: &BTreeSet<NaiveDate>,
    ) -> Self {
        let due_on = due_on(quarter, due_days, rule, holidays);
        let late = due_on.checked_add_days(Days::new(u64::from(lock_days)));
        let locks_on = roll(late.unwrap_or(NaiveDate::MAX), rule, holidays);
        Self { original_due_on: due_on, due_on, locks_on, return_due_on: None }
    }

    /// Off the days that are off by now; `by_rule` is what the rule says now. None moves forward again: what was told
    /// holds.
    #[must_use]
    pub fn moved(self, by_rule: Self, rule: RollRule, holidays: &BTreeSet<NaiveDate>) -> Self {
        let off = |day| roll(day, rule, holidays);
        Self {
            original_due_on: self.original_due_on.max(by_rule.original_due_on),
            due_on: off(self.due_on.max(by_rule.due_on)),
            locks_on: off(self.locks_on.max(by_rule.locks_on)),
            return_due_on: self.return_due_on.map(off),
        }
    }
}

/// Whether nobody works on the day: a Saturday, a Sunday or a public holiday.
pub fn is_day_off(date: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun) || holidays.contains(&date)
}

/// 알림. A day on which an institution is reminded of a result that it has not handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reminder {
    /// 기한 14일 전. Fourteen days before the due day.
    TMinus14,
    /// 기한 7일 전. Seven days before the due day.
    TMinus7,
    /// 기한 하루 전. The day before the due day.
    TMinus1,
    /// 기한 다음 날. The day after the due day.
    TPlus1,
}

impl Reminder {
    /// Every reminder, in the order of their days.
    pub const ALL: [Self; 4] = [Self::TMinus14, Self::TMinus7, Self::TMinus1, Self::TPlus1];

    /// Code as shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TMinus14 => "T_MINUS_14",
            Self::TMinus7 => "T_MINUS_7",
            Self::TMinus1 => "T_MINUS_1",
            Self::TPlus1 => "T_PLUS_1",
        }
    }

    /// Days from the due day; below zero before it.
    pub const fn days(self) -> i64 {
        match self {
            Self::TMinus14 => -14,
            Self::TMinus7 => -7,
            Self::TMinus1 => -1,
            Self::TPlus1 => 1,
        }
    }
}

/// The reminder that falls on the very day.
pub fn due_reminder(due_on: NaiveDate, today: NaiveDate) -> Option<Reminder> {
    let days = today.signed_duration_since(due_on).num_days();
    Reminder::ALL.into_iter().find(|reminder| reminder.days() == days)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(texts: &[&str]) -> BTreeSet<NaiveDate> {
        texts.iter().map(|text| date(text)).collect()
    }

    #[test]
    fn the_vectors_of_list_8() {
        // quarter, day ten, rolled, rolled if that day is made a holiday
        let table = [
            ("2026-Q1", "2026-04-10", "2026-04-10", "2026-04-13"),
            ("2026-Q2", "2026-07-10", "2026-07-10", "2026-07-13"),
            ("2026-Q3", "2026-10-10", "2026-10-12", "2026-10-13"),
            ("2026-Q4", "2027-01-10", "2027-01-11", "2027-01-12"),
        ];
        let known = days(&["2026-01-01", "2026-10-03", "2026-10-05", "2026-10-09", "2027-01-01"]);
        for (text, raw, rolled, again) in table {
            let quarter: Quarter = text.parse().unwrap();
            let due = |rule, holidays: &BTreeSet<NaiveDate>| due_on(quarter, 10, rule, holidays);
            assert_eq!(due(RollRule::None, &known), date(raw), "{text}");
            assert_eq!(due(RollRule::NextBusinessDay, &known), date(rolled), "{text}");
            let mut more = known.clone();
            more.insert(date(rolled));
            assert_eq!(due(RollRule::NextBusinessDay, &more), date(again), "{text}");
            assert_eq!(due(RollRule::None, &more), date(raw), "{text}");
        }
    }

    #[test]
    fn a_row_of_days_off_is_passed_over_as_a_whole() {
        // Lunar New Year 2026: Monday to Wednesday after a weekend, and a temporary holiday on Thursday.
        let holidays = days(&["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19"]);
        let rolled = roll(date("2026-02-14"), RollRule::NextBusinessDay, &holidays);
        assert_eq!(rolled, date("2026-02-20"));
        assert!(is_day_off(date("2026-02-15"), &BTreeSet::new()));
        assert!(!is_day_off(date("2026-02-20"), &holidays));
    }

    #[test]
    fn reminders_fall_on_their_very_day() {
        let due = date("2026-10-12");
        let seen: Vec<(String, &str)> = date("2026-09-20")
            .iter_days()
            .take(40)
            .filter_map(|day| due_reminder(due, day).map(|found| (day.to_string(), found.code())))
            .collect();
        let expected = [
            ("2026-09-28", "T_MINUS_14"),
            ("2026-10-05", "T_MINUS_7"),
            ("2026-10-11", "T_MINUS_1"),
            ("2026-10-13", "T_PLUS_1"),
        ];
        assert_eq!(seen, expected.map(|(day, code)| (day.to_owned(), code)));
    }

    proptest! {
        #[test]
        fn a_due_day_is_a_working_day_and_never_early(
            year in 1990_u16..2100, number in 1_u8..=4, due_days in 0_u32..120,
            off in prop::collection::btree_set(0_u64..150, 0..60)
        ) {
            let quarter: Quarter = format!("{year}-Q{number}").parse().unwrap();
            let holidays: BTreeSet<NaiveDate> =
                off.into_iter().map(|day| quarter.last_day() + Days::new(day)).collect();
            let raw = quarter.last_day() + Days::new(u64::from(due_days));
            prop_assert_eq!(due_on(quarter, due_days, RollRule::None, &holidays), raw);
            let due = due_on(quarter, due_days, RollRule::NextBusinessDay, &holidays);
            prop_assert!(due >= raw);
            prop_assert!(!is_day_off(due, &holidays));
            // Nothing but days off was passed over.
            prop_assert!(raw.iter_days().take_while(|day| *day < due).all(|day| is_day_off(day, &holidays)));
            let later = due_on(quarter, due_days + 1, RollRule::NextBusinessDay, &holidays);
            prop_assert!(later >= due);
        }
    }
}

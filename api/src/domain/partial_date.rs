//! Dates known to the year, the month or the day: `2026`, `2026-07`, `2026-07-01`.

use chrono::{Days, Months, NaiveDate};

/// Whether the text is a partial date that exists in the calendar.
pub fn is_partial_date(text: &str) -> bool {
    first_day(text).is_some()
}

/// The last day the text may mean; none if it is not a partial date.
pub fn last_day(text: &str) -> Option<NaiveDate> {
    let first = first_day(text)?;
    let months = match text.len() {
        4 => 12,
        7 => 1,
        _ => return Some(first),
    };
    first.checked_add_months(Months::new(months))?.checked_sub_days(Days::new(1))
}

/// Whether the date lies before a day, whichever of the days it may mean it is: a month is past once it is
/// over.
pub fn is_past(text: &str, day: NaiveDate) -> bool {
    last_day(text).is_some_and(|last| last < day)
}

/// The first day the text may mean; none if it is not a partial date.
pub fn first_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shaped = bytes.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !shaped {
        return None;
    }
    let full = match bytes.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return None,
    };
    NaiveDate::parse_from_str(&full, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_the_end_of_what_is_known() {
        for (text, last) in
            [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2024-02-03", "2024-02-03")]
        {
            assert_eq!(last_day(text).unwrap().to_string(), last);
        }
        assert_eq!(last_day("2024-13"), None);
    }

    #[test]
    fn a_month_is_past_once_it_is_over() {
        let day = "2026-11-22".parse().unwrap();
        for (text, past) in [
            ("2026-11-21", true),
            ("2026-11-22", false),
            ("2026-11", false),
            ("2026-10", true),
            ("2026", false),
            ("2025", true),
            ("soon", false),
        ] {
            assert_eq!(is_past(text, day), past, "{text}");
        }
    }

    #[test]
    fn three_forms_and_no_other() {
        for text in ["2026", "2026-07", "2026-07-01", "2024-02-29"] {
            assert!(is_partial_date(text), "{text}");
        }
        for text in
            ["", "26", "2026-", "2026-13", "2026-02-30", "2026-7-1", "2026/07", "2026-07-01T00"]
        {
            assert!(!is_partial_date(text), "{text}");
        }
    }
}

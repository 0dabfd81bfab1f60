//! Spans of dates, each known to the year, the month or the day: terms of seats and posts.

use chrono::NaiveDate;

use super::partial_date::{first_day, last_day};

/// First and last date; what has none has always been, or goes on.
pub type Span<'a> = (Option<&'a str>, Option<&'a str>);

/// All days that a span may cover.
pub fn days((starts, ends): Span<'_>) -> (NaiveDate, NaiveDate) {
    (
        starts.and_then(first_day).unwrap_or(NaiveDate::MIN),
        ends.and_then(last_day).unwrap_or(NaiveDate::MAX),
    )
}

/// Whether a span ends before it starts, whichever days its dates mean.
pub fn is_reversed(span: Span<'_>) -> bool {
    let (first, last) = days(span);
    last < first
}

/// Whether two spans have a day in common. Who ends and who begins in one month or year, where the day is not
/// known, took turns.
pub fn meet(one: Span<'_>, other: Span<'_>) -> bool {
    !is_before(one, other) && !is_before(other, one)
}

fn is_before(one: Span<'_>, other: Span<'_>) -> bool {
    let ((began, end), (start, _)) = (days(one), days(other));
    if end < start {
        return true;
    }
    let (Some(ended), Some(started)) = (one.1, other.0) else { return false };
    let is_one_time = ended != started || ended.len() < 10;
    is_one_time && began < start && (ended.starts_with(started) || started.starts_with(ended))
}

/// The most that spans with these weights sum up to on one day of a span.
pub fn most(within: Span<'_>, spans: &[(Span<'_>, i32)]) -> i32 {
    let (first, last) = days(within);
    let spans: Vec<_> = spans.iter().map(|(span, weight)| (days(*span), *weight)).collect();
    // It rises only where a span begins.
    let rises = spans.iter().map(|((start, _), _)| *start);
    let at = |day: NaiveDate| {
        let held = spans.iter().filter(|((start, end), _)| *start <= day && day <= *end);
        held.fold(0_i32, |sum, (_, weight)| sum.saturating_add(*weight))
    };
    rises.filter(|day| first < *day && *day <= last).chain([first]).map(at).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Span<'_> = (None, None);

    #[test]
    fn spans_meet_on_a_day_that_both_may_cover() {
        for (one, other, expected) in [
            (ALWAYS, ALWAYS, true),
            ((None, Some("2026-06-30")), (Some("2026-07-01"), None), false),
            ((None, Some("2026-07-01")), (Some("2026-07-01"), None), true),
            // They took turns within the month, or within the year.
            ((Some("2024"), Some("2026-07")), (Some("2026-07"), None), false),
            ((Some("2024"), Some("2026-07")), (Some("2026-07-15"), None), false),
            ((Some("2024"), Some("2026-07-15")), (Some("2026-07"), None), false),
            ((Some("2024"), Some("2026")), (Some("2026-03"), None), false),
            ((None, Some("2026")), (Some("2026"), Some("2026")), false),
            // The same span twice is no turn.
            ((Some("2026"), Some("2026")), (Some("2026"), Some("2026")), true),
            ((Some("2026-07"), Some("2026-08")), (Some("2026-07-20"), None), true),
        ] {
            assert_eq!(meet(one, other), expected, "{one:?} {other:?}");
            assert_eq!(meet(other, one), expected, "{other:?} {one:?}");
        }
    }

    #[test]
    fn seats_are_counted_by_the_day() {
        let half = |first, last, seats| ((Some(first), Some(last)), seats);
        let spans = [
            half("2026-01", "2026-03", 2),
            half("2026-04", "2026-06", 2),
            half("2026-06-30", "2026-09", 1),
        ];
        assert_eq!(most(ALWAYS, &spans), 3);
        assert_eq!(most((Some("2026-02"), Some("2026-06-29")), &spans), 2);
        assert_eq!(most((Some("2026-07"), None), &spans), 1);
        assert_eq!(most((Some("2027"), None), &spans), 0);
    }
}

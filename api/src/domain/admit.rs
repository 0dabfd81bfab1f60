//! What may come in: the one gate between what callers send, by whatever entrance, and the databases, neither
//! of which holds every text or every instant. What does not pass is refused as input, with its place.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use serde_json::Value;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Whether a text can be kept: PostgreSQL holds no character NUL.
pub fn is_text(text: &str) -> bool {
    !text.contains('\0')
}

/// Whether every text of a JSON value can be kept, names of members included.
pub fn is_json(value: &Value) -> bool {
    match value {
        Value::String(text) => is_text(text),
        Value::Array(items) => items.iter().all(is_json),
        Value::Object(fields) => fields.iter().all(|(name, value)| is_text(name) && is_json(value)),
        _ => true,
    }
}

fn is_year(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// A day of the years 1 to 9999, which both databases and every reader of four digits know.
pub fn date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| is_year(day.year()))
}

/// An instant of those years, in Seoul as well.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = text.parse::<DateTime<Utc>>().ok()?;
    let seoul = instant.checked_add_signed(Duration::hours(9))?;
    (is_year(instant.year()) && is_year(seoul.year())).then_some(instant)
}

/// Whether a text is a day or an instant of other years.
pub fn is_beyond(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok() && date(text).is_none()
        || text.parse::<DateTime<Utc>>().is_ok() && instant(text).is_none()
}

/// Whether a text begins with a day as days are written, though the calendar has no such day: `2026-02-30`.
pub fn is_no_day(text: &str) -> bool {
    let is_form = text.bytes().take(10).enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_form && text.get(..10).is_some_and(|day| day.parse::<NaiveDate>().is_err())
}

/// A text as it is kept: its characters composed (Unicode NFC), so that what looks alike is alike and sorts
/// by its code points as people expect.
pub fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// Composes every text of a JSON value.
pub fn compose(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(composed) = composed(text) {
                *text = composed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(compose),
        Value::Object(fields) => fields.values_mut().for_each(compose),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_of_four_digits() {
        for (text, passes) in [
            ("0001-01-01", true),
            ("9999-12-31", true),
            ("0000-12-31", false),
            ("-0001-12-31", false),
            ("+10000-01-01", false),
            ("+262142-12-31", false),
            ("2026-02-30", false),
        ] {
            assert_eq!(date(text).is_some(), passes, "{text}");
        }
        for (text, passes) in [
            ("0001-01-01T00:00:00Z", true),
            ("0001-01-01T00:00:00+09:00", false),
            ("9999-12-31T23:59:59+09:00", true),
            ("9999-12-31T23:59:59Z", false),
            ("9999-12-31T23:59:59-18:00", false),
            ("+262142-12-31T23:59:59Z", false),
            ("-262143-01-01T00:00:00Z", false),
        ] {
            assert_eq!(instant(text).is_some(), passes, "{text}");
        }
    }

    #[test]
    fn hangul_is_composed() {
        let mut value = serde_json::json!({ "a": ["\u{1112}\u{1161}\u{11AB}", 1, null] });
        compose(&mut value);
        assert_eq!(value, serde_json::json!({ "a": ["한", 1, null] }));
        assert!(is_json(&value) && !is_json(&serde_json::json!([{ "a\0": 1 }])));
    }
}

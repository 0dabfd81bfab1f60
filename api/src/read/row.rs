//! Values out of rows, by position and without copies: the row of the driver is read where the answer
//! is written, so no model is built in between.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::Row as _;
use serde_json::Value;
use uuid::Uuid;

use super::model::Scalar;
use crate::domain::quarter::seoul;
use crate::error::Error;

/// Reads one value, by the driver that made the row. The kinds are our own tables', so the driver's
/// check of each value's kind is left out.
macro_rules! get {
    ($row:expr, $at:expr, $kind:ty) => {
        if let Some(row) = $row.try_as_sqlite_row() {
            row.try_get_unchecked::<Option<$kind>, _>($at).map_err(Error::internal)
        } else if let Some(row) = $row.try_as_pg_row() {
            row.try_get_unchecked::<Option<$kind>, _>($at).map_err(Error::internal)
        } else {
            Err(Error::internal("a row of an unknown driver"))
        }
    };
}

/// Text.
///
/// # Errors
/// Internal, if the column holds something else.
pub fn text(row: &QueryResult, at: usize) -> Result<Option<&str>, Error> {
    get!(row, at, &str)
}

/// A key.
///
/// # Errors
/// Internal, if the column holds something else.
pub fn key(row: &QueryResult, at: usize) -> Result<Option<Uuid>, Error> {
    get!(row, at, Uuid)
}

/// An integer of any width.
///
/// # Errors
/// Internal, if the column holds something else.
pub fn integer(row: &QueryResult, at: usize) -> Result<Option<i64>, Error> {
    get!(row, at, i64)
}

fn float(row: &QueryResult, at: usize) -> Result<Option<f64>, Error> {
    get!(row, at, f64)
}

/// A truth value.
///
/// # Errors
/// Internal, if the column holds something else.
pub fn boolean(row: &QueryResult, at: usize) -> Result<Option<bool>, Error> {
    get!(row, at, bool)
}

/// A calendar date.
///
/// # Errors
/// Internal, if the column holds something else.
pub fn date(row: &QueryResult, at: usize) -> Result<Option<NaiveDate>, Error> {
    get!(row, at, NaiveDate)
}

fn instant(row: &QueryResult, at: usize) -> Result<Option<DateTime<Utc>>, Error> {
    get!(row, at, DateTime<Utc>)
}

/// Writes a JSON string.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// An instant as the API shows it.
pub fn show_instant(instant: DateTime<Utc>) -> String {
    instant.with_timezone(&seoul()).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// Writes the JSON form of a column.
///
/// # Errors
/// Internal, if the column does not hold what its declaration says.
pub fn write(row: &QueryResult, at: usize, scalar: Scalar, out: &mut String) -> Result<(), Error> {
    let written = match scalar {
        // Codes, dates and quarters are of our own making: nothing to escape.
        Scalar::Choice(_) | Scalar::PartialDate | Scalar::Quarter | Scalar::Period => {
            text(row, at)?.map(|text| {
                out.push('"');
                out.push_str(text);
                out.push('"');
            })
        }
        Scalar::Text => text(row, at)?.map(|text| write_text(text, out)),
        Scalar::Json => text(row, at)?.map(|text| out.push_str(text)),
        Scalar::Int | Scalar::Krw => integer(row, at)?.map(|number| {
            let _ = write!(out, "{number}");
        }),
        Scalar::Float => float(row, at)?.filter(|number| number.is_finite()).map(|number| {
            let _ = write!(out, "{number}");
        }),
        Scalar::Boolean => {
            boolean(row, at)?.map(|truth| out.push_str(if truth { "true" } else { "false" }))
        }
        Scalar::Date => date(row, at)?.map(|date| {
            let _ = write!(out, "\"{date}\"");
        }),
        Scalar::DateTime => instant(row, at)?.map(|instant| {
            let _ = write!(out, "\"{}\"", show_instant(instant));
        }),
    };
    if written.is_none() {
        out.push_str("null");
    }
    Ok(())
}

/// A column as a JSON value, for computed fields and cursors. Instants stay in UTC here.
///
/// # Errors
/// Internal, if the column does not hold what its declaration says.
pub fn value(row: &QueryResult, at: usize, scalar: Scalar) -> Result<Value, Error> {
    Ok(match scalar {
        Scalar::Choice(_)
        | Scalar::PartialDate
        | Scalar::Quarter
        | Scalar::Period
        | Scalar::Json
        | Scalar::Text => text(row, at)?.into(),
        Scalar::Int | Scalar::Krw => integer(row, at)?.into(),
        Scalar::Float => float(row, at)?.into(),
        Scalar::Boolean => boolean(row, at)?.into(),
        Scalar::Date => date(row, at)?.map(|date| date.to_string()).into(),
        Scalar::DateTime => instant(row, at)?.map(|instant| instant.to_rfc3339()).into(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_are_written_as_serde_json_writes_them(text: String) {
            let mut out = String::new();
            super::write_text(&text, &mut out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}

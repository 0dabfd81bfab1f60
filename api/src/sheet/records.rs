//! Rows of any table that comes in, as they stand: CSV in the encodings that Korean programs write, or the first sheet of a
//! workbook. What the cells mean is for who asks.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};

use super::archive::other;
use super::book::{Book, Next};
use super::content::Content;
use super::delimited::{DELIMITERS, Lines, MARK, check_quotes, check_width, named_delimiter};
use super::{Other, Unreadable, encoding, number};

/// Most rows that are read.
pub const MAX_ROWS: usize = 1_000_000;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A value, as text.
    Text(String),
    /// A formula.
    Formula,
    /// An error such as `#N/A`.
    Fault(String),
}

/// A row that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, as a spreadsheet shows it.
    pub row: u32,
    /// Its cells that are not blank, by their columns from 0.
    pub cells: Vec<(u16, Given)>,
}

/// The rows of the first sheet of a workbook.
///
/// # Errors
/// Why it cannot be read.
pub fn read_sheet(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    let mut records = Vec::new();
    Book::open(bytes)?.first_sheet(&mut |row, cells| {
        let cells = cells.into_iter().filter_map(|(column, content)| {
            let given = match content {
                Content::Formula(_) => Given::Formula,
                Content::Fault(text) => Given::Fault(text),
                Content::Truth(value) => Given::Text(value.to_string()),
                Content::Number(value, _) => Given::Text(number::text(value)),
                content => Given::Text(content.label()?),
            };
            let is_blank = matches!(&given, Given::Text(text) if text.trim().is_empty());
            (!is_blank).then_some((column, given))
        });
        keep(&mut records, row, cells.collect())?;
        Ok(Next::Row)
    })?;
    Ok(records)
}

/// The rows of CSV, whatever its delimiter.
///
/// # Errors
/// Why it cannot be read.
pub fn read_table(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    if bytes.starts_with(b"PK\x03\x04") || matches!(other(bytes), Other::OldBook | Other::Encrypted)
    {
        return Err(Unreadable::NotText);
    }
    let (text, _) = encoding::decode(bytes)?;
    let text = match text.contains('\r') && !text.contains('\n') {
        true => text.replace('\r', "\n").into(),
        false => text,
    };
    let (named, text) = named_delimiter(text.strip_prefix(MARK).unwrap_or(&text));
    // The right one is that which parts the headings into most.
    let head = text.trim_start().lines().next().unwrap_or_default();
    let parts = |delimiter: &u8| head.bytes().filter(|byte| byte == delimiter).count();
    let found = DELIMITERS.into_iter().rev().max_by_key(parts).unwrap_or(b',');
    let delimiter = named.unwrap_or(found);
    check_width(text, delimiter)?;
    check_quotes(text, delimiter)?;
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (record, values) = (StringRecord::new(), HashSet::new());
    let mut lines = Lines { reader, text, record, next_row: 0, values, width: 0 };
    let mut records = Vec::new();
    while let Some(row) = lines.next()? {
        let cells = lines.fields()?.into_iter().filter(|(_, text)| !text.trim().is_empty());
        keep(&mut records, row, cells.map(|(at, text)| (at, Given::Text(text))).collect())?;
    }
    Ok(records)
}

fn keep(records: &mut Vec<Record>, row: u32, cells: Vec<(u16, Given)>) -> Result<(), Unreadable> {
    if cells.is_empty() {
        return Ok(());
    }
    if records.len() > MAX_ROWS {
        return Err(Unreadable::TooManyRows { limit: MAX_ROWS });
    }
    records.push(Record { row: row.saturating_add(1), cells });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::delimited::open_quote;

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_found_at_its_row() {
        for (text, expected) in [
            ("a,b\n1,2\n", None),
            ("a,b\n\"1\n2\",\"3\"\"4\"\n", None),
            ("a,b\n1,\"2\n3,4\n", Some(2)),
            ("a,b\n1,5\" wide, 6\"\"\n3,4\n", None),
            ("a,b\n\"1\"\"\n3,4\n", Some(2)),
            ("\"a", Some(1)),
        ] {
            assert_eq!(open_quote(text, b','), expected, "{text:?}");
        }
    }
}

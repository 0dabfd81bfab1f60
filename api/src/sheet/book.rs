//! A workbook that is read row by row, holding one row at a time.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::grid::{Content, column_within_limit};
use super::layout::Tab;
use super::{MAX_COLUMNS, Unreadable};

/// Whether to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next row.
    Row,
    /// Nothing more of this sheet.
    End,
}

/// An open workbook.
pub(super) struct Book<'a> {
    inner: Xlsx<Cursor<&'a [u8]>>,
}

impl<'a> Book<'a> {
    /// Opens a workbook that has passed the guard.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        match sheltered(|| Xlsx::new(Cursor::new(bytes))) {
            Some(Ok(inner)) => Ok(Self { inner }),
            Some(Err(_)) | None => Err(Unreadable::NotAWorkbook),
        }
    }

    /// Whether it has a sheet.
    pub(super) fn has(&self, tab: Tab) -> bool {
        self.inner.sheet_names().iter().any(|name| name == tab.name())
    }

    /// Hands on each row that holds something, with its columns in order.
    pub(super) fn rows(
        &mut self,
        tab: Tab,
        each: &mut dyn FnMut(u32, Vec<(u16, Content)>) -> Result<Next, Unreadable>,
    ) -> Result<(), Unreadable> {
        if !self.has(tab) {
            return Err(Unreadable::NoSheet(tab.name().to_owned()));
        }
        let mut reader = match sheltered(|| self.inner.worksheet_cells_reader(tab.name())) {
            Some(Ok(reader)) => reader,
            Some(Err(_)) | None => return Err(Unreadable::NotAWorkbook),
        };
        let (mut current, mut cells) = (0, Vec::new());
        let mut last: (u32, u32) = (0, 0);
        loop {
            let (position, content) = match sheltered(|| reader.next_cell_with_formula_metadata()) {
                Some(Ok(None)) => break,
                Some(Ok(Some(record))) => (
                    record.pos,
                    if record.formula.is_some() {
                        Some(Content::Formula)
                    } else {
                        content(record.value)
                    },
                ),
                // An error value that is newer than the reader: its cell is the next one.
                Some(Err(XlsxError::CellError(text))) => {
                    ((last.0, last.1.saturating_add(1)), Some(Content::Fault(text)))
                }
                Some(Err(_)) | None => return Err(Unreadable::NotAWorkbook),
            };
            last = position;
            let Some(content) = content else { continue };
            let column = column_within_limit(usize::try_from(position.1).unwrap_or(usize::MAX))?;
            if position.0 != current && !cells.is_empty() {
                if each(current, std::mem::take(&mut cells))? == Next::End {
                    return Ok(());
                }
                cells.reserve(MAX_COLUMNS.min(column.into()));
            }
            current = position.0;
            hold(&mut cells, column, content);
        }
        if !cells.is_empty() {
            each(current, cells)?;
        }
        Ok(())
    }
}

/// Adds a cell to the held row; of a column that is there twice, the last stands.
fn hold(cells: &mut Vec<(u16, Content)>, column: u16, content: Content) {
    match cells.last() {
        Some((last, _)) if *last >= column => {
            match cells.binary_search_by_key(&column, |it| it.0) {
                Ok(index) => cells[index].1 = content,
                Err(index) => cells.insert(index, (column, content)),
            }
        }
        Some(_) | None => cells.push((column, content)),
    }
}

/// What a cell without a formula holds; nothing for a blank one.
fn content(value: DataRef<'_>) -> Option<Content> {
    match value {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(Content::Text(number.to_string())),
        DataRef::Float(number) => Some(Content::Number(number)),
        DataRef::String(text) => (!text.is_empty()).then_some(Content::Text(text)),
        DataRef::SharedString(text) => (!text.is_empty()).then(|| Content::Text(text.to_owned())),
        DataRef::Bool(value) => Some(Content::Truth(value)),
        DataRef::DateTime(date) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let mut text = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) != (0, 0, 0) {
                text.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
            }
            Some(Content::Date(text))
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(Content::Date(text)),
        DataRef::Error(error) => Some(Content::Fault(error.to_string())),
    }
}

/// Runs the reader. It computes with positions that the file gives, unchecked, so a forged file can
/// make it panic where overflow checks are on; that is a damaged file, not a fault of the server.
fn sheltered<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

//! The form as CSV, and CSV that comes back.
//!
//! Two shapes are told apart by the headings. Long: a row per answer, as it is written here. Wide:
//! a row per region, size and industry with a column per indicator, where the row without any of
//! them holds the totals. The long shape knows all of an answer; the wide one its state and value.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::addresses::Addresses;
use super::grid::{Content, Grid, NAMELESS, bad_heading, column_within_limit, duplicate};
use super::layout::{CSV, LONG_HEAD, place};
use super::plan::is_total;
use super::problems::Problems;
use super::words::{self, Lists};
use super::{
    Cell, Failed, Form, Kind, MAX_COLUMNS, MAX_LONG_ROWS, MAX_PART_ROWS, MAX_TEXT, MAX_UPLOAD,
    Placed, Problem, Unreadable, number,
};

/// Byte-order mark, by which spreadsheets know UTF-8.
const MARK: &str = "\u{FEFF}";
/// Delimiters that are recognised, the usual one first.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// Writes the form in the long shape: UTF-8 with byte-order mark, lines ended by CR LF. Each
/// indicator without an answer has a row too, to be filled in; codes stand alone, without names.
pub fn write_csv(form: &Form) -> Result<Vec<u8>, Failed> {
    let lists = Lists::new(form);
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    writer.write_record(LONG_HEAD)?;
    let mut totals: std::collections::HashMap<&str, Vec<&Cell>> = std::collections::HashMap::new();
    for cell in form.cells.iter().filter(|cell| is_total(cell)) {
        totals.entry(&cell.indicator).or_default().push(cell);
    }
    for indicator in &form.indicators {
        match totals.remove(indicator.code.as_str()) {
            Some(cells) => {
                for cell in cells {
                    write_cell(&mut writer, &indicator.name, cell)?;
                }
            }
            None => {
                let cell = Cell { indicator: indicator.code.clone(), ..Cell::default() };
                write_cell(&mut writer, &indicator.name, &cell)?;
            }
        }
    }
    for cell in &form.cells {
        let indicator = lists.indicator(&cell.indicator);
        // Totals of the form's own indicators are written already.
        if !is_total(cell) || indicator.is_none() {
            write_cell(&mut writer, indicator.map_or("", |it| &it.name), cell)?;
        }
    }
    writer.into_inner().map_err(|error| Failed(error.to_string()))
}

fn write_cell(
    writer: &mut csv::Writer<Vec<u8>>,
    name: &str,
    cell: &Cell,
) -> Result<(), csv::Error> {
    writer.write_record(
        [
            &cell.indicator,
            name,
            &cell.region,
            &cell.size,
            &cell.industry,
            words::state_word(&cell.state),
            &cell.value,
            &cell.reason,
            &cell.comment,
            &cell.evidence,
        ]
        .map(words::defused),
    )
}

/// Reads CSV of either shape, with commas, tabs or semicolons between the fields, handing on its
/// answers row by row. What is handed on, and what is not, is as for a workbook.
pub fn read_csv(
    bytes: &[u8],
    form: &Form,
    each: &mut dyn FnMut(Placed),
) -> Result<Vec<Problem>, Unreadable> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_UPLOAD {
        return Err(Unreadable::TooLarge { limit: MAX_UPLOAD });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
    if text.contains('\0') {
        // UTF-16 of plain letters is UTF-8 with zeros between them.
        return Err(Unreadable::Encoding);
    }
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let lists = Lists::new(form);
    let (mut lines, row, head) = Lines::open(text, &lists)?;
    let mut problems = Problems::default();
    if head.iter().any(|heading| heading == LONG_HEAD[0]) {
        read_long(&mut lines, row, &head, &lists, &mut problems, each)?;
    } else {
        read_wide(&mut lines, row, &head, &lists, &mut problems, each)?;
    }
    Ok(problems.into_found())
}

/// Records of a file with the rows that a spreadsheet would show them in.
struct Lines<'t> {
    reader: csv::Reader<&'t [u8]>,
    text: &'t str,
    record: StringRecord,
    next_row: u32,
}

impl<'t> Lines<'t> {
    /// Opens a file with the delimiter under which its first record has a known heading; tells
    /// that record's row and headings.
    fn open(text: &'t str, lists: &Lists<'_>) -> Result<(Self, u32, Vec<String>), Unreadable> {
        let is_known = |heading: &String| {
            let heading = heading.trim();
            LONG_HEAD.contains(&heading) || lists.indicator(&lists.code(heading)).is_some()
        };
        let mut found = String::new();
        for delimiter in DELIMITERS {
            check_width(text, delimiter)?;
            let reader = ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let mut lines = Self { reader, text, record: StringRecord::new(), next_row: 0 };
            let Some(row) = lines.next()? else { continue };
            let head: Vec<String> =
                lines.fields()?.into_iter().map(|(_, heading)| heading).collect();
            let head: Vec<String> = head.into_iter().map(|it| it.trim().to_owned()).collect();
            if head.iter().any(is_known) {
                return Ok((lines, row, head));
            }
            if found.is_empty() {
                found = head.into_iter().next().unwrap_or_default();
            }
        }
        Err(bad_heading(CSV, 0, 0, &found))
    }

    /// Reads the next record; its row, or nothing at the end.
    fn next(&mut self) -> Result<Option<u32>, Unreadable> {
        let start = self.reader.position().line();
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(_) => return Err(Unreadable::Encoding),
        }
        let end = self.reader.position();
        let is_cut = usize::try_from(end.byte()).is_ok_and(|byte| byte >= self.text.len())
            && !self.text.ends_with('\n');
        let lines = end.line() - start + u64::from(is_cut);
        let inner = self.record.iter().map(|field| field.matches('\n').count()).sum::<usize>();
        // Empty lines are no records, but a spreadsheet shows them.
        let empty = lines.saturating_sub(1 + u64::try_from(inner).unwrap_or(u64::MAX));
        let row = self.next_row.saturating_add(u32::try_from(empty).unwrap_or(u32::MAX));
        self.next_row = row.saturating_add(1);
        Ok(Some(row))
    }

    /// The fields of the record, without blank ones at its end.
    fn fields(&self) -> Result<Vec<(u16, String)>, Unreadable> {
        let last = self.record.iter().enumerate().filter(|(_, field)| !field.is_empty()).last();
        let length = last.map_or(0, |(index, _)| index + 1);
        let fields = self.record.iter().take(length).enumerate();
        fields
            .map(|(column, field)| {
                Ok((column_within_limit(column)?, words::restored(field).to_owned()))
            })
            .collect()
    }

    /// The fields of the record that are not blank.
    fn cells(&self) -> Result<Vec<(u16, Content)>, Unreadable> {
        let fields = self.fields()?.into_iter().filter(|(_, field)| !field.is_empty());
        Ok(fields.map(|(column, field)| (column, Content::Text(field))).collect())
    }
}

/// Refuses a line with more delimiters than a full row of the longest texts could hold, since a
/// record costs memory for each field.
fn check_width(text: &str, delimiter: u8) -> Result<(), Unreadable> {
    let is_wide = text.split('\n').any(|line| {
        line.len() > MAX_COLUMNS * MAX_TEXT
            && line.bytes().filter(|byte| *byte == delimiter).count() > MAX_COLUMNS * MAX_TEXT
    });
    if is_wide { Err(Unreadable::TooManyColumns { limit: MAX_COLUMNS }) } else { Ok(()) }
}

fn read_wide(
    lines: &mut Lines<'_>,
    head_row: u32,
    head: &[String],
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let headings = (0..).zip(head.iter().cloned()).collect();
    let mut grid = Grid::new(lists, CSV, true, head_row, headings)?;
    let mut rows = 0;
    while let Some(row) = lines.next()? {
        let cells = lines.cells()?;
        if cells.is_empty() {
            continue;
        }
        rows += 1;
        // One row of totals beside the parts.
        if rows > MAX_PART_ROWS + 1 {
            return Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS });
        }
        grid.row(row, cells, problems, each);
    }
    Ok(())
}

/// What a column of the long shape holds, by its place in [`LONG_HEAD`].
fn long_columns(head: &[String], row: u32) -> Result<Vec<Option<usize>>, Unreadable> {
    let mut columns = Vec::with_capacity(head.len());
    for (column, heading) in (0_u16..).zip(head) {
        let meaning = LONG_HEAD.iter().position(|name| name == heading);
        let is_taken = meaning.is_some() && columns.contains(&meaning);
        if is_taken || (meaning.is_none() && !heading.is_empty()) {
            return Err(bad_heading(CSV, row, column, heading));
        }
        columns.push(meaning);
    }
    if columns.contains(&Some(VALUE)) {
        Ok(columns)
    } else {
        Err(bad_heading(CSV, row, 0, &head[0]))
    }
}

/// Places of fields in [`LONG_HEAD`].
const INDICATOR: usize = 0;
const NAME: usize = 1;
const VALUE: usize = 6;

fn read_long(
    lines: &mut Lines<'_>,
    head_row: u32,
    head: &[String],
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let columns = long_columns(head, head_row)?;
    let column_of = |meaning| {
        let found = columns.iter().position(|it| *it == Some(meaning)).unwrap_or_default();
        u16::try_from(found).unwrap_or_default()
    };
    let (value_column, code_column) = (column_of(VALUE), column_of(INDICATOR));
    let mut answered = Addresses::default();
    let mut rows = 0;
    while let Some(row) = lines.next()? {
        let cells = lines.cells()?;
        if cells.is_empty() {
            continue;
        }
        rows += 1;
        if rows > MAX_LONG_ROWS {
            return Err(Unreadable::TooManyRows { limit: MAX_LONG_ROWS });
        }
        let cell = long_answer(row, cells, &columns, lists, problems);
        let is_blank = [&cell.state, &cell.value, &cell.reason, &cell.comment, &cell.evidence]
            .into_iter()
            .all(String::is_empty);
        if is_blank {
            continue;
        }
        if cell.indicator.is_empty() {
            problems.error(
                place(CSV, row, code_column),
                "지표코드가 비어 있어 어느 지표의 값인지 알 수 없으니 코드를 적거나 행을 지워 주십시오.",
            );
            continue;
        }
        let at = place(CSV, row, value_column);
        let address = [&*cell.indicator, &*cell.region, &*cell.size, &*cell.industry];
        if let Some(earlier) = answered.take(row, address) {
            let earlier = place(CSV, earlier, value_column);
            problems.error(at.clone(), duplicate(&cell.indicator, &earlier, &at));
        }
        each(Placed { place: at, cell });
    }
    Ok(())
}

fn long_answer(
    row: u32,
    cells: Vec<(u16, Content)>,
    columns: &[Option<usize>],
    lists: &Lists<'_>,
    problems: &mut Problems,
) -> Cell {
    let mut fields: [String; LONG_HEAD.len()] = Default::default();
    let mut kind = Kind::Text;
    for (column, content) in cells {
        let at = || place(CSV, row, column);
        let Some(Some(meaning)) = columns.get(usize::from(column)).copied() else {
            problems.error(at(), NAMELESS);
            continue;
        };
        if meaning == NAME {
            continue;
        }
        // A value is judged by its kind, which the code tells, wherever that column stands.
        let Content::Text(text) = &content else { continue };
        match meaning {
            INDICATOR => kind = lists.kind(&lists.code(text)),
            VALUE => {
                fields[VALUE] = text.clone();
                continue;
            }
            _ => {}
        }
        fields[meaning] = content.into_text(Kind::Text, at, problems).unwrap_or_default();
    }
    let [indicator, _, region, size, industry, state, value, reason, comment, evidence] = fields;
    let at = || {
        let column = columns.iter().position(|it| *it == Some(VALUE)).unwrap_or_default();
        place(CSV, row, u16::try_from(column).unwrap_or_default())
    };
    let value = Content::Text(value).into_text(kind, at, problems).unwrap_or_default();
    let code = |text: &str, dimension: usize| lists.dimensions[dimension].code(text);
    Cell {
        indicator: lists.code(&indicator),
        region: code(&region, 0),
        size: code(&size, 1),
        industry: code(&industry, 2),
        state: words::state_or_text(&state),
        value: number::tidy(kind, value),
        reason,
        comment,
        evidence,
    }
}

//! The form as CSV, and CSV that comes back.
//!
//! Two shapes are told apart by the headings. Long: a row per answer, as it is written here. Wide:
//! a row per region, size and industry with a column per indicator, where the row without any of
//! them holds the totals. The long shape knows all of an answer; the wide one its state and value.
//! Both may say in each row whose form it is.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::addresses::Addresses;
use super::archive::other;
use super::content::Content;
use super::grid::{Expected, Grid, Row, bad_heading, column_within_limit, duplicate, nameless};
use super::layout::{CSV, CSV_IDENTITY, LONG_HEAD, place};
use super::merged::Merged;
use super::number::Asked;
use super::plan::is_total;
use super::problems::Problems;
use super::read::{Owner, check_version, hand_on_missing, no_code};
use super::words::{self, Lists};
use super::{
    Cell, Failed, Form, MAX_COLUMNS, MAX_LONG_ROWS, MAX_PART_ROWS, MAX_TEXT, MAX_UPLOAD, Other,
    Placed, Reading, Spots, Text, Unreadable, encoding, number,
};
use crate::domain::fold;

/// Byte-order mark, by which spreadsheets know UTF-8.
pub(super) const MARK: &str = "\u{FEFF}";
/// Delimiters that are recognised, the usual one first.
pub(super) const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// Writes the form in the long shape: UTF-8 with byte-order mark, lines ended by CR LF. Each
/// indicator without an answer has a row too, to be filled in; codes stand alone, without names.
pub fn write_csv(form: &Form) -> Result<Vec<u8>, Failed> {
    let lists = Lists::new(form);
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    writer.write_record(LONG_HEAD.iter().chain(&CSV_IDENTITY))?;
    let version = form.version.to_string();
    let identity = [&form.institution.code, &form.programme.code, &form.quarter, &version];
    let mut totals: std::collections::HashMap<&str, Vec<&Cell>> = std::collections::HashMap::new();
    for cell in form.cells.iter().filter(|cell| is_total(cell)) {
        totals.entry(&cell.indicator).or_default().push(cell);
    }
    for indicator in &form.indicators {
        match totals.remove(indicator.code.as_str()) {
            Some(cells) => {
                for cell in cells {
                    write_cell(&mut writer, &indicator.name, cell, identity)?;
                }
            }
            None => {
                let cell = Cell { indicator: indicator.code.clone(), ..Cell::default() };
                write_cell(&mut writer, &indicator.name, &cell, identity)?;
            }
        }
    }
    for cell in &form.cells {
        let indicator = lists.indicator(&cell.indicator);
        // Totals of the form's own indicators are written already.
        if !is_total(cell) || indicator.is_none() {
            write_cell(&mut writer, indicator.map_or("", |it| &it.name), cell, identity)?;
        }
    }
    writer.into_inner().map_err(|error| Failed(error.to_string()))
}

fn write_cell(
    writer: &mut csv::Writer<Vec<u8>>,
    name: &str,
    cell: &Cell,
    identity: [&String; CSV_IDENTITY.len()],
) -> Result<(), csv::Error> {
    let answer = [
        &cell.indicator,
        name,
        &cell.region,
        &cell.size,
        &cell.industry,
        words::state_word(&cell.state),
        &cell.value,
        &cell.reason,
        &cell.comment,
        &cell.evidence_note,
    ];
    let identity = identity.map(String::as_str);
    writer.write_record(answer.into_iter().chain(identity).map(words::defused))
}

/// Reads CSV of either shape, in the encodings that Korean programs write, with commas, tabs or semicolons
/// between the fields, handing on its answers row by row. What is handed on, and what is not, is as for a
/// workbook.
pub fn read_csv(
    bytes: &[u8],
    form: &Form,
    each: &mut dyn FnMut(Placed),
) -> Result<Reading, Unreadable> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_UPLOAD {
        return Err(Unreadable::TooLarge { limit: MAX_UPLOAD });
    }
    if bytes.starts_with(b"PK\x03\x04") || matches!(other(bytes), Other::OldBook | Other::Encrypted)
    {
        return Err(Unreadable::NotText);
    }
    let (text, encoding) = encoding::decode(bytes)?;
    // Old programs end a line by a carriage return alone.
    let text = match text.contains('\r') && !text.contains('\n') {
        true => text.replace('\r', "\n").into(),
        false => text,
    };
    let text = text.strip_prefix(MARK).unwrap_or(&text);
    let lists = Lists::new(form);
    let (mut lines, row, head) = Lines::open(text, &lists)?;
    let mut problems = Problems::default();
    let mut identity = Identity::new(form, &head);
    let is_long = |heading: &String| LONG_HEAD.contains(&heading.as_str()) && !is_wide(heading);
    let mut file = File { form, lists: &lists, head, head_row: row, problems: &mut problems };
    if file.head.iter().any(is_long) {
        file.read_long(&mut lines, &mut identity, each)?;
    } else {
        file.read_wide(&mut lines, &mut identity, each)?;
    }
    let version = identity.finish(&mut problems)?;
    let lost = problems.lost;
    Ok(Reading { problems: problems.into_found(), lost, version, encoding: Some(encoding) })
}

/// Whether a heading of the long shape is one of the wide shape too.
fn is_wide(heading: &str) -> bool {
    super::layout::DIMENSIONS.contains(&heading)
}

/// Records of a file with the rows that a spreadsheet would show them in.
pub(super) struct Lines<'t> {
    pub(super) reader: csv::Reader<&'t [u8]>,
    pub(super) text: &'t str,
    pub(super) record: StringRecord,
    pub(super) next_row: u32,
    /// Columns of values, and of all that the headings have; none where no comma can part a number.
    pub(super) values: HashSet<usize>,
    pub(super) width: usize,
}

impl<'t> Lines<'t> {
    /// Opens a file with the delimiter that it names, or under which its first record that is not blank has a
    /// known heading; tells that record's row and headings.
    fn open(text: &'t str, lists: &Lists<'_>) -> Result<(Self, u32, Vec<String>), Unreadable> {
        let is_known = |heading: &String| {
            let name = heading.as_str();
            LONG_HEAD.contains(&name)
                || CSV_IDENTITY.contains(&name)
                || lists.indicator(name).is_some()
        };
        let (named, text) = named_delimiter(text);
        let delimiters = named.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let mut found: Option<(u32, Vec<String>)> = None;
        for delimiter in delimiters {
            check_width(text, delimiter)?;
            let reader = ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let (record, values) = (StringRecord::new(), HashSet::new());
            let mut lines = Self { reader, text, record, next_row: 0, values, width: 0 };
            let Some((row, head)) = lines.head(lists)? else { continue };
            if is_answer(&head, lists) {
                return Err(no_headings(row));
            }
            if head.iter().any(is_known) {
                check_quotes(text, delimiter)?;
                lines.width = lines.record.len();
                if delimiter == b',' {
                    let is_value = |name: &str| {
                        name == LONG_HEAD[VALUE]
                            || lists.indicator(name).is_some_and(|it| it.code == name)
                    };
                    let values = head.iter().enumerate().filter(|(_, name)| is_value(name));
                    lines.values = values.map(|(column, _)| column).collect();
                }
                return Ok((lines, row, head));
            }
            // The right delimiter is the one that parts something.
            if found.as_ref().is_none_or(|(_, before)| before.len() < head.len()) {
                found = Some((row, head));
            }
        }
        let Some((row, head)) = found else { return Err(no_headings(0)) };
        let first = head.iter().position(|heading| !heading.is_empty()).unwrap_or(0);
        let heading = head.get(first).map_or("", String::as_str);
        let column = u16::try_from(first).unwrap_or_default();
        Err(bad_heading(CSV, row, column, heading, Expected::Heading(LONG_HEAD[0])))
    }

    /// The headings of the first record that is not blank, as they are known, and its row.
    fn head(&mut self, lists: &Lists<'_>) -> Result<Option<(u32, Vec<String>)>, Unreadable> {
        while let Some(row) = self.next()? {
            let fields = self.fields()?;
            if fields.iter().all(|(_, field)| field.trim().is_empty()) {
                continue;
            }
            let head = fields.into_iter().map(|(_, heading)| {
                let name = words::squeezed(&heading);
                let is_known =
                    LONG_HEAD.contains(&name.as_str()) || CSV_IDENTITY.contains(&name.as_str());
                match lists.indicator(&heading) {
                    Some(known) if !is_known => known.code.clone(),
                    _ if is_known || name.is_empty() => name,
                    _ => heading.trim().to_owned(),
                }
            });
            return Ok(Some((row, head.collect())));
        }
        Ok(None)
    }

    /// Reads the next record; its row, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<u32>, Unreadable> {
        let mut row = self.next_row;
        let end = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let mut rest = self.text.as_bytes().get(end..).unwrap_or_default();
        let before = end.checked_sub(1).and_then(|last| self.text.as_bytes().get(last));
        // The reader may leave the end of a line, or half of it, to be read with the next record.
        rest = match before {
            None | Some(b'\n') => rest,
            Some(b'\r') => rest.strip_prefix(b"\n").unwrap_or(rest),
            Some(_) => line_end(rest).unwrap_or(rest),
        };
        // Empty lines are no records, but a spreadsheet shows them.
        while let Some(after) = line_end(rest) {
            rest = after;
            row = row.saturating_add(1);
        }
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            // The text is UTF-8 and records may be of any length, so there is nothing to fail.
            Ok(false) | Err(_) => return Ok(None),
        }
        self.next_row = row.saturating_add(1);
        Ok(Some(row))
    }

    /// The fields of the record, without blank ones at its end.
    pub(super) fn fields(&self) -> Result<Vec<(u16, String)>, Unreadable> {
        let is_blank = |field: &str| field.trim().is_empty();
        let last = self.record.iter().enumerate().filter(|(_, field)| !is_blank(field)).last();
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
        let torn = self.torn();
        let fields = self.fields()?.into_iter().filter(|(_, field)| !field.is_empty());
        Ok(match torn {
            None => fields.map(|(column, field)| (column, Content::Text(field))).collect(),
            Some(at) => self.around(at, fields)?,
        })
    }

    /// What can be kept of a record in which a number was torn: what stands before it. Of the values from there on it
    /// is not known which is which.
    fn around(
        &self,
        at: usize,
        fields: impl Iterator<Item = (u16, String)>,
    ) -> Result<Vec<(u16, Content)>, Unreadable> {
        let before = fields.take_while(|(column, _)| usize::from(*column) < at);
        let mut cells: Vec<_> =
            before.map(|(column, field)| (column, Content::Text(field))).collect();
        // No more pieces than there are fields too many, where there are.
        let over = self.record.len().saturating_sub(self.width).max(1);
        let pieces: Vec<&str> = self.record.iter().skip(at).map(str::trim).collect();
        let rest = pieces.iter().skip(1).take_while(|piece| is_rest(piece)).take(over).count();
        let number = pieces.iter().take(rest + 1).copied().collect::<Vec<_>>().join(",");
        let mut values: Vec<_> =
            self.values.iter().copied().filter(|column| *column >= at).collect();
        values.sort_unstable();
        for column in values {
            let is_first = column == at;
            let text = if is_first { number.clone() } else { String::new() };
            cells.push((column_within_limit(column)?, Content::Torn { text, is_first }));
        }
        Ok(cells)
    }

    /// The column of a value that was parted by its own comma, `1,094` without quotation marks: three digits follow it
    /// where no value stands, or begin with a zero, or the record is longer than its headings.
    fn torn(&self) -> Option<usize> {
        let field = |column: usize| self.record.get(column).map(str::trim);
        let is_torn = |column: &usize| {
            let (Some(first), Some(rest)) = (field(*column), field(*column + 1)) else {
                return false;
            };
            let is_over = self.record.len() > self.width;
            // A note may begin with three digits, and is no part of a number then.
            let is_bare = rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let is_stray =
                is_bare && !self.values.contains(&(*column + 1)) || rest.starts_with('0');
            is_begun(first) && is_rest(rest) && (is_over || is_stray)
        };
        self.values.iter().copied().filter(is_torn).min()
    }
}

/// Whether a text may be what stands before the first comma of a number: one to three digits.
fn is_begun(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '(', '\u{20A9}', '\\', ' ']);
    (1..=3).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits != "0"
}

/// Whether a text may be what follows a comma in a number: three digits, and then anything but a digit.
fn is_rest(text: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit();
    text.get(..3).is_some_and(|digits| digits.chars().all(is_digit))
        && !text[3..].starts_with(is_digit)
}

/// Whether what stands where headings should is an answer already: it holds a number, or an indicator's code
/// beside its name.
fn is_answer(head: &[String], lists: &Lists<'_>) -> bool {
    // `값` is a state as well.
    let has_heading = head
        .iter()
        .any(|it| it == LONG_HEAD[INDICATOR] || CSV_IDENTITY.contains(&it.as_str()) || is_wide(it));
    let codes = || head.iter().filter(|heading| lists.indicator(heading).is_some());
    let is_twice = |code: &String| codes().filter(|other| *other == code).count() > 1;
    let is_number = |heading: &String| number::is_plain(&heading.replace(',', ""));
    head.iter().any(is_number) || !has_heading && codes().any(is_twice)
}

/// The refusal of a file that begins with answers.
fn no_headings(row: u32) -> Unreadable {
    let long = LONG_HEAD.join(", ");
    let wanted = Text::new(
        format!(
            "첫 행에 한 행에 값 하나면 {long}, 한 열에 지표 하나면 지역, 규모, 업종과 지표코드를 적어 주십시오"
        ),
        format!(
            "write {long} for a value in each row, or 지역, 규모, 업종 and the indicators' codes for an indicator in each column"
        ),
    );
    Unreadable::NoHeading { row: row.saturating_add(1), wanted }
}

/// What follows the end of a line.
fn line_end(text: &[u8]) -> Option<&[u8]> {
    [&b"\r\n"[..], b"\n", b"\r"].into_iter().find_map(|end| text.strip_prefix(end))
}

/// The delimiter of a line `sep=;`, which Excel does not show, and the text behind it.
pub(super) fn named_delimiter(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    let named = line.get(..4).filter(|head| head.eq_ignore_ascii_case("sep="));
    match (named, line.get(4..).unwrap_or_default().as_bytes()) {
        // Saved again by Excel, the line has its own delimiter behind it.
        (Some(_), [delimiter, ..]) => (Some(*delimiter), rest),
        (Some(_), []) => (None, rest),
        (None, _) => (None, text),
    }
}

/// Refuses a line with more delimiters than a full row of the longest texts could hold, since a
/// record costs memory for each field.
pub(super) fn check_width(text: &str, delimiter: u8) -> Result<(), Unreadable> {
    let is_wide = text.split('\n').any(|line| {
        line.len() > MAX_COLUMNS * MAX_TEXT
            && line.bytes().filter(|byte| *byte == delimiter).count() > MAX_COLUMNS * MAX_TEXT
    });
    if is_wide { Err(Unreadable::TooManyColumns { limit: MAX_COLUMNS }) } else { Ok(()) }
}

/// Refuses a text with a quotation mark that is never closed: all that follows it would be one field.
pub(super) fn check_quotes(text: &str, delimiter: u8) -> Result<(), Unreadable> {
    open_quote(text, delimiter).map_or(Ok(()), |row| Err(Unreadable::OpenQuote { row }))
}

/// The row of a quotation mark at the beginning of a field that is never closed.
pub(super) fn open_quote(text: &str, delimiter: u8) -> Option<u32> {
    let (mut row, mut opened, mut begins) = (1, None, true);
    for byte in text.bytes() {
        let was = opened;
        match (byte, was) {
            // Two of them are one within the text: it closes, and is opened again.
            (b'"', Some(_)) => opened = None,
            (b'"', None) if begins => opened = Some(row),
            _ => {}
        }
        let closes = byte == b'"' && was.is_some();
        begins = byte == delimiter || matches!(byte, b'\n' | b'\r') || closes;
        row += u32::from(byte == b'\n');
    }
    opened
}

/// Whose form the rows say it is.
struct Identity<'a> {
    form: &'a Form,
    owner: Owner<'a>,
    columns: [Option<u16>; CSV_IDENTITY.len()],
    /// The oldest version that a row names.
    version: Option<i32>,
    /// Whether a row says that it is of this form.
    has_own: bool,
    /// What the first one says that is of another.
    other: Option<String>,
}

impl<'a> Identity<'a> {
    fn new(form: &'a Form, head: &[String]) -> Self {
        let column_of = |heading: &str| {
            let found = head.iter().position(|known| known == heading)?;
            u16::try_from(found).ok()
        };
        let columns = CSV_IDENTITY.map(column_of);
        let owner = Owner::new(form);
        Self { form, owner, columns, version: None, has_own: false, other: None }
    }

    /// Whether a row is of this form; what it leaves blank, it does not say. Of a row of another form each cell that
    /// says so is told, and nothing of it is taken.
    fn is_own(&mut self, row: u32, cells: &[(u16, Content)], problems: &mut Problems) -> bool {
        // Of what a comma tore it is not known which column it is in.
        if cells.iter().any(|(_, held)| matches!(held, Content::Torn { .. })) {
            return true;
        }
        let said = self.columns.map(|column| {
            let held = cells.iter().find(|(other, _)| Some(*other) == column);
            match held {
                Some((_, Content::Text(text))) if !fold::is_blank(text) => text.trim(),
                _ => "",
            }
        });
        let parts =
            || (0..).zip(said).take(self.owner.own.len()).filter(|(_, text)| !text.is_empty());
        let wrong: Vec<(usize, &str)> =
            parts().filter(|(part, text)| !self.owner.is_own(*part, text)).collect();
        if wrong.is_empty() {
            self.has_own |= parts().next().is_some();
            let [.., version] = said;
            if let Ok(version) = fold::clean(version).parse() {
                self.version = Some(self.version.map_or(version, |before| before.min(version)));
            }
            return true;
        }
        let mut found = self.owner.own.map(short);
        for (part, text) in wrong {
            found[part] = short(text);
            let message = other_row(CSV_IDENTITY[part], self.owner.own[part], &found[part]);
            let column = self.columns[part].unwrap_or_default();
            problems.error(place(CSV, row, column), message);
        }
        problems.lost += 1;
        self.other.get_or_insert_with(|| found.join(" / "));
        false
    }

    /// Refuses a file of which all that say whose they are say another form; warns about an old version, and tells it.
    fn finish(self, problems: &mut Problems) -> Result<Option<i32>, Unreadable> {
        if let (false, Some(found)) = (self.has_own, self.other) {
            return Err(Unreadable::OtherForm { expected: self.owner.own.join(" / "), found });
        }
        if let Some(version) = self.version {
            check_version(self.form, &version.to_string(), problems);
        }
        Ok(self.version)
    }
}

/// What a cell says, as it looks and short enough to be told.
fn short(text: &str) -> String {
    let start: String = text.chars().take(200).collect();
    fold::clean(&start).chars().take(60).collect()
}

/// The sentence about a row of another form.
fn other_row(heading: &str, own: &str, found: &str) -> Text {
    Text::new(
        format!(
            "이 행은 다른 양식의 것입니다({heading} {found}, 이 양식은 {own}). 행을 지우거나 칸을 바로잡아 주십시오."
        ),
        format!(
            "This row is of another form: its {heading} is {found}, and the form's is {own}. Take the row out, or put the cell right."
        ),
    )
}

/// A file whose headings are known.
struct File<'a> {
    form: &'a Form,
    lists: &'a Lists<'a>,
    head: Vec<String>,
    head_row: u32,
    problems: &'a mut Problems,
}

impl File<'_> {
    fn read_wide(
        &mut self,
        lines: &mut Lines<'_>,
        identity: &mut Identity<'_>,
        each: &mut dyn FnMut(Placed),
    ) -> Result<(), Unreadable> {
        let headings = (0..).zip(self.head.iter().cloned()).collect();
        let mut grid = Grid::new(self.lists, CSV, true, self.head_row, headings)?;
        let mut rows = 0;
        let mut totals: HashSet<String> = HashSet::new();
        let mut totals_row = None;
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
            if !identity.is_own(row, &cells, self.problems) {
                continue;
            }
            let row = Row { row, cells, from_above: Vec::new() };
            grid.row(row, &Merged::default(), self.problems, &mut |placed| {
                if is_total(&placed.cell) {
                    totals_row.get_or_insert(placed.spots.row);
                    totals.insert(placed.cell.indicator.clone());
                }
                each(placed);
            });
        }
        let spots = |code: &str| grid.total_spots(code, totals_row);
        hand_on_missing(self.form, |code| totals.contains(code), spots, each);
        Ok(())
    }

    /// What a column of the long shape holds, by its place in [`LONG_HEAD`].
    fn long_columns(&self) -> Result<Vec<Option<usize>>, Unreadable> {
        let row = self.head_row;
        let mut columns = Vec::with_capacity(self.head.len());
        for (column, heading) in (0_u16..).zip(&self.head) {
            let all = LONG_HEAD.iter().chain(&CSV_IDENTITY);
            let meaning = all.clone().position(|name| name == heading);
            if meaning.is_some() && columns.contains(&meaning) {
                return Err(bad_heading(CSV, row, column, heading, Expected::Once));
            }
            if meaning.is_none() && !heading.is_empty() {
                // Where one that must be there is not, this one stands for it.
                let lacks = |name: &&str| !self.head.iter().any(|heading| heading == name);
                let wanted = [LONG_HEAD[INDICATOR], LONG_HEAD[VALUE]].into_iter().find(lacks);
                let expected = wanted.map_or(Expected::Long, Expected::Heading);
                return Err(bad_heading(CSV, row, column, heading, expected));
            }
            columns.push(meaning);
        }
        for needed in [INDICATOR, VALUE] {
            if !columns.contains(&Some(needed)) {
                let heading = LONG_HEAD[needed];
                let wanted = Text::new(
                    format!("‘{heading}’ 열이 있어야 합니다"),
                    format!("a column '{heading}' is needed"),
                );
                return Err(Unreadable::NoHeading { row: row.saturating_add(1), wanted });
            }
        }
        Ok(columns)
    }

    fn read_long(
        &mut self,
        lines: &mut Lines<'_>,
        identity: &mut Identity<'_>,
        each: &mut dyn FnMut(Placed),
    ) -> Result<(), Unreadable> {
        let columns = self.long_columns()?;
        let column_of = |meaning| {
            let found = columns.iter().position(|it| *it == Some(meaning));
            found.and_then(|found| u16::try_from(found).ok())
        };
        let code_column = column_of(INDICATOR).unwrap_or_default();
        let value_column = column_of(VALUE).unwrap_or_default();
        let spots = |row| Spots {
            indicator: Some((row, code_column)),
            region: column_of(2),
            size: column_of(3),
            industry: column_of(4),
            state: column_of(5),
            reason: column_of(7),
            comment: column_of(8),
            evidence_note: column_of(9),
            ..Spots::of(CSV, row, value_column)
        };
        let mut answered = Addresses::default();
        let mut totals: HashSet<String> = HashSet::new();
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
            if !identity.is_own(row, &cells, self.problems) {
                continue;
            }
            let (cell, mut is_faulty) = self.long_answer(row, cells, &columns);
            if !is_faulty && cell.is_blank() {
                let is_known = self.lists.indicator(&cell.indicator).is_some();
                if is_known && is_total(&cell) && totals.insert(cell.indicator.clone()) {
                    each(Placed::blank(&cell.indicator, spots(row)));
                }
                // A row without an answer is nothing to save; one whose codes nobody knows was meant otherwise.
                let dimensions = [&cell.region, &cell.size, &cell.industry];
                let names = self.lists.dimensions.iter().zip(dimensions);
                let mut unknown = names.filter(|(list, code)| !code.is_empty() && !list.has(code));
                if cell.indicator.is_empty() || is_known && unknown.next().is_none() {
                    continue;
                }
            }
            if cell.indicator.is_empty() {
                self.problems.lose(place(CSV, row, code_column), no_code());
                continue;
            }
            if is_total(&cell) {
                totals.insert(cell.indicator.clone());
            }
            let address = [&*cell.indicator, &*cell.region, &*cell.size, &*cell.industry];
            if let Some(earlier) = answered.take(row, address) {
                let earlier = place(CSV, earlier, value_column);
                let later = place(CSV, row, value_column);
                self.problems.indicator = Some(cell.indicator.clone());
                let message = duplicate(&cell.indicator, &earlier, &later);
                self.problems.error(later, message);
                self.problems.indicator = None;
                is_faulty = true;
            }
            // Without a column for them, there is no room for notes.
            let is_brief = [7, 8, 9].into_iter().all(|meaning| column_of(meaning).is_none());
            each(Placed { cell, is_faulty, is_brief, spots: spots(row) });
        }
        let missing = |_: &str| Spots { is_absent: true, ..spots(self.head_row) };
        hand_on_missing(self.form, |code| totals.contains(code), missing, each);
        Ok(())
    }

    /// The answer in one row, and whether something is wrong with it.
    fn long_answer(
        &mut self,
        row: u32,
        cells: Vec<(u16, Content)>,
        columns: &[Option<usize>],
    ) -> (Cell, bool) {
        let mut fields: [String; LONG_HEAD.len()] = Default::default();
        let mut is_faulty = false;
        let code_column = columns.iter().position(|it| *it == Some(INDICATOR));
        let code = cells.iter().find(|(column, _)| Some(usize::from(*column)) == code_column);
        let code = code.and_then(|(_, held)| held.clone().label()).unwrap_or_default();
        let known = self.lists.indicator(&code);
        let code = known.map_or(code.trim(), |known| known.code.as_str()).to_owned();
        let asked = self.lists.asked(&code);
        self.problems.indicator = (!code.is_empty()).then(|| code.clone());
        for (column, content) in cells {
            let at = || place(CSV, row, column);
            let meaning = match columns.get(usize::from(column)).copied().flatten() {
                Some(NAME | INDICATOR) => continue,
                Some(meaning) if meaning >= LONG_HEAD.len() => continue,
                Some(meaning) => meaning,
                None if content.is_white() => continue,
                None => {
                    self.problems.lose(at(), nameless());
                    continue;
                }
            };
            // A value is judged by its kind, which the code tells, wherever that column stands.
            let asked = if meaning == VALUE { asked } else { Asked::TEXT };
            let taken = content.take(&asked, &at, self.problems);
            is_faulty |= taken.is_faulty;
            fields[meaning] = number::tidy(&asked, taken.text);
        }
        self.problems.indicator = None;
        let [_, _, region, size, industry, state, value, reason, comment, evidence_note] = fields;
        let of = |text: &str, dimension: usize| self.lists.dimensions[dimension].code(text);
        let cell = Cell {
            indicator: code,
            region: of(&region, 0),
            size: of(&size, 1),
            industry: of(&industry, 2),
            state: words::state_or_text(&state),
            value,
            reason,
            comment,
            evidence_note,
        };
        (cell, is_faulty)
    }
}

/// Places of fields in [`LONG_HEAD`].
const INDICATOR: usize = 0;
const NAME: usize = 1;
const VALUE: usize = 6;

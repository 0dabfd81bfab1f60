//! Rows of anything as a file, written as they come: CSV, a workbook, JSON as one array or a line a row. What was
//! written is taken away after each step, so that a file of any length needs the memory of a step.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use csv::{Terminator, WriterBuilder};
use serde_json::Value;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::number::exact;
use super::{Failed, defused};

/// Most rows of a worksheet.
const SHEET_ROWS: u32 = 1_048_576;
/// Most bytes of a worksheet's XML, well below what an archive without 64-bit sizes can hold.
const SHEET_BYTES: u64 = 3 << 30;
/// Most UTF-16 units of a cell.
const CELL_UNITS: usize = 32_767;
/// Greatest whole number that a spreadsheet keeps exactly.
const EXACT: u64 = 999_999_999_999_999;
/// Width of a column in characters: what it will hold is not known when it begins.
const WIDTH: u8 = 16;
/// How hard a workbook is packed: time counts more than the last percents.
const LEVEL: i64 = 3;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
    /// One array of objects.
    Json,
    /// An object a line.
    Ndjson,
}

impl Format {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Json, Self::Ndjson];

    /// What a file's name ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// A column of a file.
#[derive(Debug, Clone)]
pub struct Head {
    /// Name, by which JSON has its values.
    pub key: String,
    /// What stands above it elsewhere.
    pub heading: String,
    /// What a workbook makes of its texts.
    pub texts: Texts,
}

/// What the texts of a column say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Themselves.
    Plain,
    /// Dates, which a workbook holds as such.
    Dates,
    /// Exact numbers, which a workbook holds as such up to the digits that it keeps.
    Numbers,
}

/// Writes rows.
#[derive(Debug)]
pub struct RowWriter {
    heads: Vec<Head>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Json { out: Vec<u8>, is_array: bool, rows: u64 },
    Xlsx(Box<Book>),
}

impl RowWriter {
    /// A file with its headings and no row.
    ///
    /// # Errors
    /// What the library of the format says.
    pub fn new(format: Format, title: &str, heads: Vec<Head>) -> Result<Self, Failed> {
        let form = match format {
            Format::Csv => {
                let mut writer = WriterBuilder::new()
                    .terminator(Terminator::CRLF)
                    .from_writer("\u{FEFF}".as_bytes().to_vec());
                writer.write_record(heads.iter().map(|head| defused(&head.heading)))?;
                Form::Csv(Box::new(writer))
            }
            Format::Json => Form::Json { out: b"[".to_vec(), is_array: true, rows: 0 },
            Format::Ndjson => Form::Json { out: Vec::new(), is_array: false, rows: 0 },
            Format::Xlsx => Form::Xlsx(Box::new(Book::new(title, &heads)?)),
        };
        Ok(Self { heads, form })
    }

    /// Writes a row: a value for each column.
    ///
    /// # Errors
    /// What the library of the format says.
    pub fn row(&mut self, values: &[Value]) -> Result<(), Failed> {
        match &mut self.form {
            Form::Csv(writer) => writer.write_record(values.iter().map(|value| match value {
                Value::String(text) => defused(text),
                Value::Array(_) => defused(&shown(value)),
                other => shown(other),
            }))?,
            Form::Json { out, is_array, rows } => {
                if *is_array {
                    out.extend_from_slice(if *rows == 0 { b"\n" } else { b",\n" });
                }
                out.push(b'{');
                for (at, (head, value)) in self.heads.iter().zip(values).enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    serde_json::to_writer(&mut *out, &head.key)?;
                    out.push(b':');
                    serde_json::to_writer(&mut *out, value)?;
                }
                out.extend_from_slice(if *is_array { b"}" } else { b"}\n" });
                *rows += 1;
            }
            Form::Xlsx(book) => book.row(&self.heads, values)?,
        }
        Ok(())
    }

    /// Takes what was written so far.
    ///
    /// # Errors
    /// What the library of the format says.
    pub fn take(&mut self) -> Result<Vec<u8>, Failed> {
        match &mut self.form {
            Form::Csv(writer) => {
                let next =
                    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
                let done = std::mem::replace(&mut **writer, next);
                done.into_inner().map_err(|error| Failed(error.to_string()))
            }
            Form::Json { out, .. } => Ok(std::mem::take(out)),
            Form::Xlsx(book) => Ok(book.out.take()),
        }
    }

    /// Ends the file; gives what had not been taken.
    ///
    /// # Errors
    /// What the library of the format says.
    pub fn finish(mut self) -> Result<Vec<u8>, Failed> {
        match self.form {
            Form::Csv(_) => self.take(),
            Form::Json { mut out, is_array, .. } => {
                out.extend_from_slice(if is_array { b"\n]\n" } else { b"" });
                Ok(out)
            }
            Form::Xlsx(book) => book.finish(self.heads.len()),
        }
    }
}

impl From<zip::result::ZipError> for Failed {
    fn from(error: zip::result::ZipError) -> Self {
        Self(error.to_string())
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// A value as text: nothing for none, several with semicolons between.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|value| !value.is_object()) => {
            values.iter().map(shown).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}

/// Where an archive is written to, and taken from.
#[derive(Debug, Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Out {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// A workbook whose sheets are written one after the other, a new one where one is full.
struct Book {
    title: String,
    out: Out,
    zip: ZipWriter<StreamWriter<Out>>,
    sheets: u32,
    rows: u32,
    bytes: u64,
    line: String,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("sheets", &self.sheets).finish_non_exhaustive()
    }
}

impl Book {
    fn new(title: &str, heads: &[Head]) -> Result<Self, Failed> {
        let out = Out::default();
        let mut book = Self {
            title: title.to_owned(),
            zip: ZipWriter::new_stream(out.clone()),
            out,
            sheets: 0,
            rows: 0,
            bytes: 0,
            line: String::new(),
        };
        // Sheets are the parts of no other type, so their number need not be known here.
        let types = format!(
            "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"{KIND}.worksheet+xml\"/>\
             <Override PartName=\"/xl/workbook.xml\" ContentType=\"{KIND}.sheet.main+xml\"/>\
             <Override PartName=\"/xl/styles.xml\" ContentType=\"{KIND}.styles+xml\"/></Types>"
        );
        let root = format!(
            "{XML}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let styles = format!(
            "{XML}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
             <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
             <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
             <borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>\
             <cellXfs count=\"3\"><xf xfId=\"0\"/><xf xfId=\"0\" fontId=\"1\" applyFont=\"1\"/><xf xfId=\"0\" numFmtId=\"164\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
        );
        book.part("[Content_Types].xml", &types)?;
        book.part("_rels/.rels", &root)?;
        book.part("xl/styles.xml", &styles)?;
        book.open(heads)?;
        Ok(book)
    }

    fn begin(&mut self, name: &str) -> Result<(), Failed> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL));
        Ok(self.zip.start_file(name, options)?)
    }

    fn part(&mut self, name: &str, text: &str) -> Result<(), Failed> {
        self.begin(name)?;
        Ok(self.zip.write_all(text.as_bytes())?)
    }

    /// Begins a sheet: headings that stay in sight.
    fn open(&mut self, heads: &[Head]) -> Result<(), Failed> {
        self.sheets += 1;
        let name = format!("xl/worksheets/sheet{}.xml", self.sheets);
        self.begin(&name)?;
        self.line.clear();
        let _ = write!(
            self.line,
            "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols><col min=\"1\" max=\"{}\" width=\"{WIDTH}\" customWidth=\"1\"/></cols><sheetData>",
            heads.len().max(1)
        );
        (self.rows, self.bytes) = (1, 0);
        self.line.push_str("<row r=\"1\">");
        for (at, head) in heads.iter().enumerate() {
            text_cell(&mut self.line, at, 1, 1, &head.heading);
        }
        self.line.push_str("</row>");
        self.write()
    }

    fn write(&mut self) -> Result<(), Failed> {
        self.bytes += self.line.len() as u64;
        Ok(self.zip.write_all(self.line.as_bytes())?)
    }

    /// Ends a sheet, with a filter on its headings.
    fn close(&mut self, columns: usize) -> Result<(), Failed> {
        let mut end = String::from("</sheetData><autoFilter ref=\"A1:");
        column(&mut end, columns.saturating_sub(1));
        let _ = write!(end, "{}\"/></worksheet>", self.rows);
        Ok(self.zip.write_all(end.as_bytes())?)
    }

    fn row(&mut self, heads: &[Head], values: &[Value]) -> Result<(), Failed> {
        if self.rows >= SHEET_ROWS || self.bytes >= SHEET_BYTES {
            self.close(heads.len())?;
            self.open(heads)?;
        }
        self.rows += 1;
        let (row, line) = (self.rows, &mut self.line);
        line.clear();
        let _ = write!(line, "<row r=\"{row}\">");
        for (at, (head, value)) in heads.iter().zip(values).enumerate() {
            match value {
                Value::Null => {}
                Value::Bool(truth) => plain_cell(line, at, row, "t=\"b\"", &u8::from(*truth)),
                Value::Number(number) if is_exact(number) => plain_cell(line, at, row, "", number),
                Value::String(text) => match head.texts {
                    Texts::Dates if let Some(day) = day(text) => {
                        plain_cell(line, at, row, "s=\"2\"", &day);
                    }
                    Texts::Numbers if exact(text).is_some() => plain_cell(line, at, row, "", text),
                    _ => text_cell(line, at, row, 0, text),
                },
                other => {
                    let text = shown(other);
                    if !text.is_empty() {
                        text_cell(line, at, row, 0, &text);
                    }
                }
            }
        }
        line.push_str("</row>");
        self.write()
    }

    fn finish(mut self: Box<Self>, columns: usize) -> Result<Vec<u8>, Failed> {
        self.close(columns)?;
        let mut sheets = String::new();
        let mut relations =
            format!("<Relationship Id=\"rId0\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
        for at in 1..=self.sheets {
            let name = if at == 1 { self.title.clone() } else { format!("{} {at}", self.title) };
            let _ = write!(sheets, "<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>");
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{at}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
            );
        }
        let book = format!(
            "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>"
        );
        let relations =
            format!("{XML}<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>");
        self.part("xl/workbook.xml", &book)?;
        self.part("xl/_rels/workbook.xml.rels", &relations)?;
        let Self { zip, out, .. } = *self;
        zip.finish()?;
        Ok(out.take())
    }
}

/// Whether a spreadsheet keeps the number as it is.
fn is_exact(number: &serde_json::Number) -> bool {
    number.as_i64().is_none_or(|whole| whole.unsigned_abs() <= EXACT)
        && number.as_u64().is_none_or(|whole| whole <= EXACT)
}

/// A date as spreadsheets count it, from the day on which their mistaken leap year no longer matters.
fn day(text: &str) -> Option<i64> {
    let day: NaiveDate = text.parse().ok()?;
    let number = (day - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    (61..=2_958_465).contains(&number).then_some(number)
}

/// Adds the name of a column: `A`, `AB`.
fn column(line: &mut String, at: usize) {
    if at >= 26 {
        column(line, at / 26 - 1);
    }
    line.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or_default()));
}

fn plain_cell(line: &mut String, at: usize, row: u32, style: &str, value: &dyn std::fmt::Display) {
    line.push_str("<c r=\"");
    column(line, at);
    let _ = write!(line, "{row}\" {style}><v>{value}</v></c>");
}

fn text_cell(line: &mut String, at: usize, row: u32, style: u8, text: &str) {
    line.push_str("<c r=\"");
    column(line, at);
    let _ = write!(line, "{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    let mut units = 0;
    for (place, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > CELL_UNITS {
            break;
        }
        match letter {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            '\t' | '\n' => line.push(letter),
            // What XML cannot hold is written as spreadsheets write it, and so is what looks like that.
            '\0'..='\x1f' | '\u{FFFE}' | '\u{FFFF}' => {
                let _ = write!(line, "_x{:04X}_", letter as u32);
            }
            '_' if is_escape(&text[place..]) => line.push_str("_x005F_"),
            other => line.push(other),
        }
    }
    line.push_str("</t></is></c>");
}

/// Whether a text begins like a character that XML cannot hold.
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes[1] == b'x'
        && bytes[6] == b'_'
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn file(format: Format, rows: &[Vec<Value>]) -> Vec<u8> {
        let head = |key: &str, texts| Head { key: key.into(), heading: key.into(), texts };
        let heads = vec![
            head("a", Texts::Plain),
            head("b", Texts::Dates),
            head("=c", Texts::Plain),
            head("d", Texts::Numbers),
        ];
        let mut writer = RowWriter::new(format, "rows", heads).unwrap();
        let mut bytes = Vec::new();
        for row in rows {
            writer.row(row).unwrap();
            bytes.extend(writer.take().unwrap());
        }
        bytes.extend(writer.finish().unwrap());
        bytes
    }

    fn hostile() -> Vec<Vec<Value>> {
        vec![
            vec![json!("=1+1"), json!("2026-07-01"), json!(["A", "B"]), json!("-12.50")],
            vec![json!("\n=1+1"), Value::Null, json!(-5), json!("9007199254740993")],
            vec![json!("＝1"), json!("2026"), json!(9_007_199_254_740_993_i64), json!("true")],
            vec![json!("\u{200B}@x"), Value::Null, json!("-5"), json!("1e5")],
            vec![json!("a\u{1}_x0041_<&>\"\r\nb"), Value::Null, json!(true), json!("=1")],
        ]
    }

    #[test]
    fn no_text_of_csv_is_a_formula() {
        let text = String::from_utf8(file(Format::Csv, &hostile())).unwrap();
        let rest = text.strip_prefix('\u{FEFF}').unwrap();
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(rest.as_bytes()).records().map(Result::unwrap).collect();
        let firsts: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
        let kept = "a\u{1}_x0041_<&>\"\r\nb";
        assert_eq!(firsts, ["'=1+1", "'\n=1+1", "'＝1", "'\u{200B}@x", kept]);
        let lasts: Vec<&str> = rows.iter().map(|row| &row[2]).collect();
        assert_eq!(lasts, ["A;B", "-5", "9007199254740993", "-5", "true"]);
        assert!(rest.starts_with("a,b,'=c,d\r\n"), "{rest}");
    }

    #[test]
    fn a_workbook_holds_each_value_as_what_it_is() {
        let bytes = file(Format::Xlsx, &hostile());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("rows").unwrap();
        let at = |row, column| sheet.get_value((row, column)).cloned().unwrap_or_default();
        assert_eq!(at(1, 0), Data::String("=1+1".into()));
        assert!(matches!(at(1, 1), Data::DateTime(_)), "{:?}", at(1, 1));
        assert_eq!(at(2, 2), Data::Float(-5.0));
        assert_eq!(at(3, 1), Data::String("2026".into()));
        assert_eq!(at(3, 2), Data::String("9007199254740993".into()));
        assert_eq!(at(5, 2), Data::Bool(true));
        // Sums of a column of numbers are wrong where they are texts.
        assert_eq!(at(1, 3), Data::Float(-12.5));
        for (row, text) in [(2, "9007199254740993"), (3, "true"), (4, "1e5"), (5, "=1")] {
            assert_eq!(at(row, 3), Data::String(text.into()));
        }
    }

    #[test]
    fn json_is_the_rows_as_they_are() {
        let rows = hostile();
        let array: Vec<Value> = serde_json::from_slice(&file(Format::Json, &rows)).unwrap();
        let lines = String::from_utf8(file(Format::Ndjson, &rows)).unwrap();
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(array, lines);
        for (told, row) in array.iter().zip(&rows) {
            assert_eq!(
                ["a", "b", "=c", "d"].map(|key| &told[key]),
                [&row[0], &row[1], &row[2], &row[3]]
            );
        }
        let empty: Vec<Value> = serde_json::from_slice(&file(Format::Json, &[])).unwrap();
        assert!(empty.is_empty() && file(Format::Ndjson, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_goes_through_a_workbook(text in "[^\r\u{FFFE}\u{FFFF}]{1,40}") {
            let bytes = file(Format::Xlsx, &[vec![json!(text), Value::Null, Value::Null, Value::Null]]);
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
            let sheet = book.worksheet_range("rows").unwrap();
            let Some(Data::String(read)) = sheet.get_value((1, 0)) else { panic!("no text") };
            // The reader leaves what stands for other characters as it is written.
            let escaped = |letter: char| letter < ' ' && letter != '\n' && letter != '\t';
            if !text.contains(escaped) && !text.contains("_x") {
                prop_assert_eq!(read, &text);
            }
        }
    }
}

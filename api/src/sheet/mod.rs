//! Quarterly results as a workbook or as CSV: the form going out, its answers coming in, and the
//! uploaded form going back with the problems marked.
//!
//! Plain values in and out: nothing here knows the database, the network or the rules of a
//! submission. `layout` says where things stand and `words` how they are written, for both
//! directions; `write` and `mark` make workbooks, `delimited` is both directions of CSV. A workbook
//! that comes back passes `archive` (the parts, within limits), `book` (cells, with their `format`
//! and `merged` ranges) and `read` (answers); `content` says what is made of one cell. A new column
//! of the totals starts in `layout`, then `plan`, `write` and `read` follow; raise [`LAYOUT`] with it.
//!
//! A cell that is left blank is not handed on. Every limit is a constant of this file.

mod addresses;
mod archive;
mod book;
mod comments;
mod content;
mod delimited;
mod encoding;
mod format;
mod grid;
mod guide;
mod layout;
mod mark;
mod merged;
mod number;
mod plan;
mod problems;
mod read;
pub mod records;
pub mod rows;
mod shown;
mod style;
#[cfg(test)]
mod tests;
mod unit;
mod words;
mod write;

use std::fmt;

use crate::domain::text::Text;

pub use delimited::{read_csv, write_csv};
pub use mark::mark_xlsx;
pub use number::typed;
pub use read::read_xlsx;
pub use words::defused;
pub use write::write_xlsx;

/// Number of the workbook's layout, kept in the workbook; raised when a place moves.
pub const LAYOUT: u32 = 1;
/// Longest upload, in bytes.
pub const MAX_UPLOAD: u64 = 20 * 1024 * 1024;
/// Most bytes that the parts of a workbook that are read may have when unpacked, each as often as it is read.
pub const MAX_EXPANDED: u64 = 200 * 1024 * 1024;
/// Most files in a workbook's archive.
pub const MAX_ENTRIES: usize = 10_000;
/// Most rows of parts, in the sheet of parts and in CSV of the wide shape.
pub const MAX_PART_ROWS: usize = 10_000;
/// Most rows of CSV of the long shape: 10,000 parts of 40 indicators, and the totals.
pub const MAX_LONG_ROWS: usize = 500_000;
/// Most columns.
pub const MAX_COLUMNS: usize = 200;
/// Longest text in a cell, in characters.
pub const MAX_TEXT: usize = 4_000;
/// Most problems that one reading reports.
pub const MAX_PROBLEMS: usize = 1_000;
/// Most remarks on what was made of a cell that one reading gives.
pub const MAX_INFOS: usize = 100;

/// The form of one institution, programme and quarter, with the answers it has so far.
#[derive(Debug, Clone)]
pub struct Form {
    /// Who reports.
    pub institution: Named,
    /// What is reported on.
    pub programme: Named,
    /// The quarter, `2026-Q3`.
    pub quarter: String,
    /// The day it is due, as it is to be shown.
    pub due_on: String,
    /// State of the submission, in Korean.
    pub status: String,
    /// Version of the submission; a file made from another one is warned about.
    pub version: i32,
    /// What is asked, in the order of the form.
    pub indicators: Vec<Indicator>,
    /// Regions that a value can be broken down by.
    pub regions: Vec<Named>,
    /// Business sizes that a value can be broken down by.
    pub sizes: Vec<Named>,
    /// Industries that a value can be broken down by.
    pub industries: Vec<Named>,
    /// Answers so far.
    pub cells: Vec<Cell>,
    /// What reviewers asked to put right, newest first.
    pub comments: Vec<Comment>,
}

/// What a reviewer asked to put right.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Address of the cell as it is to be shown; none for the whole.
    pub address: Option<String>,
    /// Codes of the cell's indicator, region, size and industry, likewise.
    pub cell: Option<[String; 4]>,
    /// Which handing in it is about.
    pub revision: i32,
    /// What is to be put right.
    pub message: String,
    /// Who asked, as it is to be shown.
    pub author: String,
    /// When, likewise.
    pub written_on: String,
    /// Whether it waits for an answer.
    pub is_open: bool,
}

/// Something with a code and a Korean name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The code.
    pub code: String,
    /// The name.
    pub name: String,
}

/// What is asked for, and how it is answered.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// The code, the same in every quarter.
    pub code: String,
    /// The Korean name.
    pub name: String,
    /// What counts and what does not.
    pub definition: Option<String>,
    /// The unit, as it is to be shown.
    pub unit: String,
    /// What kind of value answers it.
    pub kind: Kind,
    /// Decimal places that are shown.
    pub decimals: u32,
    /// What a number may be.
    pub range: Option<Range>,
    /// Whether it must be answered.
    pub is_required: bool,
    /// Whether it may be broken down by region.
    pub by_region: bool,
    /// Whether it may be broken down by business size.
    pub by_size: bool,
    /// Whether it may be broken down by industry.
    pub by_industry: bool,
    /// The value of the last quarter, shown beside the answer.
    pub previous: Option<String>,
}

/// What a number may be; one of the bounds is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Smallest, as a plain number.
    pub minimum: Option<String>,
    /// Greatest, likewise.
    pub maximum: Option<String>,
    /// Whether others may be entered all the same, with a warning.
    pub is_soft: bool,
}

impl Range {
    /// The range in Korean.
    fn words(&self) -> String {
        let bound = |bound: &Option<String>, word| bound.as_ref().map(|it| format!("{it} {word}"));
        let bounds = [bound(&self.minimum, "이상"), bound(&self.maximum, "이하")];
        bounds.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Kind of an indicator's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// Won, whole, of any length.
    Krw,
    /// A percentage: 12.5 stands for 12.5 %.
    Percent,
    /// `예` or `아니요`.
    Boolean,
    /// Text.
    Text,
}

/// One answer, with its address: an indicator, and the codes it is broken down by.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cell {
    /// Code of the indicator, or what stood in its place.
    pub indicator: String,
    /// Code of the region, what stood in its place, or empty for none.
    pub region: String,
    /// Code of the business size, likewise.
    pub size: String,
    /// Code of the industry, likewise.
    pub industry: String,
    /// VALUE, ZERO_CONFIRMED, NOT_APPLICABLE, MISSING, what stood in its place, or empty.
    pub state: String,
    /// The value, as text: a number without grouping and exponent.
    pub value: String,
    /// Why the value is missing or does not apply.
    pub reason: String,
    /// Comment, which also answers a warning.
    pub comment: String,
    /// Where the proof is.
    pub evidence_note: String,
}

impl Cell {
    /// Whether nothing is answered. A form that comes down says of what is saved that it is a value, so that word of a
    /// total whose value was taken out is no answer.
    fn is_blank(&self) -> bool {
        let says_nothing = self.state.is_empty() || (plan::is_total(self) && self.state == "VALUE");
        let texts = [&self.value, &self.reason, &self.comment, &self.evidence_note];
        says_nothing && texts.into_iter().all(String::is_empty)
    }
}

/// A cell of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Name of the sheet; `CSV` for a CSV file.
    pub sheet: String,
    /// The cell as spreadsheets name it, `F7`; rows of CSV are counted as a spreadsheet shows them.
    pub cell: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sheet, self.cell)
    }
}

/// Where the parts of an answer stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Spots {
    sheet: &'static str,
    row: u32,
    /// Column of the value.
    value: u16,
    /// Row and column of the indicator's code.
    indicator: Option<(u32, u16)>,
    region: Option<u16>,
    size: Option<u16>,
    industry: Option<u16>,
    state: Option<u16>,
    reason: Option<u16>,
    comment: Option<u16>,
    evidence_note: Option<u16>,
    /// Whether it stands nowhere: the file has no such row or column.
    is_absent: bool,
}

impl Spots {
    /// Of an answer that is all in one cell.
    fn of(sheet: &'static str, row: u32, value: u16) -> Self {
        Self { sheet, row, value, ..Self::default() }
    }
}

/// An answer and where it stands. An answer that says nothing is handed on too, where a total of the form
/// stands or would stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The answer.
    pub cell: Cell,
    /// Whether something is wrong with it that has been told as a problem, so that it cannot be kept.
    pub is_faulty: bool,
    /// Whether the file has no room for a comment and evidence here.
    pub is_brief: bool,
    spots: Spots,
}

impl Placed {
    /// The cell of the value.
    pub fn place(&self) -> Place {
        layout::place(self.spots.sheet, self.spots.row, self.spots.value)
    }

    /// The cell of a part of the answer, by its name in [`Cell`]; of what has no cell of its own, the value's.
    /// None, if the file has not even that.
    pub fn at(&self, part: &str) -> Option<Place> {
        let spots = &self.spots;
        if spots.is_absent {
            return None;
        }
        let (row, column) = match part {
            "indicator" => spots.indicator.unwrap_or((spots.row, spots.value)),
            other => {
                let column = match other {
                    "region" => spots.region,
                    "size" => spots.size,
                    "industry" => spots.industry,
                    "state" => spots.state,
                    "reason" => spots.reason,
                    "comment" => spots.comment,
                    "evidenceNote" => spots.evidence_note,
                    _ => None,
                };
                (spots.row, column.unwrap_or(spots.value))
            }
        };
        Some(layout::place(spots.sheet, row, column))
    }

    /// The same where a row holds this answer alone; else the value's cell: what names the row is right for others.
    pub fn at_own(&self, part: &str) -> Option<Place> {
        let is_alone = self.spots.indicator.is_some_and(|(row, _)| row == self.spots.row);
        self.at(if is_alone { part } else { "value" })
    }

    /// An answer that says nothing, where a total would stand.
    fn blank(indicator: &str, spots: Spots) -> Self {
        let cell = Cell { indicator: indicator.to_owned(), ..Cell::default() };
        Self { cell, is_faulty: false, is_brief: true, spots }
    }
}

/// What a problem means for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It blocks.
    Error,
    /// It asks for a second look.
    Warning,
    /// It tells what was made of a cell.
    Info,
}

/// Something to say of a file, at a cell where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The cell.
    pub place: Option<Place>,
    /// The indicator it is about, if it is about one.
    pub indicator: Option<String>,
    /// One sentence or two.
    pub message: Text,
    /// What it means.
    pub severity: Severity,
    /// Whether it is a warning whose cell has a comment, which answers it.
    pub is_justified: bool,
}

/// What a file says besides its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What is to be said of it.
    pub problems: Vec<Problem>,
    /// Values that are named as problems and were not handed on.
    pub lost: usize,
    /// Version of the submission that it was made of, if it tells.
    pub version: Option<i32>,
    /// Encoding of its text; none of a workbook.
    pub encoding: Option<&'static str>,
}

/// What a file is that is no workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// Nothing.
    Empty,
    /// A workbook with a password.
    Encrypted,
    /// A workbook of Excel 97 to 2003.
    OldBook,
    /// A binary workbook, xlsb.
    BinaryBook,
    /// A spreadsheet of OpenDocument.
    OpenDocument,
    /// A web page or XML.
    Markup,
    /// Text such as CSV.
    Text,
    /// A workbook packed by a method that Excel does not use.
    Packed,
    /// A workbook whose XML declares a document type.
    DocumentType,
    /// A damaged workbook.
    Damaged,
    /// Something else.
    Unknown,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no xlsx workbook that can be read.
    NotAWorkbook(Other),
    /// It is no text, but another kind of file.
    NotText,
    /// It, or what it unpacks to, is too large.
    TooLarge {
        /// Most bytes.
        limit: u64,
    },
    /// A quotation mark is opened and never closed, so that what follows cannot be told apart.
    OpenQuote {
        /// Row in which it is opened.
        row: u32,
    },
    /// It has too many rows.
    TooManyRows {
        /// Most rows.
        limit: usize,
    },
    /// It has too many columns.
    TooManyColumns {
        /// Most columns.
        limit: usize,
    },
    /// It has too many merged cells.
    TooManyMerged {
        /// Most of them.
        limit: usize,
    },
    /// A sheet is missing.
    NoSheet(String),
    /// A heading is not one that belongs there.
    BadHeader {
        /// Where the heading stands.
        place: Place,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: Text,
    },
    /// A heading is missing, or all of them.
    NoHeading {
        /// Number of the row in which it should stand.
        row: u32,
        /// What should stand there.
        wanted: Text,
    },
    /// Its text is in no encoding that is known.
    Encoding {
        /// The first byte that cannot be read, from zero.
        offset: usize,
    },
    /// It is the form of another institution, programme or quarter, or of another layout.
    OtherForm {
        /// The form asked for.
        expected: String,
        /// The form in the file.
        found: String,
    },
}

impl Unreadable {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAWorkbook(_) => "NOT_A_WORKBOOK",
            Self::NotText => "NOT_TEXT",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::OpenQuote { .. } => "OPEN_QUOTE",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::TooManyColumns { .. } => "TOO_MANY_COLUMNS",
            Self::TooManyMerged { .. } => "TOO_MANY_MERGED_CELLS",
            Self::NoSheet(_) => "NO_SHEET",
            Self::BadHeader { .. } | Self::NoHeading { .. } => "BAD_HEADER",
            Self::Encoding { .. } => "ENCODING",
            Self::OtherForm { .. } => "OTHER_FORM",
        }
    }

    /// What to tell the sender.
    pub fn message(&self) -> Text {
        match self {
            Self::NotAWorkbook(other) => other.message(),
            Self::NotText => Text::new(
                "CSV가 아니라 다른 형식의 파일입니다. 엑셀 통합 문서(.xlsx)는 /import/submission.xlsx로 올려 주십시오.",
                "This is no CSV but a file of another kind. An Excel workbook (.xlsx) goes to /import/submission.xlsx.",
            ),
            Self::TooLarge { limit } => {
                let limit = limit / (1024 * 1024);
                Text::new(
                    format!(
                        "파일이 너무 큽니다. 압축을 푼 크기를 포함해 {limit} MiB까지 받습니다."
                    ),
                    format!(
                        "The file is too large, as sent or unpacked: at most {limit} MiB are taken."
                    ),
                )
            }
            Self::OpenQuote { row } => Text::new(
                format!("{row}행에서 연 따옴표(\")가 닫히지 않았습니다."),
                format!("A quotation mark (\") that is opened in row {row} is never closed."),
            ),
            Self::TooManyRows { limit } => Text::new(
                format!("행이 너무 많습니다. {limit}행까지 받습니다."),
                format!("The file has too many rows: at most {limit} are taken."),
            ),
            Self::TooManyColumns { limit } => Text::new(
                format!("열이 너무 많습니다. {limit}열까지 받습니다."),
                format!("The file has too many columns: at most {limit} are taken."),
            ),
            Self::TooManyMerged { limit } => Text::new(
                format!("병합된 칸이 너무 많습니다. {limit}칸까지 받습니다."),
                format!("The sheet has too many merged cells: at most {limit} are taken."),
            ),
            Self::NoSheet(name) => Text::new(
                format!("‘{name}’ 시트가 없습니다. 내려받은 양식을 그대로 써 주십시오."),
                format!("The sheet '{name}' is missing; use the form as it was downloaded."),
            ),
            Self::BadHeader { place, found, expected } => Text::new(
                format!(
                    "‘{}’ {} 칸의 제목이 양식과 다릅니다(있는 값: ‘{found}’). {}.",
                    place.sheet, place.cell, expected.ko
                ),
                format!(
                    "The heading in {place} is not the form's (found: '{found}'): {}.",
                    expected.en
                ),
            ),
            Self::NoHeading { row, wanted } => Text::new(
                format!("CSV {row}행에 제목이 없습니다. {}.", wanted.ko),
                format!("Row {row} of the CSV lacks headings: {}.", wanted.en),
            ),
            Self::Encoding { offset } => Text::new(
                format!(
                    "{}번째 바이트를 글자로 읽을 수 없습니다. UTF-8, UTF-16, CP949(EUC-KR)로 저장한 CSV를 받습니다.",
                    offset + 1
                ),
                format!(
                    "Byte {} cannot be read as text. CSV in UTF-8, UTF-16 or CP949 (EUC-KR) is taken.",
                    offset + 1
                ),
            ),
            Self::OtherForm { expected, found } => Text::new(
                format!("다른 양식입니다. 필요한 양식은 {expected}인데 파일은 {found}입니다."),
                format!("This is another form: {expected} is asked for and the file is {found}."),
            ),
        }
    }
}

impl Other {
    fn message(self) -> Text {
        let (ko, en) = match self {
            Self::Empty => ("빈 파일입니다.", "The file is empty."),
            Self::Encrypted => (
                "암호가 걸린 통합 문서입니다. 암호를 풀고 저장한 뒤 올려 주십시오.",
                "The workbook is protected with a password; save it without one.",
            ),
            Self::OldBook => (
                "이전 형식(.xls)의 엑셀 파일입니다. ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오.",
                "This is a file of the old Excel format (.xls); save it as an Excel workbook (.xlsx).",
            ),
            Self::BinaryBook => (
                "엑셀 바이너리 통합 문서(.xlsb)입니다. ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오.",
                "This is a binary Excel workbook (.xlsb); save it as an Excel workbook (.xlsx).",
            ),
            Self::OpenDocument => (
                "OpenDocument 형식(.ods)의 파일입니다. ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오.",
                "This is an OpenDocument file (.ods); save it as an Excel workbook (.xlsx).",
            ),
            Self::Markup => (
                "엑셀 통합 문서가 아니라 웹 페이지나 XML 파일입니다. 엑셀에서 열어 ‘Excel 통합 문서(.xlsx)’로 저장해 주십시오.",
                "This is no workbook but a web page or XML; open it in Excel and save it as an Excel workbook (.xlsx).",
            ),
            Self::Text => (
                "엑셀 통합 문서가 아니라 텍스트 파일입니다. CSV는 /import/submission.csv로 올려 주십시오.",
                "This is no workbook but text. CSV goes to /import/submission.csv.",
            ),
            Self::Packed => (
                "엑셀이 쓰지 않는 방식(bzip2, LZMA 등)으로 압축된 통합 문서(.xlsx)라 읽지 않습니다. 엑셀에서 열어 다시 저장해 주십시오.",
                "The workbook (.xlsx) is compressed by a method that Excel does not use (such as bzip2 or LZMA) and is not read; open it in a spreadsheet program and save it again.",
            ),
            Self::DocumentType => (
                "XML에 문서 형식 선언(DOCTYPE)이 든 통합 문서(.xlsx)라, 안전을 위해 읽지 않습니다. 엑셀에서 열어 다시 저장해 주십시오.",
                "The XML of the workbook (.xlsx) declares a document type (DOCTYPE), which is not read for safety; open it in a spreadsheet program and save it again.",
            ),
            Self::Damaged => (
                "손상되어 읽을 수 없는 엑셀 통합 문서(.xlsx)입니다. 엑셀에서 열어 다시 저장해 주십시오.",
                "The Excel workbook (.xlsx) is damaged and cannot be read; open it in Excel and save it again.",
            ),
            Self::Unknown => (
                "엑셀 통합 문서(.xlsx)가 아닙니다. 다른 형식이거나, 문서 보안(DRM)이 걸렸거나, 손상된 파일입니다.",
                "This is no Excel workbook (.xlsx) but a file of another kind, a protected (DRM) or a damaged one.",
            ),
        };
        Text::new(ko, en)
    }
}

/// A failure of our own while writing; nothing the sender can mend.
#[derive(Debug)]
pub struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file could not be written: {}", self.0)
    }
}

impl std::error::Error for Failed {}

impl From<rust_xlsxwriter::XlsxError> for Failed {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self(error.to_string())
    }
}

impl From<csv::Error> for Failed {
    fn from(error: csv::Error) -> Self {
        Self(error.to_string())
    }
}

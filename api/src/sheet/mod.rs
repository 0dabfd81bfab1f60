//! Quarterly results as a workbook or as CSV: the form going out, its answers coming in, and the
//! uploaded form going back with the problems marked.
//!
//! Plain values in and out: nothing here knows the database, the network or the rules of a
//! submission. `layout` says where things stand and `words` how they are written, for both
//! directions; `write` and `mark` make workbooks, `read` takes them, `delimited` is both
//! directions of CSV, and `guard` stands before every workbook that is read. A new column of the
//! totals starts in `layout`, then `plan`, `write` and `read` follow; raise [`LAYOUT`] with it.
//!
//! A cell that is left blank is not handed on. Every limit is a constant of this file.

mod addresses;
mod book;
mod comments;
mod delimited;
mod grid;
mod guard;
mod guide;
mod layout;
mod mark;
mod number;
mod plan;
mod problems;
mod read;
mod style;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::fmt;

pub use delimited::{read_csv, write_csv};
pub use mark::mark_xlsx;
pub use read::{read_xlsx, version};
pub use write::write_xlsx;

/// Number of the workbook's layout, kept in the workbook; raised when a place moves.
pub const LAYOUT: u32 = 1;
/// Longest upload, in bytes.
pub const MAX_UPLOAD: u64 = 20 * 1024 * 1024;
/// Most bytes that all parts of a workbook may have when unpacked.
pub const MAX_EXPANDED: u64 = 200 * 1024 * 1024;
/// Most files in a workbook's archive.
pub const MAX_ENTRIES: usize = 200;
/// Most bytes that one packed byte may become, for a part of more than [`RATIO_FREE`] bytes.
pub const MAX_RATIO: u64 = 200;
/// A part up to this size, in bytes unpacked, may have any ratio.
pub const RATIO_FREE: u64 = 10 * 1024 * 1024;
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
    pub evidence: String,
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

/// An answer and where its value stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The cell of the value.
    pub place: Place,
    /// The answer.
    pub cell: Cell,
}

/// Something wrong with a file, at a cell where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The cell.
    pub place: Option<Place>,
    /// One sentence, in the reader's language; readers of this module write Korean.
    pub message: String,
    /// Whether it is an error, which blocks, or a warning.
    pub is_error: bool,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no xlsx workbook, or a damaged or encrypted one.
    NotAWorkbook,
    /// It, or what it unpacks to, is too large.
    TooLarge {
        /// Most bytes.
        limit: u64,
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
    /// A sheet is missing.
    NoSheet(String),
    /// A heading is not the one that belongs there.
    BadHeader {
        /// Where the heading stands.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// It is not UTF-8.
    Encoding,
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
            Self::NotAWorkbook => "NOT_A_WORKBOOK",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::TooManyColumns { .. } => "TOO_MANY_COLUMNS",
            Self::NoSheet(_) => "NO_SHEET",
            Self::BadHeader { .. } => "BAD_HEADER",
            Self::Encoding => "ENCODING",
            Self::OtherForm { .. } => "OTHER_FORM",
        }
    }

    /// What to tell the sender, in Korean and in English.
    pub fn message(&self) -> (String, String) {
        match self {
            Self::NotAWorkbook => (
                "엑셀 통합 문서(.xlsx)로 읽을 수 없습니다. 손상되었거나 암호가 걸렸거나 다른 형식의 파일입니다."
                    .into(),
                "This is not a readable Excel workbook (.xlsx): it is damaged, encrypted or of another format."
                    .into(),
            ),
            Self::TooLarge { limit } => {
                let limit = limit / (1024 * 1024);
                (
                    format!("파일이 너무 큽니다. 압축을 푼 크기를 포함해 {limit} MiB까지 받습니다."),
                    format!("The file is too large, as sent or unpacked: at most {limit} MiB are taken."),
                )
            }
            Self::TooManyRows { limit } => (
                format!("행이 너무 많습니다. {limit}행까지 받습니다."),
                format!("The file has too many rows: at most {limit} are taken."),
            ),
            Self::TooManyColumns { limit } => (
                format!("열이 너무 많습니다. {limit}열까지 받습니다."),
                format!("The file has too many columns: at most {limit} are taken."),
            ),
            Self::NoSheet(name) => (
                format!("‘{name}’ 시트가 없습니다. 내려받은 양식을 그대로 써 주십시오."),
                format!("The sheet '{name}' is missing; use the form as it was downloaded."),
            ),
            Self::BadHeader { place, found } => (
                format!(
                    "‘{}’ {} 칸의 제목이 양식과 다릅니다(있는 값: ‘{found}’).",
                    place.sheet, place.cell
                ),
                format!("The heading in {place} is not the form's (found: '{found}')."),
            ),
            Self::Encoding => (
                "UTF-8로 저장한 CSV가 아닙니다. 엑셀에서 ‘CSV UTF-8(쉼표로 분리)’ 형식으로 다시 저장해 주십시오."
                    .into(),
                "The CSV is not UTF-8; save it in Excel as 'CSV UTF-8 (Comma delimited)'.".into(),
            ),
            Self::OtherForm { expected, found } => (
                format!("다른 양식입니다. 필요한 양식은 {expected}인데 파일은 {found}입니다."),
                format!("This is another form: {expected} is asked for and the file is {found}."),
            ),
        }
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

//! A table with a column per indicator and a row per region, size and industry: the sheet of parts
//! and CSV of the wide shape. Also what one cell may hold.

use std::collections::HashSet;

use super::addresses::PartAddresses;
use super::layout::{DIMENSIONS, cell_name, place};
use super::problems::Problems;
use super::words::{self, Lists};
use super::{Cell, Kind, MAX_COLUMNS, MAX_TEXT, Place, Placed, Unreadable, number};

/// What a cell of a file holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A truth value.
    Truth(bool),
    /// A date or time, as text.
    Date(String),
    /// An error such as `#N/A`.
    Fault(String),
    /// A formula, whatever it came to.
    Formula,
}

impl Content {
    /// The text to hand on, `None` for a formula; what is not a plain value is a problem too.
    pub(super) fn into_text(
        self,
        kind: Kind,
        place: impl Fn() -> Place,
        problems: &mut Problems,
    ) -> Option<String> {
        match self {
            Self::Text(text) => Some(checked(kind, text, place, problems)),
            Self::Number(value) => {
                if number::is_too_long(value) {
                    problems.error(
                        place(),
                        "15자리가 넘는 수는 스프레드시트가 끝자리를 바꿀 수 있으니, 앞에 작은따옴표(')를 붙여 텍스트로 적어 주십시오.",
                    );
                }
                Some(number::text(value))
            }
            Self::Truth(value) => Some(number::yes_no(value).to_owned()),
            Self::Date(text) => {
                problems.error(
                    place(),
                    format!("날짜({text})로 저장된 칸이니 수나 글자로 다시 적어 주십시오."),
                );
                Some(text)
            }
            Self::Fault(text) => {
                problems.error(
                    place(),
                    format!("오류 값({text})이 들어 있으니 값을 다시 적어 주십시오."),
                );
                Some(text)
            }
            Self::Formula => {
                problems.error(place(), "수식은 받지 않으니 계산된 값만 붙여 넣어 주십시오.");
                None
            }
        }
    }
}

/// A text within its limit; a number that lost digits to an exponent is a problem.
fn checked(kind: Kind, text: String, place: impl Fn() -> Place, problems: &mut Problems) -> String {
    if number::is_number(kind) && number::has_exponent(text.trim()) {
        problems.error(
            place(),
            format!(
                "지수로 적힌 수({text})는 자릿수를 잃었을 수 있으니 모든 자리를 적어 주십시오."
            ),
        );
    }
    match text.char_indices().nth(MAX_TEXT) {
        None => text,
        Some((end, _)) => {
            let length = text.chars().count();
            problems.error(
                place(),
                format!("글자가 {length}자로 너무 기니 {MAX_TEXT}자까지 줄여 주십시오."),
            );
            text[..end].to_owned()
        }
    }
}

/// What a column holds.
#[derive(Debug)]
enum Column {
    /// The region, the size or the industry.
    Dimension(usize),
    /// Values of an indicator.
    Values { code: String, kind: Kind },
    /// Nothing with a name; whether that has been reported.
    Nameless { is_reported: bool },
}

/// The table, as far as its headings go.
pub(super) struct Grid<'a> {
    lists: &'a Lists<'a>,
    sheet: &'static str,
    /// Whether a row without region, size and industry holds the totals.
    has_totals: bool,
    columns: Vec<Column>,
    addresses: PartAddresses,
}

impl<'a> Grid<'a> {
    /// The table under some headings. A heading that is no dimension is taken for a code.
    pub(super) fn new(
        lists: &'a Lists<'a>,
        sheet: &'static str,
        has_totals: bool,
        head_row: u32,
        headings: Vec<(u16, String)>,
    ) -> Result<Self, Unreadable> {
        let mut columns: Vec<Column> = Vec::new();
        let mut seen = HashSet::new();
        let first = headings.first().map(|(_, heading)| heading.clone()).unwrap_or_default();
        for (column, heading) in headings {
            let heading = heading.trim();
            if heading.is_empty() {
                continue;
            }
            let dimension = DIMENSIONS.iter().position(|name| *name == heading);
            let name = if dimension.is_some() { heading.to_owned() } else { lists.code(heading) };
            if !seen.insert(name.clone()) {
                return Err(bad_heading(sheet, head_row, column, heading));
            }
            columns.resize_with(usize::from(column), || Column::Nameless { is_reported: false });
            columns.push(match dimension {
                Some(dimension) => Column::Dimension(dimension),
                None => Column::Values { kind: lists.kind(&name), code: name },
            });
        }
        if !has_totals && !columns.iter().any(|column| matches!(column, Column::Dimension(_))) {
            return Err(bad_heading(sheet, head_row, 0, &first));
        }
        Ok(Self { lists, sheet, has_totals, columns, addresses: PartAddresses::default() })
    }

    /// Hands on the answers of one row.
    pub(super) fn row(
        &mut self,
        row: u32,
        cells: Vec<(u16, Content)>,
        problems: &mut Problems,
        each: &mut dyn FnMut(Placed),
    ) {
        let mut dimensions = [const { String::new() }; 3];
        let mut values = Vec::with_capacity(cells.len());
        for (column, content) in cells {
            if matches!(&content, Content::Text(text) if text.trim().is_empty())
                && !matches!(self.columns.get(usize::from(column)), Some(Column::Values { .. }))
            {
                continue;
            }
            let at = || place(self.sheet, row, column);
            match self.columns.get_mut(usize::from(column)) {
                Some(Column::Dimension(dimension)) => {
                    if let Some(text) = content.into_text(Kind::Text, at, problems) {
                        dimensions[*dimension] = self.lists.dimensions[*dimension].code(&text);
                    }
                }
                Some(Column::Values { kind, .. }) => {
                    let (kind, text) = (*kind, content.into_text(*kind, at, problems));
                    let answer = text.map(|text| words::part_answer(kind, text));
                    values.extend(answer.filter(is_given).map(|it| (column, it)));
                }
                Some(Column::Nameless { is_reported: true }) => {}
                Some(Column::Nameless { is_reported }) => {
                    *is_reported = true;
                    problems.error(at(), NAMELESS);
                }
                None => {
                    let fill = || Column::Nameless { is_reported: false };
                    self.columns.resize_with(usize::from(column), fill);
                    self.columns.push(Column::Nameless { is_reported: true });
                    problems.error(at(), NAMELESS);
                }
            }
        }
        if values.is_empty() {
            return;
        }
        if !self.has_totals && dimensions.iter().all(String::is_empty) {
            problems.error(
                place(self.sheet, row, self.first_dimension()),
                "지역·규모·업종이 모두 비어 있어 어느 부분의 값인지 알 수 없으니 하나 이상 골라 주십시오.",
            );
            return;
        }
        self.note_duplicates(row, &dimensions, &values, problems);
        for (column, (state, value)) in values {
            let Some(Column::Values { code, .. }) = self.columns.get(usize::from(column)) else {
                continue;
            };
            let [region, size, industry] = dimensions.clone();
            let cell = Cell {
                indicator: code.clone(),
                region,
                size,
                industry,
                state: state.to_owned(),
                value,
                ..Cell::default()
            };
            each(Placed { place: place(self.sheet, row, column), cell });
        }
    }

    fn note_duplicates(
        &mut self,
        row: u32,
        dimensions: &[String; 3],
        values: &[(u16, (&'static str, String))],
        problems: &mut Problems,
    ) {
        let columns = values.iter().map(|(column, _)| *column);
        for (column, earlier) in self.addresses.take(row, dimensions, columns) {
            if problems.is_full() {
                return;
            }
            let Some(Column::Values { code, .. }) = self.columns.get(usize::from(column)) else {
                continue;
            };
            let message = duplicate(
                code,
                &place(self.sheet, earlier, column),
                &place(self.sheet, row, column),
            );
            problems.error(place(self.sheet, row, column), message);
        }
    }

    fn first_dimension(&self) -> u16 {
        let found = self.columns.iter().position(|column| matches!(column, Column::Dimension(_)));
        u16::try_from(found.unwrap_or_default()).unwrap_or_default()
    }
}

/// The sentence about a value below no heading, said once per column.
pub(super) const NAMELESS: &str =
    "제목이 없는 열에 값이 있으니 값을 지우거나 제목을 적어 주십시오.";

/// Whether a part's cell says anything.
fn is_given((state, value): &(&'static str, String)) -> bool {
    *state != words::VALUE || !value.is_empty()
}

/// The sentence about an address that is there twice.
pub(super) fn duplicate(indicator: &str, earlier: &Place, later: &Place) -> String {
    format!(
        "지표 ‘{indicator}’의 같은 지역·규모·업종 값이 {earlier} 칸과 {later} 칸에 두 번 있으니 하나만 남겨 주십시오."
    )
}

/// The refusal of a column beyond the limit.
pub(super) fn column_within_limit(column: usize) -> Result<u16, Unreadable> {
    u16::try_from(column)
        .ok()
        .filter(|column| usize::from(*column) < MAX_COLUMNS)
        .ok_or(Unreadable::TooManyColumns { limit: MAX_COLUMNS })
}

/// The refusal of a heading.
pub(super) fn bad_heading(sheet: &str, row: u32, column: u16, found: &str) -> Unreadable {
    let found = found.chars().take(100).collect();
    let cell = cell_name(row, column);
    Unreadable::BadHeader { place: Place { sheet: sheet.to_owned(), cell }, found }
}

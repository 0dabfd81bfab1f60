//! A table with a column per indicator and a row per region, size and industry: the sheet of parts
//! and CSV of the wide shape.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::addresses::PartAddresses;
use super::content::{Content, Taken};
use super::layout::{CSV, CSV_IDENTITY, DIMENSIONS, place};
use super::merged::{self, Range};
use super::number::Asked;
use super::problems::Problems;
use super::words::{self, Lists};
use super::{Cell, MAX_COLUMNS, Place, Placed, Spots, Text, Unreadable};

/// What a column holds.
#[derive(Debug)]
enum Column {
    /// The region, the size or the industry.
    Dimension(usize),
    /// Values of an indicator.
    Values { code: String },
    /// Whose form it is, which is looked at elsewhere.
    Identity,
    /// Nothing with a name; whether that has been reported.
    Nameless { is_reported: bool },
}

/// The table, as far as its headings go.
pub(super) struct Grid<'a> {
    lists: &'a Lists<'a>,
    sheet: &'static str,
    /// Whether a row without region, size and industry holds the totals.
    has_totals: bool,
    head_row: u32,
    columns: Vec<Column>,
    /// Columns of the dimensions.
    dimensions: [Option<u16>; 3],
    addresses: PartAddresses,
    /// Addresses of values that are merged with cells below.
    tops: HashMap<(u32, u16), [String; 3]>,
    /// Merged values of which it has been told that nobody knows whose they are.
    told: HashSet<(u32, u16)>,
}

/// A row: its cells, and what reaches down into it from merged cells.
pub(super) struct Row {
    /// Its number.
    pub(super) row: u32,
    /// Its cells.
    pub(super) cells: Vec<(u16, Content)>,
    /// What reaches down, and from which range.
    pub(super) from_above: Vec<(Range, Rc<Content>)>,
}

impl<'a> Grid<'a> {
    /// The table under some headings. In a workbook a heading that is no dimension is taken for a code.
    pub(super) fn new(
        lists: &'a Lists<'a>,
        sheet: &'static str,
        has_totals: bool,
        head_row: u32,
        headings: Vec<(u16, String)>,
    ) -> Result<Self, Unreadable> {
        let mut columns: Vec<Column> = Vec::new();
        let mut dimensions = [None; 3];
        let mut seen = HashSet::new();
        let first = headings.first().map(|(_, heading)| heading.clone()).unwrap_or_default();
        for (column, heading) in headings {
            let name = words::squeezed(&heading);
            if name.is_empty() {
                continue;
            }
            let bad = |why| bad_heading(sheet, head_row, column, &heading, why);
            if !seen.insert(name.clone()) {
                return Err(bad(Expected::Once));
            }
            columns.resize_with(usize::from(column), || Column::Nameless { is_reported: false });
            columns.push(if let Some(index) = DIMENSIONS.iter().position(|known| *known == name) {
                dimensions[index] = Some(column);
                Column::Dimension(index)
            } else if sheet == CSV && CSV_IDENTITY.contains(&name.as_str()) {
                Column::Identity
            } else if sheet == CSV && lists.indicator(&heading).is_none() {
                return Err(bad(Expected::Wide));
            } else {
                let known = lists.indicator(&heading);
                let code = known.map_or(heading.trim(), |known| known.code.as_str());
                Column::Values { code: code.to_owned() }
            });
        }
        if !has_totals && dimensions.iter().all(Option::is_none) {
            return Err(bad_heading(sheet, head_row, 0, &first, Expected::Heading(DIMENSIONS[0])));
        }
        Ok(Self {
            lists,
            sheet,
            has_totals,
            head_row,
            columns,
            dimensions,
            addresses: PartAddresses::default(),
            tops: HashMap::new(),
            told: HashSet::new(),
        })
    }

    /// Where the total of an indicator would stand in the row of totals, if there is one.
    pub(super) fn total_spots(&self, code: &str, row: Option<u32>) -> Spots {
        let at = self.columns.iter().position(
            |column| matches!(column, Column::Values { code: known, .. } if known == code),
        );
        let column = at.and_then(|at| u16::try_from(at).ok());
        let spots = self.spots(row.unwrap_or_default(), column.unwrap_or_default());
        Spots { is_absent: row.is_none() || column.is_none(), ..spots }
    }

    fn spots(&self, row: u32, column: u16) -> Spots {
        let [region, size, industry] = self.dimensions;
        Spots {
            indicator: Some((self.head_row, column)),
            region,
            size,
            industry,
            ..Spots::of(self.sheet, row, column)
        }
    }

    /// Hands on the answers of one row.
    pub(super) fn row(
        &mut self,
        row: Row,
        merged: &merged::Merged,
        problems: &mut Problems,
        each: &mut dyn FnMut(Placed),
    ) {
        let Row { row, mut cells, from_above } = row;
        let (hidden, reaching): (Vec<_>, Vec<_>) = from_above
            .into_iter()
            .partition(|(range, _)| matches!(self.column(range.left), Some(Column::Values { .. })));
        for (range, content) in reaching {
            merged::put(&mut cells, range.left, Content::clone(&content));
        }
        let mut dimensions = [const { String::new() }; 3];
        let mut is_lost = false;
        let mut values = Vec::with_capacity(cells.len());
        for (column, content) in cells {
            let at = || place(self.sheet, row, column);
            let is_white = content.is_white();
            match self.columns.get_mut(usize::from(column)) {
                Some(Column::Dimension(dimension)) => {
                    problems.indicator = None;
                    let taken = content.take(&Asked::TEXT, &at, problems);
                    is_lost |= taken.is_faulty;
                    dimensions[*dimension] = self.lists.dimensions[*dimension].code(&taken.text);
                }
                Some(Column::Values { code }) => {
                    problems.indicator = Some(code.clone());
                    let asked = self.lists.asked(code);
                    let Taken { text, is_faulty } = content.take(&asked, &at, problems);
                    let answer = words::part_answer(&asked, text);
                    if is_faulty || is_given(&answer) {
                        values.push(Value { column, answer, is_faulty });
                    }
                }
                Some(Column::Identity | Column::Nameless { is_reported: true }) => {}
                _ if is_white => {}
                Some(Column::Nameless { is_reported }) => {
                    *is_reported = true;
                    problems.indicator = None;
                    problems.lose(at(), nameless());
                }
                None => {
                    let fill = || Column::Nameless { is_reported: false };
                    self.columns.resize_with(usize::from(column), fill);
                    self.columns.push(Column::Nameless { is_reported: true });
                    problems.indicator = None;
                    problems.lose(at(), nameless());
                }
            }
        }
        problems.indicator = None;
        self.check_merged(&dimensions, hidden, &mut values, problems);
        self.note_merged(row, &dimensions, &mut values, merged, problems);
        if values.is_empty() {
            return;
        }
        let has_address = dimensions.iter().any(|code| !code.is_empty());
        if !self.has_totals && !has_address && !is_lost {
            let first = self.dimensions.into_iter().flatten().min().unwrap_or_default();
            problems.lose(place(self.sheet, row, first), no_address());
            return;
        }
        if is_lost && !has_address {
            // It would pass for a total.
            problems.lost += values.len();
            return;
        }
        if !is_lost {
            self.note_duplicates(row, &dimensions, &mut values, problems);
        }
        for Value { column, answer: (state, value, reason), is_faulty } in values {
            let Some(Column::Values { code }) = self.column(column) else { continue };
            let [region, size, industry] = dimensions.clone();
            let cell = Cell {
                indicator: code.clone(),
                region,
                size,
                industry,
                state: state.to_owned(),
                value,
                reason,
                ..Cell::default()
            };
            let spots = self.spots(row, column);
            each(Placed { cell, is_faulty: is_faulty || is_lost, is_brief: true, spots });
        }
    }

    fn column(&self, column: u16) -> Option<&Column> {
        self.columns.get(usize::from(column))
    }

    /// A value that is merged over rows of several parts belongs to none of them: what the row has of it is faulty.
    fn check_merged(
        &mut self,
        dimensions: &[String; 3],
        hidden: Vec<(Range, Rc<Content>)>,
        values: &mut Vec<Value>,
        problems: &mut Problems,
    ) {
        if dimensions.iter().all(String::is_empty) {
            return;
        }
        for (range, _) in hidden {
            if self.tops.get(&(range.top, range.left)).is_some_and(|top| top != dimensions) {
                self.tell_merged(range, problems);
                values.push(Value::faulty(range.left));
            }
        }
    }

    /// Tells once of a merged value that it is not known whose it is.
    fn tell_merged(&mut self, range: Range, problems: &mut Problems) {
        if self.told.insert((range.top, range.left)) {
            problems.error(place(self.sheet, range.top, range.left), merged_value(range));
        }
    }

    /// Keeps the addresses of values that are merged with cells below; of values merged with those of another
    /// indicator it is not known which they are.
    fn note_merged(
        &mut self,
        row: u32,
        dimensions: &[String; 3],
        values: &mut Vec<Value>,
        merged: &merged::Merged,
        problems: &mut Problems,
    ) {
        let mut others = Vec::new();
        for value in values.iter_mut() {
            let Some(range) = merged.range(row, value.column) else { continue };
            let is_indicator = |column: &u16| {
                *column != value.column
                    && matches!(self.column(*column), Some(Column::Values { .. }))
            };
            let beside: Vec<u16> =
                (range.left..=range.right.min(200)).filter(is_indicator).collect();
            if !beside.is_empty() {
                self.tell_merged(range, problems);
                value.is_faulty = true;
                others.extend(beside.into_iter().map(Value::faulty));
            }
            if range.bottom > row {
                self.tops.insert((range.top, range.left), dimensions.clone());
            }
        }
        values.append(&mut others);
    }

    fn note_duplicates(
        &mut self,
        row: u32,
        dimensions: &[String; 3],
        values: &mut [Value],
        problems: &mut Problems,
    ) {
        let columns = values.iter().map(|value| value.column);
        for (column, earlier) in self.addresses.take(row, dimensions, columns) {
            let Some(Column::Values { code }) = self.column(column) else { continue };
            let (earlier, later) =
                (place(self.sheet, earlier, column), place(self.sheet, row, column));
            problems.indicator = Some(code.clone());
            problems.error(later.clone(), duplicate(code, &earlier, &later));
            if let Some(value) = values.iter_mut().find(|value| value.column == column) {
                value.is_faulty = true;
            }
        }
        problems.indicator = None;
    }
}

/// A value of a row.
struct Value {
    column: u16,
    answer: words::Answer,
    is_faulty: bool,
}

impl Value {
    /// One of which it has been told that nobody knows whose it is.
    fn faulty(column: u16) -> Self {
        let answer = (words::VALUE, String::new(), String::new());
        Self { column, answer, is_faulty: true }
    }
}

/// The sentence about a value below no heading, said once per column.
pub(super) fn nameless() -> Text {
    Text::new(
        "제목이 없는 열에 값이 있으니 값을 지우거나 제목을 적어 주십시오.",
        "There is a value in a column without a heading; take it out or give the column its heading.",
    )
}

fn no_address() -> Text {
    Text::new(
        "지역·규모·업종이 모두 비어 있어 어느 부분의 값인지 알 수 없으니 하나 이상 골라 주십시오.",
        "Region, size and industry are all blank, so it is not known what the values are of; choose at least one.",
    )
}

/// The sentence about a value in merged cells of several answers.
pub(super) fn merged_value(range: Range) -> Text {
    let name = range.name();
    Text::new(
        format!(
            "병합된 칸({name})의 값이 어느 칸의 값인지 알 수 없으니, 병합을 풀고 칸마다 값을 적어 주십시오."
        ),
        format!(
            "It is not known which cell the value of the merged range {name} belongs to; unmerge it and give each cell its value."
        ),
    )
}

/// Whether a part's cell says anything.
fn is_given((state, value, _): &words::Answer) -> bool {
    *state != words::VALUE || !value.is_empty()
}

/// The sentence about an address that is there twice.
pub(super) fn duplicate(indicator: &str, earlier: &Place, later: &Place) -> Text {
    Text::new(
        format!(
            "지표 ‘{indicator}’의 같은 지역·규모·업종 값이 {earlier} 칸과 {later} 칸에 두 번 있으니 하나만 남겨 주십시오."
        ),
        format!(
            "The same part of the indicator '{indicator}' is there twice, in {earlier} and in {later}; keep one."
        ),
    )
}

/// The refusal of a column beyond the limit.
pub(super) fn column_within_limit(column: usize) -> Result<u16, Unreadable> {
    u16::try_from(column)
        .ok()
        .filter(|column| usize::from(*column) < MAX_COLUMNS)
        .ok_or(Unreadable::TooManyColumns { limit: MAX_COLUMNS })
}

/// What a heading should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// This one.
    Heading(&'static str),
    /// Another one than before.
    Once,
    /// One of the long shape of CSV.
    Long,
    /// One of the wide shape of CSV.
    Wide,
}

/// The refusal of a heading.
pub(super) fn bad_heading(
    sheet: &str,
    row: u32,
    column: u16,
    found: &str,
    expected: Expected,
) -> Unreadable {
    let found = found.trim().chars().take(100).collect();
    let expected = match expected {
        Expected::Heading(heading) => Text::new(
            format!("‘{heading}’이(가) 와야 합니다"),
            format!("'{heading}' belongs there"),
        ),
        Expected::Once => Text::new("같은 제목이 두 번 있습니다", "it is there twice"),
        Expected::Long => {
            let headings = super::layout::LONG_HEAD.join(", ");
            Text::new(format!("쓸 수 있는 제목: {headings}"), format!("headings are: {headings}"))
        }
        Expected::Wide => Text::new(
            "쓸 수 있는 제목: 지역, 규모, 업종과 이 양식의 지표코드",
            "headings are: 지역, 규모, 업종 and the codes of the form's indicators",
        ),
    };
    Unreadable::BadHeader { place: place(sheet, row, column), found, expected }
}

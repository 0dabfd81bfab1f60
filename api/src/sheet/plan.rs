//! Which answer goes into which cell of the workbook.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::layout::{PARTS_FIRST, PARTS_VALUES, TOTALS_FIRST, TOTALS_VALUE, Tab, position};
use super::words::Lists;
use super::{Cell, Form, Indicator, Place};

/// Last row that a part keeps from the file it came in; parts further down move up.
const LAST_KEPT: u32 = 200_000;

/// A cell of the workbook to be written.
pub(super) type Target = (Tab, u32, u16);

/// A row of the totals.
pub(super) struct Total<'a> {
    /// The indicator's code.
    pub(super) code: &'a str,
    /// The indicator; none for a code that the form does not have.
    pub(super) indicator: Option<&'a Indicator>,
    /// The answer.
    pub(super) cell: Option<&'a Cell>,
}

/// A row of parts.
pub(super) struct Part<'a> {
    /// Region, size and industry.
    pub(super) dimensions: [&'a str; 3],
    /// Answers by column.
    pub(super) cells: Vec<Option<&'a Cell>>,
}

/// A column of parts.
pub(super) struct PartColumn<'a> {
    /// The indicator's code.
    pub(super) code: &'a str,
    /// The indicator; none for a code that the form does not have.
    pub(super) indicator: Option<&'a Indicator>,
}

/// The whole workbook.
pub(super) struct Plan<'a> {
    /// Rows of the totals, from their first row on.
    pub(super) totals: Vec<Total<'a>>,
    /// Columns of parts, after the dimensions.
    pub(super) columns: Vec<PartColumn<'a>>,
    /// Parts by row.
    pub(super) parts: BTreeMap<u32, Part<'a>>,
    rows: HashMap<[&'a str; 3], Vec<u32>>,
    column_of: HashMap<&'a str, usize>,
    row_of: HashMap<&'a str, usize>,
}

impl<'a> Plan<'a> {
    /// Finds a cell for each answer, which keeps its row if it comes from such a workbook. Tells
    /// the cells in the order of the answers.
    pub(super) fn new(
        form: &'a Form,
        lists: &Lists<'a>,
        answers: impl Iterator<Item = (&'a Cell, Option<&'a Place>)> + Clone,
    ) -> (Self, Vec<Target>) {
        let mut plan = Self::empty(form, lists, answers.clone().map(|(cell, _)| cell));
        let targets = answers
            .map(|(cell, place)| match is_total(cell) {
                true => plan.put_total(cell, lists),
                false => plan.put_part(cell, place),
            })
            .collect();
        (plan, targets)
    }

    fn empty(form: &'a Form, lists: &Lists<'a>, cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut columns: Vec<PartColumn<'a>> = Vec::new();
        let divided =
            form.indicators.iter().filter(|it| it.by_region || it.by_size || it.by_industry);
        columns.extend(divided.map(|it| PartColumn { code: &it.code, indicator: Some(it) }));
        let mut known: HashSet<&str> = columns.iter().map(|column| column.code).collect();
        for cell in cells.filter(|cell| !is_total(cell)) {
            if known.insert(&cell.indicator) {
                let indicator = lists.indicator(&cell.indicator);
                columns.push(PartColumn { code: &cell.indicator, indicator });
            }
        }
        let totals = form.indicators.iter();
        let totals: Vec<Total<'a>> =
            totals.map(|it| Total { code: &it.code, indicator: Some(it), cell: None }).collect();
        Self {
            column_of: columns.iter().enumerate().map(|(index, it)| (it.code, index)).collect(),
            row_of: totals.iter().enumerate().map(|(index, it)| (it.code, index)).collect(),
            totals,
            columns,
            parts: BTreeMap::new(),
            rows: HashMap::new(),
        }
    }

    /// Whether there is a sheet of parts.
    pub(super) fn has_parts(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Where the answer at an address stands, by its indicator, region, size and industry.
    pub(super) fn target(&self, address: &[String; 4]) -> Option<Target> {
        let [indicator, dimensions @ ..] = address.each_ref().map(String::as_str);
        if dimensions.iter().all(|code| code.is_empty()) {
            let row = u32::try_from(*self.row_of.get(indicator)?).ok()?;
            return Some((Tab::Totals, TOTALS_FIRST.checked_add(row)?, TOTALS_VALUE));
        }
        let index = *self.column_of.get(indicator)?;
        let holds = |row: &&u32| self.parts.get(row).is_some_and(|it| it.cells[index].is_some());
        let row = self.rows.get(&dimensions)?.iter().find(holds)?;
        Some((Tab::Parts, *row, PARTS_VALUES.checked_add(u16::try_from(index).ok()?)?))
    }

    /// The first row below the parts.
    pub(super) fn parts_end(&self) -> u32 {
        self.parts.last_key_value().map_or(PARTS_FIRST, |(row, _)| row + 1)
    }

    fn put_total(&mut self, cell: &'a Cell, lists: &Lists<'a>) -> Target {
        let index = match self.row_of.get(cell.indicator.as_str()) {
            Some(index) if self.totals[*index].cell.is_none() => {
                self.totals[*index].cell = Some(cell);
                *index
            }
            Some(_) | None => {
                let indicator = lists.indicator(&cell.indicator);
                self.totals.push(Total { code: &cell.indicator, indicator, cell: Some(cell) });
                self.totals.len() - 1
            }
        };
        (
            Tab::Totals,
            TOTALS_FIRST.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)),
            TOTALS_VALUE,
        )
    }

    fn put_part(&mut self, cell: &'a Cell, place: Option<&Place>) -> Target {
        let index = self.column_of.get(cell.indicator.as_str()).copied().unwrap_or_default();
        let dimensions = [cell.region.as_str(), cell.size.as_str(), cell.industry.as_str()];
        let row = place
            .filter(|place| place.sheet == Tab::Parts.name())
            .and_then(|place| position(&place.cell))
            .map(|(row, _)| row)
            .filter(|row| (PARTS_FIRST..LAST_KEPT).contains(row))
            .filter(|row| self.is_free(*row, dimensions, index))
            .or_else(|| self.row_with_room(dimensions, index))
            .unwrap_or_else(|| self.parts_end());
        let width = self.columns.len();
        let rows = self.rows.entry(dimensions).or_default();
        let part = self.parts.entry(row).or_insert_with(|| {
            rows.push(row);
            Part { dimensions, cells: vec![None; width] }
        });
        part.cells[index] = Some(cell);
        (Tab::Parts, row, PARTS_VALUES.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)))
    }

    fn is_free(&self, row: u32, dimensions: [&str; 3], index: usize) -> bool {
        self.parts
            .get(&row)
            .is_none_or(|part| part.dimensions == dimensions && part.cells[index].is_none())
    }

    fn row_with_room(&self, dimensions: [&'a str; 3], index: usize) -> Option<u32> {
        let rows = self.rows.get(&dimensions)?;
        // The last row is the only one that can have room, but for an address that is there twice.
        let recent = rows.iter().rev().take(16);
        recent.copied().find(|row| self.is_free(*row, dimensions, index))
    }
}

/// Whether an answer is for the whole indicator.
pub(super) fn is_total(cell: &Cell) -> bool {
    cell.region.is_empty() && cell.size.is_empty() && cell.industry.is_empty()
}

//! Merged cells: what stands in them belongs to every row of the range.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::content::Content;
use super::layout::cell_name;
use super::{MAX_COLUMNS, Unreadable};

/// Most cells that merged ranges may touch, a row's columns counted once a range.
const MAX_MERGED: usize = 400_000;

/// A merged range; rows and columns count from zero, the last ones are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// First row.
    pub(super) top: u32,
    /// First column.
    pub(super) left: u16,
    /// Last row.
    pub(super) bottom: u32,
    /// Last column.
    pub(super) right: u16,
}

impl Range {
    /// As spreadsheets name it: `A6:B8`.
    pub(super) fn name(self) -> String {
        format!("{}:{}", cell_name(self.top, self.left), cell_name(self.bottom, self.right))
    }
}

/// The merged ranges of a sheet, while it is read row by row.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// By column and first row.
    ranges: BTreeMap<(u16, u32), Range>,
    /// Cells touched so far, those that lie on one another too.
    touched: usize,
    /// What stands in those that go on below.
    open: Vec<(Range, Rc<Content>)>,
}

impl Merged {
    /// Adds a range.
    pub(super) fn add(&mut self, range: Range) -> Result<(), Unreadable> {
        let right = range.right.min(u16::try_from(MAX_COLUMNS).unwrap_or(u16::MAX));
        for column in range.left..=right {
            if self.touched >= MAX_MERGED {
                return Err(Unreadable::TooManyMerged { limit: MAX_MERGED });
            }
            self.touched += 1;
            self.ranges.insert((column, range.top), range);
        }
        Ok(())
    }

    /// The range that a cell is in.
    pub(super) fn range(&self, row: u32, column: u16) -> Option<Range> {
        let (_, range) = self.ranges.range((column, 0)..=(column, row)).next_back()?;
        (range.bottom >= row).then_some(*range)
    }

    /// Takes out of a row what a merged range hides, and tells what reaches down into it from above.
    pub(super) fn spread(
        &mut self,
        row: u32,
        cells: &mut Vec<(u16, Content)>,
    ) -> Vec<(Range, Rc<Content>)> {
        if self.ranges.is_empty() {
            return Vec::new();
        }
        self.open.retain(|(range, _)| range.bottom >= row);
        let from_above = self.open.clone();
        let mut kept = Vec::with_capacity(cells.len());
        for (column, content) in cells.drain(..) {
            match self.range(row, column) {
                Some(range) if (range.top, range.left) != (row, column) => continue,
                Some(range) if range.bottom > row => {
                    // Ranges that lie on one another are no workbook's: the later one stands.
                    self.open.retain(|(other, _)| other.left != range.left);
                    self.open.push((range, Rc::new(content.clone())))
                }
                Some(_) | None => {}
            }
            kept.push((column, content));
        }
        *cells = kept;
        from_above
    }
}

/// Puts what reaches down into a row among its cells.
pub(super) fn put(cells: &mut Vec<(u16, Content)>, column: u16, content: Content) {
    let at = cells.partition_point(|(other, _)| *other < column);
    cells.insert(at, (column, content));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_merged_reaches_down_and_hides_what_is_under_it() {
        let text = |text: &str| Content::Text(text.to_owned());
        let mut merged = Merged::default();
        let range = Range { top: 5, left: 0, bottom: 7, right: 1 };
        merged.add(range).unwrap();
        assert_eq!(range.name(), "A6:B8");
        let mut cells = vec![(0, text("a")), (1, text("hidden")), (2, text("c"))];
        assert_eq!(merged.spread(5, &mut cells), []);
        assert_eq!(cells, [(0, text("a")), (2, text("c"))]);
        let mut cells = vec![(0, text("hidden")), (3, text("d"))];
        assert_eq!(merged.spread(7, &mut cells), [(range, Rc::new(text("a")))]);
        put(&mut cells, 0, text("a"));
        assert_eq!(cells, [(0, text("a")), (3, text("d"))]);
        assert_eq!(merged.spread(8, &mut cells), []);
        assert_eq!(
            (merged.range(6, 1), merged.range(8, 1), merged.range(6, 2)),
            (Some(range), None, None)
        );
    }
}

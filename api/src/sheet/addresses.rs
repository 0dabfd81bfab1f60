//! Which addresses a file has answered already, to find one that is there twice.
//!
//! A row of parts keeps one bit per column, so that a full table costs kilobytes, not the cells
//! themselves.

use std::collections::HashMap;

use super::MAX_COLUMNS;

/// One bit per column.
const WORDS: usize = MAX_COLUMNS.div_ceil(64);
type Bits = [u64; WORDS];

/// Texts as small numbers.
#[derive(Debug, Default)]
struct Texts {
    numbers: HashMap<String, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// The rows of one region, size and industry.
#[derive(Debug, Default)]
struct Rows {
    answered: Bits,
    /// Each row with the columns that it was the first to answer; no more rows than columns.
    firsts: Vec<(u32, Bits)>,
}

/// Addresses of a table with a column per indicator.
#[derive(Debug, Default)]
pub(super) struct PartAddresses {
    texts: Texts,
    rows: HashMap<[u32; 3], Rows>,
}

impl PartAddresses {
    /// Notes the answered columns of a row, and tells which an earlier row has answered, and which
    /// row.
    pub(super) fn take(
        &mut self,
        row: u32,
        dimensions: &[String; 3],
        columns: impl Iterator<Item = u16>,
    ) -> Vec<(u16, u32)> {
        let key = dimensions.each_ref().map(|text| self.texts.number(text));
        let rows = self.rows.entry(key).or_default();
        let mut first = Bits::default();
        let mut taken = Vec::new();
        for column in columns {
            let (word, bit) = (usize::from(column) / 64, 1_u64 << (column % 64));
            if rows.answered[word] & bit == 0 {
                rows.answered[word] |= bit;
                first[word] |= bit;
            } else if let Some((earlier, _)) =
                rows.firsts.iter().find(|(_, bits)| bits[word] & bit != 0)
            {
                taken.push((column, *earlier));
            }
        }
        if first != Bits::default() {
            rows.firsts.push((row, first));
        }
        taken
    }
}

/// Addresses of a table with a row per answer.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    texts: Texts,
    rows: HashMap<[u32; 4], u32>,
}

impl Addresses {
    /// Notes an address, and tells the row that had it already.
    pub(super) fn take(&mut self, row: u32, address: [&str; 4]) -> Option<u32> {
        let key = address.map(|text| self.texts.number(text));
        match self.rows.entry(key) {
            std::collections::hash_map::Entry::Occupied(earlier) => Some(*earlier.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(row);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_came_first_is_named() {
        let mut seen = PartAddresses::default();
        let seoul = ["KR-11".to_owned(), String::new(), String::new()];
        let size = [String::new(), "KR-11".to_owned(), String::new()];
        assert_eq!(seen.take(5, &seoul, [3, 199].into_iter()), []);
        assert_eq!(seen.take(6, &size, [3, 199].into_iter()), []);
        assert_eq!(seen.take(7, &seoul, [4].into_iter()), []);
        assert_eq!(seen.take(9, &seoul, [3, 4, 5].into_iter()), [(3, 5), (4, 7)]);
        assert_eq!(seen.take(10, &seoul, [5].into_iter()), [(5, 9)]);

        let mut seen = Addresses::default();
        assert_eq!(seen.take(1, ["a", "", "b", ""]), None);
        assert_eq!(seen.take(2, ["a", "b", "", ""]), None);
        assert_eq!(seen.take(3, ["a", "", "b", ""]), Some(1));
    }
}

//! Where things stand in the workbook. Rows and columns count from zero; a row or column of a
//! person counts from one.

use super::Place;

/// A sheet of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Tab {
    /// What was found wrong, only in a workbook sent back.
    Findings,
    /// How to fill in the form.
    Guide,
    /// What reviewers asked to put right, where they did.
    Comments,
    /// One row per indicator.
    Totals,
    /// One row per region, size and industry.
    Parts,
    /// Lists for drop-downs, and whose form it is; hidden.
    Codes,
}

impl Tab {
    /// The name on the tab.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Findings => "점검 결과",
            Self::Guide => "안내",
            Self::Comments => "검토 의견",
            Self::Totals => "합계",
            Self::Parts => "내역",
            Self::Codes => "코드",
        }
    }

    /// The sheet of answers with this name.
    pub(super) fn of_answers(name: &str) -> Option<Self> {
        [Self::Totals, Self::Parts].into_iter().find(|tab| tab.name() == name)
    }
}

/// Sheet name that stands for a CSV file.
pub(super) const CSV: &str = "CSV";

/// Headings of the totals, in their order.
pub(super) const TOTALS_HEAD: [&str; 10] =
    ["지표코드", "지표명", "단위", "필수", "지난 분기", "구분", "값", "사유", "의견", "증빙"];
/// Row of those headings.
pub(super) const TOTALS_HEAD_ROW: u32 = 3;
/// First row of indicators.
pub(super) const TOTALS_FIRST: u32 = 4;
/// Column of an indicator's code.
pub(super) const TOTALS_CODE: u16 = 0;
/// Column of the last quarter's value.
pub(super) const TOTALS_PREVIOUS: u16 = 4;
/// Column of the state.
pub(super) const TOTALS_STATE: u16 = 5;
/// Column of the value.
pub(super) const TOTALS_VALUE: u16 = 6;
/// Column of the reason.
pub(super) const TOTALS_REASON: u16 = 7;
/// Column of the comment.
pub(super) const TOTALS_COMMENT: u16 = 8;
/// Column of the evidence.
pub(super) const TOTALS_EVIDENCE: u16 = 9;

/// What a value is broken down by, in the order of the columns.
pub(super) const DIMENSIONS: [&str; 3] = ["지역", "규모", "업종"];
/// Row of the parts' headings, with the indicators' codes.
pub(super) const PARTS_HEAD_ROW: u32 = 3;
/// Row of the indicators' names.
pub(super) const PARTS_NAME_ROW: u32 = 4;
/// First row of parts.
pub(super) const PARTS_FIRST: u32 = 5;
/// First column of values.
pub(super) const PARTS_VALUES: u16 = 3;
/// Empty rows to fill in, below the parts that are there.
pub(super) const PARTS_SPARE: u32 = 300;

/// Keys that say whose form it is, in the first column of the hidden sheet from its first row.
pub(super) const IDENTITY: [&str; 5] = ["institution", "programme", "quarter", "version", "layout"];
/// Columns of the hidden sheet with the lists: states, regions, sizes, industries.
pub(super) const LISTS: [u16; 4] = [3, 4, 5, 6];

/// Headings of CSV in the long shape, in the order in which they are written; those of [`CSV_IDENTITY`] follow.
pub(super) const LONG_HEAD: [&str; 10] =
    ["지표코드", "지표명", "지역", "규모", "업종", "구분", "값", "사유", "의견", "증빙"];
/// Headings of CSV that say, in each row, whose form it is.
pub(super) const CSV_IDENTITY: [&str; 4] = ["기관", "사업", "분기", "판"];

/// Name of a column: `A`, `Z`, `AA`.
pub(super) fn column_name(column: u16) -> String {
    let mut name = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        name.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

/// Name of a cell: `F7`.
pub(super) fn cell_name(row: u32, column: u16) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

/// Row and column of a cell's name.
pub(super) fn position(name: &str) -> Option<(u32, u16)> {
    let digits = name.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits);
    let mut column = 0_u16;
    for letter in letters.bytes() {
        let letter = u16::from(letter.is_ascii_uppercase().then(|| letter - b'A')?);
        column = column.checked_mul(26)?.checked_add(letter + 1)?;
    }
    let row: u32 = digits.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// A place in a sheet.
pub(super) fn place(sheet: &str, row: u32, column: u16) -> Place {
    Place { sheet: sheet.to_owned(), cell: cell_name(row, column) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_that_spreadsheets_give_them() {
        for (row, column, name) in [
            (0, 0, "A1"),
            (6, 5, "F7"),
            (11, 25, "Z12"),
            (11, 26, "AA12"),
            (0, 701, "ZZ1"),
            (0, 702, "AAA1"),
            (1_048_575, 16_383, "XFD1048576"),
        ] {
            assert_eq!(cell_name(row, column), name);
            assert_eq!(position(name), Some((row, column)));
        }
        for name in ["", "A", "7", "A0", "a1", "A1B", "AAAAA1", "가1"] {
            assert_eq!(position(name), None, "{name}");
        }
    }
}

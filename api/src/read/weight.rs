//! What a query costs before it is run, in rows: as many as the database could hand out by an index in about
//! the time. Rows count by page sizes, which multiply; what is more work than that is weighed here, and named
//! by the lists, statistics and filters that do it. docs/asking.md, "What a query costs", has the same table.

use super::model::Args;

/// A `totalCount`: every row that meets the condition is looked at.
pub const TOTAL: usize = 10_000;
/// The rows of each parent that a `totalCount` below it looks at.
pub const TOTAL_OF_PARENT: usize = 10;
/// A comparison that an index answers: of keys and codes, or with nothing.
pub const KEY: usize = 10;
/// A comparison that looks at every row.
pub const SCAN: usize = 500;
/// `contains` and `startsWith`.
pub const PATTERN: usize = 2_000;
/// A condition on the row that a field leads to, beside those within.
pub const TO_ONE: usize = 200;
/// `some` and `none`, beside the conditions within.
pub const TO_MANY: usize = 5_000;
/// A word of `search` in a condition.
pub const WORD: usize = 10_000;
/// A word of the search over everything, which is ranked as well.
pub const RANKED_WORD: usize = 20_000;
/// The timeline, which is put together from several tables.
pub const TIMELINE: usize = 20_000;
/// Similar cases: every published case is compared and ranked.
pub const SIMILAR: usize = 50_000;
/// A statistic.
pub const STATISTIC: usize = 10_000;
/// Values of the groups of a statistic that cost as much as a row.
pub const FIGURES: usize = 4;
/// Quartiles of a measure, for which the rows are sorted.
pub const QUARTILES: usize = 10_000;
/// A dimension of which a row may have several values.
pub const MANY_VALUED: usize = 10_000;
/// A statistic over the feed: each change is looked at, and whether its row is seen.
pub const FEED: usize = 200_000;
/// A statistic over values of submissions.
pub const SERIES: usize = 20_000;
/// Two revisions of a submission compared.
pub const DIFF: usize = 50_000;
/// All values of a submission checked, with those of the quarters before.
pub const CHECK: usize = 100_000;
/// A row by its code or id.
pub const LOOKUP: usize = 10;
/// A field that is computed by a select of its own, each row.
pub const EXPRESSION: usize = 5;
/// Fields of a row that cost as much as a row.
pub const FIELDS: usize = 20;

/// What the rows of a list cost beyond being read in order.
pub type Weight = fn(&Args) -> usize;

/// Words of a search text.
pub fn words(text: &str) -> usize {
    text.split_whitespace().count().max(1)
}

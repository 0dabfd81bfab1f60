//! Statistics of a list: declared a line each beside its type, and the rest follows.
//!
//! ```text
//! Statistics::of("adoptionCaseStatistics", "도입 사례 통계. …")
//!     .by("STAGE", "stage", "도입 단계. …")                      a field, or a path of fields to one
//!     .by("BARRIER", "barriers.kind", "애로. …")                 a list: a row counts once under each
//!     .by_date("STARTED", "startedOn", "도입 시작. …")           STARTED_MONTH, _QUARTER, _HALF, _YEAR
//!     .amount("investment", field("investment"), "KRW", "투자액. …")
//!     .share("onTime", on_time, answered, "기한 내. …")
//! ```
//!
//! A dimension or a measure names a field and takes its value from where the field takes it, so that what the
//! field withholds from a caller is counted under none and enters no sum. Everything is computed by the
//! database, in one statement (`sql`): rows of the list → groups → their order → the first of them and the
//! rest → figures. Numbers are integers there, at a scale of their own, and their sums two halves, so that both
//! databases say the same and no sum overflows (`figures`).

mod answer;
mod figures;
mod keys;
mod plan;
mod schema;
mod sql;

use super::model::{Arg, Condition};
use super::weight;

pub use answer::load;
pub use keys::is_revised;
pub use plan::{Plan, plan};
pub use schema::{SHAPES, enums, illustrative, root, shapes};
pub use sql::{origin, write_days};

/// Most dimensions of one answer.
pub const MAX_DIMENSIONS: usize = 3;
/// Most groups of one answer.
pub const MAX_GROUPS: usize = 5_000;
/// Groups of an answer where the caller names no number.
pub const GROUPS: usize = 1_000;

/// What the rows of a list are counted by, and what is told of them.
#[derive(Clone)]
pub struct Statistics {
    /// Field at the root of the query.
    pub root: &'static str,
    /// Description.
    pub description: &'static str,
    /// What they are grouped by.
    pub dimensions: Vec<Dimension>,
    /// What is told of each group beside the number of its rows.
    pub measures: Vec<Measure>,
    /// Field with the state that a row is in.
    pub state: Option<&'static str>,
    /// Which rows of the list count; all if none is named.
    pub condition: Option<Condition>,
    /// Columns computed once for each row, of which conditions and measures make several uses: `, x AS name` each.
    pub derived: Option<Condition>,
    /// A table that is computed once, before all rows: `name AS (…)`, which may name itself.
    pub table: Option<Condition>,
    /// Arguments of its own, which its conditions and measures read.
    pub args: Vec<Arg>,
    /// What it costs, beside its filter, lists and quartiles.
    pub weight: usize,
}

/// What rows are grouped by.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Name.
    pub name: &'static str,
    /// Description: Korean term, then English.
    pub description: String,
    /// Field, or path of fields that leads to it.
    pub path: &'static str,
    /// The period that a date counts under.
    pub unit: Option<Unit>,
    /// The row that a row counts under instead.
    pub up: Up,
}

/// Periods that dates count under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Month.
    Month,
    /// Quarter.
    Quarter,
    /// Half of a year.
    Half,
    /// Year.
    Year,
}

/// Whether a row that facts are grouped by gives way to another that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Up {
    /// Never.
    Never,
    /// To the one that this column names, if any.
    Always(&'static str),
    /// The same, where the caller asks for what exists now (`regionBasis`).
    Current(&'static str),
}

/// What is told of a group.
#[derive(Clone)]
pub struct Measure {
    /// Name of its field.
    pub name: &'static str,
    /// Description: Korean term, then English.
    pub description: &'static str,
    /// What it is.
    pub kind: MeasureKind,
}

/// Kinds of measures.
#[derive(Clone, Copy)]
pub enum MeasureKind {
    /// Rows that meet a condition.
    Count(Condition),
    /// Rows that meet a condition, of those that meet another.
    Share {
        /// What is counted.
        part: Condition,
        /// Out of what.
        base: Condition,
    },
    /// Different values of a field; a row may give way to another.
    Distinct(&'static str, Up),
    /// A number of each row: sum, mean, quartiles, least and greatest.
    Number(Number),
}

/// A number of each row.
#[derive(Clone, Copy)]
pub struct Number {
    /// Where it comes from.
    pub source: NumberSource,
    /// Decimal places that count.
    pub decimals: u32,
    /// Unit.
    pub unit: &'static str,
    /// Whether it may be too great for a JSON number, and is told as text.
    pub is_exact: bool,
    /// What each row's number is measured in, where rows differ: an expression that gives `3|SUM|명`, decimal places,
    /// how numbers come together (only SUM has a sum) and unit. Numbers of several measures have no figures.
    pub scale: Option<Condition>,
}

/// Where a number comes from.
#[derive(Clone, Copy)]
pub enum NumberSource {
    /// A field of the row.
    Field(&'static str),
    /// An expression over the row.
    Written(Condition),
}

/// The number that a field of the row holds.
pub const fn field(name: &'static str) -> NumberSource {
    NumberSource::Field(name)
}

impl Statistics {
    /// Statistics at that field of the root.
    pub fn of(root: &'static str, description: &'static str) -> Self {
        Self {
            root,
            description,
            dimensions: Vec::new(),
            measures: Vec::new(),
            state: None,
            condition: None,
            derived: None,
            table: None,
            args: Vec::new(),
            weight: weight::STATISTIC,
        }
    }

    fn dimension(
        mut self,
        name: &'static str,
        path: &'static str,
        (unit, up): (Option<Unit>, Up),
        description: impl Into<String>,
    ) -> Self {
        self.dimensions.push(Dimension { name, description: description.into(), path, unit, up });
        self
    }

    /// By a field: a code, a text, a row that it names. A path leads over the rows of other fields; over those
    /// of a list a row counts once under each.
    pub fn by(self, name: &'static str, path: &'static str, description: &str) -> Self {
        self.dimension(name, path, (None, Up::Never), description)
    }

    /// By a row that gives way to the one that a column of it names, if any.
    pub fn by_parent(
        self,
        name: &'static str,
        path: &'static str,
        column: &'static str,
        description: &str,
    ) -> Self {
        self.dimension(name, path, (None, Up::Always(column)), description)
    }

    /// By a row that gives way to its successor where the caller asks for what exists now.
    pub fn by_region(self, name: &'static str, path: &'static str, description: &str) -> Self {
        self.dimension(name, path, (None, Up::Current("successor_id")), description)
    }

    /// By the month, quarter, half and year of a date in Seoul: four dimensions.
    pub fn by_date(
        mut self,
        names: [&'static str; 4],
        path: &'static str,
        description: &str,
    ) -> Self {
        for (name, (unit, ko, en)) in names.into_iter().zip(Unit::ALL) {
            let (korean, english) = description.split_once(". ").unwrap_or((description, ""));
            let description = format!("{korean}({ko}). {english} By {en}.");
            self = self.dimension(name, path, (Some(unit), Up::Never), description);
        }
        self
    }

    /// By one period of a date or quarter.
    pub fn by_period(
        self,
        name: &'static str,
        path: &'static str,
        unit: Unit,
        description: &str,
    ) -> Self {
        self.dimension(name, path, (Some(unit), Up::Never), description)
    }

    fn measure(mut self, name: &'static str, kind: MeasureKind, description: &'static str) -> Self {
        self.measures.push(Measure { name, description, kind });
        self
    }

    /// How many rows meet a condition.
    pub fn count(self, name: &'static str, holds: Condition, description: &'static str) -> Self {
        self.measure(name, MeasureKind::Count(holds), description)
    }

    /// How many rows meet a condition, of those that meet another.
    pub fn share(
        self,
        name: &'static str,
        part: Condition,
        base: Condition,
        description: &'static str,
    ) -> Self {
        self.measure(name, MeasureKind::Share { part, base }, description)
    }

    /// How many different values a field has.
    pub fn distinct(
        self,
        name: &'static str,
        field: &'static str,
        description: &'static str,
    ) -> Self {
        self.measure(name, MeasureKind::Distinct(field, Up::Never), description)
    }

    /// How many different divisions a field names: their successors where the caller asks for what exists now.
    pub fn distinct_regions(
        self,
        name: &'static str,
        field: &'static str,
        description: &'static str,
    ) -> Self {
        self.measure(name, MeasureKind::Distinct(field, Up::Current("successor_id")), description)
    }

    /// Whole numbers whose sums may be great; figures are text.
    pub fn amount(
        self,
        name: &'static str,
        source: NumberSource,
        unit: &'static str,
        description: &'static str,
    ) -> Self {
        let number = Number { source, decimals: 0, unit, is_exact: true, scale: None };
        self.measure(name, MeasureKind::Number(number), description)
    }

    /// Exact numbers, each a whole number at a scale of its own (see [`Number::scale`]); figures are text.
    pub fn scaled(
        self,
        name: &'static str,
        number: Condition,
        scale: Condition,
        description: &'static str,
    ) -> Self {
        let source = NumberSource::Written(number);
        let number = Number { source, decimals: 0, unit: "", is_exact: true, scale: Some(scale) };
        self.measure(name, MeasureKind::Number(number), description)
    }

    /// Days, percent and other small numbers, to so many decimal places.
    pub fn number(
        self,
        name: &'static str,
        source: NumberSource,
        (decimals, unit): (u32, &'static str),
        description: &'static str,
    ) -> Self {
        let number = Number { source, decimals, unit, is_exact: false, scale: None };
        self.measure(name, MeasureKind::Number(number), description)
    }

    /// The field with the state that a row is in, which each answer names.
    pub fn state(mut self, field: &'static str) -> Self {
        self.state = Some(field);
        self
    }

    /// Which rows of the list count.
    pub fn only(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Columns computed once for each row, of which conditions and measures make several uses: `, x AS name` each.
    pub fn derived(mut self, columns: Condition) -> Self {
        self.derived = Some(columns);
        self
    }

    /// A table that is computed once, before all rows: `name AS (…)`, which may name itself.
    pub fn table(mut self, table: Condition) -> Self {
        self.table = Some(table);
        self
    }

    /// What it costs where that is more than other statistics do.
    pub fn weight(mut self, weight: usize) -> Self {
        self.weight = weight;
        self
    }

    /// An argument that its conditions and measures read.
    pub fn arg(mut self, arg: Arg) -> Self {
        self.args.push(arg);
        self
    }

    /// Whether a dimension depends on which divisions are meant.
    pub fn has_region_basis(&self) -> bool {
        self.dimensions.iter().any(|one| matches!(one.up, Up::Current(_)))
    }
}

impl Unit {
    /// Units with their names.
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Month, "월", "month"),
        (Self::Quarter, "분기", "quarter"),
        (Self::Half, "반기", "half of a year"),
        (Self::Year, "연도", "year"),
    ];
}

impl Measure {
    /// Orders by it: what follows its name, and what they compare.
    pub fn orders(&self) -> &'static [(&'static str, Compared)] {
        match self.kind {
            MeasureKind::Number(_) => &[
                ("_SUM", Compared::Sum),
                ("_MEAN", Compared::Mean),
                ("_MEDIAN", Compared::Median),
                ("_MAX", Compared::Max),
            ],
            MeasureKind::Share { .. } => &[("_PERCENT", Compared::Percent)],
            MeasureKind::Count(_) | MeasureKind::Distinct(..) => &[("", Compared::Count)],
        }
    }

    /// Its name as a value of an enum.
    pub fn upper(&self) -> String {
        let mut upper = String::with_capacity(self.name.len() + 4);
        for character in self.name.chars() {
            if character.is_ascii_uppercase() {
                upper.push('_');
            }
            upper.push(character.to_ascii_uppercase());
        }
        upper
    }
}

/// What an order compares of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// How many.
    Count,
    /// The part of its base.
    Percent,
    /// The sum.
    Sum,
    /// The mean.
    Mean,
    /// The median.
    Median,
    /// The greatest.
    Max,
}

//! From the arguments and the selection to what one statement must tell.

use serde_json::{Map, Value};

use super::keys::Key;
use super::{Compared, GROUPS, MAX_DIMENSIONS, MAX_GROUPS, Measure, MeasureKind, Statistics};
use crate::error::Error;
use crate::read::check;
use crate::read::model::{Args, Type};
use crate::read::plan::{ShapeField, ShapePlan};
use crate::read::planner::Planner;
use crate::read::selection::Selected;
use crate::read::weight;

/// A statistic as asked for.
pub struct Plan<'a> {
    /// Type of the rows.
    pub ty: &'a Type,
    /// The declaration.
    pub of: &'a Statistics,
    /// The arguments.
    pub args: Args,
    /// The condition, if any.
    pub filter: Option<Map<String, Value>>,
    /// What rows are grouped by.
    pub keys: Vec<Key<'a>>,
    /// Measures that are selected or ordered by.
    pub measured: Vec<Measured<'a>>,
    /// The order of the groups.
    pub order: Vec<Term>,
    /// How many groups are told one by one.
    pub first: usize,
    /// Whether rows count under the divisions of now.
    pub is_current: bool,
    /// Whether groups without rows are added.
    pub is_filled: bool,
    /// Whether groups are selected.
    pub wants_rows: bool,
    /// Whether the total, or what is told of all rows, is selected.
    pub wants_total: bool,
    /// Whether the states of the rows are selected.
    pub wants_states: bool,
    /// Whether the version of the data is selected.
    pub wants_version: bool,
    /// What is selected.
    pub shape: ShapePlan<'a>,
}

/// A measure that is computed.
pub struct Measured<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// Whether quartiles are selected.
    pub has_quartiles: bool,
}

/// One term of the order.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// What is compared.
    pub by: By,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The keys.
    Key,
    /// The number of rows.
    Count,
    /// A measure, by its place in [`Plan::measured`].
    Measure(usize, Compared),
}

impl Plan<'_> {
    /// Whether a row may count in several groups.
    pub fn is_overlapping(&self) -> bool {
        self.keys.iter().any(|key| key.is_many)
    }

    /// Whether groups stand in the order of their keys, and whether in the reverse of it.
    pub fn key_order(&self) -> Option<bool> {
        match self.order.first() {
            None => Some(false),
            Some(Term { by: By::Key, is_descending }) => Some(*is_descending),
            Some(_) => None,
        }
    }
}

fn strings<'v>(args: &'v Args, name: &str) -> Vec<&'v str> {
    let values = args.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_str).collect()
}

/// Plans a statistic.
///
/// # Errors
/// Input; too costly.
pub fn plan<'a>(
    planner: &mut Planner<'a>,
    target: &str,
    selected: &Selected<'a>,
) -> Result<Plan<'a>, Error> {
    let catalog = planner.catalog;
    let ty = catalog.declared(target)?;
    let missing = || Error::internal(format!("{target} has no statistics"));
    let of = ty.statistics.as_ref().ok_or_else(missing)?;
    let args = planner.args(selected)?;
    let shape =
        planner.shape(&format!("{}Statistics", ty.name), &selected.sets).ok_or_else(missing)?;
    planner.add_cost(of.weight)?;
    let filter = args.get("where").and_then(Value::as_object).cloned();
    if let Some(filter) = &filter {
        planner.add_cost(check::filter(catalog, ty, filter)?)?;
    }
    let is_current = args.get("regionBasis").and_then(Value::as_str) == Some("CURRENT");
    let mut keys: Vec<Key<'a>> = Vec::new();
    let named = strings(&args, "groupBy");
    if named.len() > MAX_DIMENSIONS {
        return Err(Error::argument(
            "groupBy",
            format!("`groupBy`에는 기준을 {MAX_DIMENSIONS}개까지 쓸 수 있습니다."),
            format!("`groupBy` takes at most {MAX_DIMENSIONS} dimensions."),
        ));
    }
    for (at, name) in named.iter().enumerate() {
        if named[..at].contains(name) {
            return Err(twice("groupBy", name));
        }
        let dimension = of.dimensions.iter().find(|one| one.name == *name).ok_or_else(missing)?;
        let key = Key::of(catalog, ty, dimension, at, is_current)?;
        if key.is_many {
            planner.add_cost(weight::MANY_VALUED)?;
        }
        keys.push(key);
    }
    let first = match args.get("first").and_then(Value::as_i64) {
        None => GROUPS,
        Some(first) => match usize::try_from(first) {
            Ok(first) if (1..=MAX_GROUPS).contains(&first) => first,
            _ => {
                return Err(Error::argument(
                    "first",
                    format!("`first` 값은 1 이상 {MAX_GROUPS} 이하여야 합니다."),
                    format!("`first` must be between 1 and {MAX_GROUPS}."),
                ));
            }
        },
    };
    let mut measured = measured(of, &shape);
    let order = order(of, &args, &mut measured)?;
    let sorted = measured.iter().filter(|one| one.has_quartiles).count()
        + order.iter().filter(|term| matches!(term.by, By::Measure(_, Compared::Median))).count();
    planner.add_cost(sorted.saturating_mul(weight::QUARTILES))?;
    if !keys.is_empty() {
        planner.add_cost(first.saturating_mul(per_group(&shape)) / weight::FIGURES)?;
    }
    let wants = |names: &[&str]| shape.fields.iter().any(|(_, name, _)| names.contains(name));
    Ok(Plan {
        ty,
        of,
        filter,
        measured,
        order,
        first,
        is_current,
        is_filled: args.get("zeroFill").and_then(Value::as_bool) == Some(true),
        wants_rows: !keys.is_empty() && wants(&["rows", "groupCount"]),
        wants_total: wants(&["total", "base", "states"]),
        wants_states: of.state.is_some() && wants(&["states"]),
        wants_version: wants(&["dataVersion"]),
        args,
        keys,
        shape,
    })
}

fn twice(argument: &str, name: &str) -> Error {
    Error::argument(
        argument,
        format!("`{argument}`에 같은 기준 `{name}` 항목이 두 번 있습니다."),
        format!("`{argument}` names `{name}` twice."),
    )
}

/// Values that each group tells: what is asked for under many names is told as often.
fn per_group(shape: &ShapePlan<'_>) -> usize {
    fn leaves(inner: &ShapeField<'_>) -> usize {
        match inner {
            ShapeField::Leaf | ShapeField::Row(..) => 1,
            ShapeField::Shape(shape) => {
                shape.fields.iter().map(|(_, _, inner)| leaves(inner)).sum()
            }
        }
    }
    let rows = shape.fields.iter().filter(|(_, name, _)| *name == "rows");
    rows.map(|(_, _, inner)| leaves(inner)).sum()
}

/// The measures selected on groups or on the total, each once.
fn measured<'a>(of: &'a Statistics, shape: &ShapePlan<'a>) -> Vec<Measured<'a>> {
    let rows = shape.fields.iter().filter_map(|(_, name, inner)| match inner {
        ShapeField::Shape(row) if matches!(*name, "rows" | "total") => Some(row),
        _ => None,
    });
    let mut measured: Vec<Measured<'a>> = Vec::new();
    for (_, name, inner) in rows.flat_map(|row| &row.fields) {
        let Some(measure) = of.measures.iter().find(|one| one.name == *name) else { continue };
        let has_quartiles = match inner {
            ShapeField::Shape(figures) => figures
                .fields
                .iter()
                .any(|(_, name, _)| matches!(*name, "median" | "lowerQuartile" | "upperQuartile")),
            ShapeField::Leaf | ShapeField::Row(..) => false,
        };
        match measured.iter_mut().find(|known| known.measure.name == *name) {
            Some(known) => known.has_quartiles |= has_quartiles,
            None => measured.push(Measured { measure, has_quartiles }),
        }
    }
    measured
}

/// The order asked for; its measures are computed as well.
fn order<'a>(
    of: &'a Statistics,
    args: &Args,
    measured: &mut Vec<Measured<'a>>,
) -> Result<Vec<Term>, Error> {
    let asked =
        args.get("orderBy").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut order: Vec<Term> = Vec::new();
    for term in asked {
        let name = term.get("field").and_then(Value::as_str).unwrap_or_default();
        let by = match name {
            "KEY" => By::Key,
            "COUNT" => By::Count,
            name => {
                let found = of.measures.iter().find_map(|measure| {
                    let suffix = name.strip_prefix(&measure.upper())?;
                    let compared = measure.orders().iter().find(|(known, _)| *known == suffix)?;
                    Some((measure, compared.1))
                });
                let (measure, compared) = found
                    .ok_or_else(|| Error::internal(format!("the order {name} is not declared")))?;
                let known = measured.iter().position(|one| one.measure.name == measure.name);
                let at = known.unwrap_or_else(|| {
                    measured.push(Measured { measure, has_quartiles: false });
                    measured.len() - 1
                });
                By::Measure(at, compared)
            }
        };
        if order.iter().any(|known| known.by == by) {
            return Err(twice("orderBy", name));
        }
        let is_descending = term.get("direction").and_then(Value::as_str) == Some("DESC");
        order.push(Term { by, is_descending });
    }
    Ok(order)
}

impl Measured<'_> {
    /// Columns that the statement tells of it.
    pub fn width(&self) -> usize {
        self.numbers() + if self.has_scale() { 2 } else { 0 }
    }

    /// Whether the last two of these columns tell what its numbers are measured in.
    pub fn has_scale(&self) -> bool {
        matches!(self.measure.kind, MeasureKind::Number(number) if number.scale.is_some())
    }

    /// Columns with numbers.
    pub fn numbers(&self) -> usize {
        match self.measure.kind {
            MeasureKind::Count(_) | MeasureKind::Distinct(..) => 1,
            MeasureKind::Share { .. } => 2,
            MeasureKind::Number(_) if self.has_quartiles => 11,
            MeasureKind::Number(_) => 5,
        }
    }
}

//! The answer of a statistic out of what its statement tells.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::figures::{Counted, HALF, show};
use super::keys::{Key, KeyKind};
use super::plan::{Measured, Plan};
use super::sql::PART;
use super::{MAX_GROUPS, MeasureKind, sql};
use crate::domain::completeness::rate;
use crate::domain::period::{Length, Period};
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::read::Reader;
use crate::read::global_id;
use crate::read::model::{Kind, Scalar};
use crate::read::row;
use crate::service::change;

/// Rows of the answer, and the answer.
type Told = (usize, Value);

/// One value of a key.
#[derive(Debug, Clone, Default)]
struct Part {
    code: Option<String>,
    ko: Option<String>,
    en: Option<String>,
    id: Option<Uuid>,
    revision: Option<i64>,
}

impl Part {
    /// What tells it from others of its dimension; of one Korean text the English may differ from group to group.
    fn own(&self) -> (Option<String>, Option<Uuid>) {
        (self.code.clone(), self.id)
    }
}

/// What the statement told, sorted out.
#[derive(Default)]
struct Found {
    groups: Vec<(Vec<Part>, Value)>,
    other: Option<Value>,
    total: Option<Value>,
    group_count: i64,
    states: String,
    /// Values that dimensions could have.
    could: HashMap<usize, Vec<Part>>,
}

/// Asks the database; tells how many rows the answer has beside it.
///
/// # Errors
/// Input, if the filter is not what it may be; internal.
pub async fn load(reader: &Reader<'_>, plan: &Plan<'_>) -> Result<Told, Error> {
    let mut found = Found::default();
    // Asked first: a version says that its figures are no older.
    let version = match plan.wants_version {
        true => change::data_version(reader).await?,
        false => 0,
    };
    if plan.wants_rows || plan.wants_total {
        let rows = reader.db.query_all_raw(sql::statement(reader, plan)?.finish()).await?;
        for one in &rows {
            take(plan, one, &mut found)?;
        }
    }
    let groups = std::mem::take(&mut found.groups);
    let groups = if plan.is_filled && found.other.is_none() {
        filled(plan, groups, &found.could)
    } else {
        groups
    };
    let mut rows: Vec<Value> = groups
        .into_iter()
        .map(|(parts, figures)| {
            let keys = plan.keys.iter().zip(parts).map(|(key, part)| shown(key, part)).collect();
            row_of(keys, figures, false)
        })
        .collect();
    if let Some(figures) = found.other {
        let keys = plan.keys.iter().map(|key| {
            json!({ "dimension": key.dimension.name, "label": { "ko": "기타", "en": "Other" } })
        });
        rows.push(row_of(keys.collect(), figures, true));
    }
    let total = found.total.unwrap_or_else(|| none(plan));
    let base = total["count"].clone();
    let told = rows.len();
    let answer = json!({
        "groupBy": plan.keys.iter().map(|key| key.dimension.name).collect::<Vec<_>>(),
        "rows": rows,
        "total": row_of(Value::Array(Vec::new()), total, false),
        "groupCount": found.group_count,
        "isOverlapping": plan.is_overlapping(),
        "base": base,
        "states": states(plan, &found.states),
        "dataVersion": version,
        "computedAt": row::show_instant(reader.now),
    });
    // What is told is counted: what was read may depend on rows that the caller does not see.
    Ok((told, answer))
}

fn take(plan: &Plan<'_>, one: &QueryResult, found: &mut Found) -> Result<(), Error> {
    let place = row::integer(one, 0)?.unwrap_or(0);
    let mut parts = Vec::with_capacity(plan.keys.len());
    for at in 0..plan.keys.len() {
        let text = |place| row::text(one, 2 + PART.len() * at + place);
        parts.push(Part {
            code: text(0)?.map(str::to_owned),
            ko: text(1)?.map(str::to_owned),
            en: text(2)?.map(str::to_owned),
            id: text(3)?.and_then(|id| id.parse().ok()),
            revision: text(4)?.and_then(|revision| revision.parse().ok()),
        });
    }
    if place < 0 {
        let at = usize::try_from(-1 - place).map_err(Error::internal)?;
        found.could.entry(at).or_default().extend(parts.into_iter().nth(at));
        return Ok(());
    }
    found.group_count = row::integer(one, 1)?.unwrap_or(0);
    let mut at = 2 + PART.len() * plan.keys.len();
    let states = row::text(one, at)?.unwrap_or_default().to_owned();
    let mut figures = Map::new();
    figures.insert("count".to_owned(), row::integer(one, at + 1)?.unwrap_or(0).into());
    at += 2;
    for measured in &plan.measured {
        let columns = (at..at + measured.numbers())
            .map(|column| row::integer(one, column))
            .collect::<Result<Vec<_>, _>>()?;
        let scale = match measured.has_scale() {
            true => [at + columns.len(), at + columns.len() + 1].map(|at| row::text(one, at)),
            false => [Ok(None), Ok(None)],
        };
        let [least, greatest] = scale;
        // Where the least and the greatest are one, so are all.
        let scale = least?.filter(|least| greatest.is_ok_and(|greatest| greatest == Some(*least)));
        at += measured.width();
        figures.insert(measured.measure.name.to_owned(), figure(measured, &columns, scale));
    }
    let figures = Value::Object(figures);
    match usize::try_from(place).unwrap_or_default() {
        0 => (found.total, found.states) = (Some(figures), states),
        place if place > plan.first => found.other = Some(figures),
        _ => found.groups.push((parts, figures)),
    }
    Ok(())
}

/// One measure of a group, out of its columns, and what all its numbers are measured in.
fn figure(measured: &Measured<'_>, columns: &[Option<i64>], scale: Option<&str>) -> Value {
    let column = |at: usize| columns.get(at).copied().flatten();
    let whole = |at| column(at).unwrap_or(0);
    let number = match measured.measure.kind {
        MeasureKind::Count(_) | MeasureKind::Distinct(..) => return whole(0).into(),
        MeasureKind::Share { .. } => {
            return json!({ "part": whole(0), "base": whole(1), "percent": rate(whole(0), whole(1)) });
        }
        MeasureKind::Number(number) => number,
    };
    let counted = Counted {
        count: whole(0),
        sum: i128::from(whole(1)) * i128::from(HALF) + i128::from(whole(2)),
        min: whole(3),
        max: whole(4),
        quartiles: [5, 7, 9].map(|at| (whole(at), whole(at + 1))),
    };
    let mut parts = scale.unwrap_or_default().splitn(3, '|');
    let decimals = match number.scale {
        None => Some(number.decimals),
        Some(_) => parts.next().and_then(|places| places.parse().ok()),
    };
    let has_sum = number.scale.is_none() || parts.next() == Some("SUM");
    let unit = if number.scale.is_none() { number.unit } else { parts.next().unwrap_or_default() };
    let told =
        |figure: Option<(i128, u32)>| match figure.zip(decimals).filter(|_| counted.count > 0) {
            None => Value::Null,
            Some(((value, places), decimals)) => {
                let text = show(value, decimals + places);
                if number.is_exact { text.into() } else { text.parse::<f64>().ok().into() }
            }
        };
    let quartile = |at| told(counted.quartile(at).filter(|_| measured.has_quartiles));
    json!({
        "unit": unit,
        "count": counted.count,
        "sum": told(has_sum.then_some((counted.sum, 0))),
        "mean": told(counted.mean()),
        "lowerQuartile": quartile(1),
        "median": quartile(2),
        "upperQuartile": quartile(3),
        "min": told(Some((counted.min.into(), 0))),
        "max": told(Some((counted.max.into(), 0))),
    })
}

/// The figures of no row.
fn none(plan: &Plan<'_>) -> Value {
    let mut figures = Map::new();
    figures.insert("count".to_owned(), 0.into());
    for measured in &plan.measured {
        figures.insert(measured.measure.name.to_owned(), figure(measured, &[], None));
    }
    Value::Object(figures)
}

fn row_of(keys: Value, figures: Value, is_other: bool) -> Value {
    let mut row = match figures {
        Value::Object(figures) => figures,
        _ => Map::new(),
    };
    row.insert("keys".to_owned(), keys);
    row.insert("isOther".to_owned(), is_other.into());
    Value::Object(row)
}

/// What a code of an enum is called.
fn label(choice: &entity::Choice, code: &str) -> Value {
    let known = choice.values.iter().find(|value| value.code == code);
    let text = known.map_or(code, |value| value.description.trim());
    match text.split_once(". ") {
        Some((ko, en)) => {
            let en = en.split(". ").next().unwrap_or(en).trim_end_matches('.');
            json!({ "ko": ko, "en": en })
        }
        None => json!({ "ko": text.trim_end_matches('.'), "en": null }),
    }
}

fn shown(key: &Key<'_>, Part { code, ko, en, id, revision }: Part) -> Value {
    let period =
        code.as_deref().filter(|_| matches!(key.kind, KeyKind::Period(_))).and_then(bounds);
    let label = match (key.kind, &code, ko) {
        (KeyKind::Choice(choice), Some(code), _) => label(choice, code),
        (_, _, Some(ko)) => json!({ "ko": ko, "en": en }),
        (..) => Value::Null,
    };
    let tag = match key.kind {
        KeyKind::Row(ty) => Some(ty.tag),
        _ => None,
    };
    json!({
        "dimension": key.dimension.name,
        "code": code,
        "label": label,
        "subjectId": tag.zip(id).map(|(tag, id)| global_id::encode(tag, id)),
        "revision": revision,
        "startsOn": period.as_ref().map(|period| period.from.to_string()),
        "endsOn": period.map(|period| period.to.to_string()),
    })
}

fn bounds(code: &str) -> Option<Period> {
    match code.parse::<Quarter>() {
        Ok(quarter) => Some(quarter.into()),
        Err(_) => Period::parse(code),
    }
}

/// The states of the counted rows, in the order of their enum.
fn states(plan: &Plan<'_>, found: &str) -> Value {
    let field = plan.of.state.and_then(|name| plan.ty.find(name));
    let Some(Kind::Leaf(column)) = field.map(|field| &field.kind) else { return json!([]) };
    let Scalar::Choice(choice) = column.scalar else { return json!([]) };
    let found: HashSet<&str> = found.split(',').collect();
    let states = choice.values.iter().filter(|value| found.contains(value.code));
    states.map(|value| json!({ "code": value.code, "label": label(choice, value.code) })).collect()
}

/// Groups with those that have no rows, if there is room for them.
fn filled(
    plan: &Plan<'_>,
    groups: Vec<(Vec<Part>, Value)>,
    could: &HashMap<usize, Vec<Part>>,
) -> Vec<(Vec<Part>, Value)> {
    let values: Vec<Vec<Part>> = (0..plan.keys.len())
        .map(|at| {
            let held: Vec<&Part> = groups.iter().map(|(parts, _)| &parts[at]).collect();
            let could = could.get(&at).map(Vec::as_slice).unwrap_or_default();
            values(&plan.keys[at], &held, could, plan.key_order() == Some(true))
        })
        .collect();
    let product = values.iter().fold(1_usize, |all, some| all.saturating_mul(some.len()));
    if product > MAX_GROUPS {
        return groups;
    }
    let own = |parts: &[Part]| -> Vec<_> { parts.iter().map(Part::own).collect() };
    let mut all: Vec<Vec<Part>> = vec![Vec::new()];
    for some in &values {
        all = all
            .iter()
            .flat_map(|begun| {
                some.iter().map(|part| begun.iter().chain([part]).cloned().collect::<Vec<_>>())
            })
            .collect();
    }
    if plan.key_order().is_none() {
        let held: HashSet<_> = groups.iter().map(|(parts, _)| own(parts)).collect();
        let empty = all.into_iter().filter(|parts| !held.contains(&own(parts)));
        let empty: Vec<_> = empty.map(|parts| (parts, none(plan))).collect();
        return groups.into_iter().chain(empty).collect();
    }
    let mut held: HashMap<_, _> = groups.into_iter().map(|group| (own(&group.0), group)).collect();
    all.into_iter()
        .map(|parts| held.remove(&own(&parts)).unwrap_or_else(|| (parts, none(plan))))
        .collect()
}

/// The values of a dimension in their order, or the reverse: those that it could have, and those that occur. None
/// comes last in both, if it occurs.
fn values(key: &Key<'_>, held: &[&Part], could: &[Part], is_reversed: bool) -> Vec<Part> {
    let mut values: Vec<Part> = match key.kind {
        KeyKind::Choice(choice) => {
            let codes = choice.values.iter().map(|value| Some(value.code.to_owned()));
            codes.map(|code| Part { code, ..Part::default() }).collect()
        }
        KeyKind::Period(_) => between(held),
        KeyKind::Text | KeyKind::Localized | KeyKind::Row(_) => could.to_vec(),
    };
    let mut known: HashSet<_> = values.iter().map(Part::own).collect();
    for part in held {
        if known.insert(part.own()) {
            values.push((*part).clone());
        }
    }
    if !matches!(key.kind, KeyKind::Choice(_)) {
        values.sort_by_cached_key(Part::own);
    }
    if is_reversed {
        values.reverse();
    }
    let none = values.iter().position(|part| part.code.is_none());
    if let Some(none) = none.map(|at| values.remove(at)) {
        values.push(none);
    }
    values
}

/// The periods from the first to the last.
fn between(held: &[&Part]) -> Vec<Part> {
    let periods: Vec<Period> =
        held.iter().filter_map(|part| bounds(part.code.as_deref()?)).collect();
    let (Some(first), Some(last)) = (
        periods.iter().min_by_key(|period| period.from),
        periods.iter().max_by_key(|period| period.from),
    ) else {
        return Vec::new();
    };
    let length = match first.label.as_bytes().get(5) {
        None => Length::Year,
        Some(b'H') => Length::Half,
        Some(b'Q') => Length::Quarter,
        Some(_) => Length::Month,
    };
    let mut all = Vec::new();
    let mut next = Some(first.clone());
    while let Some(period) = next.filter(|period| period.from <= last.from) {
        // Years that are far apart leave no room for those between.
        if all.len() > MAX_GROUPS {
            break;
        }
        next = period.to.succ_opt().and_then(|day| Period::of(length, day));
        all.push(Part { code: Some(period.label), ..Part::default() });
    }
    all
}

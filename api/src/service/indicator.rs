//! Indicators 지표 and their revisions, set up by those who run the programme.

use std::collections::BTreeSet;

use entity::indicator::{Aggregation, Direction, ValueType};
use entity::validation_rule::Severity;
use entity::{indicator, submission, submission_value, validation_rule};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use uuid::Uuid;

use super::programme::{
    Faults, Named, ORIGIN, after_finals, begin, in_force, is_repeat, locked, make, not_handed_in,
    programme_of,
};
use super::submission::data;
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::decimal;
use crate::domain::indicator::{aggregations, is_number, is_percentage, usual_range};
use crate::domain::validation::PREVIOUS;
use crate::error::{Error, UserError};
use entity::common::Visibility;

/// What values of an indicator may be. A bound that is left out is none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRange {
    /// Smallest value.
    #[serde(default)]
    pub minimum: Option<String>,
    /// Greatest value.
    #[serde(default)]
    pub maximum: Option<String>,
    /// What a value beyond them does.
    #[serde(default)]
    pub severity: Option<Severity>,
}

/// An indicator to be made, or a new revision of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewIndicator {
    /// The programme.
    pub programme: String,
    /// Code.
    pub code: String,
    /// Order in forms.
    #[serde(default)]
    pub position: Option<i32>,
    /// Name.
    pub name: Named,
    /// What is counted, and how.
    #[serde(default)]
    pub definition: Option<Named>,
    /// Unit.
    pub unit: String,
    /// What a value is.
    pub value_type: ValueType,
    /// Decimal places.
    #[serde(default)]
    pub decimals: Option<i32>,
    /// Whether more is better.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// How values become one.
    #[serde(default)]
    pub aggregation: Option<Aggregation>,
    /// Indicator by whose values a mean is weighted.
    #[serde(default)]
    pub weighted_by: Option<String>,
    /// What its values may be; the usual range of its type if left out.
    #[serde(default)]
    pub range: Option<NewRange>,
    /// Whether a total must be given.
    #[serde(default)]
    pub is_required: Option<bool>,
    /// Whether it may be broken down by region.
    #[serde(default)]
    pub by_region: Option<bool>,
    /// By business size.
    #[serde(default)]
    pub by_size: Option<bool>,
    /// By industry.
    #[serde(default)]
    pub by_industry: Option<bool>,
    /// First quarter in which it is reported.
    pub valid_from: String,
    /// Idempotency key.
    pub idempotency_key: String,
}

/// A range that holds for a type and its decimals, in its one form.
struct Checked {
    minimum: Option<String>,
    maximum: Option<String>,
    severity: Severity,
}

/// Makes an indicator, or a new revision of one: the last one ends with the quarter before. What a new
/// revision leaves out stays as it was, unless it is of another type.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: NewIndicator) -> Result<Uuid, Error> {
    let mut write = begin(db, author).await?;
    let mut faults = Faults::default();
    faults.code("code", &new.code);
    faults.name("name", &new.name.ko);
    faults.name("unit", &new.unit);
    let from = faults.quarter("validFrom", &new.valid_from);
    let programme = faults.keep(programme_of(&write, &new.programme).await)?;
    let Some(programme) = programme else { return Err(Error::User(faults.0)) };
    let programme = locked(&write, programme.id).await?;
    let revisions = indicator::Entity::find()
        .filter(indicator::Column::ProgrammeId.eq(programme.id))
        .filter(indicator::Column::Code.eq(&new.code))
        .order_by_desc(indicator::Column::Revision)
        .all(write.reads())
        .await?;
    // Of a call that is repeated the last revision is its own.
    let repeated = is_repeat(&write, &author, &new.idempotency_key).await?;
    let before = revisions.get(usize::from(repeated));
    if !repeated {
        after_finals(&write, programme.id, "validFrom", from).await?;
    }
    let like = before.filter(|row| row.value_type == new.value_type);
    let decimals = new.decimals.or(like.map(|row| row.decimals)).unwrap_or(0);
    let most = match new.value_type {
        ValueType::Decimal | ValueType::Percent => 6,
        ValueType::Integer | ValueType::Krw | ValueType::Boolean | ValueType::Text => 0,
    };
    if most == 0 && decimals != 0 {
        let (ty, name) = (new.value_type.code(), ValueType::CHOICE.korean(new.value_type.code()));
        faults.add(
            "decimals",
            "OUT_OF_RANGE",
            format!("{name} 지표에는 소수 자릿수가 없습니다. 비우거나 0으로 하십시오."),
            format!("{ty} has no decimal places: leave it out, or say 0."),
        );
    } else {
        faults.within("decimals", decimals, 0..=most);
    }
    let aggregation = aggregation(&new, like, &mut faults);
    let range = match (&new.range, like) {
        (None, Some(like)) => NewRange {
            minimum: like.minimum.clone(),
            maximum: like.maximum.clone(),
            severity: Some(like.range_severity),
        },
        (None, None) => {
            let (minimum, maximum) = usual_range(new.value_type);
            let own = |bound: Option<&str>| bound.map(str::to_owned);
            NewRange { minimum: own(minimum), maximum: own(maximum), severity: None }
        }
        (Some(range), _) => range.clone(),
    };
    let range = checked_range(&range, new.value_type, decimals, &mut faults);
    let weighted_by = new.weighted_by.clone().or_else(|| {
        like.filter(|_| aggregation == Aggregation::Average).and_then(|row| row.weighted_by.clone())
    });
    faults.settle()?;
    if !repeated {
        if new.is_required.or(like.map(|row| row.is_required)).unwrap_or(true) {
            not_handed_in(&write, programme.id, &new.valid_from).await?;
        }
        let of = (programme.id, new.code.as_str());
        let values = (new.value_type, range.minimum.as_deref());
        may_stay_weight(&write, of, values, &new.valid_from).await?;
        if before.is_some_and(|row| {
            row.value_type != new.value_type
                && !(is_number(row.value_type) && is_number(new.value_type))
        }) {
            not_in_rules(&write, of, &new.valid_from).await?;
        }
    }
    if let Some(base) = &weighted_by {
        may_weigh(&write, &new, (programme.id, aggregation), base).await?;
    }
    if let (Some(before), Some(from), false) = (before, from, repeated) {
        if before.valid_from.as_str() >= new.valid_from.as_str() {
            return Err(Error::User(vec![UserError::at(
                "validFrom",
                "NOT_LATER",
                format!("앞 개정의 적용 분기({})보다 뒤여야 합니다.", before.valid_from),
                format!("It must be later than the last revision's, {}.", before.valid_from),
            )]));
        }
        not_reported(&write, before.id, &new.valid_from).await?;
        let last = from.previous().to_string();
        write
            .update::<indicator::Entity>(before.id, before.version, |row| {
                row.insert("valid_to".to_owned(), last.into());
            })
            .await?;
    }
    let (definition_ko, definition_en) = new.definition.map(|text| (text.ko, text.en)).unzip();
    let model = indicator::Model {
        id: Uuid::nil(),
        programme_id: programme.id,
        code: new.code,
        revision: before.map_or(1, |row| row.revision + 1),
        position: new.position.or(before.map(|row| row.position)).unwrap_or(1),
        name_ko: new.name.ko,
        name_en: new.name.en,
        definition_ko,
        definition_en: definition_en.flatten(),
        unit: new.unit,
        value_type: new.value_type,
        decimals,
        direction: new
            .direction
            .or(like.map(|row| row.direction))
            .unwrap_or(Direction::HigherIsBetter),
        aggregation,
        weighted_by,
        minimum: range.minimum,
        maximum: range.maximum,
        range_severity: range.severity,
        is_required: new.is_required.or(like.map(|row| row.is_required)).unwrap_or(true),
        by_region: new.by_region.or(like.map(|row| row.by_region)).unwrap_or(false),
        by_size: new.by_size.or(like.map(|row| row.by_size)).unwrap_or(false),
        by_industry: new.by_industry.or(like.map(|row| row.by_industry)).unwrap_or(false),
        valid_from: new.valid_from,
        valid_to: None,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    make::<indicator::Entity>(write, model, &new.idempotency_key).await
}

/// Sets what the values of an indicator may be, from now on: what is checked, not what is meant.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn set_range(
    db: &Store,
    author: Author<'_>,
    (id, version): (Uuid, i32),
    range: &NewRange,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author).await?;
    let known =
        indicator::Entity::find_by_id(id).one(write.reads()).await?.ok_or(Error::NotFound)?;
    let mut faults = Faults::default();
    let range = checked_range(range, known.value_type, known.decimals, &mut faults);
    faults.settle()?;
    let of = (known.programme_id, known.code.as_str());
    let values = (known.value_type, range.minimum.as_deref());
    may_stay_weight(&write, of, values, &known.valid_from).await?;
    write
        .update::<indicator::Entity>(id, version, |row| {
            row.insert("minimum".to_owned(), range.minimum.into());
            row.insert("maximum".to_owned(), range.maximum.into());
            row.insert("range_severity".to_owned(), range.severity.code().into());
        })
        .await?;
    write.commit().await?;
    Ok(id)
}

fn aggregation(
    new: &NewIndicator,
    like: Option<&indicator::Model>,
    faults: &mut Faults,
) -> Aggregation {
    let allowed = aggregations(new.value_type);
    let usual = match allowed.first() {
        Some(Aggregation::Sum) if is_percentage(&new.unit) => Aggregation::Average,
        first => first.copied().unwrap_or(Aggregation::None),
    };
    let wanted = new.aggregation.or(like.map(|row| row.aggregation)).unwrap_or(usual);
    if !allowed.contains(&wanted) {
        let codes: Vec<&str> = allowed.iter().map(|one| one.code()).collect();
        let (codes, ty) = (codes.join(", "), new.value_type.code());
        let ko = ValueType::CHOICE.korean(ty);
        faults.add(
            "aggregation",
            "INVALID_AGGREGATION",
            format!("{ko} 지표에 쓸 수 있는 집계 방법(aggregation): {codes}."),
            format!("For {ty} it must be one of: {codes}."),
        );
    } else if is_percentage(&new.unit) && wanted == Aggregation::Sum {
        faults.add(
            "aggregation",
            "INVALID_AGGREGATION",
            "비율은 더할 수 없습니다. AVERAGE로 정하거나 값 유형을 PERCENT로 하십시오.",
            "Percentages have no sum: use AVERAGE, or the value type PERCENT.",
        );
    }
    wanted
}

/// A bound in its one form; the path names it.
fn bound(
    name: &str,
    text: Option<&str>,
    (value_type, decimals): (ValueType, i32),
    faults: &mut Faults,
) -> Option<(String, i64)> {
    let decimals = u32::try_from(decimals).unwrap_or_default();
    match decimal::parse(text?, value_type, decimals) {
        Ok(parsed) => Some((parsed.text, parsed.scaled)),
        Err(wrong) => {
            let text = wrong.message();
            let mut error = UserError::at("range", "INVALID_VALUE", text.ko, text.en);
            error.path.push(name.to_owned());
            faults.0.push(error);
            None
        }
    }
}

fn checked_range(
    range: &NewRange,
    value_type: ValueType,
    decimals: i32,
    faults: &mut Faults,
) -> Checked {
    let severity = range.severity.unwrap_or(Severity::Error);
    if !is_number(value_type) {
        if range.minimum.is_some() || range.maximum.is_some() {
            faults.add(
                "range",
                "INVALID_RANGE",
                "숫자 지표에만 범위를 둘 수 있습니다.",
                "Only numbers have a range.",
            );
        }
        return Checked { minimum: None, maximum: None, severity };
    }
    let of = (value_type, decimals);
    let minimum = bound("minimum", range.minimum.as_deref(), of, faults);
    let maximum = bound("maximum", range.maximum.as_deref(), of, faults);
    if let (Some((_, least)), Some((_, most))) = (&minimum, &maximum)
        && least > most
    {
        faults.add(
            "range",
            "INVALID_RANGE",
            "최솟값이 최댓값보다 큽니다.",
            "The minimum is greater than the maximum.",
        );
    }
    let text = |bound: Option<(String, i64)>| bound.map(|(text, _)| text);
    Checked { minimum: text(minimum), maximum: text(maximum), severity }
}

/// Whether the mean of an indicator can be weighted by another: a number that is never below zero, reported
/// from the same quarter on.
async fn may_weigh(
    write: &Write<'_>,
    new: &NewIndicator,
    (programme, aggregation): (Uuid, Aggregation),
    base: &str,
) -> Result<(), Error> {
    let mut faults = Faults::default();
    if aggregation != Aggregation::Average {
        faults.add(
            "weightedBy",
            "NOT_AVERAGED",
            "집계 방법이 AVERAGE인 지표에만 가중 지표를 둘 수 있습니다.",
            "Only an AVERAGE is weighted.",
        );
        return faults.settle();
    }
    let mut known = in_force(write, programme, &new.valid_from).await?;
    known.retain(|row| row.code != new.code);
    match known.iter().find(|row| row.code == base) {
        None => {
            let text = (
                "적용 시작 분기에 이 사업의 다른 지표 가운데 그런 코드가 없습니다.",
                "The programme has no other indicator of that code in the first quarter.",
            );
            let codes = known.iter().map(|row| row.code.as_str());
            faults.0.push(Faults::unknown("weightedBy", text, base, codes));
        }
        Some(row) => {
            if !is_weight(row.value_type, row.minimum.as_deref()) {
                faults.add(
                    "weightedBy",
                    "NOT_A_WEIGHT",
                    "가중 지표는 최솟값이 0 이상인 INTEGER, DECIMAL, KRW 지표여야 합니다.",
                    "It must be an INTEGER, DECIMAL or KRW indicator with a minimum of 0 or more.",
                );
            }
        }
    }
    faults.settle()
}

/// Whether values of this type, none below a minimum, can be weights.
fn is_weight(value_type: ValueType, minimum: Option<&str>) -> bool {
    is_number(value_type)
        && value_type != ValueType::Percent
        && minimum.is_some_and(|least| !least.starts_with('-'))
}

/// Whether no mean that is weighted by an indicator in a quarter or later forbids what its values are to be.
async fn may_stay_weight(
    write: &Write<'_>,
    (programme, code): (Uuid, &str),
    (value_type, minimum): (ValueType, Option<&str>),
    from: &str,
) -> Result<(), Error> {
    if is_weight(value_type, minimum) {
        return Ok(());
    }
    let weighted = indicator::Entity::find()
        .filter(indicator::Column::ProgrammeId.eq(programme))
        .filter(indicator::Column::WeightedBy.eq(code))
        .filter(indicator::Column::ValidTo.is_null().or(indicator::Column::ValidTo.gte(from)))
        .order_by_asc(indicator::Column::Code)
        .all(write.reads())
        .await?;
    let Some(first) = weighted.first() else { return Ok(()) };
    let first = &first.code;
    Err(Error::User(vec![UserError::at(
        "range",
        "NOT_A_WEIGHT",
        format!(
            "{first} 지표의 평균이 이 지표로 가중되므로 최솟값이 0 이상인 INTEGER, DECIMAL, KRW여야 합니다."
        ),
        format!(
            "The mean of {first} is weighted by it, so it must be an INTEGER, DECIMAL or KRW with a minimum of 0 or more."
        ),
    )]))
}

/// Whether no rule in force from a quarter on reads an indicator whose values are to be of another type.
async fn not_in_rules(
    write: &Write<'_>,
    (programme, code): (Uuid, &str),
    from: &str,
) -> Result<(), Error> {
    let rules = validation_rule::Entity::find()
        .filter(validation_rule::Column::ProgrammeId.eq(programme))
        .order_by_asc(validation_rule::Column::Code)
        .all(write.reads())
        .await?;
    let known = in_force(write, programme, from).await?;
    let known: Vec<&str> = known.iter().map(|row| row.code.as_str()).collect();
    let read = BTreeSet::from([code.to_owned(), format!("{PREVIOUS}{code}")]);
    let reads = |row: &&validation_rule::Model| {
        let lasts = row.valid_to.as_deref().is_none_or(|to| to >= from);
        let rule = data::compile(row, &known);
        lasts && (row.indicator_code == code || rule.is_ok_and(|rule| rule.reads(&read)))
    };
    let reading: Vec<&str> = rules.iter().filter(reads).map(|rule| rule.code.as_str()).collect();
    if reading.is_empty() {
        return Ok(());
    }
    let names = reading.join(", ");
    Err(Error::User(vec![UserError::at(
        "valueType",
        "IN_USE",
        format!(
            "검증 규칙이 이 지표를 지금의 값 유형으로 읽습니다: {names}. 먼저 그 규칙을 끝내십시오."
        ),
        format!("Rules read it as what it is now: {names}. Retire them first."),
    )]))
}

/// Whether no value was saved under a revision of an indicator from a quarter on: what was reported must keep
/// its meaning.
async fn not_reported(write: &Write<'_>, indicator: Uuid, from: &str) -> Result<(), Error> {
    let reported = submission_value::Entity::find()
        .inner_join(submission::Entity)
        .filter(submission_value::Column::IndicatorId.eq(indicator))
        .filter(submission::Column::Quarter.gte(from))
        .one(write.reads())
        .await?;
    if reported.is_none() {
        return Ok(());
    }
    Err(Error::User(vec![UserError::at(
        "validFrom",
        "QUARTER_REPORTED",
        "이 분기의 값이 앞 개정으로 이미 입력되어 있습니다. 다음 분기부터 적용하십시오.",
        "Values of this quarter were saved under the last revision; let the new one begin later.",
    )]))
}

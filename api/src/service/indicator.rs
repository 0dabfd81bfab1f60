//! Indicators 지표 and their revisions, set up by those who run the programme.

use std::collections::BTreeSet;

use chrono::SubsecRound;
use entity::indicator::{Aggregation, Direction, ValueType};
use entity::validation_rule::Severity;
use entity::{indicator, submission, submission_file, submission_value, validation_rule};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::programme::{
    ORIGIN, after_finals, begin, in_force, locked, make, not_handed_in, programme_of,
};
use super::submission::data;
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::access::{self, Needs};
use crate::domain::decimal;
use crate::domain::indicator::{
    aggregations, is_number, is_percentage, is_publishable, usual_range,
};
use crate::domain::quarter::Quarter;
use crate::domain::validation::PREVIOUS;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Code, Localized, OneLine, Prose, texts};
use crate::input::{InputErrors, unknown};
use entity::common::Visibility;

input! {
    /// 허용 범위. What values may be, parts as well as totals.
    object IndicatorRange {
        /// 최솟값. Smallest value, exact, in the indicator's unit; null for none.
        minimum: Option<String>,
        /// 최댓값. Greatest value, likewise.
        maximum: Option<String>,
        /// 심각도. What a value beyond them does: ERROR keeps it from being submitted, WARNING asks for a comment.
        severity: Severity = "ERROR",
    }
}

input! {
    /// 지표 등록. An indicator.
    mutation CreateIndicator {
        /// 사업 코드. Code of the programme.
        programme: String,
        /// 지표 코드. 2 to 30 capital letters, digits, underscores.
        code: Code,
        /// 순서. Order in forms.
        position: i32 = "1",
        /// 지표명. Name.
        name: Localized<OneLine>,
        /// 정의. What is counted, and how.
        definition: Option<Localized<Prose>>,
        /// 단위. Unit, e.g. 원, 개사, %.
        unit: OneLine,
        /// 값 유형. What a value is.
        value_type: ValueType,
        /// 소수 자릿수. 0 to 6 for DECIMAL and PERCENT, else 0.
        decimals: i32 = "0",
        /// 방향. Whether more is better.
        direction: Direction = "HIGHER_IS_BETTER",
        /// 집계 방법. If left out: SUM for INTEGER, DECIMAL and KRW, AVERAGE for PERCENT (which has no sum), NONE for BOOLEAN (or SUM, the number of yes) and TEXT.
        aggregation: Option<Aggregation>,
        /// 가중 지표 코드. Indicator of the programme by whose values an AVERAGE is weighted, e.g. the number of people asked; its minimum is 0 or more.
        weighted_by: Option<String>,
        /// 허용 범위. If left out: 0 to 100 for PERCENT, 0 or more for INTEGER and KRW, any value for DECIMAL. An empty object allows any value.
        range: Option<IndicatorRange>,
        /// 필수 여부. Whether a total must be given.
        is_required: bool = "true",
        /// 지역별 여부. Whether it may be broken down by region.
        by_region: bool = "false",
        /// 규모별 여부. By business size.
        by_size: bool = "false",
        /// 업종별 여부. By industry.
        by_industry: bool = "false",
        /// 적용 시작 분기. First quarter in which it is reported.
        valid_from: Quarter,
    }
}

input! {
    /// 지표 개정. A new revision of an indicator; the last one ends with the quarter before. What is left out stays as it was; with another `valueType`, what depends on the type (decimals, aggregation, weight, range) is as in createIndicator.
    mutation ReviseIndicator on indicator::Entity {
        /// 적용 시작 분기. First quarter of the new revision.
        valid_from: Quarter,
        /// 순서. Order in forms.
        position: Option<i32>,
        /// 지표명. Name.
        name: Option<Localized<OneLine>>,
        /// 정의. What is counted, and how.
        definition: Option<Localized<Prose>>,
        /// 단위. Unit, e.g. 원, 개사, %.
        unit: Option<OneLine>,
        /// 값 유형. What a value is.
        value_type: Option<ValueType>,
        /// 소수 자릿수. 0 to 6 for DECIMAL and PERCENT, else 0.
        decimals: Option<i32>,
        /// 방향. Whether more is better.
        direction: Option<Direction>,
        /// 집계 방법. How values become one.
        aggregation: Option<Aggregation>,
        /// 가중 지표 코드. Indicator of the programme by whose values an AVERAGE is weighted.
        weighted_by: Option<String>,
        /// 허용 범위. An empty object allows any value.
        range: Option<IndicatorRange>,
        /// 필수 여부. Whether a total must be given.
        is_required: Option<bool>,
        /// 지역별 여부. Whether it may be broken down by region.
        by_region: Option<bool>,
        /// 규모별 여부. By business size.
        by_size: Option<bool>,
        /// 업종별 여부. By industry.
        by_industry: Option<bool>,
    }
}

input! {
    /// 허용 범위 설정. What an indicator's values may be from now on.
    mutation SetIndicatorRange on indicator::Entity {
        /// 허용 범위. An empty object allows any value.
        range: IndicatorRange,
    }
}

input! {
    /// 지표 공표 결정. Whether figures of a revision of an indicator are in the releases to come.
    mutation SetIndicatorPublication on indicator::Entity {
        /// 공표 여부. Whether they are.
        is_published: bool,
    }
}

/// What an indicator is to be, with what its type leaves open.
struct Wanted {
    row: indicator::Model,
    aggregation: Option<Aggregation>,
    range: Option<IndicatorRange>,
}

/// A range that holds for a type and its decimals, in its one form.
struct Checked {
    minimum: Option<String>,
    maximum: Option<String>,
    severity: Severity,
}

/// Makes an indicator.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: CreateIndicator) -> Result<Uuid, Error> {
    let write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<indicator::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let programme = locked(&write, programme_of(&write, &new.programme).await?.id).await?;
    let known = indicator::Entity::find()
        .filter(indicator::Column::ProgrammeId.eq(programme.id))
        .filter(indicator::Column::Code.eq(&*new.code));
    if known.one(write.reads()).await?.is_some() {
        return Err(Error::User(vec![UserError::at(
            "code",
            "TAKEN",
            "이미 있는 지표입니다. 고치려면 reviseIndicator로 개정하십시오.",
            "There is one already: change it with reviseIndicator.",
        )]));
    }
    let (name_ko, name_en) = new.name.texts();
    let (definition_ko, definition_en) = texts(new.definition);
    let row = indicator::Model {
        id,
        programme_id: programme.id,
        code: new.code.into(),
        revision: 1,
        position: new.position,
        name_ko,
        name_en,
        definition_ko,
        definition_en,
        unit: new.unit.into(),
        value_type: new.value_type,
        decimals: new.decimals,
        direction: new.direction,
        aggregation: Aggregation::None,
        weighted_by: new.weighted_by,
        minimum: None,
        maximum: None,
        range_severity: Severity::Error,
        is_required: new.is_required,
        by_region: new.by_region,
        by_size: new.by_size,
        by_industry: new.by_industry,
        valid_from: new.valid_from.to_string(),
        valid_to: None,
        published_since: None,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    let wanted = Wanted { row, aggregation: new.aggregation, range: new.range };
    let row = checked(&write, wanted, new.valid_from, None).await?;
    make::<indicator::Entity>(write, row, id, "code").await
}

/// Makes a new revision of an indicator: the last one ends with the quarter before.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn revise(db: &Store, author: Author<'_>, new: ReviseIndicator) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let named = find(&write, new.call.id).await?;
    locked(&write, named.programme_id).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<indicator::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    // It may have been revised before the lock was got.
    let before = find(&write, new.call.id).await?;
    if before.version != new.call.version {
        return Err(Error::Conflict);
    }
    let valid_from = new.valid_from.to_string();
    if before.valid_to.is_some() {
        return Err(Error::User(vec![UserError::at(
            "id",
            "NOT_LAST_REVISION",
            "마지막 개정이 아닙니다. 가장 최근 개정을 지정해 주십시오.",
            "This is not the last revision: name the newest one.",
        )]));
    }
    if before.valid_from >= valid_from {
        return Err(Error::User(vec![UserError::at(
            "validFrom",
            "NOT_LATER",
            format!("앞 개정의 적용 분기({})보다 뒤여야 합니다.", before.valid_from),
            format!("It must be later than the last revision's, {}.", before.valid_from),
        )]));
    }
    let value_type = new.value_type.unwrap_or(before.value_type);
    // What depends on the type of values stays with it.
    let like = (value_type == before.value_type).then_some(&before);
    let aggregation = new.aggregation.or(like.map(|row| row.aggregation));
    let range = new.range.or_else(|| {
        like.map(|row| IndicatorRange {
            minimum: row.minimum.clone(),
            maximum: row.maximum.clone(),
            severity: row.range_severity,
        })
    });
    let weighted_by = new.weighted_by.or_else(|| {
        like.filter(|_| aggregation == Some(Aggregation::Average))
            .and_then(|row| row.weighted_by.clone())
    });
    let mut row = indicator::Model {
        id,
        revision: before.revision + 1,
        value_type,
        decimals: new.decimals.or(like.map(|row| row.decimals)).unwrap_or(0),
        weighted_by,
        position: new.position.unwrap_or(before.position),
        unit: new.unit.map_or_else(|| before.unit.clone(), Into::into),
        direction: new.direction.unwrap_or(before.direction),
        is_required: new.is_required.unwrap_or(before.is_required),
        by_region: new.by_region.unwrap_or(before.by_region),
        by_size: new.by_size.unwrap_or(before.by_size),
        by_industry: new.by_industry.unwrap_or(before.by_industry),
        valid_from,
        valid_to: None,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
        ..before.clone()
    };
    if let Some(name) = new.name {
        (row.name_ko, row.name_en) = name.texts();
    }
    if new.definition.is_some() {
        (row.definition_ko, row.definition_en) = texts(new.definition);
    }
    let wanted = Wanted { row, aggregation, range };
    let row = checked(&write, wanted, new.valid_from, Some(&before)).await?;
    not_reported(&write, before.id, &row.valid_from).await?;
    let last = new.valid_from.previous().to_string();
    write
        .update::<indicator::Entity>(before.id, before.version, |row| {
            row.insert("valid_to".to_owned(), last.into());
        })
        .await?;
    make::<indicator::Entity>(write, row, id, "validFrom").await
}

async fn find(write: &Write<'_>, id: Uuid) -> Result<indicator::Model, Error> {
    indicator::Entity::find_by_id(id).one(write.reads()).await?.ok_or(Error::NotFound)
}

/// An indicator as it may stand from a quarter on, in place of the revision `before`.
async fn checked(
    write: &Write<'_>,
    Wanted { mut row, aggregation: wanted, range }: Wanted,
    from: Quarter,
    before: Option<&indicator::Model>,
) -> Result<indicator::Model, Error> {
    after_finals(write, row.programme_id, "validFrom", from).await?;
    let mut errors = InputErrors::default();
    let most = match row.value_type {
        ValueType::Decimal | ValueType::Percent => 6,
        ValueType::Integer | ValueType::Krw | ValueType::Boolean | ValueType::Text => 0,
    };
    if most == 0 && row.decimals != 0 {
        let (ty, name) = (row.value_type.code(), ValueType::CHOICE.korean(row.value_type.code()));
        errors.add(
            "decimals",
            "OUT_OF_RANGE",
            format!("{name} 지표에는 소수 자릿수가 없습니다. 비우거나 0으로 하십시오."),
            format!("{ty} has no decimal places: leave it out, or say 0."),
        );
    } else {
        errors.within("decimals", row.decimals, 0..=most);
    }
    // What depends on the places is looked at with some that there are.
    row.decimals = row.decimals.clamp(0, most);
    row.aggregation = aggregation(wanted, row.value_type, &row.unit, &mut errors);
    let range = range.unwrap_or_else(|| {
        let (minimum, maximum) = usual_range(row.value_type);
        let own = |bound: Option<&str>| bound.map(str::to_owned);
        let severity = Severity::Error;
        IndicatorRange { minimum: own(minimum), maximum: own(maximum), severity }
    });
    let range = checked_range(&range, row.value_type, row.decimals, &mut errors);
    errors.settle()?;
    (row.minimum, row.maximum, row.range_severity) = (range.minimum, range.maximum, range.severity);
    if row.is_required {
        not_handed_in(write, row.programme_id, &row.valid_from).await?;
    }
    let of = (row.programme_id, row.code.as_str());
    let values = (row.value_type, row.minimum.as_deref());
    may_stay_weight(write, of, values, &row.valid_from).await?;
    let is_other = |before: &&indicator::Model| {
        before.value_type != row.value_type
            && !(is_number(before.value_type) && is_number(row.value_type))
    };
    if before.filter(is_other).is_some() {
        not_in_rules(write, of, &row.valid_from).await?;
    }
    may_weigh(write, &row).await?;
    Ok(row)
}

/// Sets what the values of an indicator may be, from now on: what is checked, not what is meant.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn set_range(
    db: &Store,
    author: Author<'_>,
    SetIndicatorRange { call, range }: SetIndicatorRange,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &call).await?;
    let known = find(&write, call.id).await?;
    if write.repeats::<indicator::Entity>(&call, call.id).await?.is_some() {
        return Ok(call.id);
    }
    if known.version != call.version {
        return Err(Error::Conflict);
    }
    let mut errors = InputErrors::default();
    let range = checked_range(&range, known.value_type, known.decimals, &mut errors);
    errors.settle()?;
    let of = (known.programme_id, known.code.as_str());
    let values = (known.value_type, range.minimum.as_deref());
    may_stay_weight(&write, of, values, &known.valid_from).await?;
    write
        .update::<indicator::Entity>(call.id, call.version, |row| {
            row.insert("minimum".to_owned(), range.minimum.into());
            row.insert("maximum".to_owned(), range.maximum.into());
            row.insert("range_severity".to_owned(), range.severity.code().into());
        })
        .await?;
    write.commit().await?;
    Ok(call.id)
}

/// Decides whether an indicator's figures are in the releases to come; those of before stand.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn set_publication(
    db: &Store,
    author: Author<'_>,
    SetIndicatorPublication { call, is_published }: SetIndicatorPublication,
) -> Result<Uuid, Error> {
    access::may_begin(author.principal, Needs::Lead)?;
    let mut write = begin(db, author, &call).await?;
    let known = find(&write, call.id).await?;
    if write.repeats::<indicator::Entity>(&call, call.id).await?.is_some() {
        return Ok(call.id);
    }
    if known.version != call.version {
        return Err(Error::Conflict);
    }
    if is_published && !is_publishable(known.value_type, known.aggregation) {
        return Err(Error::User(vec![UserError::at(
            "isPublished",
            "NOT_PUBLISHABLE",
            "합계나 평균으로 집계하는 숫자 지표만 공표할 수 있습니다.",
            "Only numbers with a SUM or an AVERAGE can be published.",
        )]));
    }
    if is_published != known.published_since.is_some() {
        let since = is_published.then_some(author.now.trunc_subsecs(6));
        let since = serde_json::to_value(since).map_err(Error::internal)?;
        let set = |row: &mut Map<String, Value>| {
            row.insert("published_since".to_owned(), since);
        };
        write.update::<indicator::Entity>(call.id, call.version, set).await?;
    }
    write.commit().await?;
    Ok(call.id)
}

fn aggregation(
    wanted: Option<Aggregation>,
    value_type: ValueType,
    unit: &str,
    faults: &mut InputErrors,
) -> Aggregation {
    let allowed = aggregations(value_type);
    let usual = match allowed.first() {
        Some(Aggregation::Sum) if is_percentage(unit) => Aggregation::Average,
        first => first.copied().unwrap_or(Aggregation::None),
    };
    let wanted = wanted.unwrap_or(usual);
    if !allowed.contains(&wanted) {
        let codes: Vec<&str> = allowed.iter().map(|one| one.code()).collect();
        let (codes, ty) = (codes.join(", "), value_type.code());
        let ko = ValueType::CHOICE.korean(ty);
        faults.add(
            "aggregation",
            "INVALID_AGGREGATION",
            format!("{ko} 지표에 쓸 수 있는 집계 방법(aggregation): {codes}."),
            format!("For {ty} it must be one of: {codes}."),
        );
    } else if is_percentage(unit) && wanted == Aggregation::Sum {
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
    faults: &mut InputErrors,
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
    range: &IndicatorRange,
    value_type: ValueType,
    decimals: i32,
    faults: &mut InputErrors,
) -> Checked {
    let severity = range.severity;
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
async fn may_weigh(write: &Write<'_>, new: &indicator::Model) -> Result<(), Error> {
    let Some(base) = new.weighted_by.as_deref() else { return Ok(()) };
    let mut faults = InputErrors::default();
    if new.aggregation != Aggregation::Average {
        faults.add(
            "weightedBy",
            "NOT_AVERAGED",
            "집계 방법이 AVERAGE인 지표에만 가중 지표를 둘 수 있습니다.",
            "Only an AVERAGE is weighted.",
        );
        return faults.settle();
    }
    let mut known = in_force(write, new.programme_id, &new.valid_from).await?;
    known.retain(|row| row.code != new.code);
    match known.iter().find(|row| row.code == base) {
        None => {
            let text = (
                "적용 시작 분기에 이 사업의 다른 지표 가운데 그런 코드가 없습니다.",
                "The programme has no other indicator of that code in the first quarter.",
            );
            let codes =
                known.iter().filter(|row| is_weight(row.value_type, row.minimum.as_deref()));
            let codes = codes.map(|row| row.code.as_str());
            faults.0.push(unknown("weightedBy", text, base, codes));
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

/// Whether no value was saved, and no evidence attached, under a revision of an indicator from a quarter on: what was
/// reported must keep its meaning.
async fn not_reported(write: &Write<'_>, indicator: Uuid, from: &str) -> Result<(), Error> {
    let reported = submission_value::Entity::find()
        .inner_join(submission::Entity)
        .filter(submission_value::Column::IndicatorId.eq(indicator))
        .filter(submission::Column::Quarter.gte(from))
        .one(write.reads())
        .await?;
    let shown = submission_file::Entity::find()
        .inner_join(submission::Entity)
        .filter(submission_file::Column::IndicatorId.eq(indicator))
        .filter(submission::Column::Quarter.gte(from))
        .one(write.reads())
        .await?;
    if reported.is_none() && shown.is_none() {
        return Ok(());
    }
    Err(Error::User(vec![UserError::at(
        "validFrom",
        "QUARTER_REPORTED",
        "이 분기의 값이나 증빙이 앞 개정으로 이미 들어와 있습니다. 다음 분기부터 적용하십시오.",
        "Values of this quarter were saved, or evidence attached, under the last revision; let the new one begin later.",
    )]))
}

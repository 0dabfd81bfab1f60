//! Programmes 사업 and what is reported for them, set up by those who run the programme: rules, days off.
//! Indicators, targets and obligations have files of their own.

use chrono::NaiveDate;
use entity::common::{Origin, Visibility};
use entity::holiday::HolidayKind;
use entity::programme::RollRule;
use entity::submission::{self, SubmissionStatus};
use entity::validation_rule::{MissingStrategy, Severity};
use entity::{holiday, indicator, institution, programme, validation_rule};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::named::has_code;
use super::record::Record;
use super::submission::{data, expected, quarter};
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::access::{self, Object};
use crate::domain::fold;
use crate::domain::quarter::Quarter;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Code, Localized, OneLine, Prose, Within, texts};
use crate::input::{Call, taken, unknown};

input! {
    /// 사업 등록. A programme.
    mutation CreateProgramme {
        /// 사업 코드. 2 to 30 capital letters, digits, underscores.
        code: Code,
        /// 사업명. Name.
        name: Localized<OneLine>,
        /// 개요. What it supports.
        summary: Option<Localized<Prose>>,
        /// 운영 기관. Code of the institution that runs it.
        operator: String,
        /// 제출 기한 일수. Days after the quarter's end until results are due.
        due_days: Within<1, 120> = "10",
        /// 기한 이월 규칙. What happens to a due date on a day off.
        roll_rule: RollRule = "NEXT_BUSINESS_DAY",
        /// 마감 유예 일수. Days after the due date until which late results are accepted.
        lock_days: Within<0, 180> = "30",
    }
}

input! {
    /// 검증 규칙 등록. A rule that values must meet.
    mutation CreateValidationRule {
        /// 사업 코드. Code of the programme.
        programme: String,
        /// 규칙 코드. 2 to 30 capital letters, digits, underscores.
        code: Code,
        /// 식. Condition that is true where all is well, e.g. `EXECUTED <= ALLOCATED`, `abs(change(SUPPORTED, prev_SUPPORTED)) <= 50`.
        expression: String,
        /// 지표 코드. Indicator at whose cell a breach is shown.
        indicator: String,
        /// 심각도. What a breach does.
        severity: Severity,
        /// 결측 처리. What becomes of the rule where values are missing.
        missing_strategy: MissingStrategy = "SKIP_IF_ANY_VALUE_MISSING",
        /// 안내. What to correct.
        message: Localized<Prose>,
        /// 적용 시작 분기. First quarter in which it applies.
        valid_from: Quarter,
    }
}

input! {
    /// 검증 규칙 종료. The end of a rule.
    mutation RetireValidationRule on validation_rule::Entity {
        /// 적용 종료 분기. Last quarter in which it applies.
        valid_to: Quarter,
    }
}

input! {
    /// 공휴일 등록. A day off; due dates that fall on it move.
    mutation CreateHoliday {
        /// 날짜. The day.
        observed_on: NaiveDate,
        /// 명칭. Name.
        name: Localized<OneLine>,
        /// 구분. Why it is a day off.
        kind: HolidayKind,
    }
}

/// Opens a write of those who may set up programmes; who may not learns nothing of what is there.
pub(super) async fn begin<'a>(
    db: &Store,
    author: Author<'a>,
    call: &Call,
) -> Result<Write<'a>, Error> {
    access::may_write(author.principal, Object::Programme, None)?;
    Write::attempt(db, author, call).await
}

pub(super) async fn programme_of(write: &Write<'_>, code: &str) -> Result<programme::Model, Error> {
    let given = fold::code(code);
    let named = programme::Entity::find().filter(programme::Column::Code.eq(&given));
    if let Some(found) = named.one(write.reads()).await? {
        return Ok(found);
    }
    let text = ("그런 코드의 사업이 없습니다.", "There is no programme of that code.");
    let all = programme::Entity::find()
        .filter(programme::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(programme::Column::Code);
    let all = all.all(write.reads()).await?;
    let codes = all.iter().map(|row| row.code.as_str());
    Err(Error::User(vec![unknown("programme", text, &given, codes)]))
}

/// The programme, which no other call sets up until the write is over.
pub(super) async fn locked(write: &Write<'_>, id: Uuid) -> Result<programme::Model, Error> {
    let found = programme::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    found.ok_or(Error::NotFound)
}

pub(super) async fn institution_of(
    write: &Write<'_>,
    field: &str,
    code: &str,
) -> Result<Uuid, Error> {
    let given = fold::code(code);
    let named = institution::Entity::find().filter(has_code(&given));
    if let Some(found) = named.one(write.reads()).await? {
        return Ok(found.id);
    }
    let text = ("그런 코드의 기관이 없습니다.", "There is no institution of that code.");
    let all = institution::Entity::find()
        .filter(institution::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(institution::Column::Code);
    let all = all.all(write.reads()).await?;
    let codes = all.iter().map(|row| row.code.as_str());
    Err(Error::User(vec![unknown(field, text, &given, codes)]))
}

/// The error of an indicator that a quarter has not.
pub(super) fn no_indicator<'c>(given: &str, known: impl Iterator<Item = &'c str>) -> UserError {
    let text = ("그 분기에 없는 지표입니다.", "There is no such indicator in that quarter.");
    unknown("indicator", text, given, known)
}

/// Adds what a call makes, and commits.
pub(super) async fn make<R: Record>(
    mut write: Write<'_>,
    model: R::Model,
    id: Uuid,
    unique: &str,
) -> Result<Uuid, Error> {
    // Where another call made the same at once, there is one already.
    let added = write.add_with::<R>("create", id, model).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken(unique) } else { error })?;
    write.commit().await?;
    Ok(id)
}

/// Origin of what a caller sets up.
pub(super) const ORIGIN: Origin = Origin::Reported;

/// Makes a programme.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: CreateProgramme) -> Result<Uuid, Error> {
    let write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<programme::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let operator_id = institution_of(&write, "operator", &new.operator).await?;
    let known = programme::Entity::find().filter(programme::Column::Code.eq(&*new.code));
    if known.one(write.reads()).await?.is_some() {
        return Err(taken("code"));
    }
    let (name_ko, name_en) = new.name.texts();
    let (summary_ko, summary_en) = texts(new.summary);
    let model = programme::Model {
        id,
        code: new.code.into(),
        name_ko,
        name_en,
        summary_ko,
        summary_en,
        operator_id,
        starts_on: None,
        ends_on: None,
        due_days: new.due_days.0,
        roll_rule: new.roll_rule,
        lock_days: new.lock_days.0,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    make::<programme::Entity>(write, model, id, "code").await
}

/// What is said to hold from a quarter on must leave the final ones alone.
pub(super) async fn after_finals(
    write: &Write<'_>,
    programme: Uuid,
    field: &str,
    from: Quarter,
) -> Result<(), Error> {
    let last = quarter::finals(write.reads(), programme).await?.pop();
    match last.filter(|last| from <= *last) {
        Some(last) => Err(quarter_final(field, last)),
        None => Ok(()),
    }
}

/// What must hold from a quarter on must not make wrong what was handed in there.
pub(super) async fn not_handed_in(
    write: &Write<'_>,
    programme: Uuid,
    from: &str,
) -> Result<(), Error> {
    let last = submission::Entity::find()
        .filter(submission::Column::ProgrammeId.eq(programme))
        .filter(submission::Column::Quarter.gte(from))
        .filter(
            submission::Column::Status
                .is_in([SubmissionStatus::Submitted, SubmissionStatus::Accepted]),
        )
        .order_by_desc(submission::Column::Quarter)
        .one(write.reads())
        .await?;
    let Some(last) = last else { return Ok(()) };
    let last = data::quarter_of(&last.quarter)?;
    let next = last.next();
    Err(Error::User(vec![UserError::at(
        "validFrom",
        "QUARTER_REPORTED",
        format!("{last} 분기 실적이 이미 제출되어 있습니다. {next} 분기부터 적용하십시오."),
        format!("Results of {last} have been handed in; let it begin with {next}."),
    )]))
}

/// Why something is refused that would reach a final quarter.
pub(super) fn quarter_final(field: &str, last: Quarter) -> Error {
    let next = last.next();
    Error::User(vec![UserError::at(
        field,
        "QUARTER_FINAL",
        format!("{last} 분기는 확정되어 바꿀 수 없습니다. {next} 분기부터 가능합니다."),
        format!("{last} is final and cannot be changed; {next} can at the earliest."),
    )])
}

/// The revisions of a programme's indicators in force in a quarter.
pub(super) async fn in_force(
    write: &Write<'_>,
    programme: Uuid,
    quarter: &str,
) -> Result<Vec<indicator::Model>, Error> {
    let rows = indicator::Entity::find()
        .filter(indicator::Column::ProgrammeId.eq(programme))
        .filter(indicator::Column::ValidFrom.lte(quarter))
        .all(write.reads())
        .await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.valid_to.as_deref().is_none_or(|to| to >= quarter))
        .collect())
}

/// Makes a rule; its expression must compile.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create_rule(
    db: &Store,
    author: Author<'_>,
    new: CreateValidationRule,
) -> Result<Uuid, Error> {
    let write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<validation_rule::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let programme = locked(&write, programme_of(&write, &new.programme).await?.id).await?;
    let valid_from = new.valid_from.to_string();
    let indicators = in_force(&write, programme.id, &valid_from).await?;
    let codes: Vec<&str> = indicators.iter().map(|row| row.code.as_str()).collect();
    if !codes.contains(&new.indicator.as_str()) {
        let wrong = no_indicator(&new.indicator, codes.into_iter());
        return Err(Error::User(vec![UserError { code: "BAD_EXPRESSION", ..wrong }]));
    }
    let last = validation_rule::Entity::find()
        .filter(validation_rule::Column::ProgrammeId.eq(programme.id))
        .order_by_desc(validation_rule::Column::Position)
        .all(write.reads())
        .await?;
    let is_taken = last.iter().any(|row| {
        let lasts = row.valid_to.as_ref().is_none_or(|to| *to >= valid_from);
        // One that was taken back before it ever applied still stands under its code and quarter.
        row.code == *new.code && (lasts || row.valid_from == valid_from)
    });
    if is_taken {
        return Err(taken("code"));
    }
    after_finals(&write, programme.id, "validFrom", new.valid_from).await?;
    if new.severity == Severity::Error {
        not_handed_in(&write, programme.id, &valid_from).await?;
    }
    let (message_ko, message_en) = new.message.texts();
    let model = validation_rule::Model {
        id,
        programme_id: programme.id,
        position: last.first().map_or(1, |row| row.position + 1),
        code: new.code.into(),
        expression: new.expression,
        indicator_code: new.indicator,
        severity: new.severity,
        missing_strategy: new.missing_strategy,
        message_ko,
        message_en,
        valid_from,
        valid_to: None,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    if let Err(bad) = data::compile(&model, &codes) {
        return Err(Error::User(vec![UserError::at(
            "expression",
            "BAD_EXPRESSION",
            bad.ko,
            bad.en,
        )]));
    }
    make::<validation_rule::Entity>(write, model, id, "code").await
}

/// Ends a rule with a quarter.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn retire_rule(
    db: &Store,
    author: Author<'_>,
    input: RetireValidationRule,
) -> Result<Uuid, Error> {
    let RetireValidationRule { call, valid_to } = input;
    let mut write = begin(db, author, &call).await?;
    let known = validation_rule::Entity::find_by_id(call.id).one(write.reads()).await?;
    let known = known.ok_or(Error::NotFound)?;
    if write.repeats::<validation_rule::Entity>(&call, call.id).await?.is_some() {
        return Ok(call.id);
    }
    if known.version != call.version {
        return Err(Error::Conflict);
    }
    let valid_to = valid_to.to_string();
    let holds = |quarter: &str, to: Option<&str>| {
        known.valid_from.as_str() <= quarter && to.is_none_or(|to| to >= quarter)
    };
    let moved = quarter::finals(write.reads(), known.programme_id).await?.into_iter().rfind(|at| {
        let at = at.to_string();
        holds(&at, known.valid_to.as_deref()) != holds(&at, Some(&valid_to))
    });
    if let Some(last) = moved {
        return Err(Error::User(vec![UserError::at(
            "validTo",
            "QUARTER_FINAL",
            format!("{last} 분기는 확정되어 적용 여부를 바꿀 수 없습니다."),
            format!("{last} is final: whether the rule applies to it cannot change."),
        )]));
    }
    write
        .update::<validation_rule::Entity>(call.id, call.version, |row| {
            row.insert("valid_to".to_owned(), valid_to.into());
        })
        .await?;
    write.commit().await?;
    Ok(call.id)
}

/// Records a day off; due dates that fall on it move.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create_holiday(
    db: &Store,
    author: Author<'_>,
    new: CreateHoliday,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<holiday::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let known = holiday::Entity::find().filter(holiday::Column::ObservedOn.eq(new.observed_on));
    if known.one(write.reads()).await?.is_some() {
        return Err(taken("observedOn"));
    }
    let (name_ko, name_en) = new.name.texts();
    let model = holiday::Model {
        id,
        observed_on: new.observed_on,
        name_ko,
        name_en,
        kind: new.kind,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    let added = write.add_with::<holiday::Entity>("create", id, model).await;
    added.map_err(
        |error| {
            if matches!(error, Error::Conflict) { taken("observedOn") } else { error }
        },
    )?;
    expected::move_due_dates(&mut write, &author).await?;
    write.commit().await?;
    Ok(id)
}

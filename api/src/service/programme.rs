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
use super::obligation;
use super::parts::{Columns, set};
use super::people::{Going, going, gone, turn};
use super::record::Record;
use super::submission::{data, expected, quarter};
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::access::{self, Needs, Object};
use crate::domain::quarter::Quarter;
use crate::domain::{fold, term};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Change, Code, Localized, OneLine, PartialDate, Prose, Within, texts};
use crate::input::{Call, InputErrors, taken, unknown};
use crate::read::Act;

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
    /// 사업 변경. What changes of a programme: what is left out stays, null clears. Results that are open already are due later where the new rule says so, never earlier; final quarters stand. It ends by `endProgramme`.
    mutation AmendProgramme on programme::Entity {
        /// 사업명. Name.
        name: Option<Localized<OneLine>>,
        /// 개요. What it supports.
        summary: Change<Localized<Prose>>,
        /// 운영 기관. Code of the institution that runs it.
        operator: Option<String>,
        /// 시작. Start, not after its end.
        starts_on: Change<PartialDate>,
        /// 제출 기한 일수. Days after the quarter's end until results are due.
        due_days: Option<Within<1, 120>>,
        /// 기한 이월 규칙. What happens to a due date on a day off.
        roll_rule: Option<RollRule>,
        /// 마감 유예 일수. Days after the due date until which late results are accepted.
        lock_days: Option<Within<0, 180>>,
    }
}

input! {
    /// 사업 종료. Last day of a programme, set or replaced. Its obligations end with it, and those that would begin later are taken off; quarters already opened keep who is on their list. A later day than before brings no obligation back.
    mutation EndProgramme on programme::Entity {
        /// 종료일. Last day, not before its start.
        ends_on: NaiveDate,
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

input! {
    /// 공휴일 변경. What changes of a day off; another day is another day off.
    mutation AmendHoliday on holiday::Entity {
        /// 명칭. Name.
        name: Option<Localized<OneLine>>,
        /// 구분. Why it is a day off.
        kind: Option<HolidayKind>,
    }
}

input! {
    /// 공휴일 삭제. A day off that was recorded by mistake. Due dates that were told stay; quarters opened from now on do without it. One by which results of a final quarter were due stays.
    mutation RemoveHoliday on holiday::Entity {}
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

/// What a row that is set up is to the policy.
const SET_UP: (Object, fn(&programme::Model) -> Option<Uuid>) = (Object::Programme, |_| None);

/// Changes what is on record of a programme.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendProgramme) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act.db, act.author, &call).await?;
    let Some(known) = turn::<programme::Entity>(&mut write, act, &call, SET_UP).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let mut columns = Columns::new();
    if let Some(name) = input.name {
        let (ko, en) = name.texts();
        set(&mut columns, "name_ko", ko)?;
        set(&mut columns, "name_en", en)?;
    }
    if let Some(summary) = input.summary.into_new() {
        let (ko, en) = texts(summary);
        set(&mut columns, "summary_ko", ko)?;
        set(&mut columns, "summary_en", en)?;
    }
    if let Some(code) = input.operator {
        let found = faults.keep(institution_of(&write, "operator", &code).await)?;
        set(&mut columns, "operator_id", found)?;
    }
    if let Some(date) = input.starts_on.into_new() {
        let date = date.map(|date| date.0);
        if term::is_reversed((date.as_deref(), known.ends_on.as_deref())) {
            let (ko, en) = ("종료보다 늦습니다.", "It starts after its end.");
            faults.add("startsOn", "INVALID_DATE", ko, en);
        }
        set(&mut columns, "starts_on", date)?;
    }
    if let Some(Within(days)) = input.due_days {
        set(&mut columns, "due_days", days)?;
    }
    if let Some(Within(days)) = input.lock_days {
        set(&mut columns, "lock_days", days)?;
    }
    if let Some(rule) = input.roll_rule {
        set(&mut columns, "roll_rule", rule)?;
    }
    faults.settle()?;
    write.update::<programme::Entity>(known.id, known.version, |row| row.extend(columns)).await?;
    expected::move_due_dates(&mut write, &act.author).await?;
    write.commit().await?;
    Ok(known.id)
}

/// What came of the end of a programme.
#[derive(Debug)]
pub struct Ended {
    /// The programme.
    pub id: Uuid,
    /// Quarters already opened that are expected though they end after it.
    pub kept: Vec<String>,
}

/// Sets or replaces the last day of a programme; nobody is under an obligation for it after that.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn end(act: &Act<'_>, input: EndProgramme) -> Result<Ended, Error> {
    let EndProgramme { call, ends_on } = input;
    let mut write = begin(act.db, act.author, &call).await?;
    // Whoever sets up an obligation locks its programme, too.
    let Some(known) = turn::<programme::Entity>(&mut write, act, &call, SET_UP).await? else {
        let kept = kept_after(&write, call.id, ends_on).await?;
        return Ok(Ended { id: call.id, kept });
    };
    let day = ends_on.to_string();
    if term::is_reversed((known.starts_on.as_deref(), Some(&day))) {
        return Err(Error::User(vec![UserError::at(
            "endsOn",
            "INVALID_DATE",
            "종료일이 시작보다 빠릅니다.",
            "It ends before it starts.",
        )]));
    }
    write
        .update::<programme::Entity>(known.id, known.version, |row| {
            row.insert("ends_on".to_owned(), day.as_str().into());
        })
        .await?;
    obligation::end_all(&mut write, known.id, ends_on).await?;
    let kept = kept_after(&write, known.id, ends_on).await?;
    write.commit().await?;
    Ok(Ended { id: known.id, kept })
}

/// Quarters already opened that a programme does not reach the end of.
async fn kept_after(
    write: &Write<'_>,
    programme: Uuid,
    ends_on: NaiveDate,
) -> Result<Vec<String>, Error> {
    let opened: Vec<String> = submission::Entity::find()
        .select_only()
        .column(submission::Column::Quarter)
        .distinct()
        .filter(submission::Column::ProgrammeId.eq(programme))
        .order_by_asc(submission::Column::Quarter)
        .into_tuple()
        .all(write.reads())
        .await?;
    let mut kept = Vec::new();
    for quarter in opened {
        if data::quarter_of(&quarter)?.last_day() > ends_on {
            kept.push(quarter);
        }
    }
    Ok(kept)
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

/// Changes what a day off is called, or why it is one.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend_holiday(act: &Act<'_>, input: AmendHoliday) -> Result<Uuid, Error> {
    let AmendHoliday { call, name, kind } = input;
    let mut write = begin(act.db, act.author, &call).await?;
    let of = (Object::Programme, (|_| None) as fn(&holiday::Model) -> _);
    let Some(known) = turn::<holiday::Entity>(&mut write, act, &call, of).await? else {
        return Ok(call.id);
    };
    let mut columns = Columns::new();
    if let Some(name) = name {
        let (ko, en) = name.texts();
        set(&mut columns, "name_ko", ko)?;
        set(&mut columns, "name_en", en)?;
    }
    if let Some(kind) = kind {
        set(&mut columns, "kind", kind)?;
    }
    write.update::<holiday::Entity>(known.id, known.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(known.id)
}

/// Takes a day off away that was recorded by mistake; no due date that was told moves forward.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove_holiday(act: &Act<'_>, input: RemoveHoliday) -> Result<Uuid, Error> {
    use holiday::{Entity, Model};
    let call = input.call;
    let of = (Object::Programme, (|_| None) as fn(&Model) -> _);
    let needs = Needs::Write(Object::Programme);
    let going = going::<Entity, Entity>(act, &call, needs, of, |_| None).await?;
    let Going::Going(write, known) = going else { return Ok(call.id) };
    if let Some(quarter) = expected::final_by(write.reads(), known.observed_on).await? {
        return Err(Error::User(vec![UserError::at(
            "id",
            "QUARTER_FINAL",
            format!(
                "{quarter} 분기의 제출 기한이 이 공휴일에 따라 정해졌고, 그 분기는 확정되었습니다."
            ),
            format!("Results of {quarter} were due by it, and {quarter} is final."),
        )]));
    }
    gone::<Entity>(act, *write, call.id).await?;
    Ok(call.id)
}

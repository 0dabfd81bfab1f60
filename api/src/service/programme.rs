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
use serde::Deserialize;
use uuid::Uuid;

use super::record::Record;
use super::submission::{data, expected, key_reused, quarter};
use super::write::{Author, Created, Write};
use crate::database::Store;
use crate::domain::access::{self, Object};
use crate::domain::fold;
use crate::domain::quarter::Quarter;
use crate::domain::suggest;
use crate::error::{Error, UserError};

/// A text in Korean and English, as an input has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Korean.
    pub ko: String,
    /// English.
    #[serde(default)]
    pub en: Option<String>,
}

/// A programme to be made.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewProgramme {
    /// Code.
    pub code: String,
    /// Name.
    pub name: Named,
    /// What it supports.
    #[serde(default)]
    pub summary: Option<Named>,
    /// Code of the institution that runs it.
    pub operator: String,
    /// Days after the quarter's end until results are due.
    #[serde(default)]
    pub due_days: Option<i32>,
    /// What happens to a due date on a day off.
    #[serde(default)]
    pub roll_rule: Option<RollRule>,
    /// Days after the due date until which late results are taken.
    #[serde(default)]
    pub lock_days: Option<i32>,
    /// Idempotency key.
    pub idempotency_key: String,
}

/// A rule to be made.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRule {
    /// Programme by its code.
    pub programme: String,
    /// Code.
    pub code: String,
    /// The condition.
    pub expression: String,
    /// Indicator at whose cell a breach is shown.
    pub indicator: String,
    /// What a breach does.
    pub severity: Severity,
    /// What becomes of it if values are missing.
    #[serde(default)]
    pub missing_strategy: Option<MissingStrategy>,
    /// What to put right.
    pub message: Named,
    /// First quarter in which it applies.
    pub valid_from: String,
    /// Idempotency key.
    pub idempotency_key: String,
}

/// A day off to be put on record.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewHoliday {
    /// The day.
    pub observed_on: NaiveDate,
    /// Name.
    pub name: Named,
    /// Why it is off.
    pub kind: HolidayKind,
    /// Idempotency key.
    pub idempotency_key: String,
}

/// What is wrong with an input.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<UserError>);

impl Faults {
    pub(super) fn add(
        &mut self,
        field: &str,
        code: &'static str,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(UserError::at(field, code, ko, en));
    }

    pub(super) fn code(&mut self, field: &str, code: &str) {
        let fits = (2..=30).contains(&code.len())
            && code.starts_with(|c: char| c.is_ascii_uppercase())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            self.add(
                field,
                "INVALID_CODE",
                "코드는 영문 대문자로 시작하는 2~30자의 대문자·숫자·밑줄이어야 합니다.",
                "A code has 2 to 30 capital letters, digits and underscores, a letter first.",
            );
        }
    }

    pub(super) fn name(&mut self, field: &str, name: &str) {
        if !crate::domain::api_client::is_name(name) {
            self.add(
                field,
                "INVALID_NAME",
                "1~100자의 한 줄이어야 합니다.",
                "One line of 1 to 100 characters.",
            );
        }
    }

    pub(super) fn within(
        &mut self,
        field: &str,
        number: i32,
        range: std::ops::RangeInclusive<i32>,
    ) {
        if !range.contains(&number) {
            let (from, to) = (range.start(), range.end());
            self.add(
                field,
                "OUT_OF_RANGE",
                format!("{from}~{to} 사이여야 합니다."),
                format!("It must be {from} to {to}."),
            );
        }
    }

    pub(super) fn quarter(&mut self, field: &str, text: &str) -> Option<Quarter> {
        let quarter = text.parse().ok();
        if quarter.is_none() {
            let message = Error::not_a_quarter(field).message();
            self.add(field, "INVALID_QUARTER", message.ko, message.en);
        }
        quarter
    }

    /// What was kept, if nothing else is wrong either.
    pub(super) fn sure<T>(self, kept: Option<T>) -> Result<T, Error> {
        match kept {
            Some(kept) if self.0.is_empty() => Ok(kept),
            _ => Err(Error::User(self.0)),
        }
    }

    pub(super) fn settle(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::User(self.0)) }
    }

    /// What was read, or what is wrong with it, to be told with the rest.
    pub(super) fn keep<T>(&mut self, read: Result<T, Error>) -> Result<Option<T>, Error> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(Error::User(wrong)) => {
                self.0.extend(wrong);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A code that names nothing, with the ones that do.
    pub(super) fn unknown<'c>(
        field: &str,
        text: (&str, &str),
        given: &str,
        known: impl Iterator<Item = &'c str>,
    ) -> UserError {
        let hint = suggest::among(given, known);
        let [ko, en] =
            [(text.0, hint.ko), (text.1, hint.en)].map(|(text, hint)| format!("{text}{hint}"));
        UserError::at(field, "UNKNOWN", ko, en)
    }

    pub(super) fn taken(field: &str) -> Error {
        Error::User(vec![UserError::at(field, "TAKEN", "이미 있습니다.", "There is one already.")])
    }
}

/// Opens a write of those who may set up programmes; who may not learns nothing of what is there.
pub(super) async fn begin<'a>(db: &Store, author: Author<'a>) -> Result<Write<'a>, Error> {
    access::may_write(author.principal, Object::Programme, None)?;
    Write::begin(db, author).await
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
    Err(Error::User(vec![Faults::unknown("programme", text, &given, codes)]))
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
    let named = institution::Entity::find().filter(institution::Column::Code.eq(&given));
    if let Some(found) = named.one(write.reads()).await? {
        return Ok(found.id);
    }
    let text = ("그런 코드의 기관이 없습니다.", "There is no institution of that code.");
    let all = institution::Entity::find()
        .filter(institution::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(institution::Column::Code);
    let all = all.all(write.reads()).await?;
    let codes = all.iter().map(|row| row.code.as_str());
    Err(Error::User(vec![Faults::unknown(field, text, &given, codes)]))
}

/// The error of an indicator that a quarter has not.
pub(super) fn no_indicator<'c>(given: &str, known: impl Iterator<Item = &'c str>) -> UserError {
    let text = ("그 분기에 없는 지표입니다.", "There is no such indicator in that quarter.");
    Faults::unknown("indicator", text, given, known)
}

pub(super) async fn make<R: Record>(
    mut write: Write<'_>,
    model: R::Model,
    key: &str,
) -> Result<Uuid, Error> {
    match write.create::<R>(model, key).await? {
        Created::New(id) => {
            write.commit().await?;
            Ok(id)
        }
        Created::Known(id) => Ok(id),
        Created::Differs(_) => Err(key_reused()),
    }
}

/// Where another call made the same at once, there is one already.
fn first(field: &str, error: Error) -> Error {
    match error {
        Error::Conflict => Faults::taken(field),
        error => error,
    }
}

/// Whether a row that is in the way was made by an earlier call with the same key, which is no conflict.
pub(super) async fn is_repeat(
    write: &Write<'_>,
    author: &Author<'_>,
    key: &str,
) -> Result<bool, Error> {
    use entity::idempotency::{Column, Entity};
    let found = Entity::find()
        .filter(Column::Actor.eq(author.principal.actor()))
        .filter(Column::IdempotencyKey.eq(key))
        .one(write.reads())
        .await?;
    Ok(found.is_some())
}

/// Origin of what a caller sets up.
pub(super) const ORIGIN: Origin = Origin::Reported;

/// Makes a programme.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: NewProgramme) -> Result<Uuid, Error> {
    let write = begin(db, author).await?;
    let mut faults = Faults::default();
    faults.code("code", &new.code);
    faults.name("name", &new.name.ko);
    let (due_days, lock_days) = (new.due_days.unwrap_or(10), new.lock_days.unwrap_or(30));
    faults.within("dueDays", due_days, 1..=120);
    faults.within("lockDays", lock_days, 0..=180);
    let operator = institution_of(&write, "operator", &new.operator).await;
    let operator_id = faults.keep(operator)?;
    let operator_id = faults.sure(operator_id)?;
    let taken = programme::Entity::find()
        .filter(programme::Column::Code.eq(&new.code))
        .one(write.reads())
        .await?;
    if taken.is_some() && !is_repeat(&write, &author, &new.idempotency_key).await? {
        return Err(Faults::taken("code"));
    }
    let (summary_ko, summary_en) = new.summary.map(|text| (text.ko, text.en)).unzip();
    let model = programme::Model {
        id: Uuid::nil(),
        code: new.code,
        name_ko: new.name.ko,
        name_en: new.name.en,
        summary_ko,
        summary_en: summary_en.flatten(),
        operator_id,
        starts_on: None,
        ends_on: None,
        due_days,
        roll_rule: new.roll_rule.unwrap_or(RollRule::NextBusinessDay),
        lock_days,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    let made = make::<programme::Entity>(write, model, &new.idempotency_key).await;
    made.map_err(|error| first("code", error))
}

/// What is said to hold from a quarter on must leave the final ones alone.
pub(super) async fn after_finals(
    write: &Write<'_>,
    programme: Uuid,
    field: &str,
    from: Option<Quarter>,
) -> Result<(), Error> {
    let last = quarter::finals(write.reads(), programme).await?.pop();
    match last.filter(|last| from.is_some_and(|from| from <= *last)) {
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
pub async fn create_rule(db: &Store, author: Author<'_>, new: NewRule) -> Result<Uuid, Error> {
    let write = begin(db, author).await?;
    let mut faults = Faults::default();
    faults.code("code", &new.code);
    let from = faults.quarter("validFrom", &new.valid_from);
    let programme = faults.keep(programme_of(&write, &new.programme).await)?;
    let programme = locked(&write, faults.sure(programme)?.id).await?;
    let indicators = in_force(&write, programme.id, &new.valid_from).await?;
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
    let taken = last.iter().any(|row| {
        let lasts = row.valid_to.as_ref().is_none_or(|to| *to >= new.valid_from);
        // One that was taken back before it ever applied still stands under its code and quarter.
        row.code == new.code && (lasts || row.valid_from == new.valid_from)
    });
    let repeated = is_repeat(&write, &author, &new.idempotency_key).await?;
    if taken && !repeated {
        return Err(Faults::taken("code"));
    }
    if !repeated {
        after_finals(&write, programme.id, "validFrom", from).await?;
        if new.severity == Severity::Error {
            not_handed_in(&write, programme.id, &new.valid_from).await?;
        }
    }
    let known = last.iter().find(|row| row.code == new.code).filter(|_| repeated);
    let next = last.first().map_or(1, |row| row.position + 1);
    let model = validation_rule::Model {
        id: Uuid::nil(),
        programme_id: programme.id,
        position: known.map_or(next, |row| row.position),
        code: new.code,
        expression: new.expression,
        indicator_code: new.indicator,
        severity: new.severity,
        missing_strategy: new.missing_strategy.unwrap_or(MissingStrategy::SkipIfAny),
        message_ko: new.message.ko,
        message_en: new.message.en,
        valid_from: new.valid_from,
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
    make::<validation_rule::Entity>(write, model, &new.idempotency_key).await
}

/// Ends a rule with a quarter.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn retire_rule(
    db: &Store,
    author: Author<'_>,
    (id, version): (Uuid, i32),
    valid_to: &str,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author).await?;
    let mut faults = Faults::default();
    faults.quarter("validTo", valid_to);
    faults.settle()?;
    let known =
        validation_rule::Entity::find_by_id(id).one(write.reads()).await?.ok_or(Error::NotFound)?;
    let holds = |quarter: &str, to: Option<&str>| {
        known.valid_from.as_str() <= quarter && to.is_none_or(|to| to >= quarter)
    };
    let moved = quarter::finals(write.reads(), known.programme_id).await?.into_iter().rfind(|at| {
        let at = at.to_string();
        holds(&at, known.valid_to.as_deref()) != holds(&at, Some(valid_to))
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
        .update::<validation_rule::Entity>(id, version, |row| {
            row.insert("valid_to".to_owned(), valid_to.into());
        })
        .await?;
    write.commit().await?;
    Ok(id)
}

/// Puts a day off on record; due dates that fall on it move.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create_holiday(
    db: &Store,
    author: Author<'_>,
    new: NewHoliday,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author).await?;
    let mut faults = Faults::default();
    faults.name("name", &new.name.ko);
    faults.settle()?;
    let taken = holiday::Entity::find()
        .filter(holiday::Column::ObservedOn.eq(new.observed_on))
        .one(write.reads())
        .await?;
    if taken.is_some() && !is_repeat(&write, &author, &new.idempotency_key).await? {
        return Err(Faults::taken("observedOn"));
    }
    let model = holiday::Model {
        id: Uuid::nil(),
        observed_on: new.observed_on,
        name_ko: new.name.ko,
        name_en: new.name.en,
        kind: new.kind,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    let made = write.create::<holiday::Entity>(model, &new.idempotency_key).await;
    match made.map_err(|error| first("observedOn", error))? {
        Created::New(id) => {
            expected::move_due_dates(&mut write, &author).await?;
            write.commit().await?;
            Ok(id)
        }
        Created::Known(id) => Ok(id),
        Created::Differs(_) => Err(key_reused()),
    }
}

//! A quarter as a whole: opened, when its list of expected submissions is frozen, and made final.
//!
//! Quarters open by themselves: each server asks for it when it starts and every hour after.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use entity::common::{Origin, Visibility};
use entity::reporting_period::{self, PeriodState};
use entity::submission::{self, SubmissionStatus};
use entity::{holiday, obligation, programme};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Map;
use uuid::Uuid;

use super::{Columns, actor, data::quarter_of, refused, today};
use crate::domain::completeness::is_expected;
use crate::domain::due_date::{due_on, roll};
use crate::domain::principal::Principal;
use crate::domain::quarter::{Quarter, seoul};
use crate::domain::submission::{Refused, Verb, next};
use crate::error::{Error, UserError};
use crate::service::write::{Author, Created, Write};

/// How often a server looks whether a quarter is to be opened.
pub const LOOK: Duration = Duration::from_secs(3600);

/// Days off on record.
///
/// # Errors
/// Internal.
pub async fn holidays(db: &impl ConnectionTrait) -> Result<BTreeSet<NaiveDate>, Error> {
    let rows = holiday::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| row.observed_on).collect())
}

/// Opens every quarter whose time has come: the one that ended last, if anybody is under an obligation for
/// it, and those planned. Tells how many were opened.
///
/// # Errors
/// Internal.
pub async fn open_due(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<usize, Error> {
    let author =
        Author { principal: &Principal::System, request_id: "calendar", address: None, now };
    let today = now.with_timezone(&seoul()).date_naive();
    let Some(ended) = Quarter::of(today).map(Quarter::previous) else { return Ok(0) };
    let mut due: BTreeSet<Quarter> = BTreeSet::new();
    let known = reporting_period::Entity::find()
        .filter(reporting_period::Column::State.eq(PeriodState::Planned))
        .filter(reporting_period::Column::OpensOn.lte(today))
        .all(db)
        .await?;
    for period in known {
        due.insert(quarter_of(&period.quarter)?);
    }
    let is_known = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(ended.to_string()))
        .one(db)
        .await?
        .is_some();
    if !is_known && !expected(db, ended).await?.is_empty() {
        due.insert(ended);
    }
    let mut opened = 0;
    for quarter in due.into_iter().filter(|quarter| quarter.last_day() < today) {
        // Where all that are expected are made up, so is the quarter.
        let expected = expected(db, quarter).await?;
        let is_made_up =
            !expected.is_empty() && expected.iter().all(|row| row.origin == Origin::Illustrative);
        let origin = if is_made_up { Origin::Illustrative } else { Origin::Reported };
        opened += usize::from(open(db, author, quarter, origin).await?.1);
    }
    Ok(opened)
}

/// Obligations in force on the quarter's last day, one for each institution and programme.
async fn expected(
    db: &impl ConnectionTrait,
    quarter: Quarter,
) -> Result<Vec<obligation::Model>, Error> {
    let rows = obligation::Entity::find()
        .filter(obligation::Column::StartsOn.lte(quarter.last_day()))
        .order_by_asc(obligation::Column::Id)
        .all(db)
        .await?;
    let mut seen = HashSet::new();
    Ok(rows
        .into_iter()
        .filter(|row| is_expected(row.starts_on, row.ends_on, quarter))
        .filter(|row| seen.insert((row.institution_id, row.programme_id)))
        .collect())
}

/// The quarter's period, in a write; made if it is not there.
async fn period(
    write: &mut Write<'_>,
    author: &Author<'_>,
    quarter: Quarter,
    opens_on: Option<NaiveDate>,
    origin: Origin,
) -> Result<reporting_period::Model, Error> {
    let find = || {
        reporting_period::Entity::find()
            .filter(reporting_period::Column::Quarter.eq(quarter.to_string()))
            .lock_exclusive()
    };
    if let Some(found) = find().one(write.reads()).await? {
        return Ok(found);
    }
    let model = reporting_period::Model {
        id: Uuid::nil(),
        quarter: quarter.to_string(),
        state: PeriodState::Planned,
        opens_on: opens_on.unwrap_or_else(|| quarter.next().first_day()),
        expected_frozen_at: None,
        finalised_at: None,
        visibility: Visibility::Public,
        origin,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    // The key lets two servers that open it at once make it once.
    let key = format!("period:{quarter}");
    let created = write.create_like::<reporting_period::Entity>(model, &key, &["origin"]).await?;
    let found = reporting_period::Entity::find_by_id(created.id()).one(write.reads()).await?;
    found.ok_or_else(|| Error::internal("a period that is not there"))
}

/// Opens a quarter and freezes the list of those expected to report for it. Tells its key, and whether this
/// call opened it.
///
/// # Errors
/// Forbidden; user error, if the quarter is not over; internal.
pub async fn open(
    db: &DatabaseConnection,
    author: Author<'_>,
    quarter: Quarter,
    origin: Origin,
) -> Result<(Uuid, bool), Error> {
    let is_system = *author.principal == Principal::System;
    if !is_system && !actor(author.principal, Uuid::nil(), None).leads {
        return Err(refused(&Refused::NeedsLead, author.principal));
    }
    if quarter.last_day() >= today(&author) {
        return Err(Error::User(vec![UserError::at(
            "quarter",
            "NOT_OVER",
            format!(
                "{quarter} 분기가 아직 끝나지 않았습니다. 제출 대상은 분기가 끝난 뒤 확정합니다."
            ),
            format!("{quarter} is not over; who is expected is settled after its last day."),
        )]));
    }
    let mut write = Write::begin(db, author).await?;
    let period = period(&mut write, &author, quarter, None, origin).await?;
    if period.state != PeriodState::Planned {
        return Ok((period.id, false));
    }
    let holidays = holidays(write.reads()).await?;
    let programmes = programmes(write.reads()).await?;
    for obligation in expected(write.reads(), quarter).await? {
        let Some(programme) = programmes.get(&obligation.programme_id) else { continue };
        let row = not_started(&author, &period, programme, &obligation, quarter, &holidays)?;
        write.add::<submission::Entity>("submission.expect", row).await?;
    }
    let mut columns = Columns::default();
    columns.set("state", PeriodState::Open)?.set("expected_frozen_at", author.now)?;
    write
        .update_as::<reporting_period::Entity>(
            "period.open",
            period.id,
            period.version,
            columns.onto(),
            Map::new(),
        )
        .await?;
    write.commit().await?;
    Ok((period.id, true))
}

async fn programmes(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, programme::Model>, Error> {
    let rows = programme::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn days(number: i32) -> Result<u32, Error> {
    u32::try_from(number).map_err(Error::internal)
}

/// The due date of a programme in a quarter, and the last day on which late results are taken.
fn deadlines(
    programme: &programme::Model,
    quarter: Quarter,
    holidays: &BTreeSet<NaiveDate>,
) -> Result<(NaiveDate, NaiveDate), Error> {
    let due = due_on(quarter, days(programme.due_days)?, programme.roll_rule, holidays);
    let late = due + chrono::Days::new(u64::from(days(programme.lock_days)?));
    Ok((due, roll(late, programme.roll_rule, holidays)))
}

fn not_started(
    author: &Author<'_>,
    period: &reporting_period::Model,
    programme: &programme::Model,
    obligation: &obligation::Model,
    quarter: Quarter,
    holidays: &BTreeSet<NaiveDate>,
) -> Result<submission::Model, Error> {
    let (due, locks_on) = deadlines(programme, quarter, holidays)?;
    Ok(submission::Model {
        id: Uuid::nil(),
        institution_id: obligation.institution_id,
        programme_id: programme.id,
        period_id: period.id,
        quarter: quarter.to_string(),
        status: SubmissionStatus::NotStarted,
        is_nil: false,
        nil_reason: None,
        due_on: due,
        original_due_on: due,
        locks_on,
        return_due_on: None,
        started_at: None,
        first_submitted_at: None,
        is_on_time: None,
        submitted_at: None,
        submitted_by: None,
        review_started_at: None,
        reviewed_by: None,
        reviewed_by_institution_id: None,
        returned_at: None,
        accepted_at: None,
        accepted_by: None,
        accepted_by_institution_id: None,
        reason: None,
        public_note_ko: None,
        public_note_en: None,
        reminded_at: None,
        revision: 0,
        is_restatement: false,
        cell_count: 0,
        origin: obligation.origin,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    })
}

/// Moves the due dates of what was not handed in yet, after a day was declared off.
///
/// # Errors
/// Internal.
pub async fn move_due_dates(write: &mut Write<'_>) -> Result<usize, Error> {
    let holidays = holidays(write.reads()).await?;
    let programmes = programmes(write.reads()).await?;
    let open: Vec<Uuid> = reporting_period::Entity::find()
        .filter(reporting_period::Column::State.eq(PeriodState::Open))
        .all(write.reads())
        .await?
        .into_iter()
        .map(|period| period.id)
        .collect();
    // Without a join: PostgreSQL locks no rows of an outer one.
    let waiting = submission::Entity::find()
        .filter(submission::Column::PeriodId.is_in(open))
        .filter(submission::Column::FirstSubmittedAt.is_null())
        .filter(
            submission::Column::Status
                .is_in([SubmissionStatus::NotStarted, SubmissionStatus::Draft]),
        )
        .order_by_asc(submission::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    let mut moved = 0;
    for row in waiting {
        let Some(programme) = programmes.get(&row.programme_id) else { continue };
        let (due, locks_on) = deadlines(programme, quarter_of(&row.quarter)?, &holidays)?;
        if due <= row.original_due_on {
            continue;
        }
        let mut columns = Columns::default();
        columns
            .set("original_due_on", due)?
            .set("due_on", row.due_on.max(due))?
            .set("locks_on", row.locks_on.max(locks_on))?;
        write
            .update_as::<submission::Entity>(
                "submission.moveDueDate",
                row.id,
                row.version,
                columns.onto(),
                Map::new(),
            )
            .await?;
        moved += 1;
    }
    Ok(moved)
}

/// Makes a quarter final. Whatever is not accepted must be listed as missing.
///
/// # Errors
/// Forbidden; not found; conflict; user errors that name what is undecided; internal.
pub async fn freeze(
    db: &DatabaseConnection,
    author: Author<'_>,
    quarter: Quarter,
    version: i32,
    missing: &[Uuid],
    key: &str,
) -> Result<Uuid, Error> {
    if !actor(author.principal, Uuid::nil(), None).leads {
        return Err(refused(&Refused::NeedsLead, author.principal));
    }
    let mut write = Write::begin(db, author).await?;
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(quarter.to_string()))
        .lock_exclusive()
        .one(write.reads())
        .await?
        .ok_or(Error::NotFound)?;
    let content = ("freeze", missing);
    match write.once::<reporting_period::Entity>(key, period.id, &content).await? {
        Created::New(_) => {}
        Created::Known(_) => return Ok(period.id),
        Created::Differs(_) => return Err(super::key_reused()),
    }
    if period.version != version {
        return Err(Error::Conflict);
    }
    if period.state != PeriodState::Open {
        return Err(Error::User(vec![UserError::at(
            "quarter",
            "WRONG_STATE",
            "진행 중인 분기가 아닙니다.",
            "The quarter is not open.",
        )]));
    }
    let rows = submission::Entity::find()
        .filter(submission::Column::PeriodId.eq(period.id))
        .order_by_asc(submission::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    decided(&rows, missing)?;
    for row in rows.iter().filter(|row| row.status == SubmissionStatus::Accepted) {
        let held = super::Held { submission: row.clone(), period: period.clone() };
        let who = actor(author.principal, row.institution_id, None);
        let status = next(Verb::Freeze, &held.facts(today(&author)), &who)
            .map_err(|denied| refused(&denied, author.principal))?;
        write
            .update_as::<submission::Entity>(
                "submission.freeze",
                row.id,
                row.version,
                Columns::status(status)?.onto(),
                Map::new(),
            )
            .await?;
    }
    let mut columns = Columns::default();
    columns.set("state", PeriodState::Final)?.set("finalised_at", author.now)?;
    let listed: Vec<String> = missing.iter().map(Uuid::to_string).collect();
    write
        .update_as::<reporting_period::Entity>(
            "period.freeze",
            period.id,
            period.version,
            columns.onto(),
            Map::from_iter([("missing".to_owned(), listed.into())]),
        )
        .await?;
    write.commit().await?;
    Ok(period.id)
}

/// Whether each one is accepted or listed as missing.
fn decided(rows: &[submission::Model], missing: &[Uuid]) -> Result<(), Error> {
    let mut errors = Vec::new();
    let undecided = rows
        .iter()
        .filter(|row| row.status != SubmissionStatus::Accepted && !missing.contains(&row.id))
        .count();
    if undecided > 0 {
        errors.push(UserError::at(
            "missing",
            "UNDECIDED",
            format!(
                "승인되지 않은 제출 {undecided}건을 미제출 목록에 올리거나 먼저 처리해 주십시오."
            ),
            format!(
                "{undecided} submissions are not accepted: decide them, or list them as missing."
            ),
        ));
    }
    let stray = missing.iter().any(|id| {
        !rows.iter().any(|row| row.id == *id && row.status != SubmissionStatus::Accepted)
    });
    if stray {
        errors.push(UserError::at(
            "missing",
            "NOT_MISSING",
            "미제출 목록에 이 분기의 것이 아니거나 승인된 제출이 있습니다.",
            "The list holds one that is accepted or of another quarter.",
        ));
    }
    super::settled(errors)
}

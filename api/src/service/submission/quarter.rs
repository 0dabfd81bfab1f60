//! A quarter as a whole: opened, when its list of expected submissions is frozen, and made final.
//!
//! Quarters open by themselves: each server asks for it when it starts and every hour after.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use entity::change;
use entity::common::{Origin, Visibility};
use entity::reporting_period::{self, PeriodState};
use entity::submission::{self, SubmissionStatus};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use serde_json::Map;
use uuid::Uuid;

use super::{Columns, actor, data::quarter_of, expected, refused, tally, today};
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::domain::quarter::{Quarter, seoul};
use crate::domain::submission::{Refused, Verb, next};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::Call;
use crate::input::types::{Id, List};
use crate::service::write::{Author, Write};

/// How often a server looks whether a quarter is to be opened.
pub const LOOK: Duration = Duration::from_secs(3600);

/// How long a quarter waits after the last obligation for it that was recorded after its end: whoever sets up a
/// programme then has a day to finish, or opens it.
const GRACE: chrono::Duration = chrono::Duration::days(1);
/// How far this machine's clock may be ahead of the database's.
const AHEAD: chrono::Duration = chrono::Duration::minutes(10);
/// Longest time in which nothing is written: every quarter that opens is.
const SILENCE: chrono::Duration = chrono::Duration::days(200);

/// Why this machine's clock is not believed when it says that a quarter is over; none if it is.
///
/// # Errors
/// Unavailable; internal.
pub async fn disbelieved(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    if db.get_database_backend() == DbBackend::Postgres {
        let asked = Statement::from_string(DbBackend::Postgres, "SELECT now()");
        let told = db.query_one_raw(asked).await?;
        let told = told.ok_or_else(|| Error::internal("the database tells no time"))?;
        let told: DateTime<Utc> = told.try_get_by_index(0)?;
        if now > told + AHEAD {
            return Ok(Some(format!("the database's clock says {told}")));
        }
    }
    let newest = change::Entity::find().order_by_desc(change::Column::Seq).one(db).await?;
    let old = newest.filter(|newest| now > newest.at + SILENCE);
    Ok(old.map(|newest| format!("nothing was written since {}", newest.at)))
}

/// Opens every quarter whose time has come: the one that ended last, if anybody is under an obligation for
/// it, and those planned. Tells how many were opened. Deadlines are brought to the days off on record.
///
/// # Errors
/// Internal.
pub async fn open_due(db: &Store, now: DateTime<Utc>) -> Result<usize, Error> {
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
    if !is_known && !expected::of(db, ended).await?.is_empty() {
        due.insert(ended);
    }
    let mut opened = 0;
    for quarter in due.into_iter().filter(|quarter| quarter.last_day() < today) {
        // Where all that are expected are made up, so is the quarter.
        let expected = expected::of(db, quarter).await?;
        let is_settled = |row: &entity::obligation::Model| {
            let made_on = row.created_at.with_timezone(&seoul()).date_naive();
            made_on <= quarter.last_day() || row.created_at + GRACE <= now
        };
        if !expected.iter().all(is_settled) {
            continue;
        }
        let is_made_up =
            !expected.is_empty() && expected.iter().all(|row| row.origin == Origin::Illustrative);
        let origin = if is_made_up { Origin::Illustrative } else { Origin::Reported };
        opened += usize::from(open(db, author, quarter, origin, None).await?.1);
    }
    // Days off may have come with a data set.
    let mut write = Write::begin(db, author).await?;
    if expected::move_due_dates(&mut write, &author).await? > 0 {
        write.commit().await?;
    }
    Ok(opened)
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
    // Of two that make it at once, the second is told so, and finds it.
    let id = write.add::<reporting_period::Entity>("create", model).await?;
    let found = reporting_period::Entity::find_by_id(id).one(write.reads()).await?;
    found.ok_or_else(|| Error::internal("a period that is not there"))
}

/// Opens a quarter and freezes the list of those expected to report for it. Tells its key, and whether this
/// call opened it.
///
/// # Errors
/// Forbidden; user error, if the quarter is not over; internal.
pub async fn open(
    db: &Store,
    author: Author<'_>,
    quarter: Quarter,
    origin: Origin,
    call: Option<&Call>,
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
    // Of two that make its period at once, the second finds it.
    match opened(db, author, quarter, origin, call).await {
        Err(Error::Conflict) => opened(db, author, quarter, origin, call).await,
        done => done,
    }
}

async fn opened(
    db: &Store,
    author: Author<'_>,
    quarter: Quarter,
    origin: Origin,
    call: Option<&Call>,
) -> Result<(Uuid, bool), Error> {
    let mut write = match call {
        Some(call) => Write::attempt(db, author, call).await?,
        None => Write::begin(db, author).await?,
    };
    let period = period(&mut write, &author, quarter, None, origin).await?;
    if let Some(call) = call
        && write.repeats::<reporting_period::Entity>(call, period.id).await?.is_some()
    {
        return Ok((period.id, false));
    }
    if period.state != PeriodState::Planned {
        return Ok((period.id, false));
    }
    expected::fix(&mut write, &author, &period).await?;
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

/// Final quarters in which a programme's results are expected, the oldest first: what was asked, aimed at and
/// checked in them stands.
///
/// # Errors
/// Internal.
pub async fn finals(db: &impl ConnectionTrait, programme: Uuid) -> Result<Vec<Quarter>, Error> {
    let found: Vec<String> = submission::Entity::find()
        .select_only()
        .column(submission::Column::Quarter)
        .distinct()
        .inner_join(reporting_period::Entity)
        .filter(submission::Column::ProgrammeId.eq(programme))
        .filter(reporting_period::Column::State.eq(PeriodState::Final))
        .order_by_asc(submission::Column::Quarter)
        .into_tuple()
        .all(db)
        .await?;
    found.iter().map(|text| quarter_of(text)).collect()
}

input! {
    /// 분기 개시. A quarter that is over, to be opened now; quarters open by themselves the day after their end.
    mutation OpenQuarter {
        /// 분기. Quarter.
        quarter: Quarter,
    }
}

input! {
    /// 분기 확정. A quarter to be finalised.
    mutation FinaliseQuarter {
        /// 분기. Quarter.
        quarter: Quarter,
        /// 판. The `version` of the reporting period you read.
        expected_version: i32,
        /// 실적 없이 확정할 제출. Submissions that have no figures in the final quarter: every one that is not accepted, whether it was never submitted (미제출), is under review or was returned (반려). Each keeps its state, and only those never submitted count as missing.
        missing: Option<List<Id<submission::Entity>, 0, 10_000>>,
        /// 마감 전 확정. Whether those that may still be submitted are missing, too; else it is STILL_OPEN until the last closing date is over.
        closes_early: bool = "false",
    }
}

/// Opens a quarter on a call.
///
/// # Errors
/// As [`open`].
pub async fn open_now(db: &Store, author: Author<'_>, input: OpenQuarter) -> Result<Uuid, Error> {
    let opened = open(db, author, input.quarter, Origin::Reported, Some(&input.call)).await;
    opened.map(|(id, _)| id)
}

/// Makes a quarter final. Whatever is not accepted must be listed in `missing` as having no figures: never submitted,
/// or submitted and not accepted.
///
/// # Errors
/// Forbidden; not found; conflict; user errors that name what is undecided; internal.
pub async fn finalise(
    db: &Store,
    author: Author<'_>,
    input: FinaliseQuarter,
) -> Result<Uuid, Error> {
    let FinaliseQuarter { call, quarter, expected_version, missing, closes_early } = input;
    let missing: Vec<Uuid> = missing.unwrap_or_default().0.iter().map(|id| id.0).collect();
    if !actor(author.principal, Uuid::nil(), None).leads {
        return Err(refused(&Refused::NeedsLead, author.principal));
    }
    let mut write = Write::attempt(db, author, &call).await?;
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(quarter.to_string()))
        .lock_exclusive()
        .one(write.reads())
        .await?;
    let Some(period) = period else {
        return Err(Error::User(vec![UserError::at(
            "quarter",
            "NOT_OPEN",
            format!("{quarter} 분기는 열려 있지 않습니다."),
            format!("{quarter} has not been opened."),
        )]));
    };
    if write.repeats::<reporting_period::Entity>(&call, period.id).await?.is_some() {
        return Ok(period.id);
    }
    if period.version != expected_version {
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
    decided(&rows, &missing, (!closes_early).then(|| today(&author)))?;
    for row in rows.iter().filter(|row| row.status == SubmissionStatus::Accepted) {
        // What is accepted was submitted, which closed any request.
        let (submission, period) = (row.clone(), period.clone());
        let held = super::Held { submission, period, request: None };
        let who = actor(author.principal, row.institution_id, None);
        let status = next(Verb::Freeze, &held.facts(today(&author)), &who)
            .map_err(|denied| refused(&denied, author.principal))?;
        let columns = Columns::status(status)?;
        let action = "submission.finalise";
        tally::update(&mut write, &author, action, row, columns, Map::new()).await?;
    }
    let mut columns = Columns::default();
    columns.set("state", PeriodState::Final)?.set("finalised_at", author.now)?;
    // What was submitted and is not accepted has no figures either, but is not missing.
    let is_missing =
        |id: &&Uuid| rows.iter().any(|row| row.id == **id && row.first_submitted_at.is_none());
    let (never, unaccepted): (Vec<&Uuid>, Vec<&Uuid>) = missing.iter().partition(is_missing);
    let told = [("missing", never), ("notAccepted", unaccepted)].map(|(name, ids)| {
        let ids: Vec<String> = ids.into_iter().map(Uuid::to_string).collect();
        (name.to_owned(), ids.into())
    });
    write
        .update_as::<reporting_period::Entity>(
            "period.finalise",
            period.id,
            period.version,
            columns.onto(),
            Map::from_iter(told),
        )
        .await?;
    write.commit().await?;
    Ok(period.id)
}

/// Whether each one is accepted, or listed as having no figures when it can no longer come.
fn decided(
    rows: &[submission::Model],
    missing: &[Uuid],
    today: Option<NaiveDate>,
) -> Result<(), Error> {
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
                "승인되지 않은 제출 {undecided}건(미제출·검토 중·반려)을 먼저 처리하거나, 실적 없이 확정할 제출(missing)에 올려 주십시오."
            ),
            format!(
                "{undecided} submissions are not accepted (never submitted, under review or returned): decide them, or list them under `missing` as having no figures."
            ),
        ));
    }
    let awaited = rows.iter().filter(|row| row.status != SubmissionStatus::Accepted);
    let awaited = awaited.filter(|row| row.status != SubmissionStatus::Submitted);
    let last = awaited.map(|row| row.locks_on).max();
    if let Some(last) = last.filter(|last| today.is_some_and(|today| *last >= today)) {
        errors.push(UserError::at(
            "missing",
            "STILL_OPEN",
            format!("{last}까지 접수하는 제출이 있습니다. 그 뒤에 확정하거나 closesEarly로 미리 마감하십시오."),
            format!("Some may be handed in until {last}: wait, or say closesEarly."),
        ));
    }
    let stray = missing.iter().any(|id| {
        !rows.iter().any(|row| row.id == *id && row.status != SubmissionStatus::Accepted)
    });
    if stray {
        errors.push(UserError::at(
            "missing",
            "NOT_MISSING",
            "실적 없이 확정할 제출(missing)에 이 분기의 것이 아니거나 승인된 제출이 있습니다.",
            "`missing` names one that is accepted or of another quarter.",
        ));
    }
    super::settled(errors)
}

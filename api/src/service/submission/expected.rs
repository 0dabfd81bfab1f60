//! Who is expected to report in a quarter, and by when: the list is fixed when the quarter opens, from the
//! obligations in force on its last day. An obligation recorded later joins the quarters that it covers while
//! their results are taken.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use entity::reporting_period::{self, PeriodState};
use entity::submission::{self, SubmissionStatus};
use entity::{holiday, obligation, programme};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Map;
use uuid::Uuid;

use super::{Columns, data::quarter_of, tally, today};
use crate::domain::completeness::is_expected;
use crate::domain::due_date::{Deadlines, roll};
use crate::domain::quarter::{Quarter, seoul};
use crate::domain::submission::judged_again;
use crate::error::{Error, UserError};
use crate::service::write::{Author, Write};

/// Submissions locked by one statement.
const LOCKED: usize = 400;

/// Days off on record.
///
/// # Errors
/// Internal.
pub async fn holidays(db: &impl ConnectionTrait) -> Result<BTreeSet<NaiveDate>, Error> {
    let rows = holiday::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| row.observed_on).collect())
}

/// Obligations in force on the quarter's last day, one for each institution and programme.
pub async fn of(
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

/// Fixes the list of a quarter that is being opened.
///
/// # Errors
/// Internal.
pub(super) async fn fix(
    write: &mut Write<'_>,
    author: &Author<'_>,
    period: &reporting_period::Model,
) -> Result<(), Error> {
    // Whoever sets up an obligation locks its programme: it is on the list, or joins the quarter.
    let programmes = programme::Entity::find()
        .order_by_asc(programme::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    let programmes: HashMap<Uuid, programme::Model> =
        programmes.into_iter().map(|row| (row.id, row)).collect();
    let holidays = holidays(write.reads()).await?;
    let mut rows = Vec::new();
    for obligation in of(write.reads(), quarter_of(&period.quarter)?).await? {
        let Some(programme) = programmes.get(&obligation.programme_id) else { continue };
        rows.push(not_started(author, period, programme, &obligation, &holidays)?);
    }
    tally::expect(write, author, rows).await
}

/// Puts an institution on the lists of quarters that are open already and that its obligation covers from now on
/// (`covers`). One that takes no results any more refuses it, with the next possible day.
///
/// # Errors
/// User error; internal.
pub async fn join(
    write: &mut Write<'_>,
    author: &Author<'_>,
    (programme, obligation): (&programme::Model, &obligation::Model),
    covers: impl Fn(Quarter) -> bool,
    field: &str,
) -> Result<(), Error> {
    let periods = reporting_period::Entity::find()
        .filter(reporting_period::Column::State.ne(PeriodState::Planned))
        .order_by_asc(reporting_period::Column::Quarter)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    let listed: HashSet<Uuid> = submission::Entity::find()
        .filter(submission::Column::InstitutionId.eq(obligation.institution_id))
        .filter(submission::Column::ProgrammeId.eq(programme.id))
        .all(write.reads())
        .await?
        .into_iter()
        .map(|row| row.period_id)
        .collect();
    let holidays = holidays(write.reads()).await?;
    let (mut rows, mut refused) = (Vec::new(), None);
    for period in periods.iter().filter(|period| !listed.contains(&period.id)) {
        let quarter = quarter_of(&period.quarter)?;
        if !covers(quarter) {
            continue;
        }
        let row = not_started(author, period, programme, obligation, &holidays)?;
        let is_final = period.state == PeriodState::Final;
        if is_final || today(author) > row.locks_on {
            // The newest of them decides from when on it is possible.
            refused = Some((quarter, is_final, row.locks_on));
        }
        rows.push(row);
    }
    if let Some((quarter, is_final, locks_on)) = refused {
        return Err(cannot_join(field, quarter, (!is_final).then_some(locks_on)));
    }
    tally::expect(write, author, rows).await
}

fn cannot_join(field: &str, quarter: Quarter, locked_on: Option<NaiveDate>) -> Error {
    let day = quarter.next().first_day();
    let (code, ko, en) = match locked_on {
        None => ("QUARTER_FINAL", "확정되어".to_owned(), "is final".to_owned()),
        Some(on) => (
            "QUARTER_CLOSED",
            format!("{on}에 접수가 마감되어"),
            format!("took results until {on}"),
        ),
    };
    Error::User(vec![UserError::at(
        field,
        code,
        format!(
            "{quarter} 분기는 {ko} 제출 대상을 더할 수 없습니다. {day}부터 시작하는 의무는 등록할 수 있습니다."
        ),
        format!(
            "{quarter} {en}, so nobody can join it. An obligation can begin on {day} at the earliest."
        ),
    )])
}

async fn programmes(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, programme::Model>, Error> {
    let rows = programme::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn days(number: i32) -> Result<u32, Error> {
    u32::try_from(number).map_err(Error::internal)
}

fn deadlines(
    programme: &programme::Model,
    quarter: Quarter,
    holidays: &BTreeSet<NaiveDate>,
) -> Result<Deadlines, Error> {
    let of = (days(programme.due_days)?, days(programme.lock_days)?);
    Ok(Deadlines::by_rule(quarter, of, programme.roll_rule, holidays))
}

fn not_started(
    author: &Author<'_>,
    period: &reporting_period::Model,
    programme: &programme::Model,
    obligation: &obligation::Model,
    holidays: &BTreeSet<NaiveDate>,
) -> Result<submission::Model, Error> {
    let by_rule = deadlines(programme, quarter_of(&period.quarter)?, holidays)?;
    Ok(submission::Model {
        id: Uuid::nil(),
        institution_id: obligation.institution_id,
        programme_id: programme.id,
        period_id: period.id,
        quarter: period.quarter.clone(),
        status: SubmissionStatus::NotStarted,
        is_nil: false,
        nil_reason: None,
        due_on: by_rule.due_on,
        original_due_on: by_rule.original_due_on,
        locks_on: by_rule.locks_on,
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
        content_version: 1,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    })
}

/// The day to which a deadline of a programme on that day moves, if nobody works on it (Civil Act art. 161).
///
/// # Errors
/// Internal.
pub(super) async fn rolled(
    db: &impl ConnectionTrait,
    programme: Uuid,
    day: NaiveDate,
) -> Result<NaiveDate, Error> {
    let programme = programme::Entity::find_by_id(programme).one(db).await?;
    let rule = programme.ok_or_else(|| Error::internal("a submission without its programme"))?;
    Ok(roll(day, rule.roll_rule, &holidays(db).await?))
}

/// The newest final quarter whose results were due by a day off: without it the rule of a programme gives another day.
///
/// # Errors
/// Internal.
pub async fn final_by(db: &impl ConnectionTrait, day: NaiveDate) -> Result<Option<Quarter>, Error> {
    let with = holidays(db).await?;
    let without: BTreeSet<NaiveDate> = with.iter().copied().filter(|other| *other != day).collect();
    let programmes = programmes(db).await?;
    let finals: Vec<(Uuid, String)> = submission::Entity::find()
        .select_only()
        .column(submission::Column::ProgrammeId)
        .column(submission::Column::Quarter)
        .distinct()
        .inner_join(reporting_period::Entity)
        .filter(reporting_period::Column::State.eq(PeriodState::Final))
        .order_by_desc(submission::Column::Quarter)
        .into_tuple()
        .all(db)
        .await?;
    for (programme, quarter) in finals {
        let Some(programme) = programmes.get(&programme) else { continue };
        let quarter = quarter_of(&quarter)?;
        if deadlines(programme, quarter, &with)? != deadlines(programme, quarter, &without)? {
            return Ok(Some(quarter));
        }
    }
    Ok(None)
}

/// Moves deadlines off the days that are off by now, and judges anew what was first submitted by then: the law
/// moved the date, whenever the day was put on record, and for all alike. Final quarters stand. Tells how many
/// were moved.
///
/// # Errors
/// Internal.
pub async fn move_due_dates(write: &mut Write<'_>, author: &Author<'_>) -> Result<usize, Error> {
    let holidays = holidays(write.reads()).await?;
    let programmes = programmes(write.reads()).await?;
    let open: Vec<Uuid> = reporting_period::Entity::find()
        .filter(reporting_period::Column::State.eq(PeriodState::Open))
        .all(write.reads())
        .await?
        .into_iter()
        .map(|period| period.id)
        .collect();
    let found = submission::Entity::find()
        .filter(submission::Column::PeriodId.is_in(open))
        .order_by_asc(submission::Column::Id);
    let of = |row: &submission::Model| {
        programmes.get(&row.programme_id).map_or(Ok(None), |of| moved(row, of, &holidays))
    };
    // Most looks find nothing to move: only what is moved is locked, and looked at again.
    let mut stale = Vec::new();
    for row in found.clone().all(write.reads()).await? {
        stale.extend(of(&row)?.map(|_| row.id));
    }
    let mut count = 0;
    for ids in stale.chunks(LOCKED) {
        let rows = found.clone().filter(submission::Column::Id.is_in(ids.iter().copied()));
        for row in rows.lock_exclusive().all(write.reads()).await? {
            let Some(columns) = of(&row)? else { continue };
            let action = "submission.moveDueDate";
            tally::update(write, author, action, &row, columns, Map::new()).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// What moves of a submission; nothing if its deadlines are as the days off on record have them. None moves forward
/// again: what was told holds.
fn moved(
    row: &submission::Model,
    programme: &programme::Model,
    holidays: &BTreeSet<NaiveDate>,
) -> Result<Option<Columns>, Error> {
    let stands = Deadlines {
        original_due_on: row.original_due_on,
        due_on: row.due_on,
        locks_on: row.locks_on,
        return_due_on: row.return_due_on,
    };
    let by_rule = deadlines(programme, quarter_of(&row.quarter)?, holidays)?;
    let now = stands.moved(by_rule, programme.roll_rule, holidays);
    let first_on = row.first_submitted_at.map(|at| at.with_timezone(&seoul()).date_naive());
    let is_on_time = judged_again(row.is_on_time, first_on, now.due_on);
    if stands == now && row.is_on_time == is_on_time {
        return Ok(None);
    }
    let mut columns = Columns::default();
    columns
        .set("original_due_on", now.original_due_on)?
        .set("due_on", now.due_on)?
        .set("locks_on", now.locks_on)?
        .set("return_due_on", now.return_due_on)?
        .set("is_on_time", is_on_time)?;
    Ok(Some(columns))
}

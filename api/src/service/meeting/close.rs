//! A meeting closed: that it was held, who came, what came of each item, what was said and raised, and its minutes, in one
//! transaction.

use chrono::{DateTime, NaiveDate, Utc};
use entity::agenda_item::{self, AgendaOutcome};
use entity::common::Origin;
use entity::{consideration, meeting, missed_meeting};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::attendance::{Attended, Roll, attended};
use super::change::check_series;
use super::minutes::{self, MinutesDraft};
use super::plan::{check_times, lock_series};
use super::raised::{self, MeetingRecommendation};
use super::statement::{Names, Said, Statement};
use super::{Columns, Turn, items_of, no_item, touch, turn};
use crate::domain::meeting::Verb;
use crate::domain::meeting_series::period_of;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, List, OneLine, Within};
use crate::read::Act;
use crate::service::write::Write;

input! {
    /// 안건 결과. What came of an item.
    object ItemOutcome {
        /// 안건. Item of the meeting.
        item: Id<agenda_item::Entity>,
        /// 결과. Outcome.
        outcome: AgendaOutcome,
    }
}

input! {
    /// 회의 종료. A meeting that took place, with all that came of it. All of it is written, or nothing.
    mutation CloseMeeting on meeting::Entity {
        /// 개최일. Day on which it was held, if not the one planned; required where only the month was.
        held_on: Option<NaiveDate>,
        /// 시작 시각. Start; as planned if left out.
        starts_at: Option<DateTime<Utc>>,
        /// 종료 시각. End; as planned if left out.
        ends_at: Option<DateTime<Utc>>,
        /// 참석 인원(발표). Participants as published.
        headcount: Option<Within<0, 1_000_000>>,
        /// 참석 인원 표기. The number as printed, such as 20명 내외.
        headcount_text: Option<OneLine>,
        /// 참석 기업 수(발표). Companies as published.
        company_count: Option<Within<0, 1_000_000>>,
        /// 참석. Who came, invited or not.
        attendance: List<Attended, 0, 500> = "[]",
        /// 안건 결과. Outcomes of items.
        outcomes: List<ItemOutcome, 0, 100> = "[]",
        /// 발언. What was said.
        statements: List<Statement, 0, 100> = "[]",
        /// 건의. Recommendations raised.
        recommendations: List<MeetingRecommendation, 0, 100> = "[]",
        /// 회의록. Draft of the minutes.
        minutes: Option<MinutesDraft>,
        /// 추가 회의 여부. Whether the series may have another meeting in that period.
        is_extra: bool = "false",
    }
}

/// Closes a meeting.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn close(act: &Act<'_>, input: CloseMeeting) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::Close).await?;
    let (held, status) = match turn {
        Turn::First(held, status) => (*held, status),
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    let held_on = day(&write, &held, &input, &mut faults).await?;
    let is_same_day = held_on == held.held_on;
    let planned = |time: Option<DateTime<Utc>>| time.filter(|_| is_same_day);
    let starts_at = input.starts_at.or(planned(held.starts_at));
    let ends_at = input.ends_at.or(planned(held.ends_at));
    check_times(&held_on, (starts_at, ends_at), &mut faults);
    let listed = attended(&input.attendance);
    let roll = Roll::read(&write, act, &held, &listed, &mut faults).await?;
    let items = items_of(&write, held.id).await?;
    check_outcomes(&items, &input.outcomes, &mut faults);
    let said: Said<'_> = input
        .statements
        .iter()
        .enumerate()
        .map(|(at, given)| (format!("statements.{at}"), given))
        .collect();
    let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
    let names = Names::read(&write, act, &ids, &said, &mut faults).await?;
    let counts = (ids.as_slice(), input.statements.len());
    let raised =
        raised::Names::read(&write, act, counts, &input.recommendations, &mut faults).await?;
    let documents = minutes::read(&write, act, input.minutes.as_ref(), &mut faults).await?;
    faults.settle()?;
    let mut columns = Columns::default();
    columns.set("status", status)?.set("held_on", &held_on)?;
    columns.set("starts_at", starts_at)?.set("ends_at", ends_at)?;
    if let Some(count) = input.headcount {
        columns.set("headcount", count.0)?;
    }
    if let Some(text) = input.headcount_text {
        columns.set("headcount_text", text.0)?;
    }
    if let Some(count) = input.company_count {
        columns.set("company_count", count.0)?;
    }
    touch(&mut write, &held, columns).await?;
    let held = meeting::Model { held_on, ..held };
    roll.write(&mut write, &held, listed).await?;
    for given in input.outcomes.iter() {
        if let Some(item) = items.iter().find(|item| item.id == given.item.0) {
            let mut columns = Columns::default();
            columns.set("outcome", given.outcome)?;
            columns.update::<agenda_item::Entity>(&mut write, item).await?;
        }
    }
    let said = names.write(&mut write, &held, said, None).await?;
    raised.write(&mut write, &act.author, &held, &said, input.recommendations.0).await?;
    if let Some(given) = input.minutes {
        minutes::put(&mut write, &held, given, &documents).await?;
    }
    considered(&mut write, &held).await?;
    found_after_all(&mut write, &held).await?;
    write.commit().await?;
    Ok(held.id)
}

/// The day on which it was held.
async fn day(
    write: &Write<'_>,
    held: &meeting::Model,
    input: &CloseMeeting,
    faults: &mut InputErrors,
) -> Result<String, Error> {
    let Some(day) = input.held_on else {
        if held.held_on.len() < 10 {
            faults.add(
                "heldOn",
                "REQUIRED",
                format!("{}의 며칠에 열렸는지 적어 주십시오.", held.held_on),
                format!("Say on which day of {} it was held.", held.held_on),
            );
        }
        return Ok(held.held_on.clone());
    };
    let held_on = day.to_string();
    if day > write.today() {
        faults.add(
            "heldOn",
            "IN_FUTURE",
            "개최된 회의의 날짜는 오늘보다 뒤일 수 없습니다.",
            "A meeting that was held is not in the future.",
        );
    } else if held_on != held.held_on {
        check_series(write, held, (Some(&held_on), input.is_extra), None, faults).await?;
    }
    Ok(held_on)
}

fn check_outcomes(
    items: &[agenda_item::Model],
    outcomes: &[ItemOutcome],
    faults: &mut InputErrors,
) {
    for (at, given) in outcomes.iter().enumerate() {
        let place = format!("outcomes.{at}.item");
        if !items.iter().any(|item| item.id == given.item.0) {
            faults.0.push(no_item(&place));
        } else if outcomes[..at].iter().any(|other| other.item.0 == given.item.0) {
            faults.add(
                &place,
                "TWICE",
                "같은 안건의 결과가 두 번 있습니다.",
                "The item stands in the list twice.",
            );
        }
    }
}

/// What its items were to deal with, they dealt with on its day.
pub(super) async fn considered(write: &mut Write<'_>, held: &meeting::Model) -> Result<(), Error> {
    let rows = consideration::Entity::find()
        .filter(consideration::Column::MeetingId.eq(held.id))
        .filter(consideration::Column::Origin.ne(Origin::Source))
        .all(write.reads())
        .await?;
    for row in rows {
        let mut columns = Columns::default();
        columns.set("considered_on", &held.held_on)?;
        columns.update::<consideration::Entity>(write, &row).await?;
    }
    Ok(())
}

/// A record that its period had no meeting was wrong.
async fn found_after_all(write: &mut Write<'_>, held: &meeting::Model) -> Result<(), Error> {
    let Some(series) = held.series_id else { return Ok(()) };
    let series = lock_series(write, series).await?;
    let Some(period) = period_of(series.cadence, &held.held_on) else { return Ok(()) };
    let missed = missed_meeting::Entity::find()
        .filter(missed_meeting::Column::SeriesId.eq(series.id))
        .filter(missed_meeting::Column::Period.eq(&period.label))
        .filter(missed_meeting::Column::Origin.ne(Origin::Source))
        .all(write.reads())
        .await?;
    for row in missed {
        write.withdraw::<missed_meeting::Entity>(row.id).await?;
    }
    Ok(())
}

//! A meeting changed before it is held, corrected after, put off, called off; and a record that it was held taken back.

use chrono::{DateTime, Utc};
use entity::attendance::AttendanceVisibility;
use entity::common::{Origin, Visibility};
use entity::meeting::{self, MeetingKind, MeetingStatus, PressAccess};
use entity::{
    agenda_item, agenda_presenter, attendance, consideration, institution, meeting_document,
    meeting_topic, minutes, region, statement, topic, venue,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::close::considered;
use super::plan::{
    Venue, add_venue, check_date, check_number, check_times, lock_series, meetings_of,
};
use super::{Columns, Turn, correction, each, items_of, one, touch, turn, visibility};
use crate::domain::meeting::{Verb, is_correction};
use crate::domain::partial_date::{first_day, last_day};
use crate::domain::period::Period;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Change, List, Localized, OneLine, PartialDate, Prose, Within, texts};
use crate::read::Act;
use crate::service::sight::codes;
use crate::service::write::Write;

input! {
    /// 회의 변경. What changes of a meeting: what is left out stays, null clears. A day given to a postponed meeting plans it again. Once it was held, a change is a correction and says what was wrong.
    mutation AmendMeeting on meeting::Entity {
        /// 회의명. Title.
        title: Option<Localized<OneLine>>,
        /// 목적. Purpose and main content.
        purpose: Change<Localized<Prose>>,
        /// 개최일. Day, or the month while no more is known.
        held_on: Option<PartialDate>,
        /// 시작 시각. Start, on that day.
        starts_at: Change<DateTime<Utc>>,
        /// 종료 시각. End.
        ends_at: Change<DateTime<Utc>>,
        /// 회차. Number within the series.
        number: Change<Within<1, 9999>>,
        /// 종류. Kind.
        kind: Option<MeetingKind>,
        /// 주최 기관 코드. Host.
        host: Change<String>,
        /// 대상 기간. Period that it is about, if not the one it is held in.
        covers_period: Change<Period>,
        /// 장소. Venue; what sources claim besides stays.
        venue: Option<Venue>,
        /// 주제 코드. All of its topics.
        topics: Option<List<String, 0, 20>>,
        /// 언론 공개. Access of the press.
        press_access: Option<PressAccess>,
        /// 참석 인원(발표). Participants as published; only once it was held.
        headcount: Change<Within<0, 1_000_000>>,
        /// 참석 기업 수(발표). Companies as published; only once it was held.
        company_count: Change<Within<0, 1_000_000>>,
        /// 추가 회의 여부. Whether the series may have another meeting in that period.
        is_extra: bool = "false",
        /// 공개 여부. Whether everybody may see it.
        is_public: Option<bool>,
        /// 정정 사유. What was wrong; required once it was held, and only then.
        correction: Option<Localized<Prose>>,
    }
}

input! {
    /// 회의 연기. A meeting to be put off. With a new day it stays planned; without one it is POSTPONED until it is given one. Times that are not given anew are cleared; slots of the agenda move with the start.
    mutation PostponeMeeting on meeting::Entity {
        /// 새 개최일. New day or month, later than the one before; null if it is not known.
        held_on: Option<PartialDate>,
        /// 새 시작 시각. New start, on that day.
        starts_at: Option<DateTime<Utc>>,
        /// 새 종료 시각. New end.
        ends_at: Option<DateTime<Utc>>,
        /// 사유. Why.
        reason: Localized<Prose>,
        /// 추가 회의 여부. Whether the series may have another meeting in that period.
        is_extra: bool = "false",
    }
}

input! {
    /// 회의 취소. A meeting to be called off, which is final.
    mutation CancelMeeting on meeting::Entity {
        /// 사유. Why.
        reason: Localized<Prose>,
    }
}

input! {
    /// 개최 기록 취소. A meeting recorded as held by mistake, which is planned again. What was recorded of it stays.
    mutation ReopenMeeting on meeting::Entity {
        /// 사유. What was wrong.
        reason: Localized<Prose>,
    }
}

/// Looks at date and number of a meeting among those of its series.
pub(super) async fn check_series(
    write: &Write<'_>,
    held: &meeting::Model,
    (held_on, is_extra): (Option<&str>, bool),
    number: Option<i32>,
    faults: &mut InputErrors,
) -> Result<(), Error> {
    let Some(series) = held.series_id else {
        if number.is_some() {
            faults.add(
                "number",
                "NO_SERIES",
                "회차는 회의 계열에 속한 회의에만 있습니다.",
                "A number is one within a series.",
            );
        }
        return Ok(());
    };
    if held_on.is_none() && number.is_none() {
        return Ok(());
    }
    let series = lock_series(write, series).await?;
    let known = meetings_of(write, series.id).await?;
    if let Some(held_on) = held_on {
        check_date(&series, &known, (held_on, is_extra), Some(held.id), faults);
    }
    if let Some(number) = number {
        check_number(&known, number, Some(held.id), faults);
    }
    Ok(())
}

/// Changes what was planned, or corrects what was recorded.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendMeeting) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::Amend).await?;
    let (held, mut status) = match turn {
        Turn::First(held, status) => (held, status),
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    let is_held = is_correction(held.status);
    correction(&held, input.correction.as_ref(), &mut faults);
    for (field, change) in [("headcount", &input.headcount), ("companyCount", &input.company_count)]
    {
        if !is_held && matches!(change, Change::Set(_)) {
            faults.add(
                field,
                "NOT_HELD",
                "개최된 뒤에 적습니다. closeMeeting으로 함께 적을 수 있습니다.",
                "It is told once the meeting was held; closeMeeting takes it.",
            );
        }
    }
    let host = match &input.host {
        Change::Set(code) => one("host", Some(code)),
        _ => Vec::new(),
    };
    let hosts = codes::<institution::Entity>(&write, act, host, &mut faults).await?;
    let regions = one("venue.region", input.venue.as_ref().and_then(|it| it.region.as_ref()));
    let regions = codes::<region::Entity>(&write, act, regions, &mut faults).await?;
    let named = input.topics.as_ref().map(|topics| each("topics", topics)).unwrap_or_default();
    let topics = codes::<topic::Entity>(&write, act, named, &mut faults).await?;
    let held_on = input.held_on.map(|date| date.0);
    if let Some(date) = &held_on {
        if is_held && first_day(date).is_some_and(|day| day > write.today()) {
            faults.add(
                "heldOn",
                "IN_FUTURE",
                "개최된 회의의 날짜는 오늘보다 뒤일 수 없습니다.",
                "A meeting that was held is not in the future.",
            );
        }
        if held.status == MeetingStatus::Postponed {
            status = MeetingStatus::Planned;
        }
    }
    let number = match &input.number {
        Change::Set(number) => Some(number.0),
        _ => None,
    };
    let moved = held_on.as_deref().filter(|date| **date != held.held_on || status != held.status);
    check_series(&write, &held, (moved, input.is_extra), number, &mut faults).await?;
    let date = held_on.unwrap_or_else(|| held.held_on.clone());
    let starts_at = input.starts_at.over(held.starts_at);
    let ends_at = input.ends_at.over(held.ends_at);
    check_times(&date, (starts_at, ends_at), &mut faults);
    faults.settle()?;
    let mut columns = Columns::default();
    columns.set("status", status)?.set("held_on", &date)?;
    columns.set("starts_at", starts_at)?.set("ends_at", ends_at)?;
    if let Some(title) = input.title {
        let (ko, en) = title.texts();
        columns.texts("title", (Some(ko), en))?;
    }
    if let Some(purpose) = input.purpose.into_new() {
        columns.texts("purpose", texts(purpose))?;
    }
    if let Some(number) = input.number.into_new() {
        columns.set("number", number.map(|number| number.0))?;
    }
    if let Some(kind) = input.kind {
        columns.set("kind", kind)?;
    }
    if let Some(host) = input.host.into_new() {
        columns.set("host_id", hosts.maybe(host.as_ref()))?;
    }
    if let Some(period) = input.covers_period.into_new() {
        columns.set("covers_period", period.map(|period| period.label))?;
    }
    if let Some(press_access) = input.press_access {
        columns.set("press_access", press_access)?;
    }
    for (column, change) in [("headcount", input.headcount), ("company_count", input.company_count)]
    {
        if let Some(count) = change.into_new() {
            columns.set(column, count.map(|count| count.0))?;
        }
    }
    if let Some(is_public) = input.is_public {
        columns.set("visibility", visibility(is_public))?;
    }
    if let Some(correction) = input.correction {
        columns.texts("note", texts(Some(correction)))?;
    }
    touch(&mut write, &held, columns).await?;
    move_slots(&mut write, &held, starts_at, date != held.held_on).await?;
    if is_held && date != held.held_on {
        considered(&mut write, &meeting::Model { held_on: date, ..(*held).clone() }).await?;
    }
    if let Some(shown) = input.is_public.map(visibility).filter(|shown| *shown != held.visibility) {
        if shown == Visibility::Internal {
            write.tell_sight::<meeting::Entity>(held.id, held.version + 1, true);
        }
        follow(&mut write, held.id, shown).await?;
    }
    if let Some(given) = input.topics {
        let topics: Vec<Uuid> = given.iter().filter_map(|code| topics.get(code)).collect();
        write.link_all::<meeting_topic::Entity>(held.id, &topics).await?;
    }
    if let Some(given) = input.venue {
        set_venue(&mut write, &held, given, &regions).await?;
    }
    write.commit().await?;
    Ok(held.id)
}

/// What callers have written of a meeting is as visible as the meeting; what somebody said of it is not shown by that alone.
async fn follow(write: &mut Write<'_>, meeting: Uuid, visibility: Visibility) -> Result<(), Error> {
    let items = items_of(write, meeting).await?;
    let presenters = agenda_presenter::Entity::find()
        .filter(agenda_presenter::Column::AgendaItemId.is_in(items.iter().map(|item| item.id)));
    let presenters = presenters.all(write.reads()).await?;
    let venues = venue::Entity::find().filter(venue::Column::MeetingId.eq(meeting));
    let venues = venues.all(write.reads()).await?;
    let considered = consideration::Entity::find();
    let considered = considered.filter(consideration::Column::MeetingId.eq(meeting));
    let considered = considered.all(write.reads()).await?;
    let said = statement::Entity::find().filter(statement::Column::MeetingId.eq(meeting));
    let said = said.all(write.reads()).await?;
    let approved = minutes::Entity::find()
        .filter(minutes::Column::MeetingId.eq(meeting))
        .filter(minutes::Column::Status.eq(minutes::MinutesStatus::Approved));
    let approved = approved.all(write.reads()).await?;
    let came = attendance::Entity::find().filter(attendance::Column::MeetingId.eq(meeting));
    let came = came.all(write.reads()).await?;
    let papers = meeting_document::Entity::find();
    let papers = papers.filter(meeting_document::Column::MeetingId.eq(meeting));
    let papers = papers.all(write.reads()).await?;
    let is_hidden = visibility == Visibility::Internal;
    // What a source says keeps its own visibility, and is hidden and shown with the meeting all the same.
    macro_rules! follow {
        ($($table:ident $rows:expr),+ $(,)?) => {$(
            for row in $rows {
                let is_ours = row.origin != Origin::Source;
                if is_ours {
                    let mut columns = Columns::default();
                    columns.set("visibility", visibility)?;
                    columns.update::<$table::Entity>(write, &row).await?;
                }
                if row.visibility == Visibility::Public && (is_hidden || !is_ours) {
                    let version = row.version + i32::from(is_ours);
                    write.tell_sight::<$table::Entity>(row.id, version, is_hidden);
                }
            }
        )+};
    }
    follow!(
        agenda_item items,
        agenda_presenter presenters,
        venue venues,
        meeting_document papers,
        consideration considered,
        minutes approved,
    );
    for row in came.into_iter().filter(|row| row.visibility == AttendanceVisibility::Public) {
        write.tell_sight::<attendance::Entity>(row.id, row.version, is_hidden);
    }
    // What a caller has written of what was said stays hidden until somebody says that it may be seen.
    let shown = said.into_iter().filter(|row| is_hidden || row.origin == Origin::Source);
    follow!(statement shown);
    Ok(())
}

/// Moves the slots of the agenda along with the start of the meeting; where it has none any more, or another day alone, they
/// are cleared.
async fn move_slots(
    write: &mut Write<'_>,
    held: &meeting::Model,
    starts_at: Option<DateTime<Utc>>,
    is_other_day: bool,
) -> Result<(), Error> {
    let by = match (held.starts_at, starts_at) {
        (Some(before), Some(now)) if before != now => Some(now - before),
        (Some(_), None) => None,
        (None, _) if is_other_day => None,
        _ => return Ok(()),
    };
    for item in items_of(write, held.id).await? {
        let moved = |time: Option<DateTime<Utc>>| time.zip(by).map(|(time, by)| time + by);
        let mut columns = Columns::default();
        columns.set("starts_at", moved(item.starts_at))?.set("ends_at", moved(item.ends_at))?;
        columns.update::<agenda_item::Entity>(write, &item).await?;
    }
    Ok(())
}

/// Sets the venue that callers have told. What sources claim stays beside it.
async fn set_venue(
    write: &mut Write<'_>,
    held: &meeting::Model,
    given: Venue,
    regions: &crate::service::sight::Codes,
) -> Result<(), Error> {
    let claims = venue::Entity::find()
        .filter(venue::Column::MeetingId.eq(held.id))
        .order_by_asc(venue::Column::Position)
        .all(write.reads())
        .await?;
    let last = claims.last().map_or(0, |claim| claim.position);
    let Some(own) = claims.into_iter().rfind(|claim| claim.origin != Origin::Source) else {
        return add_venue(write, (held.id, last + 1), given, regions, held.visibility).await;
    };
    let mut columns = Columns::default();
    columns.set("region_id", regions.maybe(given.region.as_ref()))?;
    let (ko, en) = given.name.texts();
    columns.texts("name", (Some(ko), en))?.texts("room", texts(given.room))?;
    columns.texts("address", texts(given.address))?;
    write.update::<venue::Entity>(own.id, own.version, columns.onto()).await?;
    Ok(())
}

/// Puts a meeting off.
///
/// # Errors
/// As [`amend`].
pub async fn postpone(act: &Act<'_>, input: PostponeMeeting) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::Postpone).await?;
    let held = match turn {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    let mut columns = Columns::default();
    if held.originally_on.is_none() {
        columns.set("originally_on", &held.held_on)?;
    }
    match input.held_on {
        Some(PartialDate(date)) => {
            // A day within the month that was planned is no later than that month.
            let is_later = last_day(&date) > last_day(&held.held_on);
            if !is_later {
                faults.add(
                    "heldOn",
                    "NOT_LATER",
                    format!("연기한 날짜는 {}보다 뒤여야 합니다. 앞당기거나 날짜를 정하려면 amendMeeting을 쓰십시오.", held.held_on),
                    format!("It was planned for {}; a later day puts it off. Use amendMeeting for any other.", held.held_on),
                );
            }
            let series = (Some(date.as_str()), input.is_extra);
            check_series(&write, &held, series, None, &mut faults).await?;
            check_times(&date, (input.starts_at, input.ends_at), &mut faults);
            columns.set("held_on", date)?.set("status", MeetingStatus::Planned)?;
            columns.set("starts_at", input.starts_at)?.set("ends_at", input.ends_at)?;
        }
        None => {
            if held.status == MeetingStatus::Postponed {
                faults.add(
                    "heldOn",
                    "REQUIRED",
                    "이미 연기된 회의입니다. 새 날짜를 정하거나 취소하십시오: cancelMeeting.",
                    "The meeting is postponed already. Give it a new day, or cancel it: cancelMeeting.",
                );
            }
            for (field, time) in [("startsAt", input.starts_at), ("endsAt", input.ends_at)] {
                if time.is_some() {
                    faults.add(
                        field,
                        "NOT_ON_DAY",
                        "새 날짜 없이 시각만 적을 수 없습니다.",
                        "A time needs a new day.",
                    );
                }
            }
            columns.set("status", MeetingStatus::Postponed)?;
            columns.set("starts_at", None::<String>)?.set("ends_at", None::<String>)?;
        }
    }
    faults.settle()?;
    columns.texts("note", texts(Some(input.reason)))?;
    touch(&mut write, &held, columns).await?;
    move_slots(&mut write, &held, input.starts_at, true).await?;
    write.commit().await?;
    Ok(held.id)
}

/// Calls a meeting off.
///
/// # Errors
/// As [`amend`].
pub async fn cancel(act: &Act<'_>, input: CancelMeeting) -> Result<Uuid, Error> {
    let (write, turn) = turn(act, &input.call, Verb::Cancel).await?;
    settle(write, turn, input.reason).await
}

/// Takes back that a meeting was held.
///
/// # Errors
/// As [`amend`].
pub async fn reopen(act: &Act<'_>, input: ReopenMeeting) -> Result<Uuid, Error> {
    let (write, turn) = turn(act, &input.call, Verb::Reopen).await?;
    if let Turn::First(held, _) = &turn {
        let approved = minutes::Entity::find()
            .filter(minutes::Column::MeetingId.eq(held.id))
            .filter(minutes::Column::Status.eq(minutes::MinutesStatus::Approved));
        if approved.one(write.reads()).await?.is_some() {
            return Err(Error::User(vec![UserError::at(
                "id",
                "MINUTES_APPROVED",
                "회의록이 확정된 회의입니다. 기록은 amendMeeting으로 고치십시오.",
                "The minutes of the meeting are approved. Correct its record with amendMeeting.",
            )]));
        }
    }
    settle(write, turn, input.reason).await
}

/// Brings a meeting to another state, with the reason.
async fn settle(mut write: Write<'_>, turn: Turn, reason: Localized<Prose>) -> Result<Uuid, Error> {
    let (held, status) = match turn {
        Turn::First(held, status) => (held, status),
        Turn::Again(id) => return Ok(id),
    };
    let mut columns = Columns::default();
    columns.set("status", status)?.texts("note", texts(Some(reason)))?;
    touch(&mut write, &held, columns).await?;
    write.commit().await?;
    Ok(held.id)
}

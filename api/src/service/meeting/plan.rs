//! What is to come: a meeting planned, the year of a series planned, a period recorded as without its meeting.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use entity::common::Visibility;
use entity::meeting::{self, MeetingKind, MeetingStatus, PressAccess};
use entity::meeting_series::Cadence;
use entity::{
    body, institution, meeting_series, meeting_topic, missed_meeting, region, topic, venue,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{ORIGIN, begin, day_of, each, one, visibility};
use crate::domain::meeting_series::{lasts, of_year, period_of};
use crate::domain::partial_date::{first_day, last_day};
use crate::domain::period::Period;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Code, List, Localized, OneLine, PartialDate, Prose, Within, texts};
use crate::input::{InputErrors, taken};
use crate::read::Act;
use crate::service::sight::{Codes, codes};
use crate::service::write::{Author, Write};

input! {
    /// 장소. Where a meeting takes place.
    object Venue {
        /// 장소명. Name of the venue.
        name: Localized<OneLine>,
        /// 실. Room or hall.
        room: Option<Localized<OneLine>>,
        /// 주소. Address.
        address: Option<Localized<OneLine>>,
        /// 지역 코드. Region.
        region: Option<String>,
    }
}

input! {
    /// 회의 등록. A meeting of a series, or another one of a body. Also one that took place and is not on record: plan it on its day, then close it.
    mutation PlanMeeting {
        /// 회의 키. 2 to 30 capital letters, digits, underscores; made from series and date if left out.
        code: Option<Code>,
        /// 회의 계열 코드. Series that it counts for.
        series: Option<String>,
        /// 협의체 코드. Body that meets; that of the series if left out.
        body: Option<String>,
        /// 주최 기관 코드. Host; that of the body if left out.
        host: Option<String>,
        /// 회차. Number within the series; the one after the last if left out, none where no meeting bears one.
        number: Option<Within<1, 9999>>,
        /// 종류. Kind; by the rhythm of the series if left out.
        kind: Option<MeetingKind>,
        /// 회의명. Title.
        title: Localized<OneLine>,
        /// 목적. Purpose and main content.
        purpose: Option<Localized<Prose>>,
        /// 개최일. Day, or the month while no more is known.
        held_on: PartialDate,
        /// 시작 시각. Start, on that day.
        starts_at: Option<DateTime<Utc>>,
        /// 종료 시각. End.
        ends_at: Option<DateTime<Utc>>,
        /// 대상 기간. Period that it is about, if not the one it is held in.
        covers_period: Option<Period>,
        /// 장소. Venue.
        venue: Option<Venue>,
        /// 주제 코드. Topics.
        topics: List<String, 0, 20> = "[]",
        /// 언론 공개. Access of the press.
        press_access: PressAccess = "UNKNOWN",
        /// 추가 회의 여부. Whether the series may have another meeting in that period.
        is_extra: bool = "false",
        /// 공개 여부. Whether everybody may see it.
        is_public: bool = "true",
    }
}

input! {
    /// 연간 회의 등록. A year of a series: one meeting, known to the month, in each period that is not over, has no meeting and is not on record as without one.
    mutation PlanSeries {
        /// 회의 계열 코드. Series with a rhythm.
        series: String,
        /// 연도. Year.
        year: Within<1990, 2100>,
        /// 기간 중 달. Month within each period, from 1; its last one if left out.
        month: Option<Within<1, 12>>,
    }
}

input! {
    /// 미개최 기록. A period of a series, begun or over, in which no meeting was held.
    mutation RecordNotHeld {
        /// 회의 계열 코드. Series with a rhythm.
        series: String,
        /// 기간. Period in that rhythm: `2026-07`, `2026-Q3` or `2026`.
        period: Period,
        /// 사유. Why none was held.
        reason: Option<Localized<Prose>>,
    }
}

/// What came of the planning of a year.
#[derive(Debug)]
pub struct Planned {
    /// The series.
    pub series: Uuid,
    /// Periods for which a meeting was planned.
    pub periods: Vec<String>,
}

/// A series, which no other call plans until the write is over.
pub(super) async fn lock_series(
    write: &Write<'_>,
    id: Uuid,
) -> Result<meeting_series::Model, Error> {
    let found = meeting_series::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    found.ok_or_else(|| Error::internal("a series that is gone"))
}

/// A meeting of a series, as far as its others must know of it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub id: Uuid,
    pub code: String,
    pub number: Option<i32>,
    pub kind: MeetingKind,
    pub status: MeetingStatus,
    pub held_on: String,
}

/// Meetings of a series, the last one first.
pub(super) async fn meetings_of(write: &Write<'_>, series: Uuid) -> Result<Vec<Known>, Error> {
    use meeting::Column as C;
    let rows = meeting::Entity::find()
        .select_only()
        .columns([C::Id, C::Code, C::Number, C::Kind, C::Status, C::HeldOn])
        .filter(C::SeriesId.eq(series))
        .order_by_desc(C::HeldOn)
        .into_tuple()
        .all(write.reads())
        .await?;
    let known = |(id, code, number, kind, status, held_on)| Known {
        id,
        code,
        number,
        kind,
        status,
        held_on,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// The number after the last; 1 in a series that only begins. Where meetings of before bear none, or none is on record,
/// it is not known which number comes next.
fn next_number(series: &meeting_series::Model, known: &[Known], today: NaiveDate) -> Option<i32> {
    let last = known.iter().filter_map(|meeting| meeting.number).max();
    let begins = series.starts_on.as_deref().and_then(last_day).is_some_and(|day| day >= today);
    last.map(|last| last + 1).or_else(|| (known.is_empty() && begins).then_some(1))
}

/// Whether a number is free. Those of cancelled meetings are, for who names them.
pub(super) fn check_number(
    known: &[Known],
    number: i32,
    but: Option<Uuid>,
    faults: &mut InputErrors,
) {
    let is_same = |other: &&Known| {
        Some(other.id) != but
            && other.number == Some(number)
            && other.status != MeetingStatus::Cancelled
    };
    if let Some(other) = known.iter().find(is_same) {
        let next = known.iter().filter_map(|other| other.number).max().unwrap_or(number) + 1;
        faults.add(
            "number",
            "TAKEN",
            format!("{number}회차는 이미 있습니다({}). 다음 회차: {next}.", other.code),
            format!(
                "There is a meeting of number {number} ({}). The next one is {next}.",
                other.code
            ),
        );
    }
}

/// Whether a meeting of a series may be on that date: within the time of the series, and with its period to itself
/// unless it is said to be an extra one.
pub(super) fn check_date(
    series: &meeting_series::Model,
    known: &[Known],
    (held_on, is_extra): (&str, bool),
    but: Option<Uuid>,
    faults: &mut InputErrors,
) {
    let span = (series.starts_on.as_deref(), series.ends_on.as_deref());
    if !lasts(series.cadence, span, held_on) {
        let (from, to) = (span.0.unwrap_or("…"), span.1.unwrap_or("…"));
        faults.add(
            "heldOn",
            "OUTSIDE_SERIES",
            format!("회의 계열의 운영 기간({from}~{to}) 밖입니다."),
            format!("The series lasts from {from} to {to}."),
        );
        return;
    }
    let Some(period) = period_of(series.cadence, held_on).filter(|_| !is_extra) else { return };
    let other = known.iter().find(|other| {
        Some(other.id) != but
            && other.status != MeetingStatus::Cancelled
            && period_of(series.cadence, &other.held_on).is_some_and(|of| of == period)
    });
    if let Some(other) = other {
        let (label, code) = (&period.label, &other.code);
        faults.add(
            "heldOn",
            "PERIOD_TAKEN",
            format!("{label}에는 이 계열의 회의가 이미 있습니다({code}). 추가 회의이면 isExtra를 true로 하십시오."),
            format!("The series has a meeting in {label} already ({code}). If this is one more, say isExtra."),
        );
    }
}

/// Whether start and end fit the date and each other.
pub(super) fn check_times(
    held_on: &str,
    (starts_at, ends_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    faults: &mut InputErrors,
) {
    if let Some(starts_at) = starts_at {
        let day = day_of(starts_at).to_string();
        if held_on != day {
            faults.add(
                "startsAt",
                "NOT_ON_DAY",
                format!("시작 시각은 개최일({held_on})의 시각이어야 합니다."),
                format!("It starts on {day} in Seoul, and the meeting is on {held_on}."),
            );
        }
    }
    match (starts_at, ends_at) {
        (None, Some(_)) => faults.add(
            "endsAt",
            "NO_START",
            "시작 시각 없이 종료 시각만 적을 수 없습니다.",
            "An end needs a start.",
        ),
        (Some(starts_at), Some(ends_at)) if ends_at <= starts_at => faults.add(
            "endsAt",
            "INVALID_RANGE",
            "종료 시각은 시작 시각보다 뒤여야 합니다.",
            "It ends before it starts.",
        ),
        (Some(starts_at), Some(ends_at)) if (ends_at - starts_at).num_hours() >= 72 => faults.add(
            "endsAt",
            "INVALID_RANGE",
            "회의는 사흘을 넘을 수 없습니다.",
            "A meeting lasts less than three days.",
        ),
        _ => {}
    }
}

/// Adds the venue of a meeting.
pub(super) async fn add_venue(
    write: &mut Write<'_>,
    (meeting, position): (Uuid, i32),
    venue: Venue,
    regions: &Codes,
    visibility: Visibility,
) -> Result<(), Error> {
    let region_id = regions.maybe(venue.region.as_ref());
    let (name_ko, name_en) = venue.name.texts();
    let (room_ko, room_en) = texts(venue.room);
    let (address_ko, address_en) = texts(venue.address);
    let model = venue::Model {
        id: Uuid::nil(),
        meeting_id: meeting,
        position,
        name_ko,
        name_en,
        room_ko,
        room_en,
        address_ko,
        address_en,
        region_id,
        visibility,
        origin: ORIGIN,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    };
    write.add::<venue::Entity>("create", model).await?;
    Ok(())
}

/// A key of a meeting that none has: what it is of, and its date.
async fn code_of(write: &Write<'_>, of: &str, held_on: &str) -> Result<String, Error> {
    let base = format!("{of}_{}", held_on.replace('-', ""));
    let taken: Vec<String> = meeting::Entity::find()
        .select_only()
        .column(meeting::Column::Code)
        .filter(meeting::Column::Code.starts_with(&base))
        .into_tuple()
        .all(write.reads())
        .await?;
    let free = |code: &String| !taken.contains(code);
    let codes = std::iter::once(base.clone()).chain((2..).map(|at| format!("{base}_{at}")));
    codes.into_iter().find(free).ok_or_else(|| Error::internal("no code of a meeting is free"))
}

fn kind_of(cadence: Cadence, known: &[Known]) -> MeetingKind {
    match (known.first(), cadence) {
        // A series of round tables goes on as one.
        (Some(last), _) => last.kind,
        (None, Cadence::Monthly) => MeetingKind::Monthly,
        (None, Cadence::Quarterly) => MeetingKind::Quarterly,
        (None, Cadence::Annual | Cadence::Irregular) => MeetingKind::AdHoc,
    }
}

/// Plans a meeting.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn plan(act: &Act<'_>, new: PlanMeeting) -> Result<Uuid, Error> {
    let mut write = begin(act, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<meeting::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let mut faults = InputErrors::default();
    let series = one("series", new.series.as_ref());
    let series = codes::<meeting_series::Entity>(&write, act, series, &mut faults).await?;
    let bodies = one("body", new.body.as_ref());
    let bodies = codes::<body::Entity>(&write, act, bodies, &mut faults).await?;
    let hosts = one("host", new.host.as_ref());
    let hosts = codes::<institution::Entity>(&write, act, hosts, &mut faults).await?;
    let regions = one("venue.region", new.venue.as_ref().and_then(|it| it.region.as_ref()));
    let regions = codes::<region::Entity>(&write, act, regions, &mut faults).await?;
    let topics =
        codes::<topic::Entity>(&write, act, each("topics", &new.topics), &mut faults).await?;
    let series = match series.maybe(new.series.as_ref()) {
        Some(id) => Some(lock_series(&write, id).await?),
        None => None,
    };
    let body = bodies.maybe(new.body.as_ref());
    match (&series, body, &new.body, &new.series) {
        (None, _, None, None) => faults.add(
            "series",
            "REQUIRED",
            "회의 계열(series)이나 협의체(body) 가운데 하나는 있어야 합니다.",
            "Name the series that it counts for, or else the body that meets.",
        ),
        (Some(series), Some(body), ..) if series.body_id != body => faults.add(
            "body",
            "OTHER_BODY",
            "이 회의 계열은 다른 협의체의 것입니다.",
            "The series is another body's.",
        ),
        _ => {}
    }
    let body_id = series.as_ref().map(|series| series.body_id).or(body);
    // Whoever plans a meeting of the same body at once makes its key after this one.
    let body = match body_id {
        Some(id) => body::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?,
        None => None,
    };
    let known = match &series {
        Some(series) => meetings_of(&write, series.id).await?,
        None => Vec::new(),
    };
    let held_on = new.held_on.0;
    if let Some(series) = &series {
        check_date(series, &known, (&held_on, new.is_extra), None, &mut faults);
    }
    check_times(&held_on, (new.starts_at, new.ends_at), &mut faults);
    let number = new.number.map(|number| number.0);
    match (number, &series) {
        (Some(number), Some(_)) => check_number(&known, number, None, &mut faults),
        (Some(_), None) if new.series.is_none() => faults.add(
            "number",
            "NO_SERIES",
            "회차는 회의 계열에 속한 회의에만 있습니다.",
            "A number is one within a series.",
        ),
        _ => {}
    }
    let kind = match (new.kind, &series) {
        (Some(kind), _) => kind,
        (None, Some(series)) => kind_of(series.cadence, &known),
        (None, None) => MeetingKind::AdHoc,
    };
    if let Some(code) = &new.code {
        let same = meeting::Entity::find().filter(meeting::Column::Code.eq(&**code));
        if same.one(write.reads()).await?.is_some() {
            faults.keep::<()>(Err(taken("code")))?;
        }
    }
    let body = faults.sure(body)?;
    let code = match new.code {
        Some(code) => code.into(),
        None => {
            let of = series.as_ref().map_or(&body.code, |series| &series.code);
            code_of(&write, of, &held_on).await?
        }
    };
    let visibility = visibility(new.is_public);
    let (title_ko, title_en) = new.title.texts();
    let (purpose_ko, purpose_en) = texts(new.purpose);
    let model = meeting::Model {
        id,
        code,
        body_id: Some(body.id),
        number: number.or_else(|| next_number(series.as_ref()?, &known, write.today())),
        series_id: series.map(|series| series.id),
        host_id: hosts.maybe(new.host.as_ref()).or(body.host_id),
        kind,
        status: MeetingStatus::Planned,
        title_ko,
        title_en,
        purpose_ko,
        purpose_en,
        held_on,
        covers_period: new.covers_period.map(|period| period.label),
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        press_access: new.press_access,
        ..blank(&act.author, visibility)
    };
    let added = write.add_with::<meeting::Entity>("create", id, model).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    let topics: Vec<Uuid> = new.topics.iter().filter_map(|code| topics.get(code)).collect();
    write.link_all::<meeting_topic::Entity>(id, &topics).await?;
    if let Some(venue) = new.venue {
        add_venue(&mut write, (id, 1), venue, &regions, visibility).await?;
    }
    write.commit().await?;
    Ok(id)
}

/// A meeting of which nothing is known.
fn blank(author: &Author<'_>, visibility: Visibility) -> meeting::Model {
    meeting::Model {
        id: Uuid::nil(),
        code: String::new(),
        body_id: None,
        series_id: None,
        host_id: None,
        number: None,
        kind: MeetingKind::AdHoc,
        status: MeetingStatus::Planned,
        title_ko: String::new(),
        title_en: None,
        purpose_ko: None,
        purpose_en: None,
        held_on: String::new(),
        covers_period: None,
        starts_at: None,
        ends_at: None,
        press_access: PressAccess::Unknown,
        headcount: None,
        headcount_text: None,
        company_count: None,
        item_count: None,
        note_ko: None,
        note_en: None,
        originally_on: None,
        visibility,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    }
}

/// The series of a call, locked, if it has a rhythm.
async fn rhythmic(
    write: &Write<'_>,
    act: &Act<'_>,
    code: &str,
) -> Result<meeting_series::Model, Error> {
    let mut faults = InputErrors::default();
    let given = vec![("series".to_owned(), code.to_owned())];
    let found = codes::<meeting_series::Entity>(write, act, given, &mut faults).await?;
    let series = lock_series(write, faults.sure(found.get(code))?).await?;
    if crate::domain::meeting_series::length(series.cadence).is_none() {
        return Err(Error::User(vec![UserError::at(
            "series",
            "NO_RHYTHM",
            "주기가 정해지지 않은 회의 계열입니다. 회의를 하나씩 등록하십시오: planMeeting.",
            "The series has no rhythm, so no period of it owes a meeting. Plan meetings one by one: planMeeting.",
        )]));
    }
    Ok(series)
}

/// Periods of a series that are on record as without a meeting.
async fn missed_of(write: &Write<'_>, series: Uuid) -> Result<Vec<String>, Error> {
    Ok(missed_meeting::Entity::find()
        .select_only()
        .column(missed_meeting::Column::Period)
        .filter(missed_meeting::Column::SeriesId.eq(series))
        .into_tuple()
        .all(write.reads())
        .await?)
}

/// Plans the meetings of a year that are missing.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn plan_series(act: &Act<'_>, new: PlanSeries) -> Result<Planned, Error> {
    let mut write = begin(act, &new.call).await?;
    let found = rhythmic(&write, act, &new.series).await;
    let known = found.as_ref().map_or_else(|_| Uuid::nil(), |series| series.id);
    let repeated = write.repeats::<meeting_series::Entity>(&new.call, known).await?;
    let series = found?;
    let periods = of_year(series.cadence, new.year.0);
    if repeated.is_some() {
        let at = write.first_used(&new.call).await?;
        let made: Vec<String> = meeting::Entity::find()
            .select_only()
            .column(meeting::Column::HeldOn)
            .filter(meeting::Column::SeriesId.eq(series.id))
            .filter(meeting::Column::CreatedAt.eq(at))
            .order_by_asc(meeting::Column::HeldOn)
            .into_tuple()
            .all(write.reads())
            .await?;
        let periods = made.iter().filter_map(|date| period_of(series.cadence, date));
        return Ok(Planned { series: series.id, periods: periods.map(|it| it.label).collect() });
    }
    let mut faults = InputErrors::default();
    let months = periods.first().map_or(12, |period| period.to.month0() - period.from.month0() + 1);
    let month = new.month.map_or(months, |month| u32::try_from(month.0).unwrap_or(months));
    faults.within(
        "month",
        i32::try_from(month).unwrap_or_default(),
        1..=i32::try_from(months).unwrap_or_default(),
    );
    faults.settle()?;
    let body = body::Entity::find_by_id(series.body_id).lock_exclusive().one(write.reads()).await?;
    let body = body.ok_or_else(|| Error::internal("a series without its body"))?;
    let mut known = meetings_of(&write, series.id).await?;
    let missed = missed_of(&write, series.id).await?;
    let (kind, today) = (kind_of(series.cadence, &known), write.today());
    let mut planned = Planned { series: series.id, periods: Vec::new() };
    for period in periods {
        let day = period.from.checked_add_months(Months::new(month - 1)).unwrap_or(period.from);
        let held_on = day.format("%Y-%m").to_string();
        let span = (series.starts_on.as_deref(), series.ends_on.as_deref());
        let is_open = period.to >= today
            && last_day(&held_on).is_some_and(|last| last >= today)
            && lasts(series.cadence, span, &period.from.to_string())
            && !missed.contains(&period.label);
        let has_one = known.iter().any(|other| {
            let dates = first_day(&other.held_on).zip(last_day(&other.held_on));
            other.status != MeetingStatus::Cancelled
                && dates.is_some_and(|(first, last)| first <= period.to && last >= period.from)
        });
        if !is_open || has_one {
            continue;
        }
        let number = next_number(&series, &known, today);
        let numbered = number.map(|number| (format!(" 제{number}차"), format!(" no. {number}")));
        let (ko, en) = numbered
            .unwrap_or_else(|| (format!(" {}", period.label), format!(" {}", period.label)));
        let model = meeting::Model {
            code: code_of(&write, &series.code, &held_on).await?,
            body_id: Some(body.id),
            series_id: Some(series.id),
            host_id: body.host_id,
            number,
            kind,
            title_ko: format!("{}{ko}", series.name_ko),
            title_en: series.name_en.as_ref().map(|name| format!("{name}{en}")),
            held_on: held_on.clone(),
            ..blank(&act.author, series.visibility)
        };
        let code = model.code.clone();
        let id = write.add::<meeting::Entity>("create", model).await?;
        known.push(Known { id, code, number, kind, status: MeetingStatus::Planned, held_on });
        planned.periods.push(period.label);
    }
    if planned.periods.is_empty() {
        return Err(Error::User(vec![UserError::at(
            "year",
            "NOTHING_TO_PLAN",
            "이 해에는 등록할 회의가 없습니다. 기간마다 회의나 미개최 기록이 있거나, 이미 지났거나, 계열의 운영 기간 밖입니다.",
            "The year has no period to plan: each has a meeting, is on record as without one, is over, or lies outside the series.",
        )]));
    }
    write.commit().await?;
    Ok(planned)
}

/// Records that no meeting was held in a period of a series.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record_not_held(act: &Act<'_>, new: RecordNotHeld) -> Result<Uuid, Error> {
    let mut write = begin(act, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<missed_meeting::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let series = rhythmic(&write, act, &new.series).await?;
    let period = new.period;
    let mut faults = InputErrors::default();
    let label = period.label.as_str();
    let own = Period::of(
        crate::domain::meeting_series::length(series.cadence)
            .ok_or_else(|| Error::internal("a rhythm without a length"))?,
        period.from,
    );
    let span = (series.starts_on.as_deref(), series.ends_on.as_deref());
    if own.as_ref() != Some(&period) {
        let own = own.map_or_else(String::new, |own| own.label);
        faults.add(
            "period",
            "OTHER_RHYTHM",
            format!("회의 계열의 주기와 다른 기간입니다. 예: {own}"),
            format!("This is no period of the series' rhythm; one is {own}."),
        );
    } else if !lasts(series.cadence, span, &period.from.to_string()) {
        faults.add(
            "period",
            "OUTSIDE_SERIES",
            "회의 계열의 운영 기간 밖입니다.",
            "The series does not last in that period.",
        );
    } else if period.from > write.today() {
        faults.add(
            "period",
            "NOT_DUE",
            format!("{label}은(는) 아직 시작되지 않았습니다. 예정된 회의가 있으면 취소하십시오: cancelMeeting."),
            format!("{label} has not begun. A meeting planned for it can be cancelled: cancelMeeting."),
        );
    } else if missed_of(&write, series.id).await?.iter().any(|known| known == label) {
        faults.keep::<()>(Err(taken("period")))?;
    } else {
        let known = meetings_of(&write, series.id).await?;
        let within = |other: &&Known| {
            period_of(series.cadence, &other.held_on).is_some_and(|of| of == period)
        };
        let of = |status| known.iter().filter(within).find(move |other| other.status == status);
        if let Some(held) = of(MeetingStatus::Held) {
            faults.add(
                "period",
                "WAS_HELD",
                format!("{label}에는 회의가 열렸습니다({}).", held.code),
                format!("A meeting was held in {label} ({}).", held.code),
            );
        } else if let Some(planned) = of(MeetingStatus::Planned) {
            faults.add(
                "period",
                "PERIOD_TAKEN",
                format!(
                    "{label}에 예정된 회의가 있습니다({}). 먼저 연기하거나 취소하십시오: postponeMeeting, cancelMeeting.",
                    planned.code
                ),
                format!(
                    "A meeting is planned in {label} ({}). Postpone or cancel it first: postponeMeeting, cancelMeeting.",
                    planned.code
                ),
            );
        }
    }
    faults.settle()?;
    let (reason_ko, reason_en) = texts(new.reason);
    let model = missed_meeting::Model {
        id,
        series_id: series.id,
        period: period.label,
        reason_ko,
        reason_en,
        visibility: series.visibility,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    };
    write.add_with::<missed_meeting::Entity>("create", id, model).await?;
    write.commit().await?;
    Ok(id)
}

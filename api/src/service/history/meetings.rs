//! Meetings 회의 of before with agenda, attendance and minutes: planned, then held, put off or called off.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::agenda_item::AgendaOutcome;
use entity::attendance::AttendanceStatus;
use entity::meeting::{Column, Entity, MeetingStatus, Model};
use entity::minutes::MinutesStatus;
use entity::{
    agenda_item, agenda_presenter, attendance, consideration, meeting_topic, minutes, topic, venue,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::shape::{Inputs, input_fields, inputs};
use super::told::{Known, each, said};
use super::{Kind, call, fields_in, has};
use crate::database::Store;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Code, List, Localized, OneLine, Prose, Within};
use crate::input::{Input, MutationInput};
use crate::read::{Act, global_id};
use crate::service::meeting::agenda::{Considered, Presenter, SetAgenda, set};
use crate::service::meeting::attendance::{
    InviteParticipants, Participant, RecordAttendance, invite, record,
};
use crate::service::meeting::change::{
    AmendMeeting, CancelMeeting, PostponeMeeting, amend, cancel, postpone,
};
use crate::service::meeting::close::{CloseMeeting, close};
use crate::service::meeting::minutes::{
    ApproveMinutes, DraftMinutes, MinutesDraft, approve, draft,
};
use crate::service::meeting::plan::{PlanMeeting, Venue, plan};

input! {
    /// 안건. An item of the agenda.
    object ItemRecord {
        /// 번호. Number as printed.
        number: Option<OneLine>,
        /// 안건명. Title.
        title: Localized<OneLine>,
        /// 시작 시각. Start of its slot.
        starts_at: Option<DateTime<Utc>>,
        /// 종료 시각. End of its slot.
        ends_at: Option<DateTime<Utc>>,
        /// 언론 공개 여부. Whether the press was admitted.
        is_open_to_press: Option<bool>,
        /// 결과. What came of it.
        outcome: Option<AgendaOutcome>,
        /// 발표자. Presenters, the main one first.
        presenters: List<Presenter, 0, 20> = "[]",
        /// 논의 대상. Bills, plans, programmes and cases that it dealt with.
        considers: List<Considered, 0, 20> = "[]",
    }
}

input! {
    /// 참석. A participant.
    object AttendanceRecord {
        /// 참석자. Participant.
        participant: Participant,
        /// 참석 상태. Whether they came; ATTENDED if blank, INVITED of a meeting that was not held.
        status: Option<AttendanceStatus>,
    }
}

input! {
    /// 회의 기록. Where a meeting of before stands, and what came of it.
    object MeetingRecord {
        /// 회의 키. Key by which it is found again.
        code: Code,
        /// 상태. State.
        status: MeetingStatus = "HELD",
        /// 사유. Why it was put off or called off.
        reason: Option<Localized<Prose>>,
        /// 참석 인원(발표). Participants as published.
        headcount: Option<Within<0, 1_000_000>>,
        /// 참석 인원 표기. The number as printed.
        headcount_text: Option<OneLine>,
        /// 참석 기업 수(발표). Companies as published.
        company_count: Option<Within<0, 1_000_000>>,
        /// 안건. The agenda in its order.
        agenda: List<ItemRecord, 0, 100> = "[]",
        /// 참석. Who was invited, who came.
        attendance: List<AttendanceRecord, 0, 500> = "[]",
        /// 회의록. The last minutes.
        minutes: Option<MinutesDraft>,
        /// 회의록 확정일. Day on which they were approved.
        minutes_approved_on: Option<NaiveDate>,
        /// 정정 사유. What was wrong; required where a file changes what is on record of a meeting that was held.
        correction: Option<Localized<Prose>>,
    }
}

pub(super) struct Meetings;

impl Kind for Meetings {
    type Row = Entity;
    const ORDERED: &'static [&'static str] = &["agenda"];
    const MARKS: &'static [&'static str] = &["isExtra", "correction"];
    const LOOSE: &'static [&'static str] =
        &["body", "host", "number", "kind", "reason", "coversPeriod"];

    fn inputs() -> Inputs {
        inputs(&[MeetingRecord::objects, PlanMeeting::objects])
    }

    fn amends(name: &str) -> bool {
        let of_record =
            ["status", "reason", "agenda", "attendance", "minutes", "minutesApprovedOn"];
        has(AmendMeeting::OBJECT, name) || of_record.contains(&name) || name == "headcountText"
    }

    fn complete(given: &mut Map<String, Value>) {
        let is_held = given.get("status").is_none_or(|it| it.is_null() || *it == "HELD");
        let Some(Value::Array(all)) = given.get_mut("attendance") else { return };
        for item in all.iter_mut().filter_map(Value::as_object_mut) {
            let status = if is_held { "ATTENDED" } else { "INVITED" };
            or_else(item, "status", status);
            if let Some(Value::Object(who)) = item.get_mut("participant") {
                let is_person = who.get("person").is_some_and(|it| !it.is_null());
                or_else(who, "visibility", if is_person { "COUNTS_ONLY" } else { "PUBLIC" });
                or_else(who, "role", "PARTICIPANT");
            }
        }
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let fields = input_fields(&Self::inputs(), &[]);
        let mut said = said::<Entity>(db, fields, &row, &[("reason", "note")]).await?;
        let venues = venue::Entity::find()
            .filter(venue::Column::MeetingId.eq(row.id))
            .order_by_asc(venue::Column::Position)
            .all(db)
            .await?;
        let venues = each::<venue::Entity>(db, &fields_in::<Venue>(), &venues, &[]).await?;
        said.insert("venue".to_owned(), venues.get(0).cloned().unwrap_or_default());
        let topics = meeting_topic::Entity::find()
            .filter(meeting_topic::Column::MeetingId.eq(row.id))
            .find_also_related(topic::Entity)
            .all(db)
            .await?;
        let topics = topics.into_iter().filter_map(|(_, topic)| topic.map(|it| it.code));
        let topics: BTreeSet<String> = topics.collect();
        said.insert("topics".to_owned(), topics.into_iter().map(Value::from).collect());
        said.insert("agenda".to_owned(), agenda(db, row.id).await?);
        said.insert("attendance".to_owned(), attended(db, row.id).await?);
        let last = minutes::Entity::find()
            .filter(minutes::Column::MeetingId.eq(row.id))
            .order_by_desc(minutes::Column::Position)
            .one(db)
            .await?;
        if let Some(last) = last {
            let is_approved = last.status == MinutesStatus::Approved;
            let approved_on = last.approved_on.filter(|_| is_approved);
            let fields = fields_in::<MinutesDraft>();
            let last = super::told::said::<minutes::Entity>(db, fields.into_iter(), &last, &[]);
            said.insert("minutes".to_owned(), Value::Object(last.await?));
            said.insert("minutesApprovedOn".to_owned(), json!(approved_on));
        }
        Ok(Some(Known { id: row.id, said, items: Vec::new() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let record = input::object::<MeetingRecord>(Value::Object(given.clone()));
        let planned = async |new: PlanMeeting| plan(act, new).await;
        let planned = call::<Entity, _, _>(act, None, given.clone(), planned).await;
        let id = match (record, planned) {
            (Ok(_), planned) => planned?,
            (Err(Error::User(wrong)), Err(Error::User(more))) => {
                let is_told = |it: &UserError| wrong.iter().any(|of| of.path == it.path);
                let more: Vec<_> = more.into_iter().filter(|it| !is_told(it)).collect();
                return Err(Error::User([wrong, more].concat()));
            }
            (Err(error), _) => return Err(error),
        };
        advance(act, id, &given, &given).await
    }

    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error> {
        let mut whole = known.said.clone();
        whole.extend(given.clone());
        Self::complete(&mut whole);
        input::object::<MeetingRecord>(Value::Object(whole.clone()))?;
        let is_held = known.said.get("status").is_some_and(|status| *status == "HELD");
        let is_published = |name: &str| matches!(name, "headcount" | "companyCount");
        let of_amend =
            |name: &str| has(AmendMeeting::OBJECT, name) && (is_held || !is_published(name));
        let content = given.iter().filter(|(name, _)| of_amend(name));
        let content: Map<String, Value> = content.map(|(a, b)| (a.clone(), b.clone())).collect();
        if content.keys().any(|name| !Self::MARKS.contains(&name.as_str())) {
            let done = async |input: AmendMeeting| amend(act, input).await;
            call::<Entity, _, _>(act, Some(known.id), content, done).await?;
        }
        advance(act, known.id, &whole, &given).await
    }
}

/// Says a text where nothing is said.
fn or_else(item: &mut Map<String, Value>, name: &str, text: &str) {
    let value = item.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = text.into();
    }
}

async fn items_of(db: &Store, meeting: Uuid) -> Result<Vec<agenda_item::Model>, Error> {
    Ok(agenda_item::Entity::find()
        .filter(agenda_item::Column::MeetingId.eq(meeting))
        .order_by_asc(agenda_item::Column::Position)
        .all(db)
        .await?)
}

async fn agenda(db: &Store, meeting: Uuid) -> Result<Value, Error> {
    let mut told = Vec::new();
    for item in items_of(db, meeting).await? {
        let fields = fields_in::<ItemRecord>().into_iter();
        let columns = [("is_open_to_press", "open_to_press")];
        let mut one = said::<agenda_item::Entity>(db, fields, &item, &columns).await?;
        let rows = agenda_presenter::Entity::find()
            .filter(agenda_presenter::Column::AgendaItemId.eq(item.id))
            .order_by_asc(agenda_presenter::Column::Position)
            .all(db)
            .await?;
        let presenters =
            each::<agenda_presenter::Entity>(db, &fields_in::<Presenter>(), &rows, &[]).await?;
        one.insert("presenters".to_owned(), presenters);
        let rows = consideration::Entity::find()
            .filter(consideration::Column::AgendaItemId.eq(item.id))
            .order_by_asc(consideration::Column::Position)
            .all(db)
            .await?;
        let considers =
            each::<consideration::Entity>(db, &fields_in::<Considered>(), &rows, &[]).await?;
        one.insert("considers".to_owned(), considers);
        told.push(Value::Object(one));
    }
    Ok(Value::Array(told))
}

async fn attended(db: &Store, meeting: Uuid) -> Result<Value, Error> {
    let rows = attendance::Entity::find()
        .filter(attendance::Column::MeetingId.eq(meeting))
        .order_by_asc(attendance::Column::Position)
        .all(db)
        .await?;
    let fields = fields_in::<Participant>();
    let who = each::<attendance::Entity>(db, &fields, &rows, &[("group", "group_label")]).await?;
    let who = who.as_array().cloned().unwrap_or_default();
    let one = |(row, who): (&attendance::Model, Value)| json!({ "participant": who, "status": row.status });
    Ok(rows.iter().zip(who).map(one).collect())
}

/// Tells what is wrong at the field of the record that became the field of a call; `places` of its items there.
fn from_record<T>(
    done: Result<T, Error>,
    (field, name, inner): (&str, &str, Option<&str>),
    places: Option<&[usize]>,
) -> Result<T, Error> {
    done.map_err(|error| match error {
        Error::User(mut errors) => {
            for error in errors.iter_mut().filter(|it| it.path.get(1).is_some_and(|it| it == field))
            {
                name.clone_into(&mut error.path[1]);
                let at = error.path.get(2).and_then(|at| at.parse::<usize>().ok());
                if let Some(place) = at.and_then(|at| places?.get(at)) {
                    error.path[2] = place.to_string();
                    error.path.splice(3..3, inner.map(str::to_owned));
                }
            }
            Error::User(errors)
        }
        error => error,
    })
}

/// Takes a meeting from where it stands to where the record says: its agenda, who was invited, that it was held with all
/// that came of it, its minutes. `given` is what differs.
async fn advance(
    act: &Act<'_>,
    id: Uuid,
    whole: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<(), Error> {
    let get = |name: &str| whole.get(name).cloned().unwrap_or_default();
    let differs = |name: &str| given.get(name).is_some_and(|it| !it.is_null());
    let only = |names: &[&str]| -> Map<String, Value> {
        let said = names.iter().map(|name| ((*name).to_owned(), get(name)));
        said.filter(|(_, value)| !value.is_null()).collect()
    };
    let row: Model = Entity::find_by_id(id).one(act.db).await?.ok_or(Error::NotFound)?;
    let was_held = row.status == MeetingStatus::Held;
    let items = get("agenda").as_array().cloned().unwrap_or_default();
    if differs("agenda") && !(items.is_empty() && items_of(act.db, id).await?.is_empty()) {
        let known = items_of(act.db, id).await?;
        let with_ids = items.iter().enumerate().map(|(at, item)| {
            let mut item = item.clone();
            if let (Some(row), Some(item)) = (known.get(at), item.as_object_mut()) {
                item.insert("id".to_owned(), global_id::encode(*b"AI", row.id).into());
            }
            item
        });
        let mut input = only(&["correction"]);
        input.insert("items".to_owned(), with_ids.collect());
        let done = async |input: SetAgenda| set(act, input).await;
        let done = call::<Entity, _, _>(act, Some(id), input, done).await;
        from_record(done, ("items", "agenda", None), None)?;
    }
    let all = get("attendance").as_array().cloned().unwrap_or_default();
    let listed = |is_invited: bool| -> (Vec<usize>, Vec<Value>) {
        let fits = |it: &Value| (it["status"] == "INVITED") == is_invited;
        let listed = all.iter().enumerate().filter(|(_, it)| fits(it));
        listed.map(|(at, it)| (at, it.clone())).unzip()
    };
    let (places, invited) = listed(true);
    if differs("attendance") && !invited.is_empty() && !was_held {
        let who: Value = invited.iter().map(|it| it["participant"].clone()).collect();
        let input = Map::from_iter([("participants".to_owned(), who)]);
        let done = async |input: InviteParticipants| invite(act, input).await;
        let done = call::<Entity, _, _>(act, Some(id), input, done).await;
        from_record(done, ("participants", "attendance", Some("participant")), Some(&places))?;
    }
    let (places, came) = listed(false);
    let came: Value = came
        .into_iter()
        .map(|it| json!({ "participant": it["participant"], "hasAttended": it["status"] == "ATTENDED" }))
        .collect();
    let status = get("status");
    match status.as_str().unwrap_or("HELD") {
        "HELD" if !was_held => {
            let known = items_of(act.db, id).await?;
            let outcomes = items.iter().zip(&known).filter(|(it, _)| !it["outcome"].is_null());
            let outcomes: Value = outcomes
                .map(|(it, row)| json!({ "item": global_id::encode(*b"AI", row.id), "outcome": it["outcome"] }))
                .collect();
            let mut input =
                only(&["headcount", "headcountText", "companyCount", "minutes", "isExtra"]);
            input.insert("outcomes".to_owned(), outcomes);
            input.insert("attendance".to_owned(), came);
            let done = async |input: CloseMeeting| close(act, input).await;
            let done = call::<Entity, _, _>(act, Some(id), input, done).await;
            from_record(done, ("attendance", "attendance", None), Some(&places))?;
        }
        "HELD" => {
            if differs("attendance") && came.as_array().is_some_and(|it| !it.is_empty()) {
                let input = Map::from_iter([("attendance".to_owned(), came)]);
                let done = async |input: RecordAttendance| record(act, input).await;
                let done = call::<Entity, _, _>(act, Some(id), input, done).await;
                from_record(done, ("attendance", "attendance", None), Some(&places))?;
            }
            if differs("minutes") {
                let done = async |input: DraftMinutes| draft(act, input).await;
                call::<Entity, _, _>(act, Some(id), only(&["minutes"]), done).await?;
            }
        }
        "POSTPONED" if row.status == MeetingStatus::Planned => {
            let done = async |input: PostponeMeeting| postpone(act, input).await;
            call::<Entity, _, _>(act, Some(id), only(&["reason"]), done).await?;
        }
        "CANCELLED" if row.status != MeetingStatus::Cancelled => {
            let done = async |input: CancelMeeting| cancel(act, input).await;
            call::<Entity, _, _>(act, Some(id), only(&["reason"]), done).await?;
        }
        _ => {}
    }
    if differs("minutesApprovedOn") {
        let input = Map::from_iter([("approvedOn".to_owned(), get("minutesApprovedOn"))]);
        let done = async |input: ApproveMinutes| approve(act, input).await;
        let done = call::<Entity, _, _>(act, Some(id), input, done).await;
        from_record(done, ("approvedOn", "minutesApprovedOn", None), None)?;
    }
    Ok(())
}

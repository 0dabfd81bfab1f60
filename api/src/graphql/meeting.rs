//! Meetings with venue, agenda, attendance and papers (OParl meeting).

use entity::agenda_item::AgendaOutcome;
use entity::attendance::{AttendanceRole, AttendanceStatus};
use entity::common::Sector;
use entity::meeting::{MeetingKind, MeetingStatus, PressAccess};
use entity::meeting_document::MeetingDocumentRole;
use entity::minutes::MinutesStatus;

use serde_json::Value;

use crate::domain::period::{self, Period};
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Args, Column, Filter, Guard, Scalar, Source, Through, Type};
use crate::read::scope;
use crate::read::sql::Sql;
use crate::read::statistic::{Statistics, field};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        meeting(),
        venue(),
        agenda_item(),
        agenda_presenter(),
        attendance(),
        meeting_document(),
        minutes(),
    ]
}

fn meeting() -> Type {
    use entity::meeting::Column as C;
    let ty = Type::fact::<entity::meeting::Entity>(
        "Meeting",
        *b"ME",
        Guard::Public,
        "회의. One session, planned, held or cancelled (OParl meeting).",
    )
    .owned(&[C::HostId])
    .column("code", C::Code, "회의 키. Stable key.")
    .one("body", C::BodyId, "Body", "협의체. Body that met; none for a single event.")
    .one("series", C::SeriesId, "MeetingSeries", "회의 계열. Series it counts for.")
    .one("host", C::HostId, "Institution", "주최. Institution that held it.")
    .column("number", C::Number, "회차. Number within its series, as published.")
    .choice("kind", C::Kind, MeetingKind::CHOICE, "종류. Kind of meeting.")
    .choice("status", C::Status, MeetingStatus::CHOICE, "상태. Status.")
    .localized("title", C::TitleKo, C::TitleEn, "회의명. Title.")
    .localized(
        "purpose",
        C::PurposeKo,
        C::PurposeEn,
        "목적·주요 내용. Purpose and main content in our words.",
    )
    .partial_date(
        "heldOn",
        C::HeldOn,
        "개최일. Day (or month, or year) of the meeting; of a postponed one without a new day, the day it was put off from.",
    )
    .column("startsAt", C::StartsAt, "시작 시각. Start, where the source gives a time.")
    .column("endsAt", C::EndsAt, "종료 시각. End.")
    .choice("pressAccess", C::PressAccess, PressAccess::CHOICE, "언론 공개. Access of the press.")
    .column(
        "headcount",
        C::Headcount,
        "참석 인원(발표). Total number of participants as published; may differ from the list.",
    )
    .column(
        "headcountText",
        C::HeadcountText,
        "참석 인원 표기. The number as printed, e.g. 20명 내외.",
    )
    .column(
        "companyCount",
        C::CompanyCount,
        "참석 기업 수(발표). Number of companies as published; may differ from the list.",
    )
    .column(
        "itemCount",
        C::ItemCount,
        "논의 과제 수(발표). Number of items discussed as published; may differ from the list.",
    )
    .localized(
        "note",
        C::NoteKo,
        C::NoteEn,
        "사유. Why it was postponed or cancelled, or what was corrected after it was held; the last one said.",
    )
    .partial_date(
        "originallyOn",
        C::OriginallyOn,
        "최초 예정일. Day for which it was planned before it was first postponed; null if it never was.",
    )
    .computed(
        "quarter",
        "Quarter",
        vec![Column { source: Source::Column("held_on"), scalar: Scalar::PartialDate }],
        quarter,
        "분기. Quarter in which it was held; null if only the year is known.",
    )
    .unfiltered(&["purpose", "headcountText", "companyCount", "itemCount", "note", "originallyOn"]);
    let covers = vec![
        ty.input(C::CoversPeriod),
        Column { source: Source::Column("held_on"), scalar: Scalar::PartialDate },
        Column { source: Source::Column("kind"), scalar: Scalar::Choice(MeetingKind::CHOICE) },
    ];
    ty.computed(
        "coversPeriod",
        "Period!",
        covers.clone(),
        covers_period,
        "대상 기간. Period that the meeting was about: the one it was held in (a monthly meeting's month, else the quarter, or the year where no more is known), unless another one is on record. What a series counts is the period it was held in.",
    )
    .computed(
        "isCoversPeriodRecorded",
        "Boolean!",
        covers,
        is_covers_period_recorded,
        "대상 기간 기록 여부. Whether `coversPeriod` is on record, rather than taken from `heldOn`. Whether a source states it or it was inferred, its citation tells (`citations`, field `coversPeriod`).",
    )
    .expression(
        "countedAttendance",
        Scalar::Int,
        "Int!",
        counted_attendance,
        "집계 인원. Heads of the listed participants and groups that attended, with those shown as counts only; a group of unknown size counts as one.",
    )
    .many(
        "venues",
        entity::venue::Column::MeetingId,
        "Venue",
        &["position"],
        "장소. Venue claims; several when sources disagree.",
    )
    .many(
        "agenda",
        entity::agenda_item::Column::MeetingId,
        "AgendaItem",
        &["position"],
        "안건. Agenda in order.",
    )
    .many(
        "attendance",
        entity::attendance::Column::MeetingId,
        "Attendance",
        &["position"],
        "참석. Participants and groups.",
    )
    .many(
        "statements",
        entity::statement::Column::MeetingId,
        "Statement",
        &["position"],
        "발언. Statements made.",
    )
    .many(
        "documents",
        entity::meeting_document::Column::MeetingId,
        "MeetingDocument",
        &["position"],
        "자료. Documents about the meeting.",
    )
    .many(
        "minutes",
        entity::minutes::Column::MeetingId,
        "Minutes",
        &["position"],
        "회의록. Minutes.",
    )
    .many(
        "barriers",
        entity::barrier::Column::MeetingId,
        "Barrier",
        &["position"],
        "애로. Barriers raised.",
    )
    .many(
        "recommendations",
        entity::recommendation::Column::MeetingId,
        "Recommendation",
        &["code"],
        "건의. Recommendations raised.",
    )
    .many(
        "observations",
        entity::observation::Column::MeetingId,
        "Observation",
        &["code"],
        "수치. Published figures about the meeting.",
    )
    .many(
        "considerations",
        entity::consideration::Column::MeetingId,
        "Consideration",
        &["position"],
        "논의 이력. Laws in the making, plans and tasks that it dealt with.",
    )
    .through(
        "topics",
        Through { table: "meeting_topic", parent: "meeting_id", target: "topic_id" },
        "Topic",
        &["code"],
        "주제. Topics of the meeting.",
    )
    .sorted(&["-held_on"])
    .orderable("HELD_ON", "held_on")
    .orderable("CODE", "code")
    .searchable_by(&["venues", "host", "body", "attendance.institution"])
    .filter(Filter {
        name: "quarter",
        ty: "Quarter",
        description: "분기. Held in this quarter.",
        condition: in_quarter,
    })
    .filter(Filter {
        name: "covers",
        ty: "Period",
        description: "대상 기간. Was about this period or a part of it, as `coversPeriod` tells.",
        condition: covers_any,
    })
    .filter(Filter {
        name: "hasOpenRecommendations",
        ty: "Boolean",
        description: "미결 건의 유무. Whether recommendations raised in it are still open.",
        condition: has_open,
    })
    .list("meetings")
    .exported(
        "meetings",
        &[
            "id", "code", "body.code", "body.name.ko", "series.code", "number", "kind", "status",
            "title.ko", "title.en", "host.code", "heldOn", "startsAt", "endsAt", "quarter",
            "coversPeriod", "venues.name.ko", "topics.code", "pressAccess", "headcount",
            "countedAttendance", "companyCount", "itemCount", "note.ko", "originallyOn", "origin",
            "version", "updatedAt",
        ],
    )
    .lookup("meeting", "code")
    .statistics(
        Statistics::of("meetingStatistics", "회의 통계. Meetings by body, kind, state and period.")
            .by("BODY", "body", "협의체. Body that met.")
            .by("SERIES", "series", "회의 계열. Series it counts for.")
            .by("HOST", "host", "주최. Institution that held it.")
            .by("KIND", "kind", "종류. Kind of meeting.")
            .by("STATUS", "status", "상태. Status.")
            .by("PRESS_ACCESS", "pressAccess", "언론 공개. Access of the press.")
            .by("TOPIC", "topics", "주제. Topics; a meeting counts once under each.")
            .by_date(["HELD_MONTH", "HELD_QUARTER", "HELD_HALF", "HELD_YEAR"], "heldOn", "개최일. Day of the meeting.")
            .amount("headcount", field("headcount"), "명", "참석 인원(발표). Participants as published.")
            .amount("countedAttendance", field("countedAttendance"), "명", "집계 인원. Participants as listed.")
            .distinct("bodies", "body", "협의체 수. Different bodies.")
            .state("status"),
    )
}

fn venue() -> Type {
    use entity::venue::Column as C;
    Type::fact::<entity::venue::Entity>(
        "Venue",
        *b"VN",
        Guard::Via { fk: "meeting_id", parent: "Meeting" },
        "장소. A claim of where a meeting took place, with its source.",
    )
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting.")
    .column("position", C::Position, "순서. Order.")
    .localized("name", C::NameKo, C::NameEn, "장소명. Name of the venue.")
    .localized("room", C::RoomKo, C::RoomEn, "실. Room or hall.")
    .localized("address", C::AddressKo, C::AddressEn, "주소. Address.")
    .one("region", C::RegionId, "Region", "지역. Region.")
    .sorted(&["position"])
    .searchable()
}

fn agenda_item() -> Type {
    use entity::agenda_item::Column as C;
    Type::fact::<entity::agenda_item::Entity>(
        "AgendaItem",
        *b"AI",
        Guard::Via { fk: "meeting_id", parent: "Meeting" },
        "안건. Item on a meeting's agenda (OParl AgendaItem).",
    )
    .owned(&[C::PresenterInstitutionId])
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting.")
    .column("position", C::Position, "순서. Order in the agenda.")
    .column("number", C::Number, "번호. Number as printed; none if the source prints none.")
    .localized("title", C::TitleKo, C::TitleEn, "안건명. Title.")
    .column("startsAt", C::StartsAt, "시작 시각. Start of the time slot.")
    .column("endsAt", C::EndsAt, "종료 시각. End of the time slot.")
    .one("presenter", C::PresenterId, "Person", "발표자. Presenting person.")
    .one(
        "presenterInstitution",
        C::PresenterInstitutionId,
        "Institution",
        "발표 기관. Presenting institution.",
    )
    .party(
        "presentedBy",
        C::PresenterId,
        C::PresenterInstitutionId,
        "발표 주체. Presenting person or institution.",
    )
    .localized(
        "presenterGroup",
        C::PresenterGroupKo,
        C::PresenterGroupEn,
        "발표 주체. Presenting group, where the source names a group.",
    )
    .column("isOpenToPress", C::OpenToPress, "언론 공개. Whether the press is admitted.")
    .choice("outcome", C::Outcome, AgendaOutcome::CHOICE, "결과. Outcome.")
    .many(
        "presenters",
        entity::agenda_presenter::Column::AgendaItemId,
        "AgendaPresenter",
        &["position"],
        "발표자 전체. Everybody who presents the item; `presenter` and `presenterInstitution` name the main one.",
    )
    .many(
        "considerations",
        entity::consideration::Column::AgendaItemId,
        "Consideration",
        &["position"],
        "논의 이력. Laws in the making, plans and tasks dealt with under it.",
    )
    .many(
        "statements",
        entity::statement::Column::AgendaItemId,
        "Statement",
        &["position"],
        "발언. Statements on the item.",
    )
    .many(
        "recommendations",
        entity::recommendation::Column::AgendaItemId,
        "Recommendation",
        &["code"],
        "건의. Recommendations that arose from it.",
    )
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .searchable_by(&["presenter", "presenterInstitution"])
    .list("agendaItems")
}

fn agenda_presenter() -> Type {
    use entity::agenda_presenter::Column as C;
    Type::fact::<entity::agenda_presenter::Entity>(
        "AgendaPresenter",
        *b"PR",
        Guard::Via { fk: "agenda_item_id", parent: "AgendaItem" },
        "안건 발표자. One of those who present an agenda item: person, institution or group.",
    )
    .owned(&[C::InstitutionId])
    .one("agendaItem", C::AgendaItemId, "AgendaItem", "안건. Agenda item.")
    .column("position", C::Position, "순서. Order in the source.")
    .one("person", C::PersonId, "Person", "인물. Person.")
    .one("institution", C::InstitutionId, "Institution", "기관. Institution.")
    .party(
        "presenter",
        C::PersonId,
        C::InstitutionId,
        "발표 주체. Person or institution; null for a group.",
    )
    .localized("group", C::GroupKo, C::GroupEn, "집단. Group, where the source names a group.")
    .sorted(&["position"])
    .unfiltered(&["group"])
}

fn attendance() -> Type {
    use entity::attendance::Column as C;
    Type::fact::<entity::attendance::Entity>(
        "Attendance",
        *b"AT",
        Guard::Via { fk: "meeting_id", parent: "Meeting" },
        "참석. A participant of a meeting: person, institution or a group known by number only.",
    )
    .owned(&[C::InstitutionId])
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting.")
    .column("position", C::Position, "순서. Order in the source.")
    .one("person", C::PersonId, "Person", "인물. Person.")
    .one("institution", C::InstitutionId, "Institution", "기관. Institution.")
    .one("onBehalfOf", C::OnBehalfOfId, "Institution", "대표한 기관. Institution represented.")
    .localized(
        "groupLabel",
        C::GroupLabelKo,
        C::GroupLabelEn,
        "집단. Group where names are unknown.",
    )
    .column("headCount", C::HeadCount, "인원. Number of persons, where known.")
    .localized("post", C::PostKo, C::PostEn, "직위. Post title at that time.")
    .party(
        "participant",
        C::PersonId,
        C::InstitutionId,
        "참석 주체. Person or institution taking part.",
    )
    .choice("role", C::Role, AttendanceRole::CHOICE, "구분. Part in the meeting.")
    .choice("status", C::Status, AttendanceStatus::CHOICE, "상태. Whether they came.")
    .choice("sector", C::Sector, Sector::CHOICE, "산·학·연·관. Side represented.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .searchable_by(&["person", "institution", "onBehalfOf"])
    .list("attendances")
    .unfiltered(&["post"])
}

fn meeting_document() -> Type {
    use entity::meeting_document::Column as C;
    Type::fact::<entity::meeting_document::Entity>(
        "MeetingDocument",
        *b"MD",
        Guard::Via { fk: "meeting_id", parent: "Meeting" },
        "회의 자료. A document about a meeting and what it is to it.",
    )
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting.")
    .column("position", C::Position, "순서. Order.")
    .one("document", C::DocumentId, "Document", "자료. Document.")
    .choice("role", C::Role, MeetingDocumentRole::CHOICE, "구분. What it is to the meeting.")
    .sorted(&["position"])
}

fn minutes() -> Type {
    use entity::minutes::Column as C;
    Type::fact::<entity::minutes::Entity>(
        "Minutes",
        *b"MN",
        Guard::Via { fk: "meeting_id", parent: "Meeting" },
        "회의록. Minutes of a meeting; drafts are internal.",
    )
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting.")
    .column("position", C::Position, "순서. Order of revisions.")
    .choice("status", C::Status, MinutesStatus::CHOICE, "상태. State.")
    .localized(
        "text",
        C::TextKo,
        C::TextEn,
        "본문. Text of the minutes, where it is not in a document alone.",
    )
    .one("document", C::DocumentId, "Document", "자료. Document holding the text.")
    .column("approvedOn", C::ApprovedOn, "확정일. Date of approval.")
    .sorted(&["position"])
    .unfiltered(&["text"])
}

fn quarter(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let held_on = values.first().and_then(Value::as_str).filter(|date| date.len() > 4);
    let day = held_on.and_then(crate::domain::partial_date::first_day);
    Ok(day.and_then(Quarter::of).map(|quarter| quarter.to_string()).into())
}

fn in_quarter(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let quarter: Quarter = args
        .get("value")
        .and_then(Value::as_str)
        .and_then(Quarter::written)
        .ok_or_else(|| Error::not_a_quarter("quarter"))?;
    // A date known to the month sorts before its first day, and belongs to the quarter all the same.
    let first = quarter.first_day().format("%Y-%m").to_string();
    sql.push("(").column(alias, "held_on").push(" >= ").bind(first);
    sql.push(" AND ")
        .column(alias, "held_on")
        .push(" <= ")
        .bind(quarter.last_day().to_string())
        .push(")");
    Ok(())
}

fn covers_period(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let [stated, held_on, kind] = values else { return Err(Error::internal("meeting inputs")) };
    if stated.is_string() {
        return Ok(stated.clone());
    }
    let is_monthly = kind.as_str() == Some(MeetingKind::Monthly.code());
    let period = held_on.as_str().and_then(|date| period::of_date(date, is_monthly));
    period
        .map(|period| period.label.into())
        .ok_or_else(|| Error::internal("a meeting without a date"))
}

fn is_covers_period_recorded(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    Ok(values.first().is_some_and(Value::is_string).into())
}

fn covers_any(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let text = args.get("value").and_then(Value::as_str).unwrap_or_default();
    let period = Period::written(text).ok_or_else(|| {
        Error::argument(
            "covers",
            format!("{text}은(는) 기간이 아닙니다. 2026-07, 2026-Q3, 2026-H2, 2026처럼 적습니다."),
            format!("{text} is not a period. Write 2026-07, 2026-Q3, 2026-H2 or 2026."),
        )
    })?;
    sql.push("(").column(alias, "covers_period").push(" IN (");
    for (at, label) in period.overlapping().into_iter().enumerate() {
        sql.push(if at > 0 { ", " } else { "" }).bind(label);
    }
    // Without one it is about the period it was held in; a date known to the year is about that year.
    let quarters = |day| Quarter::of(day).map(|quarter| (quarter.first_day(), quarter.last_day()));
    let (Some((first, _)), Some((_, last))) = (quarters(period.from), quarters(period.to)) else {
        return Err(Error::not_a_quarter("covers"));
    };
    sql.push(") OR (").column(alias, "covers_period").push(" IS NULL AND (");
    for (at, (kind, from, to)) in
        [(" = ", period.from, period.to), (" <> ", first, last)].into_iter().enumerate()
    {
        sql.push(if at > 0 { " OR (" } else { "(" }).column(alias, "kind").push(kind);
        sql.bind(MeetingKind::Monthly.code()).push(" AND ").column(alias, "held_on");
        sql.push(" >= substr(").bind(from.to_string()).push(", 1, length(");
        sql.column(alias, "held_on").push(")) AND ").column(alias, "held_on").push(" <= ");
        sql.bind(to.to_string()).push(")");
    }
    sql.push(")))");
    Ok(())
}

fn has_open(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let recommendation = reader.catalog.declared("Recommendation")?;
    let wanted = args.get("value").and_then(Value::as_bool) != Some(false);
    let inner = sql.alias();
    sql.push(if wanted { "EXISTS (" } else { "NOT EXISTS (" });
    sql.push("SELECT 1 FROM recommendation ")
        .push(&inner)
        .push(" WHERE ")
        .column(&inner, "meeting_id");
    sql.push(" = ").column(alias, "id").push(" AND ").column(&inner, "status");
    sql.push(" NOT IN ('DELIVERED', 'CLOSED') AND ");
    scope::guard(reader, sql, recommendation, &inner, None);
    sql.push(")");
    Ok(())
}

fn counted_attendance(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    // The policy lets everybody have the number of those who may not be shown.
    let inner = sql.alias();
    sql.push("(SELECT coalesce(sum(coalesce(")
        .column(&inner, "head_count")
        .push(", 1)), 0) FROM attendance ");
    sql.push(&inner).push(" WHERE ").column(&inner, "meeting_id").push(" = ").column(alias, "id");
    sql.push(" AND ").column(&inner, "status").push(" = 'ATTENDED' AND ");
    sql.column(&inner, "visibility").push(" IN ('PUBLIC', 'COUNTS_ONLY'))");
    Ok(())
}

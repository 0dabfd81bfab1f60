//! Legislation: initiatives with their titles, bills with their stages.

use entity::bill::{BillEffect, BillResult, ProposerKind};
use entity::bill_event::BillStage;
use entity::common::DatePrecision;

use serde_json::{Value, json};

use crate::domain::bill::{self as rules, Event, reached_by};
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Arg, Args, Column, Filter, Guard, Scalar, Shape, Source, Type};
use crate::read::sql::Sql;
use crate::read::statistic::{NumberSource, Statistics, write_days};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![legislative_initiative(), initiative_title(), bill(), provision(), bill_event()]
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[Shape {
    name: "BillStagePeriod",
    description: "단계 기간. A stage of a bill, from when to when it was in it.",
    fields: &[
        ("stage", "BillStage!", "단계. Stage."),
        ("startsOn", "PartialDate!", "시작. Date of the event that brought it."),
        ("startsOnPrecision", "DatePrecision!", "시작의 정밀도. How exactly `startsOn` is known."),
        (
            "endsOn",
            "PartialDate",
            "끝. Date of the event that brought the next stage; null of the last.",
        ),
        (
            "endsOnPrecision",
            "DatePrecision",
            "끝의 정밀도. How exactly `endsOn` is known; null of the last.",
        ),
        (
            "days",
            "Int",
            "경과 일수. Days in it, of the last stage of a pending bill until today; null unless both days are known, and of the last stage once the procedure is over.",
        ),
        (
            "isCurrent",
            "Boolean!",
            "현재 여부. Whether it is the stage that the bill is in, or ended in.",
        ),
    ],
}];

fn legislative_initiative() -> Type {
    use entity::legislative_initiative::Column as C;
    Type::fact::<entity::legislative_initiative::Entity>(
        "LegislativeInitiative",
        *b"LI",
        Guard::Public,
        "입법과제. A law in the making: its titles over time and its parallel bills.",
    )
    .owned(&[C::OwnerId])
    .column("code", C::Code, "입법과제 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "현재 명칭. Current title.")
    .column("isTentative", C::Tentative, "가칭 여부. Whether the current title is tentative.")
    .localized("purpose", C::PurposeKo, C::PurposeEn, "목적. Purpose in our words.")
    .one("owner", C::OwnerId, "Institution", "소관 기관. Ministry in charge.")
    .partial_date("startsOn", C::StartsOn, "착수. Begun.")
    .many(
        "titles",
        entity::initiative_title::Column::InitiativeId,
        "InitiativeTitle",
        &["position"],
        "명칭 이력. Titles over time; `search` finds every one.",
    )
    .many(
        "bills",
        entity::bill::Column::InitiativeId,
        "Bill",
        &["number"],
        "법률안. Parallel bills.",
    )
    .many(
        "considerations",
        entity::consideration::Column::InitiativeId,
        "Consideration",
        &["position"],
        "논의 이력. Who dealt with it, in which meeting, how and when.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("legislativeInitiatives")
    .lookup("legislativeInitiative", "code")
    .unfiltered(&["purpose"])
}

fn initiative_title() -> Type {
    use entity::initiative_title::Column as C;
    Type::fact::<entity::initiative_title::Entity>(
        "InitiativeTitle",
        *b"IT",
        Guard::Via { fk: "initiative_id", parent: "LegislativeInitiative" },
        "입법과제 명칭. A title the initiative bore.",
    )
    .one("initiative", C::InitiativeId, "LegislativeInitiative", "입법과제. Initiative.")
    .column("position", C::Position, "순서. Order in time.")
    .localized("title", C::TitleKo, C::TitleEn, "명칭. Title.")
    .column("isTentative", C::Tentative, "가칭 여부. Whether tentative.")
    .partial_date("startsOn", C::ValidFrom, "사용 시작. First seen.")
    .partial_date("endsOn", C::ValidTo, "사용 종료. Last seen.")
    .sorted(&["position"])
    .alias()
}

fn bill() -> Type {
    use entity::bill::Column as C;
    let ty = Type::fact::<entity::bill::Entity>("Bill", *b"BI", Guard::Public, "법률안. One bill; its stage follows from its events, result and legal effect are apart.")
        .one("initiative", C::InitiativeId, "LegislativeInitiative", "입법과제. Initiative it belongs to.")
        .column("number", C::Number, "의안번호. Number at the Assembly, or an own key while the source gives none.")
        .localized("title", C::TitleKo, C::TitleEn, "의안명. Title.")
        .choice("proposerKind", C::ProposerKind, ProposerKind::CHOICE, "제안자 구분. Who proposed it.")
        .choice("stage", C::Stage, BillStage::CHOICE, "현재 단계. Stage, by the published events; null before the first.")
        .partial_date("stageReachedOn", C::StageSince, "현재 단계 시작. Date of the event that brought the stage; the sources are cited at the event, and `stageReachedOnPrecision` tells how exactly it is known: filters compare the date as it stands.")
        .choice("stageReachedOnPrecision", C::StageSincePrecision, DatePrecision::CHOICE, "현재 단계 시작의 정밀도. How exactly `stageReachedOn` is known; null before the first event.")
        .partial_date("latestEventOn", C::LatestEventOn, "최근 단계 일자. Date of the latest event, as exactly as that is known; null before the first.")
        .column("isClosed", C::IsClosed, "종결 여부. Whether the procedure is over: enacted, or ended without enactment.")
        .column("isEnacted", C::IsEnacted, "법률 반영 여부. Whether it became law.")
        .computed(
            "stageOn",
            "BillStage",
            vec![Column { source: Source::Expression(counted_events), scalar: Scalar::Text }],
            stage_on,
            "해당일의 단계. The last stage that it is known to have reached by that day; null before the first event. What is known to a month, to a year or by a later day counts from its end.",
        )
        .arg(Arg::new("date", "Date!", "날짜. The day."))
        .unfiltered(&["resultText"]);
    // Of what days and delay are computed.
    let since = vec![
        ty.input(C::StageSince),
        Column {
            source: Source::Column("stage_since_precision"),
            scalar: Scalar::Choice(DatePrecision::CHOICE),
        },
        ty.input(C::IsClosed),
    ];
    let stages = vec![
        Column { source: Source::Expression(counted_events), scalar: Scalar::Text },
        ty.input(C::IsClosed),
    ];
    ty.computed("stages", "[BillStagePeriod!]!", stages, stages_of, "단계별 기간. Stages in the order in which it was in them, each with its first day, the day on which the next began, and the days in between.")
        .computed("daysInStage", "Int", since.clone(), days_in_stage, "현재 단계 경과 일수. Days since the stage began; null unless that day is known.")
        .computed("isStalled", "Boolean", since, is_stalled, "정체 여부. Whether a pending bill has been in its stage for at least `days` days: false once it is closed or enacted, null where the day on which the stage began is not known.")
        .arg(Arg { name: "days", ty: "Int!".into(), default: Some("180"), description: "일수. Days.".into() })
        .localized("proposer", C::ProposerKo, C::ProposerEn, "제안자. Proposer as named.")
        .localized("committee", C::CommitteeKo, C::CommitteeEn, "소관위원회. Committee in charge.")
        .choice("result", C::Result, BillResult::CHOICE, "처리 결과. Result.")
        .choice("effect", C::Effect, BillEffect::CHOICE, "법적 효과. What became of its content.")
        .one("absorbedInto", C::AbsorbedIntoId, "Bill", "반영된 대안. Bill that took its content up.")
        .partial_date("proposedOn", C::ProposedOn, "제안일. Date proposed.")
        .column("checkedAt", C::CheckedAt, "확인 시각. When the procedure was last checked; tells `no news` from `not checked`.")
        .column("sourceId", C::SourceId, "의안 ID. Id at the source (BILL_ID).")
        .column("secondSourceId", C::SecondSourceId, "재의요구 의안 ID. Second id at the source, of a bill that was sent back.")
        .column("resultText", C::ResultText, "처리 결과 원문. Result as the source prints it.")
        .many("events", entity::bill_event::Column::BillId, "BillEvent", &["position"], "단계 이력. Stage events in order.")
        .many("provisions", entity::provision::Column::BillId, "Provision", &["position"], "조문. Provisions.")
        .many("considerations", entity::consideration::Column::BillId, "Consideration", &["position"], "논의 이력. Who dealt with it, in which meeting, how and when.")
        .sorted(&["number"])
        .orderable("NUMBER", "number")
        .orderable("STAGE", "stage_order")
        .orderable_by("LATEST_EVENT", Column { source: Source::Expression(latest_event), scalar: Scalar::PartialDate })
        .searchable_by(&["initiative"])
        .filter(Filter { name: "reached", ty: "BillStage", description: "도달 단계. Reached this stage of the procedure, or a later one.", condition: reached })
        .filter(Filter { name: "notReached", ty: "BillStage", description: "미도달 단계. Did not reach this stage.", condition: not_reached })
        .filter(Filter { name: "isStalled", ty: "Boolean", description: "정체 여부. Whether it has been in its stage for 180 days, as the field of that name; where that is not known, neither value matches.", condition: stalled })
        .filter(Filter { name: "stalledDays", ty: "Int", description: "정체 일수. Pending, and in its stage for at least this many days, 0 to 36,600.", condition: stalled_days })
        .list("bills")
        .exported("bills", &["id", "number", "title.ko", "title.en", "initiative.code", "proposerKind", "proposer.ko", "committee.ko", "stage", "stageReachedOn", "stageReachedOnPrecision", "daysInStage", "isStalled", "latestEventOn", "isClosed", "isEnacted", "result", "resultText", "effect", "absorbedInto.number", "proposedOn", "checkedAt", "sourceId", "origin", "version", "updatedAt"])
        .lookup("bill", "number")
        .statistics(bill_statistics())
}

fn bill_statistics() -> Statistics {
    Statistics::of("billStatistics", "법률안 통계. Bills by stage and result, with the days that pending ones have been in their stage.")
        .by("STAGE", "stage", "현재 단계. Stage.")
        .by("RESULT", "result", "처리 결과. Result.")
        .by("EFFECT", "effect", "법적 효과. What became of its content.")
        .by("PROPOSER_KIND", "proposerKind", "제안자 구분. Who proposed it.")
        .by("COMMITTEE", "committee", "소관위원회. Committee in charge.")
        .by("INITIATIVE", "initiative", "입법과제. Initiative it belongs to.")
        .by_date(["PROPOSED_MONTH", "PROPOSED_QUARTER", "PROPOSED_HALF", "PROPOSED_YEAR"], "proposedOn", "제안일. Date proposed.")
        .count("pending", |_, sql, alias, _| { sql.push("NOT ").column(alias, "is_closed"); Ok(()) }, "계류 법률안 수. Bills whose procedure is not over.")
        .count("enacted", |_, sql, alias, _| { sql.column(alias, "is_enacted"); Ok(()) }, "법률 반영 수. Bills that became law.")
        .count("stalled", stalled, "정체 법률안 수. Pending bills that have been in their stage for 180 days.")
        .number("daysInStage", NumberSource::Written(days_pending), (0, "days"), "현재 단계 경과 일수. Days that pending bills have been in their stage, where its first day is known.")
        .state("stage")
}

fn days_pending(reader: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args) -> Result<(), Error> {
    sql.push("CASE WHEN NOT ").column(alias, "is_closed").push(" AND ");
    sql.column(alias, "stage_since_precision").push(" = 'DAY' THEN ");
    write_days(sql, &format!("{alias}.stage_since"), &format!("'{}'", reader.today()));
    sql.push(" END");
    Ok(())
}

fn provision() -> Type {
    use entity::provision::Column as C;
    Type::fact::<entity::provision::Entity>(
        "Provision",
        *b"PV",
        Guard::Via { fk: "bill_id", parent: "Bill" },
        "조문. Provision of a bill.",
    )
    .one("bill", C::BillId, "Bill", "법률안. Bill.")
    .column("position", C::Position, "순서. Order.")
    .column("article", C::Article, "조. Article number.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
    .sorted(&["position"])
    .searchable()
    .unfiltered(&["summary"])
}

fn bill_event() -> Type {
    use entity::bill_event::Column as C;
    Type::fact::<entity::bill_event::Entity>(
        "BillEvent",
        *b"BE",
        Guard::Via { fk: "bill_id", parent: "Bill" },
        "입법 단계 이력. Append-only stage event of a bill; a correction is a new event.",
    )
    .one("bill", C::BillId, "Bill", "법률안. Bill.")
    .column("position", C::Position, "순서. Order of entry.")
    .choice("stage", C::Stage, BillStage::CHOICE, "단계. Stage reached.")
    .partial_date(
        "occurredOn",
        C::OccurredOn,
        "일자. Date of the event, or the date by which it had happened.",
    )
    .column(
        "isKnownBy",
        C::KnownBy,
        "시점 불명 여부. Whether the source only shows that it had happened by `occurredOn`.",
    )
    .choice("result", C::Result, BillResult::CHOICE, "처리 결과. Result that it brought.")
    .one("institution", C::InstitutionId, "Institution", "기관. Institution that acted.")
    .column("source", C::Source, "출처. Where it was read.")
    .column("rawText", C::RawText, "원문 표기. Stage as the source prints it.")
    .localized("note", C::NoteKo, C::NoteEn, "비고. Note.")
    .one("corrects", C::CorrectsId, "BillEvent", "정정 대상. Earlier event this one corrects.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .orderable("OCCURRED_ON", "occurred_on")
    .searchable()
    .list("billEvents")
    .unfiltered(&["note", "source", "result"])
}

/// Adds the condition that everybody who sees the bill sees the event.
fn counts(sql: &mut Sql, event: &str, bill: &str) {
    sql.push("(").column(event, "visibility").push(" = 'PUBLIC' OR ");
    sql.column(bill, "visibility").push(" = 'INTERNAL')");
}

/// Adds the events that count for the bill's stage, as one text: a line each, with columns apart by `|`.
fn counted_events(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let inner = sql.alias();
    let joined = if sql.is_postgres() { "string_agg" } else { "group_concat" };
    sql.push("(SELECT ").push(joined).push("(");
    sql.key_as_text(&inner, "id").push(" || '|' || coalesce(").key_as_text(&inner, "corrects_id");
    sql.push(", '') || '|' || ").column(&inner, "position").push(" || '|' || ");
    sql.column(&inner, "stage").push(" || '|' || ").column(&inner, "occurred_on");
    sql.push(" || '|' || CASE WHEN ")
        .column(&inner, "known_by")
        .push(" THEN 'BY' ELSE '' END, ',')");
    sql.push(" FROM bill_event ").push(&inner).push(" WHERE ").column(&inner, "bill_id");
    sql.push(" = ").column(alias, "id").push(" AND ");
    counts(sql, &inner, alias);
    sql.push(")");
    Ok(())
}

/// Reads what [`counted_events`] gives.
fn read_events(text: &str) -> Option<Vec<Event>> {
    let event = |line: &str| {
        let columns: Vec<&str> = line.split('|').collect();
        let [id, corrects, position, stage, occurred_on, known_by] = columns[..] else {
            return None;
        };
        Some(Event {
            id: id.parse().ok()?,
            corrects: if corrects.is_empty() { None } else { Some(corrects.parse().ok()?) },
            position: position.parse().ok()?,
            stage: serde_json::from_value(stage.into()).ok()?,
            occurred_on: occurred_on.to_owned(),
            known_by: known_by == "BY",
            result: None,
        })
    };
    text.split(',').map(event).collect()
}

fn stage_on(reader: &Reader<'_>, values: &[Value], args: &Args) -> Result<Value, Error> {
    let day = args.get("date").and_then(Value::as_str).and_then(|day| day.parse().ok());
    let day = day.ok_or_else(|| Error::not_a_date("date"))?;
    let Some(text) = values.first().and_then(Value::as_str) else { return Ok(Value::Null) };
    let events = read_events(text).ok_or_else(|| Error::internal("events of a bill"))?;
    let stage = rules::stage_on(&events, day, reader.today());
    Ok(stage.map(BillStage::code).into())
}

fn stages_of(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let Some(text) = values.first().and_then(Value::as_str) else { return Ok(json!([])) };
    let events = read_events(text).ok_or_else(|| Error::internal("events of a bill"))?;
    let is_closed = values.get(1).and_then(Value::as_bool) == Some(true);
    let stages = rules::stages(&events, is_closed, reader.today());
    let shown = stages.into_iter().map(|of| {
        json!({
            "stage": of.stage.code(),
            "startsOn": of.from.occurred_on,
            "startsOnPrecision": of.from.precision().code(),
            "endsOn": of.to.map(|to| &to.occurred_on),
            "endsOnPrecision": of.to.map(|to| to.precision().code()),
            "days": of.days,
            "isCurrent": of.to.is_none(),
        })
    });
    Ok(shown.collect())
}

fn latest_event(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    sql.push("coalesce(").column(alias, "latest_event_on").push(", '')");
    Ok(())
}

fn elapsed(reader: &Reader<'_>, values: &[Value]) -> Result<Option<i64>, Error> {
    let [Value::String(since), precision, ..] = values else { return Ok(None) };
    let precision = serde_json::from_value(precision.clone()).map_err(Error::internal)?;
    Ok(rules::days_in_stage(since, precision, reader.today()))
}

fn days_in_stage(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    Ok(elapsed(reader, values)?.into())
}

fn is_stalled(reader: &Reader<'_>, values: &[Value], args: &Args) -> Result<Value, Error> {
    let days = args.get("days").and_then(Value::as_i64).unwrap_or(rules::STALLED_AFTER);
    let is_closed = values.get(2).and_then(Value::as_bool) == Some(true);
    Ok(rules::is_stalled(is_closed, elapsed(reader, values)?, days).into())
}

/// Adds the condition that a bill is stalled, or is known not to be: [`rules::is_stalled`] in SQL.
fn write_stalled(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    days: i64,
    wanted: bool,
) -> Result<(), Error> {
    let since = u64::try_from(days).ok().filter(|days| *days <= 36_600);
    let since = since.and_then(|days| reader.today().checked_sub_days(chrono::Days::new(days)));
    let since = since.ok_or_else(|| {
        Error::argument(
            "stalledDays",
            "stalledDays는 0 이상 36600 이하여야 합니다.",
            "stalledDays must be between 0 and 36600.",
        )
    })?;
    sql.push("(");
    if wanted {
        sql.column(alias, "is_closed").push(" = FALSE AND ");
    } else {
        sql.column(alias, "is_closed").push(" OR ");
    }
    sql.push("(").column(alias, "stage_since_precision").push(" = 'DAY' AND ");
    sql.column(alias, "stage_since").push(if wanted { " <= " } else { " > " });
    sql.bind(since.to_string()).push("))");
    Ok(())
}

fn stalled(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let wanted = args.get("value").and_then(Value::as_bool) != Some(false);
    write_stalled(reader, sql, alias, rules::STALLED_AFTER, wanted)
}

fn stalled_days(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let days = args.get("value").and_then(Value::as_i64).unwrap_or(-1);
    write_stalled(reader, sql, alias, days, true)
}

fn reached(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let stage: BillStage = serde_json::from_value(args.get("value").cloned().unwrap_or_default())
        .map_err(Error::internal)?;
    let (inner, correction) = (sql.alias(), sql.alias());
    sql.push("EXISTS (SELECT 1 FROM bill_event ").push(&inner).push(" WHERE ");
    sql.column(&inner, "bill_id").push(" = ").column(alias, "id").push(" AND ");
    counts(sql, &inner, alias);
    sql.push(" AND NOT EXISTS (SELECT 1 FROM bill_event ").push(&correction).push(" WHERE ");
    sql.column(&correction, "corrects_id").push(" = ").column(&inner, "id").push(" AND ");
    sql.column(&correction, "bill_id").push(" = ").column(alias, "id").push(" AND ");
    counts(sql, &correction, alias);
    sql.push(") AND ").column(&inner, "stage").push(" IN (");
    for (at, stage) in reached_by(stage).into_iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        sql.bind(stage.code());
    }
    sql.push("))");
    Ok(())
}

fn not_reached(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    sql.push("NOT ");
    reached(reader, sql, alias, args)
}

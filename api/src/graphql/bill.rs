//! Legislation: initiatives with their titles, bills with their stages.

use entity::bill::{BillEffect, BillResult, ProposerKind};
use entity::bill_event::BillStage;

use serde_json::Value;

use crate::domain::bill::reached_by;
use crate::domain::partial_date;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Arg, Args, Column, Filter, Guard, Scalar, Source, Type};
use crate::read::scope;
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![legislative_initiative(), initiative_title(), bill(), provision(), bill_event()]
}

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
    .column("tentative", C::Tentative, "가칭 여부. Whether the current title is tentative.")
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
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("legislativeInitiatives")
    .lookup("legislativeInitiative", "code")
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
    .column("tentative", C::Tentative, "가칭 여부. Whether tentative.")
    .partial_date("validFrom", C::ValidFrom, "사용 시작. First seen.")
    .partial_date("validTo", C::ValidTo, "사용 종료. Last seen.")
    .sorted(&["position"])
    .alias()
}

fn bill() -> Type {
    use entity::bill::Column as C;
    Type::fact::<entity::bill::Entity>("Bill", *b"BI", Guard::Public, "법률안. One bill; its stage is computed from its events, result and legal effect are apart.")
        .one("initiative", C::InitiativeId, "LegislativeInitiative", "입법과제. Initiative it belongs to.")
        .column("number", C::Number, "의안번호. Number at the Assembly, or an own key while the source gives none.")
        .localized("title", C::TitleKo, C::TitleEn, "의안명. Title.")
        .choice("proposerKind", C::ProposerKind, ProposerKind::CHOICE, "제안자 구분. Who proposed it.")
        .expression("stage", Scalar::Choice(BillStage::CHOICE), "BillStage", stage, "현재 단계. Stage, computed from the events; null before the first.")
        .expression("stageSince", Scalar::PartialDate, "PartialDate", stage_since, "현재 단계 시작. Date of the event that brought the stage.")
        .expression("stageOn", Scalar::Choice(BillStage::CHOICE), "BillStage", stage_on, "해당일의 단계. Stage on a day; null before the first event.")
        .arg(Arg::new("date", "Date!", "날짜. The day."))
        .computed("daysInStage", "Int", since(), days_in_stage, "현재 단계 경과 일수. Days since the stage began, from the first day it may mean.")
        .computed("isStalled", "Boolean!", since(), is_stalled, "정체 여부. Whether the stage has not changed for `days` days.")
        .arg(Arg { name: "days", ty: "Int!".into(), default: Some("180"), description: "일수. Days.".into() })
        .localized("proposer", C::ProposerKo, C::ProposerEn, "제안자. Proposer as named.")
        .localized("committee", C::CommitteeKo, C::CommitteeEn, "소관위원회. Committee in charge.")
        .choice("result", C::Result, BillResult::CHOICE, "처리 결과. Result.")
        .choice("effect", C::Effect, BillEffect::CHOICE, "법적 효과. What became of its content.")
        .one("absorbedInto", C::AbsorbedIntoId, "Bill", "반영된 대안. Bill that took its content up.")
        .partial_date("proposedOn", C::ProposedOn, "제안일. Date proposed.")
        .column("checkedAt", C::CheckedAt, "확인 시각. When the procedure was last checked; tells `no news` from `not checked`.")
        .column("resultText", C::ResultText, "처리 결과 원문. Result as the source prints it.")
        .many("events", entity::bill_event::Column::BillId, "BillEvent", &["position"], "단계 이력. Stage events in order.")
        .many("provisions", entity::provision::Column::BillId, "Provision", &["position"], "조문. Provisions.")
        .sorted(&["number"])
        .orderable("NUMBER", "number")
        .searchable_by(&["initiative"])
        .filter(Filter { name: "reached", ty: "BillStage", description: "도달 단계. Reached this stage of the procedure, or a later one.", condition: reached })
        .filter(Filter { name: "notReached", ty: "BillStage", description: "미도달 단계. Did not reach this stage.", condition: not_reached })
        .list("bills")
        .lookup("bill", "number")
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
        "일자. Date of the event, or the date it was known by.",
    )
    .one("institution", C::InstitutionId, "Institution", "기관. Institution that acted.")
    .column("rawText", C::RawText, "원문 표기. Stage as the source prints it.")
    .localized("note", C::NoteKo, C::NoteEn, "비고. Note.")
    .one("corrects", C::CorrectsId, "BillEvent", "정정 대상. Earlier event this one corrects.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .orderable("OCCURRED_ON", "occurred_on")
    .searchable()
    .list("billEvents")
}

/// Adds a select over the newest event of the bill that no later event corrects.
fn newest(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    column: &str,
    until: Option<&str>,
) -> Result<(), Error> {
    let event = reader.catalog.declared("BillEvent")?;
    let inner = sql.alias();
    sql.push("(SELECT ").column(&inner, column).push(" FROM bill_event ").push(&inner);
    sql.push(" WHERE ").column(&inner, "bill_id").push(" = ").column(alias, "id").push(" AND ");
    standing(reader, sql, event, &inner);
    if let Some(day) = until {
        sql.push(" AND ").column(&inner, "occurred_on").push(" <= ").bind(day);
    }
    sql.push(" ORDER BY ").column(&inner, "occurred_on").push(" DESC, ").column(&inner, "position");
    sql.push(" DESC LIMIT 1)");
    Ok(())
}

/// Adds the condition that an event is seen, and corrected by none that is seen.
fn standing(reader: &Reader<'_>, sql: &mut Sql, event: &Type, inner: &str) {
    scope::guard(reader, sql, event, inner, Some("bill_id"));
    let correction = sql.alias();
    sql.push(" AND NOT EXISTS (SELECT 1 FROM bill_event ").push(&correction).push(" WHERE ");
    sql.column(&correction, "corrects_id").push(" = ").column(inner, "id").push(" AND ");
    // An event corrects one of its own bill, which is seen.
    sql.column(&correction, "bill_id").push(" = ").column(inner, "bill_id").push(" AND ");
    scope::guard(reader, sql, event, &correction, Some("bill_id"));
    sql.push(")");
}

fn stage(reader: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    newest(reader, sql, alias, "stage", None)
}

fn stage_since(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    newest(reader, sql, alias, "occurred_on", None)
}

fn stage_on(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    args: &Args,
    _: &Args,
) -> Result<(), Error> {
    let day = args
        .get("date")
        .and_then(Value::as_str)
        .filter(|day| day.len() == 10 && partial_date::is_partial_date(day));
    let day = day.ok_or_else(|| Error::not_a_date("date"))?;
    newest(reader, sql, alias, "stage", Some(day))
}

fn since() -> Vec<Column> {
    vec![Column { source: Source::Expression(stage_since), scalar: Scalar::PartialDate }]
}

fn elapsed(reader: &Reader<'_>, values: &[Value]) -> Option<i64> {
    let since = values.first()?.as_str().and_then(partial_date::first_day)?;
    Some((reader.today() - since).num_days())
}

fn days_in_stage(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    Ok(elapsed(reader, values).into())
}

fn is_stalled(reader: &Reader<'_>, values: &[Value], args: &Args) -> Result<Value, Error> {
    let days = args.get("days").and_then(Value::as_i64).unwrap_or(180);
    Ok(elapsed(reader, values).is_some_and(|elapsed| elapsed >= days).into())
}

fn reached(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let event = reader.catalog.declared("BillEvent")?;
    let stage: BillStage = serde_json::from_value(args.get("value").cloned().unwrap_or_default())
        .map_err(Error::internal)?;
    let inner = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM bill_event ").push(&inner).push(" WHERE ");
    sql.column(&inner, "bill_id").push(" = ").column(alias, "id").push(" AND ");
    standing(reader, sql, event, &inner);
    sql.push(" AND ").column(&inner, "stage").push(" IN (");
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

//! Stage events 입법 단계 of bills: appended in the order of the procedure, corrected by a new event, never overwritten.
//! The result and the effect of a bill follow from them.

use chrono::NaiveDate;
use entity::bill::{self, BillEffect, BillResult, Model as Bill};
use entity::bill_event::{self, BillStage, Model as BillEvent};
use sea_orm::{
    ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Turn, begin, bill_of, locked, not_ahead, turn};
use crate::database::Store;
use crate::domain::bill::{
    Event, expires, is_absorbed, may_come, may_follow, next_stages, outcome, outcome_of, results,
    uncorrected,
};
use crate::domain::partial_date;
use crate::domain::principal::Principal;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Localized, PartialDate, Prose, texts};
use crate::service::bill::events;
use crate::service::named::{institution_of, sees};
use crate::service::parts::{Columns, made, set};
use crate::service::write::{Author, Write};

input! {
    /// 입법 단계 기록. A stage that a bill has reached. A stage that the procedure does not allow next is rejected, with those that it allows.
    mutation RecordBillEvent on bill::Entity {
        /// 단계. Stage reached.
        stage: BillStage,
        /// 일자. Day, month or year, not ahead.
        occurred_on: PartialDate,
        /// 시점 불명 여부. Whether the source only shows that it had happened by then.
        is_known_by: bool = "false",
        /// 처리 결과. Result that it brought: a must for a decision and a closing.
        result: Option<BillResult>,
        /// 반영된 대안. Number of the bill that took the content up: a must where the result says so.
        absorbed_into: Option<String>,
        /// 기관. Code of the institution that acted.
        institution: Option<String>,
        /// 원문 표기. As the source prints it, in Korean.
        raw_text: Option<Prose>,
        /// 출처. Where it was read: title, number or address.
        source: Option<Prose>,
        /// 비고. Note.
        note: Option<Localized<Prose>>,
    }
}

input! {
    /// 입법 단계 정정. What an event should have said: a new event takes its place, and it stays on record.
    mutation CorrectBillEvent on bill_event::Entity {
        /// 단계. Stage reached, which must stand between its neighbours.
        stage: BillStage,
        /// 일자. Day, month or year, not ahead.
        occurred_on: PartialDate,
        /// 시점 불명 여부. Whether the source only shows that it had happened by then.
        is_known_by: bool = "false",
        /// 처리 결과. Result that it brought.
        result: Option<BillResult>,
        /// 반영된 대안. Number of the bill that took the content up.
        absorbed_into: Option<String>,
        /// 기관. Code of the institution that acted.
        institution: Option<String>,
        /// 원문 표기. As the source prints it, in Korean.
        raw_text: Option<Prose>,
        /// 출처. Where it was read.
        source: Option<Prose>,
        /// 비고. Why it is corrected.
        note: Option<Localized<Prose>>,
    }
}

input! {
    /// 임기 만료. The end of an Assembly's term: bills that it received and neither decided nor closed by that day expire.
    mutation EndAssemblyTerm {
        /// 임기 종료일. Last day of the term, not ahead.
        ended_on: NaiveDate,
        /// 출처. Where it was read.
        source: Option<Prose>,
    }
}

/// What an event says.
pub(crate) struct Said {
    /// Stage reached.
    pub stage: BillStage,
    /// When.
    pub occurred_on: String,
    /// Whether it is only known to have happened by then.
    pub is_known_by: bool,
    /// Result that it brought.
    pub result: Option<BillResult>,
    /// Number of the bill that took the content up.
    pub absorbed_into: Option<String>,
    /// Whether which one it is may be told later.
    pub is_absorption_open: bool,
    /// Code of the institution that acted.
    pub institution: Option<String>,
    /// As the source prints it.
    pub raw_text: Option<String>,
    /// Where it was read.
    pub source: Option<String>,
    /// Note.
    pub note: (Option<String>, Option<String>),
}

/// What came of an event.
#[derive(Debug)]
pub struct Done {
    /// The bill.
    pub bill: Uuid,
    /// The event.
    pub event: Uuid,
}

fn named(stages: impl Iterator<Item = BillStage>) -> (String, String) {
    let stages: Vec<BillStage> = stages.collect();
    let ko = stages
        .iter()
        .map(|stage| format!("{}({})", BillStage::CHOICE.korean(stage.code()), stage.code()));
    let en = stages.iter().map(|stage| stage.code());
    (ko.collect::<Vec<_>>().join(", "), en.collect::<Vec<_>>().join(", "))
}

fn results_named(results: &[BillResult]) -> (String, String) {
    let ko = results
        .iter()
        .map(|result| format!("{}({})", BillResult::CHOICE.korean(result.code()), result.code()));
    let en = results.iter().map(|result| result.code());
    (ko.collect::<Vec<_>>().join(", "), en.collect::<Vec<_>>().join(", "))
}

/// Tells of a stage that may not come next, with those that may.
fn next_stage(
    faults: &mut InputErrors,
    last: Option<BillStage>,
    stands: (BillResult, BillEffect),
    next: BillStage,
) {
    if may_come(last, stands, next) {
        return;
    }
    let (ko, en) = named(next_stages(last, stands));
    let name = |stage: BillStage| BillStage::CHOICE.korean(stage.code());
    let (from_ko, from_en) = last.map_or(("-", "-"), |last| (name(last), last.code()));
    if en.is_empty() {
        faults.add(
            "stage",
            "BILL_CLOSED",
            format!("절차가 끝난 법률안입니다(현재 단계: {from_ko}). 잘못 기록된 단계는 correctBillEvent로 정정하십시오."),
            format!("The procedure of this bill is over ({from_en}); a stage recorded by mistake is corrected by correctBillEvent."),
        );
        return;
    }
    faults.add(
        "stage",
        "STAGE_NOT_NEXT",
        format!("{from_ko} 다음에 {} 단계가 올 수 없습니다. 가능한 단계: {ko}.", name(next)),
        format!("{} may not follow {from_en}. Possible next: {en}.", next.code()),
    );
}

/// Checks what an event says by itself, and looks up what it names.
async fn checked(
    write: &Write<'_>,
    principal: &Principal,
    bill: &Bill,
    said: &Said,
    faults: &mut InputErrors,
) -> Result<(Option<Uuid>, Option<Uuid>), Error> {
    not_ahead(faults, "occurredOn", &said.occurred_on, write.today());
    let (allowed, is_must) = results(said.stage);
    let stage = BillStage::CHOICE.korean(said.stage.code());
    let (ko, en) = results_named(allowed);
    match said.result {
        None if is_must => faults.add(
            "result",
            "REQUIRED",
            format!("{stage} 단계에는 처리 결과가 있어야 합니다: {ko}."),
            format!("{} needs a result: {en}.", said.stage.code()),
        ),
        Some(result) if !allowed.contains(&result) => {
            let (ko, en) = if allowed.is_empty() {
                ("결과를 적지 않습니다".to_owned(), "takes no result".to_owned())
            } else {
                (format!("적을 수 있는 결과: {ko}"), format!("may bring {en}"))
            };
            faults.add(
                "result",
                "INVALID_RESULT",
                format!("{stage} 단계의 결과가 될 수 없습니다. {ko}."),
                format!("{} brings no such result; it {en}.", said.stage.code()),
            );
        }
        _ => {}
    }
    let absorbed_into = match (&said.absorbed_into, said.result.is_some_and(is_absorbed)) {
        (None, false) => None,
        (None, true) if said.is_absorption_open => None,
        (None, true) => {
            faults.add(
                "absorbedInto",
                "REQUIRED",
                "내용을 반영한 대안의 의안번호를 적어야 합니다. 없으면 먼저 등록(registerBill)하십시오.",
                "Name the bill that took the content up by its number; register it first if need be (registerBill).",
            );
            None
        }
        (Some(_), false) => {
            faults.add(
                "absorbedInto",
                "INVALID_VALUE",
                "대안반영폐기나 수정안반영폐기일 때만 적습니다.",
                "Only a bill absorbed into an alternative or an amendment has one.",
            );
            None
        }
        (Some(number), true) => {
            let other = bill_of(write, principal, "absorbedInto", number).await;
            match faults.keep(other)? {
                Some(other) if is_within(write, bill.id, &other).await? => {
                    faults.add(
                        "absorbedInto",
                        "INVALID_VALUE",
                        "자기 자신이나 자신에게 반영된 법률안에는 반영될 수 없습니다.",
                        "A bill is not absorbed into itself or into one that it absorbed.",
                    );
                    None
                }
                other => other.map(|other| other.id),
            }
        }
    };
    let institution = match &said.institution {
        None => None,
        Some(code) => faults.keep(institution_of(write, principal, "institution", code).await)?,
    };
    Ok((absorbed_into, institution))
}

/// Whether a bill is the other, or was taken up by way of it.
async fn is_within(write: &Write<'_>, id: Uuid, other: &Bill) -> Result<bool, Error> {
    let mut seen = vec![other.id];
    let mut next = other.absorbed_into_id;
    while let Some(into) = next.filter(|into| !seen.contains(into)) {
        seen.push(into);
        next = bill::Entity::find_by_id(into)
            .one(write.reads())
            .await?
            .and_then(|bill| bill.absorbed_into_id);
    }
    Ok(seen.contains(&id))
}

/// Tells of an event dated before the one that it follows, or after the one that follows it, where both days are known
/// well enough.
fn in_order(faults: &mut InputErrors, before: Option<&Event>, after: Option<&Event>, said: &Said) {
    let is_before = |one: &str, other: &str| {
        let days = (partial_date::last_day(one), partial_date::first_day(other));
        matches!(days, (Some(one), Some(other)) if one < other)
    };
    let known = |event: &&Event| !event.known_by && !said.is_known_by;
    let name = |event: &Event| BillStage::CHOICE.korean(event.stage.code());
    let before = before.filter(known).filter(|it| is_before(&said.occurred_on, &it.occurred_on));
    let after = after.filter(known).filter(|it| is_before(&it.occurred_on, &said.occurred_on));
    let told = [
        before.map(|it| {
            let (at, code) = (&it.occurred_on, it.stage.code());
            (
                format!("앞 단계인 {}의 일자({at})보다 빠릅니다.", name(it)),
                format!("It is before {code}, which it follows, on {at}."),
            )
        }),
        after.map(|it| {
            let (at, code) = (&it.occurred_on, it.stage.code());
            (
                format!("다음 단계인 {}의 일자({at})보다 늦습니다.", name(it)),
                format!("It is after {code}, which follows it, on {at}."),
            )
        }),
    ];
    for (ko, en) in told.into_iter().flatten() {
        faults.add("occurredOn", "INVALID_DATE", ko, en);
    }
}

/// Events that count for a bill: those that everybody sees who sees the bill.
async fn counting(write: &Write<'_>, bill: &Bill) -> Result<Vec<Event>, Error> {
    let published_only = bill.visibility == entity::common::Visibility::Public;
    events(write.reads(), bill.id, published_only).await
}

/// Adds an event, and brings the bill to what follows from it, in one write of each.
async fn append(
    write: &mut Write<'_>,
    author: &Author<'_>,
    bill: &Bill,
    (id, said): (Uuid, Said),
    (corrects, absorbed_into, institution): (Option<&BillEvent>, Option<Uuid>, Option<Uuid>),
) -> Result<(), Error> {
    let last = bill_event::Entity::find()
        .filter(bill_event::Column::BillId.eq(bill.id))
        .order_by_desc(bill_event::Column::Position)
        .one(write.reads())
        .await?;
    let visibility = corrects.map_or(bill.visibility, |event| event.visibility);
    let mut columns = Columns::new();
    set(&mut columns, "bill_id", bill.id)?;
    set(&mut columns, "position", last.map_or(1, |event| event.position.saturating_add(1)))?;
    set(&mut columns, "stage", said.stage)?;
    set(&mut columns, "occurred_on", said.occurred_on)?;
    set(&mut columns, "known_by", said.is_known_by)?;
    set(&mut columns, "result", said.result)?;
    set(&mut columns, "institution_id", institution)?;
    set(&mut columns, "raw_text", said.raw_text)?;
    set(&mut columns, "source", said.source)?;
    set(&mut columns, "note_ko", said.note.0)?;
    set(&mut columns, "note_en", said.note.1)?;
    set(&mut columns, "corrects_id", corrects.map(|event| event.id))?;
    let row = made::<bill_event::Entity>(id, author, visibility, columns)?;
    write.hold_bill(Some(bill.id));
    write.add_with::<bill_event::Entity>("create", id, row).await?;
    write.hold_bill(None);
    let (result, effect) = outcome(&counting(write, bill).await?, (bill.result, bill.effect));
    let mut columns = Columns::new();
    set(&mut columns, "result", result)?;
    set(&mut columns, "effect", effect)?;
    if effect != BillEffect::InAlternative {
        set(&mut columns, "absorbed_into_id", ())?;
    } else if absorbed_into.is_some() {
        set(&mut columns, "absorbed_into_id", absorbed_into)?;
    }
    write.update::<bill::Entity>(bill.id, bill.version, |row| row.extend(columns)).await?;
    Ok(())
}

/// Records a stage of a bill under a write that holds it.
pub(crate) async fn recorded(
    write: &mut Write<'_>,
    author: &Author<'_>,
    bill: &Bill,
    id: Uuid,
    said: Said,
) -> Result<(), Error> {
    let known = counting(write, bill).await?;
    let found = uncorrected(&known);
    let last = found.last().copied();
    let mut faults = InputErrors::default();
    let stands = (bill.result, bill.effect);
    next_stage(&mut faults, last.map(|event| event.stage), stands, said.stage);
    in_order(&mut faults, last, None, &said);
    let (absorbed_into, institution) =
        checked(write, author.principal, bill, &said, &mut faults).await?;
    faults.settle()?;
    append(write, author, bill, (id, said), (None, absorbed_into, institution)).await
}

/// Records a stage of a bill.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn record(db: &Store, author: Author<'_>, input: RecordBillEvent) -> Result<Done, Error> {
    let mut write = begin(db, author, &input.call).await?;
    let (on, id) = (input.call.id, Uuid::now_v7());
    let turn = turn::<bill_event::Entity>(&write, author.principal, &input.call, id).await?;
    let bill = match turn {
        Turn::First(bill) => bill,
        Turn::Again(event) => return Ok(Done { bill: on, event }),
    };
    let said = Said {
        stage: input.stage,
        occurred_on: input.occurred_on.0,
        is_known_by: input.is_known_by,
        result: input.result,
        absorbed_into: input.absorbed_into,
        is_absorption_open: false,
        institution: input.institution,
        raw_text: input.raw_text.map(String::from),
        source: input.source.map(String::from),
        note: texts(input.note),
    };
    recorded(&mut write, &author, &bill, id, said).await?;
    write.commit().await?;
    Ok(Done { bill: on, event: id })
}

/// Corrects an event by a new one.
///
/// # Errors
/// As [`record`].
pub async fn correct(
    db: &Store,
    author: Author<'_>,
    input: CorrectBillEvent,
) -> Result<Done, Error> {
    let mut write = begin(db, author, &input.call).await?;
    let find = || bill_event::Entity::find_by_id(input.call.id);
    let event = find().one(write.reads()).await?.ok_or(Error::NotFound)?;
    let bill = locked(&write, author.principal, event.bill_id).await?;
    // As it is once nobody else writes it.
    let event = find().one(write.reads()).await?.ok_or(Error::NotFound)?;
    if !sees(author.principal, event.visibility) {
        return Err(Error::NotFound);
    }
    let id = Uuid::now_v7();
    if let Some(event) = write.repeats::<bill_event::Entity>(&input.call, id).await? {
        return Ok(Done { bill: bill.id, event });
    }
    if event.version != input.call.version {
        return Err(Error::Conflict);
    }
    if let Some(by) = correction_of(&write, event.id).await? {
        return Err(Error::User(vec![UserError::at(
            "id",
            "ALREADY_CORRECTED",
            format!("이미 정정된 단계입니다. 이를 정정한 {}번 단계를 정정하십시오.", by.position),
            format!(
                "It was corrected already; correct what took its place, number {}.",
                by.position
            ),
        )]));
    }
    let said = Said {
        stage: input.stage,
        occurred_on: input.occurred_on.0,
        is_known_by: input.is_known_by,
        result: input.result,
        absorbed_into: input.absorbed_into,
        is_absorption_open: false,
        institution: input.institution,
        raw_text: input.raw_text.map(String::from),
        source: input.source.map(String::from),
        note: texts(input.note),
    };
    corrected(&mut write, &author, (&bill, &event), id, said).await?;
    write.commit().await?;
    Ok(Done { bill: bill.id, event: id })
}

/// Puts a new event in the place of one that none corrects, under a write that holds the bill.
pub(crate) async fn corrected(
    write: &mut Write<'_>,
    author: &Author<'_>,
    (bill, event): (&Bill, &BillEvent),
    id: Uuid,
    said: Said,
) -> Result<(), Error> {
    let known = events(write.reads(), bill.id, false).await?;
    let found = uncorrected(&known);
    let at = found.iter().position(|other| other.id == event.id).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| found.get(at)).copied();
    let after = found.get(at + 1).copied();
    let earlier: Vec<Event> = found.iter().take(at).map(|event| (*event).clone()).collect();
    let stands = outcome(&earlier, (BillResult::Pending, BillEffect::Pending));
    let mut faults = InputErrors::default();
    fits_between(&mut faults, (before, stands), after, &said);
    in_order(&mut faults, before, after, &said);
    let (absorbed_into, institution) =
        checked(write, author.principal, bill, &said, &mut faults).await?;
    faults.settle()?;
    append(write, author, bill, (id, said), (Some(event), absorbed_into, institution)).await
}

/// Tells of a stage that may not stand between its neighbours, with those that may.
fn fits_between(
    faults: &mut InputErrors,
    (before, stands): (Option<&Event>, (BillResult, BillEffect)),
    after: Option<&Event>,
    said: &Said,
) {
    let fits = |stage: BillStage| {
        may_come(before.map(|event| event.stage), stands, stage)
            && after.is_none_or(|after| may_follow(Some(stage), after.stage))
    };
    if fits(said.stage) {
        let pending = (BillResult::Pending, BillEffect::Pending);
        let stands = match said.result {
            Some(result) => outcome_of(said.stage, result),
            None => pending,
        };
        if let Some(after) = after.filter(|after| !may_come(Some(said.stage), stands, after.stage))
        {
            let name = BillStage::CHOICE.korean(after.stage.code());
            faults.add(
                "result",
                "INVALID_RESULT",
                format!("그 결과 다음에는 이미 기록된 {name} 단계가 올 수 없습니다. 그 단계를 먼저 정정하십시오."),
                format!("After this result {} could not have come; correct that one first.", after.stage.code()),
            );
        }
        return;
    }
    let (ko, en) = named(BillStage::iter().filter(|stage| fits(*stage)));
    let name = BillStage::CHOICE.korean(said.stage.code());
    faults.add(
        "stage",
        "STAGE_NOT_NEXT",
        format!("{name} 단계는 앞뒤 단계 사이에 올 수 없습니다. 가능한 단계: {ko}."),
        format!("{} may not stand between its neighbours. Possible: {en}.", said.stage.code()),
    );
}

async fn correction_of(write: &Write<'_>, event: Uuid) -> Result<Option<BillEvent>, Error> {
    let found = bill_event::Entity::find().filter(bill_event::Column::CorrectsId.eq(event));
    Ok(found.one(write.reads()).await?)
}

/// What the end of a term did.
#[derive(Debug)]
pub struct Ended {
    /// Bills that have expired on that day, by this call or an earlier one.
    pub expired: u64,
    /// Bills that are still to expire: call again.
    pub remaining: usize,
}

/// Bills that expire in one call, so that no write holds the others up for long.
const AT_ONCE: usize = 500;
/// How the Assembly prints it.
const EXPIRED: &str = "임기만료폐기";

/// Ends a term: what is pending expires.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn end_term(
    db: &Store,
    author: Author<'_>,
    EndAssemblyTerm { call, ended_on, source }: EndAssemblyTerm,
) -> Result<Ended, Error> {
    let mut write = begin(db, author, &call).await?;
    let is_repeated = write.repeats::<bill::Entity>(&call, Uuid::nil()).await?.is_some();
    let mut faults = InputErrors::default();
    not_ahead(&mut faults, "endedOn", &ended_on.to_string(), write.today());
    faults.settle()?;
    let open = bill::Entity::find()
        .filter(bill::Column::IsClosed.eq(false))
        .order_by_asc(bill::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    let due: Vec<Bill> = open
        .into_iter()
        .filter(|bill| expires(bill.stage, (bill.result, bill.effect)))
        .filter(|bill| {
            let latest = bill.latest_event_on.as_deref().and_then(partial_date::first_day);
            latest.is_some_and(|day| day <= ended_on)
        })
        .collect();
    let batch = if is_repeated { 0 } else { due.len().min(AT_ONCE) };
    for bill in &due[..batch] {
        let said = Said {
            stage: BillStage::ClosedWithoutEnactment,
            occurred_on: ended_on.to_string(),
            is_known_by: false,
            result: Some(BillResult::ExpiredTermEnd),
            absorbed_into: None,
            is_absorption_open: false,
            institution: None,
            raw_text: Some(EXPIRED.to_owned()),
            source: source.clone().map(String::from),
            note: (None, None),
        };
        append(&mut write, &author, bill, (Uuid::now_v7(), said), (None, None, None)).await?;
    }
    let expired = bill_event::Entity::find()
        .filter(bill_event::Column::Result.eq(BillResult::ExpiredTermEnd))
        .filter(bill_event::Column::OccurredOn.eq(ended_on.to_string()))
        .count(write.reads())
        .await?;
    if !is_repeated {
        write.commit().await?;
    }
    Ok(Ended { expired, remaining: due.len() - batch })
}

//! Figures 수치 as they are written: what was measured, in which unit, of when and of whom.

use entity::observation::{self, Column, Entity, ObservationKind};
use entity::{body, citation, institution, meeting, policy_plan, policy_task, region, topic};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::citation::OPERATORS;
use super::parts::{Columns, made, set, set_texts, visibility};
use super::people::{begin, ordered, take_off, tell_parts, turn, turns};
use super::sight;
use super::write::Write;
use crate::domain::access::Object;
use crate::domain::observation::number;
use crate::domain::partial_date;
use crate::error::Error;
use crate::input;
use crate::input::types::{Change, Localized, OneLine, PartialDate, Prose, RecordCode, Title, Won};
use crate::input::{InputErrors, taken};
use crate::read::Act;

input! {
    /// 수치 기재. A published figure; its sources come after it (`cite`).
    mutation RecordObservation {
        /// 수치 키. 2 to 40 capital letters, digits, underscores and hyphens; made if left out.
        code: Option<RecordCode>,
        /// 제목. What is measured.
        title: Localized<Title>,
        /// 성격. Observed, forecast, target or limit.
        kind: ObservationKind,
        /// 값. Number in `unit`; left out where the source gives words only, and where `amount` tells it.
        value: Option<f64>,
        /// 금액(원). Exact amount, for money alone: units 원, 천원, 만원, 백만원, 천만원, 억원 and 조원.
        amount: Option<Won>,
        /// 표기. The figure as printed.
        value_text: OneLine,
        /// 단위. Unit.
        unit: Localized<OneLine>,
        /// 기간 시작. Start of the period, or the date.
        period_starts_on: Option<PartialDate>,
        /// 기간 끝. End of the period.
        period_ends_on: Option<PartialDate>,
        /// 모집단·대상. Whom or what it covers.
        population: Option<Localized<Title>>,
        /// 수치 출처. Origin of the figure as the document names it.
        source_name: Option<Localized<Title>>,
        /// 비고. Note.
        note: Option<Localized<Prose>>,
        /// 기관 코드. Institution it is about.
        institution: Option<String>,
        /// 협의체 키. Body it is about.
        body: Option<String>,
        /// 회의 키. Meeting it is about.
        meeting: Option<String>,
        /// 주제 코드. Topic.
        topic: Option<String>,
        /// 지역 코드. Region.
        region: Option<String>,
        /// 계획 키. Plan.
        plan: Option<String>,
        /// 과제 키. Task.
        task: Option<String>,
        /// 공개 여부. Whether everybody sees it.
        is_public: bool = "true",
    }
}

input! {
    /// 수치 수정. What changes of a figure: what is left out stays, null clears.
    mutation AmendObservation on observation::Entity {
        /// 제목. What is measured.
        title: Option<Localized<Title>>,
        /// 성격. Observed, forecast, target or limit.
        kind: Option<ObservationKind>,
        /// 값. Number in `unit`; that of `amount` if that alone changes.
        value: Change<f64>,
        /// 금액(원). Exact amount, for money alone.
        amount: Change<Won>,
        /// 표기. The figure as printed.
        value_text: Option<OneLine>,
        /// 단위. Unit.
        unit: Option<Localized<OneLine>>,
        /// 기간 시작. Start of the period, or the date.
        period_starts_on: Change<PartialDate>,
        /// 기간 끝. End of the period.
        period_ends_on: Change<PartialDate>,
        /// 모집단·대상. Whom or what it covers.
        population: Change<Localized<Title>>,
        /// 수치 출처. Origin of the figure as the document names it.
        source_name: Change<Localized<Title>>,
        /// 비고. Note.
        note: Change<Localized<Prose>>,
        /// 기관 코드. Institution it is about.
        institution: Change<String>,
        /// 협의체 키. Body it is about.
        body: Change<String>,
        /// 회의 키. Meeting it is about.
        meeting: Change<String>,
        /// 주제 코드. Topic.
        topic: Change<String>,
        /// 지역 코드. Region.
        region: Change<String>,
        /// 계획 키. Plan.
        plan: Change<String>,
        /// 과제 키. Task.
        task: Change<String>,
        /// 공개 여부. Whether everybody sees it.
        is_public: Option<bool>,
    }
}

input! {
    /// 수치 삭제. A figure that was recorded by mistake.
    mutation RemoveObservation on observation::Entity {}
}

/// Whose figures are: nobody's but the operators'.
const OWNED: (Object, fn(&observation::Model) -> Option<Uuid>) = (Object::Content, |_| None);

/// Sets what a figure is about, as far as that is told.
async fn set_about(
    write: &Write<'_>,
    act: &Act<'_>,
    faults: &mut InputErrors,
    columns: &mut Columns,
    told: [(&'static str, Change<String>); 7],
) -> Result<(), Error> {
    for (field, change) in told {
        let Some(code) = change.into_new() else { continue };
        let code = code.as_deref();
        let found = match field {
            "institution" => {
                sight::by_code::<institution::Entity>(write, act, faults, field, code).await?
            }
            "body" => sight::by_code::<body::Entity>(write, act, faults, field, code).await?,
            "meeting" => sight::by_code::<meeting::Entity>(write, act, faults, field, code).await?,
            "topic" => sight::by_code::<topic::Entity>(write, act, faults, field, code).await?,
            "region" => sight::by_code::<region::Entity>(write, act, faults, field, code).await?,
            "plan" => {
                sight::by_code::<policy_plan::Entity>(write, act, faults, field, code).await?
            }
            _ => sight::by_code::<policy_task::Entity>(write, act, faults, field, code).await?,
        };
        set(columns, &format!("{field}_id"), found)?;
    }
    Ok(())
}

/// Tells a period that ends before it starts, and an observed figure of a time that has not come.
fn check_period(
    write: &Write<'_>,
    faults: &mut InputErrors,
    kind: ObservationKind,
    (starts_on, ends_on): (Option<&str>, Option<&str>),
) {
    ordered(faults, "periodEndsOn", (starts_on, ends_on));
    let (field, first) = match starts_on {
        Some(starts_on) => ("periodStartsOn", Some(starts_on)),
        None => ("periodEndsOn", ends_on),
    };
    let begins = first.and_then(partial_date::first_day);
    if kind == ObservationKind::Actual && begins.is_some_and(|day| day > write.today()) {
        faults.add(
            field,
            "INVALID_DATE",
            "아직 오지 않은 때의 수치는 실적일 수 없습니다. 전망이나 목표로 적으십시오.",
            "A figure of a time to come is no observed one; record it as a forecast or a target.",
        );
    }
}

/// The number of a figure; what is wrong with its amount is told.
fn checked(
    faults: &mut InputErrors,
    unit: &str,
    value: Option<f64>,
    amount: Option<i64>,
) -> Option<f64> {
    number(unit, value, amount).unwrap_or_else(|(code, text)| {
        faults.add("amount", code, text.ko, text.en);
        None
    })
}

/// Puts a figure on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record(act: &Act<'_>, new: RecordObservation) -> Result<Uuid, Error> {
    let mut write = begin(act, OPERATORS, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let (mut faults, mut columns) = (InputErrors::default(), Columns::new());
    let about = [
        ("institution", new.institution),
        ("body", new.body),
        ("meeting", new.meeting),
        ("topic", new.topic),
        ("region", new.region),
        ("plan", new.plan),
        ("task", new.task),
    ];
    let about = about.map(|(field, code)| (field, code.map_or(Change::Clear, Change::Set)));
    set_about(&write, act, &mut faults, &mut columns, about).await?;
    let [starts_on, ends_on] =
        [new.period_starts_on, new.period_ends_on].map(|date| date.map(|date| date.0));
    let period = (starts_on.as_deref(), ends_on.as_deref());
    check_period(&write, &mut faults, new.kind, period);
    let amount = new.amount.map(|amount| amount.0);
    let value = checked(&mut faults, &new.unit.ko, new.value, amount);
    let code =
        new.code.map_or_else(|| format!("O_{:08X}", id.as_u128() & 0xFFFF_FFFF), String::from);
    if Entity::find().filter(Column::Code.eq(&code)).one(write.reads()).await?.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    set(&mut columns, "code", code)?;
    set_texts(&mut columns, "title", Some(new.title))?;
    set(&mut columns, "kind", new.kind)?;
    set(&mut columns, "value", value)?;
    set(&mut columns, "amount", amount)?;
    set(&mut columns, "value_text", String::from(new.value_text))?;
    set_texts(&mut columns, "unit", Some(new.unit))?;
    set(&mut columns, "period_start", starts_on)?;
    set(&mut columns, "period_end", ends_on)?;
    set_texts(&mut columns, "population", new.population)?;
    set_texts(&mut columns, "source_name", new.source_name)?;
    set_texts(&mut columns, "note", new.note)?;
    let row = made::<Entity>(id, &act.author, visibility(new.is_public), columns)?;
    let added = write.add_with::<Entity>("recordObservation", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    write.commit().await?;
    Ok(id)
}

/// Changes a figure.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendObservation) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, OPERATORS, &call).await?;
    let Some(known) = turn::<Entity>(&mut write, act, &call, OWNED).await? else {
        return Ok(call.id);
    };
    let (mut faults, mut columns) = (InputErrors::default(), Columns::new());
    let about = [
        ("institution", input.institution),
        ("body", input.body),
        ("meeting", input.meeting),
        ("topic", input.topic),
        ("region", input.region),
        ("plan", input.plan),
        ("task", input.task),
    ];
    set_about(&write, act, &mut faults, &mut columns, about).await?;
    let kind = input.kind.unwrap_or(known.kind);
    let starts_on = input.period_starts_on.into_new();
    let starts_on = starts_on.map_or(known.period_start, |date| date.map(|date| date.0));
    let ends_on = input.period_ends_on.into_new();
    let ends_on = ends_on.map_or(known.period_end, |date| date.map(|date| date.0));
    let period = (starts_on.as_deref(), ends_on.as_deref());
    check_period(&write, &mut faults, kind, period);
    let unit = input.unit.as_ref().map_or(&*known.unit_ko, |unit| &*unit.ko);
    let (is_kept, is_told) = (input.value == Change::Keep, input.amount != Change::Keep);
    let amount = input.amount.into_new().map_or(known.amount, |amount| amount.map(|it| it.0));
    // The number of another amount is that amount's.
    let follows = is_kept && is_told && amount.is_some();
    let value = if follows { None } else { input.value.over(known.value) };
    let value = checked(&mut faults, unit, value, amount);
    faults.settle()?;
    set(&mut columns, "kind", kind)?;
    set(&mut columns, "value", value)?;
    set(&mut columns, "amount", amount)?;
    set(&mut columns, "period_start", starts_on)?;
    set(&mut columns, "period_end", ends_on)?;
    if let Some(title) = input.title {
        set_texts(&mut columns, "title", Some(title))?;
    }
    if let Some(text) = input.value_text {
        set(&mut columns, "value_text", String::from(text))?;
    }
    if let Some(unit) = input.unit {
        set_texts(&mut columns, "unit", Some(unit))?;
    }
    for (name, change) in [("population", input.population), ("source_name", input.source_name)] {
        if let Some(text) = change.into_new() {
            set_texts(&mut columns, name, text)?;
        }
    }
    if let Some(note) = input.note.into_new() {
        set_texts(&mut columns, "note", note)?;
    }
    let turns = turns(&mut columns, input.is_public, known.visibility)?;
    if turns == Some(false) {
        tell_sources(&mut write, act, known.id, true).await?;
    }
    let version = write.update::<Entity>(known.id, call.version, |row| row.extend(columns)).await?;
    match turns {
        Some(true) => tell_sources(&mut write, act, known.id, false).await?,
        Some(false) => write.tell_sight::<Entity>(known.id, version, true),
        None => {}
    }
    write.commit().await?;
    Ok(known.id)
}

/// Tells of what is seen with a figure.
async fn tell_sources(
    write: &mut Write<'_>,
    act: &Act<'_>,
    id: Uuid,
    is_hidden: bool,
) -> Result<(), Error> {
    const OF: &str = "subject_id";
    tell_parts::<citation::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<entity::conflict::Entity>(write, act, OF, id, is_hidden).await
}

/// Takes a figure off with its citations.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveObservation) -> Result<Uuid, Error> {
    take_off::<Entity, Entity>(act, &input.call, OWNED, |_| None).await?;
    Ok(input.call.id)
}

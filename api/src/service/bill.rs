//! Bills: events are appended in the order of the procedure, and what follows from them stands in columns of
//! the bill. An event counts for the bill's stage if everybody who sees the bill sees the event.

use chrono::{DateTime, Utc};
use entity::bill::{self, BillEffect, BillResult};
use entity::bill_event::{self, BillStage};
use entity::common::Visibility;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::write::{Author, DERIVE, Write};
use crate::database::Store;
use crate::domain::bill::{Event, is_closed, is_enacted, may_follow, order, standing};
use crate::domain::partial_date;
use crate::domain::principal::Principal;
use crate::error::Error;

fn field<T: DeserializeOwned>(row: &Map<String, Value>, name: &str) -> Result<T, Error> {
    serde_json::from_value(row.get(name).cloned().unwrap_or_default()).map_err(Error::internal)
}

/// Events of a bill.
pub(super) async fn events(
    db: &impl ConnectionTrait,
    bill: Uuid,
    published_only: bool,
) -> Result<Vec<Event>, Error> {
    let mut found = bill_event::Entity::find().filter(bill_event::Column::BillId.eq(bill));
    if published_only {
        found = found.filter(bill_event::Column::Visibility.eq(Visibility::Public));
    }
    let found = found.all(db).await?;
    Ok(found
        .into_iter()
        .map(|event| Event {
            id: event.id,
            position: event.position,
            corrects: event.corrects_id,
            stage: event.stage,
            occurred_on: event.occurred_on,
            known_by: event.known_by,
            result: event.result,
        })
        .collect())
}

/// The columns of a bill that follow from its events, result and effect.
///
/// # Errors
/// Internal.
pub async fn derived(
    db: &impl ConnectionTrait,
    id: Uuid,
    row: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let visibility: Visibility = field(row, "visibility")?;
    let (result, effect): (BillResult, BillEffect) = (field(row, "result")?, field(row, "effect")?);
    let stands = standing(&events(db, id, visibility == Visibility::Public).await?);
    let stage = stands.as_ref().map(|stands| stands.stage);
    let columns = json!({
        "stage": stage,
        "stage_order": order(stage),
        "stage_since": stands.as_ref().map(|stands| &stands.since),
        "stage_since_precision": stands.as_ref().map(|stands| stands.precision),
        "latest_event_on": stands.as_ref().map(|stands| &stands.latest_on),
        "is_closed": is_closed(stage, result, effect),
        "is_enacted": is_enacted(stage, effect),
    });
    match columns {
        Value::Object(columns) => Ok(columns),
        _ => Err(Error::internal("columns that are no object")),
    }
}

/// Computes the columns of bills that were written before there were such columns. Tells how many.
///
/// # Errors
/// Internal.
pub async fn complete(db: &Store, now: DateTime<Utc>) -> Result<usize, Error> {
    let before = bill::Entity::find().filter(bill::Column::StageOrder.is_null()).all(db).await?;
    if before.is_empty() {
        return Ok(0);
    }
    let author = Author { principal: &Principal::System, request_id: "start", address: None, now };
    let mut write = Write::begin(db, author).await?;
    for bill in &before {
        write.update_as::<bill::Entity>(DERIVE, bill.id, bill.version, |_| {}, Map::new()).await?;
    }
    write.commit().await
}

/// Checks that the procedure allows the stage of a new event after those on record, and that it has
/// happened. A correction may name any stage.
///
/// # Errors
/// Input, if the stage may not follow, or lies ahead; internal.
pub async fn check_next_stage(write: &Write<'_>, event: &Map<String, Value>) -> Result<(), Error> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let (Some(bill), Some(_)) =
        (text("bill_id").and_then(|id| Uuid::parse_str(id).ok()), text("stage"))
    else {
        return Ok(());
    };
    let stage: BillStage = serde_json::from_value(event.get("stage").cloned().unwrap_or_default())
        .map_err(|error| Error::input("행의 값이 올바르지 않습니다.", error.to_string()))?;
    let occurred_on = text("occurred_on").unwrap_or_default();
    if partial_date::first_day(occurred_on).is_some_and(|day| day > write.today()) {
        return Err(Error::input(
            format!("{occurred_on}: 아직 오지 않은 날짜입니다. 단계는 이르고 나서 기록합니다."),
            format!("{occurred_on} lies ahead: a stage is recorded once it is reached."),
        ));
    }
    let events = events(write.reads(), bill, false).await?;
    // The same event again is another matter: that it may stand there was found before.
    let position = event.get("position").and_then(Value::as_i64);
    let is_known = events.iter().any(|known| Some(i64::from(known.position)) == position);
    if text("corrects_id").is_some() || is_known {
        return Ok(());
    }
    let last = standing(&events).map(|stands| stands.stage);
    if may_follow(last, stage) {
        return Ok(());
    }
    let from = last.map_or("-", BillStage::code);
    let ko = |code| BillStage::CHOICE.korean(code);
    Err(Error::input(
        format!("{} 다음에 {} 단계가 올 수 없습니다.", ko(from), ko(stage.code())),
        format!("The stage {} may not follow {from}.", stage.code()),
    ))
}

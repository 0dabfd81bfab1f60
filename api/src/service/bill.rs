//! Bills: events are appended in the order of the procedure.

use entity::bill_event::{self, BillStage};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::write::Write;
use crate::domain::bill::may_follow;
use crate::error::Error;

/// Checks that the procedure allows the stage of a new event after those on record. A correction may
/// name any stage.
///
/// # Errors
/// Input, if the stage may not follow; internal.
pub async fn check_next_stage(write: &Write<'_>, event: &Map<String, Value>) -> Result<(), Error> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let (Some(bill), Some(stage)) =
        (text("bill_id").and_then(|id| Uuid::parse_str(id).ok()), text("stage"))
    else {
        return Ok(());
    };
    let stage: BillStage = serde_json::from_value(stage.into())
        .map_err(|error| Error::input("행의 값이 올바르지 않습니다.", error.to_string()))?;
    let events = bill_event::Entity::find()
        .filter(bill_event::Column::BillId.eq(bill))
        .order_by_asc(bill_event::Column::Position)
        .all(write.reads())
        .await?;
    if text("corrects_id").is_some() || events.iter().any(|known| known.stage == stage) {
        return Ok(());
    }
    let last = events.last().map(|event| event.stage);
    if may_follow(last, stage) {
        return Ok(());
    }
    let from = last.map_or("-", BillStage::code);
    Err(Error::input(
        format!("{from} 다음에 {} 단계가 올 수 없습니다.", stage.code()),
        format!("The stage {} may not follow {from}.", stage.code()),
    ))
}

//! What targets were, from when to when: kept by the write path with each write of one, so that figures as known
//! at an instant have the targets of that instant.

use chrono::{DateTime, Utc};
use entity::target_value::{ActiveModel, Column as C, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::record::Record;
use crate::error::Error;

/// Notes what a target is from now on, if the row is one and it was another.
///
/// # Errors
/// Internal.
pub async fn note<R: Record>(
    transaction: &DatabaseTransaction,
    id: Uuid,
    row: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if R::TYPE != "Target" {
        return Ok(());
    }
    let value = row.get("value").and_then(Value::as_str).unwrap_or_default();
    let scaled = row.get("scaled").and_then(Value::as_i64).unwrap_or_default();
    let last = Entity::find()
        .filter(C::TargetId.eq(id))
        .filter(C::KnownTo.is_null())
        .one(transaction)
        .await?;
    if last.as_ref().is_some_and(|last| last.value == value && last.scaled == scaled) {
        return Ok(());
    }
    // The clock of another server may have been ahead.
    let from = last.map_or(now, |last| last.known_from.max(now));
    Entity::update_many()
        .col_expr(C::KnownTo, Expr::value(from))
        .filter(C::TargetId.eq(id))
        .filter(C::KnownTo.is_null())
        .exec(transaction)
        .await?;
    let row = ActiveModel {
        id: Set(Uuid::now_v7()),
        target_id: Set(id),
        value: Set(value.to_owned()),
        scaled: Set(scaled),
        known_from: Set(from),
        known_to: Set(None),
    };
    Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

//! What targets were, from when to when: kept by the write path with each write of one, so that figures as known
//! at an instant have the targets of that instant.

use chrono::{DateTime, Utc};
use entity::target_value::{ActiveModel, Column as C, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
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
    let from = close(transaction, id, now).await?;
    let noted = ActiveModel {
        id: Set(Uuid::now_v7()),
        target_id: Set(id),
        indicator_id: Set(of(row, "indicator_id")?),
        institution_id: Set(of(row, "institution_id")?),
        quarter: Set(of(row, "quarter")?),
        visibility: Set(of(row, "visibility")?),
        origin: Set(of(row, "origin")?),
        value: Set(value.to_owned()),
        scaled: Set(scaled),
        known_from: Set(from),
        known_to: Set(None),
    };
    Entity::insert(noted).exec_without_returning(transaction).await?;
    Ok(())
}

/// Notes that a target is one no more, if the row is one.
///
/// # Errors
/// Internal.
pub async fn end<R: Record>(
    transaction: &DatabaseTransaction,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if R::TYPE == "Target" {
        close(transaction, id, now).await?;
    }
    Ok(())
}

/// Ends what the target was; from when on it may be something else.
async fn close(
    transaction: &DatabaseTransaction,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let open = Entity::find().filter(C::TargetId.eq(id)).filter(C::KnownTo.is_null());
    // The clock of another server may have been ahead.
    let at = open.one(transaction).await?.map_or(now, |last| last.known_from.max(now));
    Entity::update_many()
        .col_expr(C::KnownTo, Expr::value(at))
        .filter(C::TargetId.eq(id))
        .filter(C::KnownTo.is_null())
        .exec(transaction)
        .await?;
    Ok(at)
}

/// What a column of the target holds.
fn of<T: DeserializeOwned>(row: &Map<String, Value>, column: &str) -> Result<T, Error> {
    serde_json::from_value(row.get(column).cloned().unwrap_or_default()).map_err(Error::internal)
}

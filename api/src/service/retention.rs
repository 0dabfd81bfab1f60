//! What is forgotten after its time, where an operator says so: changes of the feed, the oldest first, and
//! idempotency keys. A little at a time, so that nobody waits long, and each time on record.

use chrono::{DateTime, Days, Utc};
use entity::{change, idempotency};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::json;

use super::ledger::Event;
use super::write::{Author, Write};
use crate::config::RetentionSettings;
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::error::Error;

/// Rows that are forgotten in one transaction.
const BATCH: u64 = 1_000;

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Changes.
    pub changes: u64,
    /// Idempotency keys.
    pub keys: u64,
}

/// Forgets what is older than it is kept.
///
/// # Errors
/// Unavailable; internal.
pub async fn forget(
    db: &Store,
    now: DateTime<Utc>,
    keep: &RetentionSettings,
) -> Result<Forgotten, Error> {
    let before = |days: u32| (days > 0).then(|| now.checked_sub_days(Days::new(days.into())))?;
    let mut all = Forgotten::default();
    if let Some(before) = before(keep.keep_changes) {
        while let Some(count) = forget_changes(db, now, before).await? {
            all.changes += count;
        }
    }
    if let Some(before) = before(keep.keep_keys) {
        while let Some(count) = forget_keys(db, now, before).await? {
            all.keys += count;
        }
    }
    Ok(all)
}

async fn begin(db: &Store, now: DateTime<Utc>) -> Result<Write<'static>, Error> {
    let principal = &Principal::System;
    Write::begin(db, Author { principal, request_id: "retention", address: None, now }).await
}

fn event(action: &'static str, what: serde_json::Value) -> Event {
    Event { action, after: Some(what.to_string()), ..Event::default() }
}

/// Forgets the oldest changes; tells how many, and none if there are none so old.
async fn forget_changes(
    db: &Store,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<Option<u64>, Error> {
    let oldest: Vec<(i64, DateTime<Utc>)> = change::Entity::find()
        .select_only()
        .columns([change::Column::Seq, change::Column::At])
        .order_by_asc(change::Column::Seq)
        .limit(BATCH)
        .into_tuple()
        .all(&**db)
        .await?;
    // The last change of all stays: statistics tell their version by it.
    let end = super::change::last(db).await?;
    let old = oldest.into_iter().take_while(|(seq, at)| *at < before && *seq < end).last();
    let Some((last, _)) = old else { return Ok(None) };
    let mut write = begin(db, now).await?;
    let forgotten = Statement::from_sql_and_values(
        db.get_database_backend(),
        "UPDATE ledger SET forgotten_seq = $1 WHERE id = 1 AND forgotten_seq < $1",
        [last.into()],
    );
    let changes = change::Entity::delete_many().filter(change::Column::Seq.lte(last));
    let count = changes.exec(write.parts()).await?.rows_affected;
    write.parts().execute_raw(forgotten).await?;
    // Another server may have been first.
    if count > 0 {
        write.note(event("changes.forget", json!({ "changes": count, "upTo": last })));
    }
    write.commit().await?;
    Ok(Some(count))
}

/// Forgets some keys that are so old; tells how many, and none if there are none. Keys of data sets are what their
/// rows are known by, and stay.
async fn forget_keys(
    db: &Store,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<Option<u64>, Error> {
    let old = idempotency::Entity::find()
        .select_only()
        .column(idempotency::Column::Id)
        .filter(idempotency::Column::At.lt(before))
        .filter(idempotency::Column::Actor.ne(Principal::System.actor()))
        .limit(BATCH)
        .into_tuple::<uuid::Uuid>()
        .all(&**db)
        .await?;
    if old.is_empty() {
        return Ok(None);
    }
    let mut write = begin(db, now).await?;
    let keys = idempotency::Entity::delete_many().filter(idempotency::Column::Id.is_in(old));
    let count = keys.exec(write.parts()).await?.rows_affected;
    if count > 0 {
        write.note(event("keys.forget", json!({ "keys": count })));
    }
    write.commit().await?;
    Ok(Some(count))
}

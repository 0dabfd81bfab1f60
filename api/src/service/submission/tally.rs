//! What statistics count of a submission: kept from when to when beside the row, so that it can be had as known
//! at an instant. While a restatement is open it stays as it was when the quarter became final, and changes
//! with the acceptance. Submissions are written here only.

use chrono::{DateTime, SubsecRound, Utc};
use entity::{submission, submission_tally};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Columns;
use crate::error::Error;
use crate::service::ledger;
use crate::service::write::{Author, Write, as_json};

/// Instants as databases keep them.
fn now(author: &Author<'_>) -> DateTime<Utc> {
    author.now.trunc_subsecs(6)
}

fn row(id: Uuid, of: &submission::Model, from: DateTime<Utc>) -> submission_tally::ActiveModel {
    submission_tally::ActiveModel {
        id: Set(Uuid::now_v7()),
        submission_id: Set(id),
        status: Set(of.status),
        is_nil: Set(of.is_nil),
        is_on_time: Set(of.is_on_time),
        due_on: Set(of.due_on),
        known_from: Set(from),
        known_to: Set(None),
    }
}

/// Puts submissions on the list of those expected.
///
/// # Errors
/// Forbidden; internal.
pub(super) async fn expect(
    write: &mut Write<'_>,
    author: &Author<'_>,
    expected: Vec<submission::Model>,
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(expected.len());
    for model in expected {
        let counted = model.clone();
        let id = write.add::<submission::Entity>("submission.expect", model).await?;
        rows.push(row(id, &counted, now(author)));
    }
    ledger::insert_all::<submission_tally::Entity>(write.parts(), rows).await
}

/// Columns that say when, and nothing of what was reported: who saw a submission before they moved saw what stands.
const CALENDAR: [&str; 6] =
    ["due_on", "is_on_time", "locks_on", "original_due_on", "reminded_at", "return_due_on"];

/// Sets columns of a submission that is locked, under the name of an action; `told` stands in the audit beside
/// it. Tells the submission as it is then.
///
/// # Errors
/// Conflict; forbidden; internal.
pub(super) async fn update(
    write: &mut Write<'_>,
    author: &Author<'_>,
    action: &'static str,
    before: &submission::Model,
    mut columns: Columns,
    told: Map<String, Value>,
) -> Result<submission::Model, Error> {
    if columns.0.keys().any(|name| !CALENDAR.contains(&name.as_str())) {
        columns.set("content_version", before.version + 1)?;
    }
    let mut after = as_json(before)?;
    after.extend(columns.0.clone());
    let mut after: submission::Model =
        serde_json::from_value(Value::Object(after)).map_err(Error::internal)?;
    after.version = write
        .update_as::<submission::Entity>(action, before.id, before.version, columns.onto(), told)
        .await?;
    let counted = |of: &submission::Model| (of.status, of.is_nil, of.is_on_time, of.due_on);
    let is_accepted_now = before.is_restatement && !after.is_restatement;
    if after.is_restatement || (counted(before) == counted(&after) && !is_accepted_now) {
        return Ok(after);
    }
    use submission_tally::{Column as C, Entity};
    let last = Entity::find()
        .filter(C::SubmissionId.eq(before.id))
        .filter(C::KnownTo.is_null())
        .one(write.parts())
        .await?;
    // The clock of another server may have been ahead.
    let from = last.as_ref().map_or(now(author), |last| last.known_from.max(now(author)));
    Entity::update_many()
        .col_expr(C::KnownTo, sea_orm::sea_query::Expr::value(from))
        .filter(C::SubmissionId.eq(before.id))
        .filter(C::KnownTo.is_null())
        .exec(write.parts())
        .await?;
    let next = row(before.id, &after, from);
    ledger::insert_all::<submission_tally::Entity>(write.parts(), vec![next]).await?;
    Ok(after)
}

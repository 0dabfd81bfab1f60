//! Assigning 이관: an addressee and the day on which its answer is due. Each assignment stays on record.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::recommendation::RecommendationStatus;
use entity::recommendation_assignment::{self, Column};
use entity::{institution, recommendation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use super::{Done, Turn, begin, next_position, past, required, turn};
use crate::domain::access::{Needs, Object};
use crate::domain::recommendation::{Verb, stage};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Localized, Prose, texts};
use crate::read::Act;
use crate::service::programme::ORIGIN;
use crate::service::sight;
use crate::service::write::{Author, Write};

input! {
    /// 건의 이관. An addressee.
    mutation AssignRecommendation on recommendation::Entity {
        /// 소관 기관. Code of the addressee.
        addressee: String,
        /// 회신 기한. Answer due, today or later.
        due_on: NaiveDate,
        /// 사유. Why; required where it had an addressee or is closed.
        reason: Option<Localized<Prose>>,
    }
}

/// An addressee of a recommendation.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The institution.
    pub addressee_id: Uuid,
    /// Answer due.
    pub due_on: NaiveDate,
    /// Why.
    pub reason: (Option<String>, Option<String>),
    /// Day of the assignment.
    pub assigned_on: NaiveDate,
}

/// A due date that is given: not before the day of the assignment.
pub fn due(faults: &mut InputErrors, due_on: NaiveDate, assigned_on: NaiveDate) {
    if due_on < assigned_on {
        faults.add(
            "dueOn",
            "INVALID_DATE",
            "회신 기한은 이관일 이후여야 합니다.",
            "The due date must be the day of the assignment or later.",
        );
    }
}

/// Puts an assignment on record: its key, its recommendation and its place there.
///
/// # Errors
/// Forbidden; internal.
pub(super) async fn record(
    write: &mut Write<'_>,
    author: &Author<'_>,
    (id, recommendation_id, position): (Uuid, Uuid, i32),
    new: Assignment,
) -> Result<(), Error> {
    let model = recommendation_assignment::Model {
        id,
        recommendation_id,
        position,
        addressee_id: new.addressee_id,
        assigned_on: Some(new.assigned_on.to_string()),
        due_on: Some(new.due_on),
        reason_ko: new.reason.0,
        reason_en: new.reason.1,
        // As visible as the recommendation.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add_with::<recommendation_assignment::Entity>("assignRecommendation", id, model).await
}

/// Assigns a recommendation, which waits for the answer of its addressee from then on.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn assign(act: &Act<'_>, input: AssignRecommendation) -> Result<Done, Error> {
    assign_on(act, input, None).await
}

/// The same on a day of the past, of what was before: not before it was raised, nor before its last assignment.
///
/// # Errors
/// As [`assign`].
pub async fn assign_on(
    act: &Act<'_>,
    input: AssignRecommendation,
    day: Option<NaiveDate>,
) -> Result<Done, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let id = Uuid::now_v7();
    let turn =
        turn::<recommendation_assignment::Entity>(&write, act, &call, (Verb::Assign, None), id);
    let held = match turn.await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let mut faults = InputErrors::default();
    let addressee_id = sight::by_code::<institution::Entity>(
        &write,
        act,
        &mut faults,
        "addressee",
        Some(&input.addressee),
    )
    .await?;
    let assigned_on = day.unwrap_or_else(|| write.today());
    if day.is_some() {
        let last = recommendation_assignment::Entity::find()
            .filter(Column::RecommendationId.eq(call.id))
            .order_by_desc(Column::Position)
            .one(write.reads())
            .await?;
        let follows = last.and_then(|last| last.assigned_on);
        let follows = follows.as_deref().unwrap_or(&held.row.raised_on);
        past(&mut faults, "assignedOn", assigned_on, (Some(follows), write.today()));
    }
    due(&mut faults, input.due_on, assigned_on);
    let reason = texts(input.reason);
    let is_first = held.row.status == RecommendationStatus::Raised;
    if reason.0.is_none() && !(is_first && held.row.addressee_id.is_none()) {
        required(&mut faults, "reason");
    }
    let addressee_id = faults.sure(addressee_id)?;
    let of = (Column::RecommendationId, Column::Position);
    let position = next_position::<recommendation_assignment::Entity>(&write, of, call.id).await?;
    let new = Assignment { addressee_id, due_on: input.due_on, reason, assigned_on };
    record(&mut write, &act.author, (id, call.id, position), new).await?;
    let status = RecommendationStatus::Forwarded;
    write
        .update::<recommendation::Entity>(call.id, call.version, |row| {
            row.insert("addressee_id".to_owned(), addressee_id.to_string().into());
            row.insert("due_on".to_owned(), input.due_on.to_string().into());
            row.insert("status".to_owned(), status.code().into());
            // How another delivered tells nothing of what is asked now.
            row.insert("delivery".to_owned(), Value::Null);
            if held.row.consultation_stage.is_some() {
                row.insert("consultation_stage".to_owned(), stage(status).code().into());
            }
        })
        .await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: Some(id) })
}

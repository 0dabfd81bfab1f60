//! Later deadlines 기한연장: asked for by the institution that reports, granted or declined by who reviews. A request is
//! possible exactly where its day could be granted; handing in closes it.

use chrono::NaiveDate;
use entity::extension_request::{self, ExtensionRequestStatus};
use entity::{extension, submission};
use serde_json::Map;
use uuid::Uuid;

use super::{Columns, Done, Held, Turn, day, expected, finish, known, settled, today, turn};
use crate::database::Store;
use crate::domain::submission::{Deadline, Verb, deadline};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::Prose;
use crate::service::write::{Author, Write};

input! {
    /// 기한연장. A deadline to be moved.
    mutation GrantExtension on submission::Entity {
        /// 사유. Why.
        reason: Prose,
        /// 연장 기한. Last day of the extension: later than the due date, or than the closing date of what was submitted before; at most a year ahead.
        expires_on: NaiveDate,
    }
}

input! {
    /// 기한연장 신청. A deadline asked to be moved.
    mutation RequestExtension on submission::Entity {
        /// 신청 사유. Why.
        reason: Prose,
        /// 희망 기한. Day that is asked for, as `grantExtension` takes it.
        expires_on: NaiveDate,
    }
}

input! {
    /// 기한연장 불허. A request for an extension to be declined.
    mutation DeclineExtension on submission::Entity {
        /// 불허 사유. Why, as the institution is told.
        reason: Prose,
    }
}

/// The deadline that an extension to this day moves.
fn moved(author: &Author<'_>, row: &submission::Model, to: NaiveDate) -> Result<Deadline, Error> {
    let mut errors = Vec::new();
    day("expiresOn", to, today(author), &mut errors);
    let moved = deadline(row.revision);
    let (now, ko, en) = match moved {
        Deadline::Due => (row.due_on, "기한", "due date"),
        Deadline::Closing => (row.locks_on, "접수 마감일", "closing date"),
    };
    if to <= now {
        errors.push(UserError::at(
            "expiresOn",
            "INVALID_DATE",
            format!("현재 {ko}({now})보다 늦은 날이어야 합니다."),
            format!("The day must be later than the present {en}, {now}."),
        ));
    }
    settled(errors)?;
    Ok(moved)
}

/// Closes the open request, if there is one.
///
/// # Errors
/// Forbidden; internal.
pub(super) async fn close(
    write: &mut Write<'_>,
    author: &Author<'_>,
    held: &Held,
    (status, reason): (ExtensionRequestStatus, Option<&str>),
) -> Result<(), Error> {
    let Some(request) = &held.request else { return Ok(()) };
    let mut columns = Columns::default();
    columns.set("status", status)?.set("decided_at", author.now)?.set("decision_reason", reason)?;
    if status != ExtensionRequestStatus::Withdrawn {
        columns.by("decided_by", author)?;
    }
    write
        .update_as::<extension_request::Entity>(
            "submission.closeRequest",
            request.id,
            request.version,
            columns.onto(),
            Map::new(),
        )
        .await?;
    Ok(())
}

/// Asks for a later deadline.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn request(
    db: &Store,
    author: Author<'_>,
    RequestExtension { call, reason, expires_on }: RequestExtension,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let held = match turn(&write, &author, &call, Verb::RequestExtension).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, _) => held,
    };
    let row = &held.submission;
    moved(&author, row, expires_on)?;
    let model = extension_request::Model {
        id: Uuid::nil(),
        submission_id: row.id,
        institution_id: row.institution_id,
        status: ExtensionRequestStatus::Open,
        expires_on,
        reason: reason.into(),
        requested_by: author.principal.actor().to_owned(),
        decided_at: None,
        decided_by: None,
        decided_by_institution_id: None,
        decision_reason: None,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add::<extension_request::Entity>("submission.requestExtension", model).await?;
    finish(write, &author, "submission.request", &held, Columns::default()).await
}

/// Declines what was asked for.
///
/// # Errors
/// As [`request`].
pub async fn decline(
    db: &Store,
    author: Author<'_>,
    DeclineExtension { call, reason }: DeclineExtension,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let held = match turn(&write, &author, &call, Verb::DeclineExtension).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, _) => held,
    };
    close(&mut write, &author, &held, (ExtensionRequestStatus::Declined, Some(&*reason))).await?;
    finish(write, &author, "submission.decline", &held, Columns::default()).await
}

/// Moves the due date of one that was never handed in, or the closing date of one that is to come again, and closes
/// what was asked for.
///
/// # Errors
/// As [`request`].
pub async fn grant(
    db: &Store,
    author: Author<'_>,
    GrantExtension { call, reason, expires_on }: GrantExtension,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let held = match turn(&write, &author, &call, Verb::Extend).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, _) => held,
    };
    let row = &held.submission;
    let moved = moved(&author, row, expires_on)?;
    close(&mut write, &author, &held, (ExtensionRequestStatus::Granted, Some(&*reason))).await?;
    let model = extension::Model {
        id: Uuid::nil(),
        submission_id: row.id,
        institution_id: row.institution_id,
        expires_on,
        reason: reason.into(),
        approved_by: author.principal.actor().to_owned(),
        approved_by_institution_id: super::institution(&author),
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add::<extension::Entity>("submission.grantExtension", model).await?;
    let expires_on = expected::rolled(write.reads(), row.programme_id, expires_on).await?;
    let mut columns = Columns::default();
    columns.set("locks_on", row.locks_on.max(expires_on))?;
    if moved == Deadline::Due {
        columns.set("due_on", expires_on)?;
    }
    finish(write, &author, "submission.extend", &held, columns).await
}

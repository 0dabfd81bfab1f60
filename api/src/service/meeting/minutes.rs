//! The minutes of a meeting: drafted, drafted anew, approved; then revised by another draft.

use chrono::{DateTime, NaiveDate};
use entity::common::Visibility;
use entity::minutes::{self, MinutesStatus};
use entity::{document, meeting};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Columns, ORIGIN, Turn, one, touch, turn};
use crate::domain::meeting::Verb;
use crate::domain::partial_date::first_day;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Localized, Page, texts};
use crate::read::Act;
use crate::service::sight::{Codes, codes};
use crate::service::write::Write;

input! {
    /// 회의록. Minutes as a text, a document on record, or both.
    object MinutesDraft {
        /// 본문. Text, up to 20,000 characters.
        text: Option<Localized<Page>>,
        /// 자료 코드. Document that holds them.
        document: Option<String>,
    }
}

input! {
    /// 회의록 작성. Minutes of a meeting, from its day on. The draft that there is is replaced; after an approval a new revision begins.
    mutation DraftMinutes on meeting::Entity {
        /// 회의록. The draft.
        minutes: MinutesDraft,
    }
}

input! {
    /// 회의록 확정. A meeting whose draft of the minutes is approved, and is then seen by all who see the meeting.
    mutation ApproveMinutes on meeting::Entity {
        /// 확정일. Day of the approval; today if left out.
        approved_on: Option<NaiveDate>,
    }
}

/// The newest minutes of a meeting.
async fn last(write: &Write<'_>, meeting: Uuid) -> Result<Option<minutes::Model>, Error> {
    Ok(minutes::Entity::find()
        .filter(minutes::Column::MeetingId.eq(meeting))
        .order_by_desc(minutes::Column::Position)
        .one(write.reads())
        .await?)
}

/// Looks up what a draft names, and tells what is wrong with it.
pub(super) async fn read(
    write: &Write<'_>,
    act: &Act<'_>,
    given: Option<&MinutesDraft>,
    faults: &mut InputErrors,
) -> Result<Codes, Error> {
    if given.is_some_and(|given| given.text.is_none() && given.document.is_none()) {
        faults.add(
            "minutes.text",
            "REQUIRED",
            "회의록의 본문이나 자료 가운데 하나는 있어야 합니다.",
            "Minutes have a text or a document.",
        );
    }
    let named = one("minutes.document", given.and_then(|given| given.document.as_ref()));
    codes::<document::Entity>(write, act, named, faults).await
}

/// Writes a draft.
pub(super) async fn put(
    write: &mut Write<'_>,
    held: &meeting::Model,
    given: MinutesDraft,
    documents: &Codes,
) -> Result<(), Error> {
    let document_id = documents.maybe(given.document.as_ref());
    let last = last(write, held.id).await?;
    if let Some(draft) = last.as_ref().filter(|last| last.status == MinutesStatus::Draft) {
        let mut columns = Columns::default();
        columns.set("document_id", document_id)?.texts("text", texts(given.text))?;
        return columns.update::<minutes::Entity>(write, draft).await;
    }
    let (text_ko, text_en) = texts(given.text);
    let model = minutes::Model {
        id: Uuid::nil(),
        meeting_id: held.id,
        position: last.map_or(1, |last| last.position + 1),
        status: MinutesStatus::Draft,
        text_ko,
        text_en,
        document_id,
        approved_on: None,
        visibility: Visibility::Internal,
        origin: ORIGIN,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    };
    write.add::<minutes::Entity>("create", model).await?;
    Ok(())
}

/// Drafts the minutes.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn draft(act: &Act<'_>, input: DraftMinutes) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::DraftMinutes).await?;
    let held = match turn {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    let documents = read(&write, act, Some(&input.minutes), &mut faults).await?;
    faults.settle()?;
    touch(&mut write, &held, Columns::default()).await?;
    put(&mut write, &held, input.minutes, &documents).await?;
    write.commit().await?;
    Ok(held.id)
}

/// Approves the draft.
///
/// # Errors
/// As [`draft`].
pub async fn approve(act: &Act<'_>, input: ApproveMinutes) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::ApproveMinutes).await?;
    let held = match turn {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(id),
    };
    let today = write.today();
    let on = input.approved_on.unwrap_or(today);
    let mut faults = InputErrors::default();
    if on > today {
        faults.add(
            "approvedOn",
            "IN_FUTURE",
            "확정일은 오늘보다 뒤일 수 없습니다.",
            "The approval is not in the future.",
        );
    } else if first_day(&held.held_on).is_some_and(|day| on < day) {
        faults.add(
            "approvedOn",
            "BEFORE_MEETING",
            format!("확정일은 개최일({})보다 앞설 수 없습니다.", held.held_on),
            format!("Minutes are not approved before the meeting ({}).", held.held_on),
        );
    }
    let draft = last(&write, held.id).await?;
    let draft = draft.filter(|last| last.status == MinutesStatus::Draft);
    if draft.is_none() {
        faults.0.push(UserError::at(
            "id",
            "NO_DRAFT",
            "확정할 회의록 초안이 없습니다. 먼저 작성하십시오: draftMinutes.",
            "There is no draft of the minutes. Write one first: draftMinutes.",
        ));
    }
    let draft = faults.sure(draft)?;
    let mut columns = Columns::default();
    columns.set("status", MinutesStatus::Approved)?.set("approved_on", on)?;
    columns.set("visibility", held.visibility)?;
    touch(&mut write, &held, Columns::default()).await?;
    columns.update::<minutes::Entity>(&mut write, &draft).await?;
    write.commit().await?;
    Ok(held.id)
}

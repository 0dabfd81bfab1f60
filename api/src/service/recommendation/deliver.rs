//! Delivery 이행: reported by the addressee, or recorded by an operator for one that has no account. Each report stays.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::effect::DeliveryStatus;
use entity::recommendation_delivery::{self, Column};
use entity::{document, recommendation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Done, Evidence, RecordedBefore, Turn, begin, past, recorder, required, turn};
use crate::domain::access::{Needs, Part};
use crate::domain::recommendation::{Verb, delivered, stage};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, Localized, Prose, texts};
use crate::read::Act;
use crate::service::programme::ORIGIN;
use crate::service::sight;

input! {
    /// 이행 보고. How the delivery goes.
    mutation ReportDelivery on recommendation::Entity {
        /// 이행 상태. Delivery light.
        light: DeliveryStatus,
        /// 이행 완료 여부. Whether it is delivered; only with GREEN. Another report opens it again.
        is_completed: bool = "false",
        /// 내용. What was done, and what stands in the way; required of YELLOW and RED.
        note: Option<Localized<Prose>>,
        /// 보고일. Date of the report; today if null.
        reported_on: Option<NaiveDate>,
        /// 근거. What shows it; this or `evidence` is required on behalf of the addressee.
        evidence_note: Option<Prose>,
        /// 근거 자료. Document that shows it.
        evidence: Option<Id<document::Entity>>,
    }
}

/// Reports how the delivery of what was answered goes.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn report(act: &Act<'_>, input: ReportDelivery) -> Result<Done, Error> {
    report_as(act, input, None).await
}

/// The same, of one of before where it is one.
///
/// # Errors
/// As [`report`].
pub async fn report_as(
    act: &Act<'_>,
    input: ReportDelivery,
    before: Option<RecordedBefore>,
) -> Result<Done, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Take(Part::Addressee), &call).await?;
    let id = Uuid::now_v7();
    let verb = (Verb::ReportDelivery, Some(Part::Addressee));
    let held = match turn::<recommendation_delivery::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let mut faults = InputErrors::default();
    let today = write.today();
    let reported_on = input.reported_on.unwrap_or(today);
    let last = recommendation_delivery::Entity::find()
        .filter(Column::RecommendationId.eq(call.id))
        .order_by_desc(Column::Position)
        .one(write.reads())
        .await?;
    // Reports follow the answer, and one another.
    let answered_on = held.answer.as_ref().and_then(|answer| answer.answered_on.clone());
    let follows = last.as_ref().map(|last| last.reported_on.to_string()).max(answered_on);
    past(&mut faults, "reportedOn", reported_on, (follows.as_deref(), today));
    let (note_ko, note_en) = texts(input.note);
    if note_ko.is_none() && input.light != DeliveryStatus::Green {
        required(&mut faults, "note");
    }
    if input.is_completed && input.light != DeliveryStatus::Green {
        faults.add(
            "isCompleted",
            "NOT_APPLICABLE",
            "이행 완료는 정상추진(GREEN)일 때만 보고합니다.",
            "Only what is GREEN is completed.",
        );
    }
    let recorded_by_id = recorder(&write, act, &mut faults, before.as_ref()).await?;
    let evidence = Evidence {
        note: input.evidence_note.map(Into::into),
        document: sight::by_id(&write, act, &mut faults, "evidence", input.evidence).await?,
    };
    if held.row.addressee_id != recorded_by_id {
        evidence.required(&mut faults);
    }
    faults.settle()?;
    let model = recommendation_delivery::Model {
        id,
        recommendation_id: call.id,
        position: last.map_or(0, |last| last.position) + 1,
        institution_id: held.row.addressee_id,
        light: input.light,
        is_completed: input.is_completed,
        note_ko,
        note_en,
        reported_on,
        recorded_by_id,
        evidence_note: evidence.note,
        evidence_id: evidence.document,
        // As visible as the recommendation.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    };
    write.add_with::<recommendation_delivery::Entity>("reportDelivery", id, model).await?;
    let status = delivered(input.is_completed);
    write
        .update::<recommendation::Entity>(call.id, call.version, |row| {
            row.insert("status".to_owned(), status.code().into());
            row.insert("delivery".to_owned(), input.light.code().into());
            if held.row.consultation_stage.is_some() {
                row.insert("consultation_stage".to_owned(), stage(status).code().into());
            }
        })
        .await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: Some(id) })
}

//! Answers 회신: given by the addressee, or recorded by an operator for one that has no account; rated by who raised it.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::recommendation_answer::{self, Column, Disposition};
use entity::recommendation_relation::RecommendationRelationKind;
use entity::{document, institution, recommendation};
use uuid::Uuid;

use super::{
    Done, Evidence, Held, RecordedBefore, Turn, begin, next_position, past, recorder, required,
    turn,
};
use crate::domain::access::{Needs, Part};
use crate::domain::partial_date;
use crate::domain::recommendation::{Field, Verb, answered, form, stage};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, Localized, PartialDate, Prose, texts};
use crate::read::Act;
use crate::service::programme::ORIGIN;
use crate::service::sight;
use crate::service::write::Write;

input! {
    /// 건의 회신. An answer; one that was given is revised by another.
    mutation AnswerRecommendation on recommendation::Entity {
        /// 처리 결과. Disposition; not WITHDRAWN.
        disposition: Disposition,
        /// 사유. What was not taken and why, the legal or factual ground, or the text of guidance; required unless ACCEPTED.
        reason: Option<Localized<Prose>>,
        /// 회신일. Date of the answer; today if null, and if it is one's own.
        answered_on: Option<NaiveDate>,
        /// 조치·검토 예정일. Planned date, required of ACCEPTED and LONG_TERM_REVIEW; also of PARTIALLY_ACCEPTED.
        planned_on: Option<PartialDate>,
        /// 정책건의 대상. Code of the institution to which it is forwarded, of FORWARDED_AS_POLICY_PROPOSAL; an operator then assigns it.
        forwarded_to: Option<String>,
        /// 중복 건의. The recommendation with which it is the same, of DUPLICATE.
        same_as: Option<Id<recommendation::Entity>>,
        /// 근거. What shows it; this or `evidence` is required on behalf of the addressee.
        evidence_note: Option<Prose>,
        /// 근거 자료. Document that shows it.
        evidence: Option<Id<document::Entity>>,
    }
}

/// Answers a recommendation.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn answer(act: &Act<'_>, input: AnswerRecommendation) -> Result<Done, Error> {
    answer_as(act, input, None).await
}

/// The same, of one of before where it is one.
///
/// # Errors
/// As [`answer`].
pub async fn answer_as(
    act: &Act<'_>,
    input: AnswerRecommendation,
    before: Option<RecordedBefore>,
) -> Result<Done, Error> {
    let call = input.call.clone();
    let mut write = begin(act, Needs::Take(Part::Addressee), &call).await?;
    if let Some(other) = input.same_as {
        super::relate::lock(&write, call.id, other.0).await?;
    }
    let id = Uuid::now_v7();
    let verb = (Verb::Answer, Some(Part::Addressee));
    let held = match turn::<recommendation_answer::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let of = (Column::RecommendationId, Column::Position);
    let position = next_position::<recommendation_answer::Entity>(&write, of, call.id).await?;
    let disposition = input.disposition;
    let mut faults = InputErrors::default();
    let same_as = sight::by_id(&write, act, &mut faults, "sameAs", input.same_as).await?;
    let model = read(&write, act, (input, before), &held, &mut faults).await?;
    let status = answered(held.row.status, disposition);
    if let Some(other) = same_as {
        super::relate::check(&write, (call.id, other), "sameAs", &mut faults).await?;
    }
    faults.settle()?;
    let model = recommendation_answer::Model { id, position, ..model };
    write.add_with::<recommendation_answer::Entity>("answerRecommendation", id, model).await?;
    if let Some(other) = same_as {
        let (key, kind) = (Uuid::now_v7(), RecommendationRelationKind::SameAs);
        super::relate::record(&mut write, &act.author, key, (call.id, other), kind).await?;
    }
    write
        .update::<recommendation::Entity>(call.id, call.version, |row| {
            row.insert("status".to_owned(), status.code().into());
            if held.row.consultation_stage.is_some() {
                row.insert("consultation_stage".to_owned(), stage(status).code().into());
            }
        })
        .await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: Some(id) })
}

/// The answer as it is put on record, with all that is wrong with it.
async fn read(
    write: &Write<'_>,
    act: &Act<'_>,
    (input, before): (AnswerRecommendation, Option<RecordedBefore>),
    held: &Held,
    faults: &mut InputErrors,
) -> Result<recommendation_answer::Model, Error> {
    let today = write.today();
    let answered_on = input.answered_on.unwrap_or(today);
    let last = held.answer.as_ref().and_then(|last| last.answered_on.as_deref());
    let follows = last.unwrap_or(&held.row.raised_on);
    let recorded_by_id = recorder(write, act, faults, before.as_ref()).await?;
    let is_on_behalf = held.row.addressee_id != recorded_by_id;
    if !is_on_behalf && before.is_none() && answered_on != today {
        // On time is judged by this day.
        faults.add(
            "answeredOn",
            "INVALID_DATE",
            "자기 기관의 회신은 오늘 날짜로 기록됩니다.",
            "An answer of one's own institution is of today.",
        );
    } else {
        past(faults, "answeredOn", answered_on, (Some(follows), today));
    }
    let disposition = input.disposition;
    let reason = texts(input.reason);
    match form(disposition) {
        None => faults.add(
            "disposition",
            "NOT_AN_ANSWER",
            "철회는 제기 기관이 withdrawRecommendation으로 합니다.",
            "Who raised it withdraws it, by withdrawRecommendation.",
        ),
        Some(form) => {
            let code = disposition.code();
            for (name, needed, given) in [
                ("reason", form.reason, reason.0.is_some()),
                ("plannedOn", form.planned_on, input.planned_on.is_some()),
                ("forwardedTo", form.forwarded_to, input.forwarded_to.is_some()),
                ("sameAs", form.same_as, input.same_as.is_some()),
            ] {
                match (needed, given) {
                    (Field::Must, false) => required(faults, name),
                    (Field::Never, true) => faults.add(
                        name,
                        "NOT_APPLICABLE",
                        format!("처리 결과가 {code}이면 적지 않습니다."),
                        format!("An answer of {code} has none."),
                    ),
                    (Field::Must | Field::May, _) | (Field::Never, false) => {}
                }
            }
        }
    }
    if let Some(planned_on) = &input.planned_on
        && partial_date::is_past(&planned_on.0, answered_on)
    {
        faults.add(
            "plannedOn",
            "INVALID_DATE",
            "예정일은 회신일 이후여야 합니다.",
            "The planned date must not be before the answer.",
        );
    }
    let to = input.forwarded_to.as_deref();
    let forwarded_to_id =
        sight::by_code::<institution::Entity>(write, act, faults, "forwardedTo", to).await?;
    let evidence = Evidence {
        note: input.evidence_note.map(Into::into),
        document: sight::by_id(write, act, faults, "evidence", input.evidence).await?,
    };
    if is_on_behalf {
        evidence.required(faults);
    }
    Ok(recommendation_answer::Model {
        id: Uuid::nil(),
        recommendation_id: held.row.id,
        position: 0,
        institution_id: held.row.addressee_id,
        disposition,
        reason_ko: reason.0,
        reason_en: reason.1,
        answered_on: Some(answered_on.to_string()),
        planned_on: input.planned_on.map(|planned_on| planned_on.0),
        rating: None,
        rating_comment: None,
        rated_on: None,
        originator_id: held.originator(),
        due_on: held.row.due_on,
        forwarded_to_id,
        recorded_by_id,
        is_on_behalf: Some(is_on_behalf),
        evidence_note: evidence.note,
        evidence_id: evidence.document,
        // As visible as the recommendation.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    })
}

//! What is the originator's: to rate an answer 만족도 평가, and to withdraw what it raised 철회.

use entity::common::Visibility;
use entity::recommendation;
use entity::recommendation::RecommendationStatus;
use entity::recommendation_answer::{self, Column, Disposition};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{Done, Turn, begin, hold, next_position, turn};
use crate::domain::access::{self, Needs, Part};
use crate::domain::recommendation::{Verb, answered, stage};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Localized, Prose, Within};
use crate::read::Act;
use crate::service::programme::ORIGIN;
use crate::service::sight;

input! {
    /// 만족도 평가. A rating of the last answer; another rating replaces it.
    mutation RateAnswer on recommendation_answer::Entity {
        /// 만족도. 1, not at all satisfied, to 5, fully.
        rating: Within<1, 5>,
        /// 의견. Comment.
        comment: Option<Prose>,
    }
}

input! {
    /// 건의 철회. A recommendation that is not upheld.
    mutation WithdrawRecommendation on recommendation::Entity {
        /// 사유. Why.
        reason: Localized<Prose>,
    }
}

/// Rates the last answer to what one's institution has raised.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn rate(act: &Act<'_>, input: RateAnswer) -> Result<Done, Error> {
    let RateAnswer { call, rating, comment } = input;
    let mut write = begin(act, Needs::Take(Part::Originator), &call).await?;
    let find = || recommendation_answer::Entity::find_by_id(call.id).one(write.reads());
    let of = find().await?.ok_or(Error::NotFound)?.recommendation_id;
    // Who writes an answer holds its recommendation.
    let held = hold(&write, act, of).await?;
    if !sight::sees::<recommendation_answer::Entity>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    access::may_take(act.author.principal, Part::Originator, held.originator())?;
    let done = Done { id: of, added: Some(call.id) };
    if write.repeats::<recommendation_answer::Entity>(&call, call.id).await?.is_some() {
        return Ok(done);
    }
    let answer = find().await?.ok_or(Error::NotFound)?;
    if answer.version != call.version {
        return Err(Error::Conflict);
    }
    held.allows(Verb::Rate)?;
    if held.answer.as_ref().is_some_and(|last| last.id != call.id) {
        return Err(Error::User(vec![UserError::at(
            "id",
            "ANSWER_REVISED",
            "이후에 다시 회신된 건의입니다. 마지막 회신을 평가하십시오.",
            "It was answered again since. Rate the last answer.",
        )]));
    }
    let own = super::institution(act.author.principal);
    if own.is_some() && [answer.institution_id, answer.recorded_by_id].contains(&own) {
        return Err(Error::User(vec![UserError::at(
            "id",
            "OWN_INSTITUTION",
            "자기 기관이 한 회신은 평가할 수 없습니다.",
            "Nobody rates an answer of its own institution.",
        )]));
    }
    let today = write.today().to_string();
    write
        .update::<recommendation_answer::Entity>(call.id, call.version, |row| {
            row.insert("rating".to_owned(), rating.0.into());
            row.insert("rating_comment".to_owned(), comment.map(String::from).into());
            row.insert("rated_on".to_owned(), today.into());
        })
        .await?;
    write.commit().await?;
    Ok(done)
}

/// Withdraws a recommendation of one's institution.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn withdraw(act: &Act<'_>, input: WithdrawRecommendation) -> Result<Done, Error> {
    let WithdrawRecommendation { call, reason } = input;
    let mut write = begin(act, Needs::Take(Part::Originator), &call).await?;
    let id = Uuid::now_v7();
    let verb = (Verb::Withdraw, Some(Part::Originator));
    let held = match turn::<recommendation_answer::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let (reason_ko, reason_en) = reason.texts();
    let of = (Column::RecommendationId, Column::Position);
    let model = recommendation_answer::Model {
        id,
        recommendation_id: call.id,
        position: next_position::<recommendation_answer::Entity>(&write, of, call.id).await?,
        institution_id: held.originator(),
        disposition: Disposition::Withdrawn,
        reason_ko: Some(reason_ko),
        reason_en,
        answered_on: Some(write.today().to_string()),
        planned_on: None,
        rating: None,
        rating_comment: None,
        rated_on: None,
        originator_id: held.originator(),
        due_on: held.row.due_on,
        forwarded_to_id: None,
        recorded_by_id: super::institution(act.author.principal),
        is_on_behalf: Some(false),
        evidence_note: None,
        evidence_id: None,
        // As visible as the recommendation.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    };
    write.add_with::<recommendation_answer::Entity>("withdrawRecommendation", id, model).await?;
    let status: RecommendationStatus = answered(held.row.status, Disposition::Withdrawn);
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

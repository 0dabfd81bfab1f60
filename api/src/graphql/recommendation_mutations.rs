//! The feedback loop 환류 as it is written, by the verbs of `domain::recommendation`.

use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation};
use crate::domain::access::{Needs, Object, Part};
use crate::error::Error;
use crate::mutation;
use crate::service::recommendation::Done;
use crate::service::recommendation::answer::{self, AnswerRecommendation};
use crate::service::recommendation::assign::{self, AssignRecommendation};
use crate::service::recommendation::deliver::{self, ReportDelivery};
use crate::service::recommendation::effect::{self, RecordEffect};
use crate::service::recommendation::originator::{self, RateAnswer, WithdrawRecommendation};
use crate::service::recommendation::raise::{self, PublishRecommendation, RaiseRecommendation};
use crate::service::recommendation::relate::{self, RelateRecommendations};

const OPERATES: Needs = Needs::Write(Object::Content);
const RECOMMENDATION_FIELD: (&str, &str, &str) =
    ("recommendation", "Recommendation", "건의. The recommendation; null if nothing was done.");

const RECOMMENDATION: Fields = &[RECOMMENDATION_FIELD, ERRORS];
const ASSIGNMENT: Fields = &[
    RECOMMENDATION_FIELD,
    ("assignment", "RecommendationAssignment", "이관. The assignment."),
    ERRORS,
];
const ANSWER: Fields =
    &[RECOMMENDATION_FIELD, ("answer", "RecommendationAnswer", "회신. The answer."), ERRORS];
const DELIVERY: Fields = &[
    RECOMMENDATION_FIELD,
    ("delivery", "RecommendationDelivery", "이행 보고. The report."),
    ERRORS,
];
const EFFECT: Fields = &[RECOMMENDATION_FIELD, ("effect", "Effect", "성과. The effect."), ERRORS];
const RELATION: Fields =
    &[RECOMMENDATION_FIELD, ("relation", "RecommendationRelation", "관계. The relation."), ERRORS];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            RaiseRecommendation,
            Needs::Raise,
            RECOMMENDATION,
            "건의 등록. Raises a recommendation, or records one on behalf of somebody without an account. A partner's is seen by whom it concerns until an operator publishes it.",
            |act, input| done("", raise::raise(act, input).await)
        ),
        mutation!(
            PublishRecommendation,
            OPERATES,
            RECOMMENDATION,
            "건의 공개. Publishes a recommendation with its answers and effects.",
            |act, input| done("", raise::publish(act, input).await)
        ),
        mutation!(
            AssignRecommendation,
            OPERATES,
            ASSIGNMENT,
            "건의 이관. Assigns a recommendation to its addressee; one that was closed is opened again.",
            |act, input| done("assignment", assign::assign(act, input).await)
        ),
        mutation!(
            AnswerRecommendation,
            Needs::Take(Part::Addressee),
            ANSWER,
            "건의 회신. Answers a recommendation; an earlier answer stays on record. NOT_ACCEPTED, GUIDANCE_GIVEN and DUPLICATE close it.",
            |act, input| done("answer", answer::answer(act, input).await)
        ),
        mutation!(
            ReportDelivery,
            Needs::Take(Part::Addressee),
            DELIVERY,
            "이행 보고. Reports how the delivery of what was answered goes.",
            |act, input| done("delivery", deliver::report(act, input).await)
        ),
        mutation!(
            RecordEffect,
            OPERATES,
            EFFECT,
            "성과 기록. Records what came of a recommendation; it may come before the answer, and not of what was refused.",
            |act, input| done("effect", effect::record(act, input).await)
        ),
        mutation!(
            RateAnswer,
            Needs::Take(Part::Originator),
            ANSWER,
            "만족도 평가. Rates the last answer.",
            |act, input| done("answer", originator::rate(act, input).await)
        ),
        mutation!(
            WithdrawRecommendation,
            Needs::Take(Part::Originator),
            ANSWER,
            "건의 철회. Withdraws a recommendation for good; it counts as raised, not as answered.",
            |act, input| done("answer", originator::withdraw(act, input).await)
        ),
        mutation!(
            RelateRecommendations,
            OPERATES,
            RELATION,
            "건의 연결. Relates a recommendation to another; of two that are the same, the other one is counted.",
            |act, input| done("relation", relate::relate(act, input).await)
        ),
    ]
}

/// A payload of the recommendation and the row that was added to it.
fn done(name: &str, done: Result<Done, Error>) -> Result<Map<String, Value>, Error> {
    let Done { id, added } = done?;
    let mut payload = Map::from_iter([("recommendation".to_owned(), id.to_string().into())]);
    if let Some(added) = added {
        payload.insert(name.to_owned(), added.to_string().into());
    }
    Ok(payload)
}

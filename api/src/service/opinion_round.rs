//! Opinion rounds 의견수렴: opened by an operator on a bill, a plan or a question, answered clause by clause by those who are
//! invited, closed with what came of it. Responses are history: another one of the same institution stands beside the first,
//! and the last counts. They are seen by who gave them and by operators, until the closing of the round publishes them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::opinion_response::OpinionStance;
use entity::opinion_round::OpinionRoundStatus;
use entity::recommendation::RecommendationSource;
use entity::{
    bill, institution, opinion_invitation, opinion_response, opinion_round, policy_plan, provision,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::programme::ORIGIN;
use super::recommendation::raise::{NewRecommendation, code, raise_in};
use super::recommendation::{Evidence, begin, institution as own};
use super::sight;
use super::write::Write;
use crate::domain::access::{self, Needs, Object, Part};
use crate::domain::opinion_round::{Verb, allows};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, List, Localized, OneLine, Prose, texts};
use crate::read::Act;

input! {
    /// 의견수렴 시작. An opinion round.
    mutation OpenOpinionRound {
        /// 제목. Short title.
        title: Localized<OneLine>,
        /// 질의. What is asked.
        question: Localized<Prose>,
        /// 법률안. Bill it is about; a bill or a plan, or neither.
        bill: Option<Id<bill::Entity>>,
        /// 계획. Plan it is about.
        plan: Option<Id<policy_plan::Entity>>,
        /// 제출 기한. Last day for responses, today or later.
        closes_on: NaiveDate,
        /// 대상 기관. Codes of the institutions invited.
        institutions: List<String, 1, 100>,
    }
}

input! {
    /// 조문별 의견. An opinion on one clause, or on the whole.
    object ClauseOpinion {
        /// 조문. Clause as the text numbers it, such as 제5조; null of the whole.
        clause: Option<OneLine>,
        /// 법률안 조문. Provision of the round's bill.
        provision: Option<Id<provision::Entity>>,
        /// 의견 구분. Stance.
        stance: OpinionStance,
        /// 의견. Opinion with its reasons; required of AGREE_WITH_CHANGES and DISAGREE.
        opinion: Option<Localized<Prose>>,
        /// 수정안. Text proposed instead.
        proposed_text: Option<Prose>,
        /// 건의 제목. Title of a recommendation that the opinion raises.
        raises: Option<Localized<OneLine>>,
    }
}

input! {
    /// 의견 제출. A response of an invited institution; another one replaces it, and both stay on record.
    mutation RespondToOpinionRound on opinion_invitation::Entity {
        /// 의견. Opinions, each clause once.
        opinions: List<ClauseOpinion, 1, 50>,
        /// 근거. What shows it; required on behalf of the institution.
        evidence_note: Option<Prose>,
    }
}

input! {
    /// 의견수렴 종료. The end of an opinion round.
    mutation CloseOpinionRound on opinion_round::Entity {
        /// 결과. What came of it.
        result: Localized<Prose>,
        /// 조기 종료 여부. Whether to close it before its closing date has passed.
        closes_early: bool = "false",
        /// 의견 공개 여부. Whether everybody sees the responses from now on.
        publishes_responses: bool = "false",
    }
}

/// What came of a verb: the round, and the invitation that was responded to.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// The round.
    pub id: Uuid,
    /// The invitation.
    pub invitation: Option<Uuid>,
}

/// An error at a place within a list of the input.
fn at(path: &[&str], code: &'static str, (ko, en): (&str, &str)) -> UserError {
    let mut error = UserError::at("", code, ko, en);
    error.path = ["input"].iter().chain(path).map(|step| (*step).to_owned()).collect();
    error
}

/// Opens a round.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn open(act: &Act<'_>, input: OpenOpinionRound) -> Result<Done, Error> {
    let mut write = begin(act, Needs::Write(Object::Content), &input.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<opinion_round::Entity>(&input.call, id).await? {
        return Ok(Done { id: made, invitation: None });
    }
    let today = write.today();
    let mut faults = InputErrors::default();
    let bill_id = sight::by_id(&write, act, &mut faults, "bill", input.bill).await?;
    let plan_id = sight::by_id(&write, act, &mut faults, "plan", input.plan).await?;
    if input.bill.is_some() && input.plan.is_some() {
        faults.add(
            "plan",
            "NOT_APPLICABLE",
            "법률안과 계획 중 하나만 적으십시오.",
            "A round is on a bill or on a plan, not on both.",
        );
    }
    if input.closes_on < today {
        faults.add(
            "closesOn",
            "INVALID_DATE",
            "제출 기한은 오늘 이후여야 합니다.",
            "The closing date must be today or later.",
        );
    }
    let invited = sight::by_codes::<institution::Entity>(
        &write,
        act,
        &mut faults,
        "institutions",
        &input.institutions,
    )
    .await?;
    faults.settle()?;
    let (title_ko, title_en) = input.title.texts();
    let (question_ko, question_en) = input.question.texts();
    let model = opinion_round::Model {
        id,
        code: code("OR", today, id),
        title_ko,
        title_en,
        question_ko,
        question_en,
        bill_id,
        plan_id,
        host_id: own(act.author.principal),
        status: OpinionRoundStatus::Open,
        opened_on: today,
        closes_on: input.closes_on,
        closed_on: None,
        result_ko: None,
        result_en: None,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    };
    write.add_with::<opinion_round::Entity>("openOpinionRound", id, model).await?;
    for (position, institution_id) in (1..).zip(invited) {
        let model = opinion_invitation::Model {
            id: Uuid::now_v7(),
            round_id: id,
            position,
            institution_id,
            revision: 0,
            responded_on: None,
            // Whom a round asks is as public as the round.
            visibility: Visibility::Public,
            origin: ORIGIN,
            version: 1,
            created_at: act.author.now,
            updated_at: act.author.now,
        };
        write.add::<opinion_invitation::Entity>("openOpinionRound", model).await?;
    }
    write.commit().await?;
    Ok(Done { id, invitation: None })
}

/// Why a verb is refused, as the caller is told.
fn guard(
    verb: Verb,
    round: &opinion_round::Model,
    today: NaiveDate,
    field: &str,
) -> Result<(), Error> {
    allows(verb, round.status, round.closes_on, today).map_err(|refused| {
        let text = refused.message();
        Error::User(vec![UserError::at(field, refused.code(), text.ko, text.en)])
    })
}

/// Responds to a round.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn respond(act: &Act<'_>, input: RespondToOpinionRound) -> Result<Done, Error> {
    let RespondToOpinionRound { call, opinions, evidence_note } = input;
    let mut write = begin(act, Needs::Take(Part::Invited), &call).await?;
    let invitation =
        opinion_invitation::Entity::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let invitation = invitation.ok_or(Error::NotFound)?;
    if !sight::sees::<opinion_invitation::Entity>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    access::may_take(act.author.principal, Part::Invited, Some(invitation.institution_id))?;
    let done = Done { id: invitation.round_id, invitation: Some(call.id) };
    if write.repeats::<opinion_invitation::Entity>(&call, call.id).await?.is_some() {
        return Ok(done);
    }
    if invitation.version != call.version {
        return Err(Error::Conflict);
    }
    // It is not closed meanwhile, and others respond at the same time.
    let round = opinion_round::Entity::find_by_id(invitation.round_id);
    let round = round.lock_shared().one(write.reads()).await?.ok_or(Error::NotFound)?;
    let today = write.today();
    let recorded_by_id = own(act.author.principal);
    let is_own = recorded_by_id == Some(invitation.institution_id);
    guard(if is_own { Verb::Respond } else { Verb::Record }, &round, today, "id")?;
    let mut faults = InputErrors::default();
    let evidence = Evidence { note: evidence_note.clone().map(Into::into), document: None };
    if !is_own && evidence.note.is_none() {
        faults.add(
            "evidenceNote",
            "EVIDENCE_REQUIRED",
            "대리 등록에는 근거 설명이 필요합니다.",
            "What is recorded on behalf of another needs an evidenceNote.",
        );
    }
    check(&write, &round, &opinions, &mut faults).await?;
    faults.settle()?;
    let revision = invitation.revision + 1;
    for (position, opinion) in (1..).zip(opinions.0) {
        let (opinion_ko, opinion_en) = texts(opinion.opinion);
        let recommendation_id = opinion.raises.as_ref().map(|_| Uuid::now_v7());
        if let (Some(id), Some(title)) = (recommendation_id, opinion.raises) {
            let source = RecommendationSource::OpinionRound;
            let mut new = NewRecommendation::new(title.texts(), source, today);
            new.summary = (opinion_ko.clone(), opinion_en.clone());
            new.institution_id = Some(invitation.institution_id);
            new.plan_id = round.plan_id;
            new.evidence = evidence.clone();
            raise_in(&mut write, &act.author, id, new).await?;
        }
        let model = opinion_response::Model {
            id: Uuid::now_v7(),
            round_id: round.id,
            institution_id: invitation.institution_id,
            revision,
            position,
            clause: opinion.clause.map(Into::into),
            provision_id: opinion.provision.map(|provision| provision.0),
            stance: opinion.stance,
            opinion_ko,
            opinion_en,
            proposed_text: opinion.proposed_text.map(Into::into),
            responded_on: today,
            recommendation_id,
            recorded_by_id,
            evidence_note: evidence.note.clone(),
            visibility: Visibility::Internal,
            origin: ORIGIN,
            version: 1,
            created_at: act.author.now,
            updated_at: act.author.now,
        };
        write.add::<opinion_response::Entity>("respondToOpinionRound", model).await?;
    }
    write
        .update::<opinion_invitation::Entity>(call.id, call.version, |row| {
            row.insert("revision".to_owned(), revision.into());
            row.insert("responded_on".to_owned(), today.to_string().into());
        })
        .await?;
    write.commit().await?;
    Ok(done)
}

/// What is wrong with opinions, each at its place.
async fn check(
    write: &Write<'_>,
    round: &opinion_round::Model,
    opinions: &[ClauseOpinion],
    faults: &mut InputErrors,
) -> Result<(), Error> {
    let provisions: BTreeSet<Uuid> = match round.bill_id {
        None => BTreeSet::new(),
        Some(bill) => provision::Entity::find()
            .select_only()
            .column(provision::Column::Id)
            .filter(provision::Column::BillId.eq(bill))
            .into_tuple::<Uuid>()
            .all(write.reads())
            .await?
            .into_iter()
            .collect(),
    };
    let mut clauses = BTreeSet::new();
    for (place, opinion) in opinions.iter().enumerate() {
        let place = place.to_string();
        let mut wrong = |field: &str, code, text| {
            faults.0.push(at(&["opinions", &place, field], code, text));
        };
        let clause = (opinion.clause.as_deref(), opinion.provision.map(|provision| provision.0));
        if !clauses.insert(clause) {
            wrong(
                "clause",
                "DUPLICATE",
                ("같은 조문이 두 번 있습니다.", "This clause stands here twice."),
            );
        }
        if opinion.provision.is_some_and(|provision| !provisions.contains(&provision.0)) {
            wrong(
                "provision",
                "UNKNOWN",
                ("이 법률안의 조문이 아닙니다.", "It is no provision of the round's bill."),
            );
        }
        let is_silent = opinion.stance == OpinionStance::NoOpinion;
        let needs_reason =
            matches!(opinion.stance, OpinionStance::AgreeWithChanges | OpinionStance::Disagree);
        if needs_reason && opinion.opinion.is_none() {
            wrong("opinion", "REQUIRED", ("필수 항목입니다.", "This is required."));
        }
        for (field, given) in [
            ("opinion", opinion.opinion.is_some()),
            ("proposedText", opinion.proposed_text.is_some()),
            ("raises", opinion.raises.is_some()),
        ] {
            if is_silent && given {
                let text = ("의견 없음이면 적지 않습니다.", "Who has no opinion has none of it.");
                wrong(field, "NOT_APPLICABLE", text);
            }
        }
    }
    Ok(())
}

/// Closes a round.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn close(act: &Act<'_>, input: CloseOpinionRound) -> Result<Done, Error> {
    let CloseOpinionRound { call, result, closes_early, publishes_responses } = input;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let round = opinion_round::Entity::find_by_id(call.id).lock_exclusive().one(write.reads());
    let round = round.await?.ok_or(Error::NotFound)?;
    if !sight::sees::<opinion_round::Entity>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    let done = Done { id: call.id, invitation: None };
    if write.repeats::<opinion_round::Entity>(&call, call.id).await?.is_some() {
        return Ok(done);
    }
    if round.version != call.version {
        return Err(Error::Conflict);
    }
    let today = write.today();
    guard(Verb::Close { early: closes_early }, &round, today, "id")?;
    if publishes_responses {
        let responses = opinion_response::Entity::find()
            .filter(opinion_response::Column::RoundId.eq(call.id))
            .order_by_asc(opinion_response::Column::Id)
            .all(write.reads())
            .await?;
        for response in responses {
            write
                .update::<opinion_response::Entity>(response.id, response.version, |row| {
                    row.insert("visibility".to_owned(), Visibility::Public.code().into());
                })
                .await?;
        }
    }
    let (result_ko, result_en) = result.texts();
    write
        .update::<opinion_round::Entity>(call.id, call.version, |row| {
            row.insert("status".to_owned(), OpinionRoundStatus::Closed.code().into());
            row.insert("closed_on".to_owned(), today.to_string().into());
            row.insert("result_ko".to_owned(), result_ko.into());
            row.insert("result_en".to_owned(), result_en.into());
        })
        .await?;
    write.commit().await?;
    Ok(done)
}

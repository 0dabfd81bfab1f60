//! Effects 성과: what came of a recommendation, recorded by operators with its date and evidence.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::effect::{self, Column, EffectKind};
use entity::{adoption_case, bill, document, policy_plan, policy_task, provision, recommendation};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{Done, Turn, begin, next_position, required, turn};
use crate::domain::access::{Needs, Object};
use crate::domain::partial_date;
use crate::domain::recommendation::{Field, Verb, effect_form};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, Localized, OneLine, PartialDate, Prose, Won};
use crate::read::Act;
use crate::service::programme::ORIGIN;
use crate::service::sight;

input! {
    /// 성과 기록. What came of a recommendation.
    mutation RecordEffect on recommendation::Entity {
        /// 종류. Kind; it says what else is required.
        kind: EffectKind,
        /// 제목. Short title.
        title: Localized<OneLine>,
        /// 일자. When it came about: not before the recommendation was raised.
        occurred_on: PartialDate,
        /// 과제. Policy task, of POLICY_TASK; also of BUDGET and SUPPORT.
        policy_task: Option<Id<policy_task::Entity>>,
        /// 계획. Plan, of POLICY_PLAN.
        policy_plan: Option<Id<policy_plan::Entity>>,
        /// 조문. Provision, of BILL_PROVISION; its bill follows.
        provision: Option<Id<provision::Entity>>,
        /// 법률안. Bill, of BILL_PROVISION where its provision is not on record.
        bill: Option<Id<bill::Entity>>,
        /// 도입 사례. Case, of ADOPTION_CASE.
        adoption_case: Option<Id<adoption_case::Entity>>,
        /// 금액(원). Amount, of BUDGET; also of SUPPORT.
        amount: Option<Won>,
        /// 유효 시작일. First day, of SANDBOX_PERMIT.
        starts_on: Option<NaiveDate>,
        /// 유효 종료일. Last day, of SANDBOX_PERMIT.
        ends_on: Option<NaiveDate>,
        /// 증빙 설명. What shows it; this or `evidence` is required.
        evidence_note: Option<Prose>,
        /// 증빙. Document that shows it.
        evidence: Option<Id<document::Entity>>,
    }
}

/// Records what came of a recommendation.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn record(act: &Act<'_>, input: RecordEffect) -> Result<Done, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let id = Uuid::now_v7();
    let verb = (Verb::RecordEffect, None);
    let held = match turn::<effect::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let mut faults = InputErrors::default();
    let form = effect_form(input.kind);
    for (name, needed, given) in [
        ("policyTask", form.policy_task, input.policy_task.is_some()),
        ("policyPlan", form.policy_plan, input.policy_plan.is_some()),
        // A bill stands for a provision that is not on record.
        ("provision", form.provision, input.provision.is_some() || input.bill.is_some()),
        ("adoptionCase", form.adoption_case, input.adoption_case.is_some()),
        ("amount", form.amount, input.amount.is_some()),
        ("startsOn", form.period, input.starts_on.is_some()),
        ("endsOn", form.period, input.ends_on.is_some()),
    ] {
        match (needed, given) {
            (Field::Must, false) => required(&mut faults, name),
            (Field::Never, true) => faults.add(
                name,
                "NOT_APPLICABLE",
                format!("종류가 {}이면 적지 않습니다.", input.kind.code()),
                format!("An effect of {} has none.", input.kind.code()),
            ),
            (Field::Must | Field::May, _) | (Field::Never, false) => {}
        }
    }
    let occurred_on = input.occurred_on.0;
    let raised = partial_date::first_day(&held.row.raised_on).unwrap_or_default();
    let begins = partial_date::first_day(&occurred_on).unwrap_or_default();
    if partial_date::is_past(&occurred_on, raised) || begins > write.today() {
        faults.add(
            "occurredOn",
            "INVALID_DATE",
            format!("제기일({})부터 오늘까지의 날짜여야 합니다.", held.row.raised_on),
            format!("The date must be from {}, when it was raised, to today.", held.row.raised_on),
        );
    }
    if let (Some(from), Some(to)) = (input.starts_on, input.ends_on)
        && to < from
    {
        faults.add(
            "endsOn",
            "INVALID_RANGE",
            "종료일이 시작일보다 앞섭니다.",
            "It ends before it begins.",
        );
    }
    let policy_task_id =
        sight::by_id(&write, act, &mut faults, "policyTask", input.policy_task).await?;
    let policy_plan_id =
        sight::by_id(&write, act, &mut faults, "policyPlan", input.policy_plan).await?;
    let provision_id = sight::by_id(&write, act, &mut faults, "provision", input.provision).await?;
    let mut bill_id = sight::by_id(&write, act, &mut faults, "bill", input.bill).await?;
    if let Some(id) = provision_id
        && let Some(row) = provision::Entity::find_by_id(id).one(write.reads()).await?
    {
        if bill_id.is_some_and(|bill| bill != row.bill_id) {
            faults.add(
                "provision",
                "MISMATCH",
                "그 법률안의 조문이 아닙니다.",
                "It is no provision of that bill.",
            );
        }
        bill_id = Some(row.bill_id);
    }
    let adoption_case_id =
        sight::by_id(&write, act, &mut faults, "adoptionCase", input.adoption_case).await?;
    let document_id = sight::by_id(&write, act, &mut faults, "evidence", input.evidence).await?;
    if input.evidence_note.is_none() && input.evidence.is_none() {
        faults.add(
            "evidenceNote",
            "EVIDENCE_REQUIRED",
            "증빙 설명(evidenceNote) 또는 자료(evidence)가 필요합니다.",
            "An effect needs an evidenceNote or an evidence document.",
        );
    }
    faults.settle()?;
    let (title_ko, title_en) = input.title.texts();
    let of = (Column::RecommendationId, Column::Position);
    let model = effect::Model {
        id,
        recommendation_id: call.id,
        position: next_position::<effect::Entity>(&write, of, call.id).await?,
        kind: input.kind,
        title_ko,
        title_en,
        delivery: None,
        policy_task_id,
        policy_plan_id,
        bill_id,
        provision_id,
        adoption_case_id,
        amount: input.amount.map(|amount| amount.0),
        occurred_on: Some(occurred_on),
        document_id,
        evidence_note: input.evidence_note.map(Into::into),
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        // As visible as the recommendation.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: act.author.now,
        updated_at: act.author.now,
    };
    write.add_with::<effect::Entity>("recordEffect", id, model).await?;
    write.update::<recommendation::Entity>(call.id, call.version, |_| {}).await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: Some(id) })
}

//! 성과. What came of a recommendation, with date and evidence.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 이행 신호등. Delivery light of the Office for Government Policy Coordination (code list 6).
    pub enum DeliveryStatus {
        /// 정상추진. On track.
        Green = "GREEN",
        /// 관심필요. Needs attention.
        Yellow = "YELLOW",
        /// 재검토필요. Needs review.
        Red = "RED",
    }
}

choice! {
    /// 성과 종류. What came of a recommendation.
    pub enum EffectKind {
        /// 정책 과제. Policy task.
        PolicyTask = "POLICY_TASK",
        /// 정책 계획. Policy plan.
        PolicyPlan = "POLICY_PLAN",
        /// 법률안 조문. Provision of a bill.
        BillProvision = "BILL_PROVISION",
        /// 예산. Budget.
        Budget = "BUDGET",
        /// 도입 사례. Adoption case.
        AdoptionCase = "ADOPTION_CASE",
        /// 가이드라인. Guideline.
        Guideline = "GUIDELINE",
        /// 시행령·고시. Subordinate rule: decree, ordinance or public notice.
        SubordinateRule = "SUBORDINATE_RULE",
        /// 실증특례·임시허가. Sandbox permit, with its period.
        SandboxPermit = "SANDBOX_PERMIT",
        /// 지원. Support given.
        Support = "SUPPORT",
        /// 기타. Other.
        Other = "OTHER",
    }
}

/// 성과. What came of a recommendation, with date and evidence.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "effect")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의. Recommendation.
    pub recommendation_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 종류. Kind of effect.
    pub kind: EffectKind,
    /// 제목. Short title. Korean.
    pub title_ko: String,
    /// 제목. Short title. English.
    pub title_en: Option<String>,
    /// 이행 상태. Delivery light.
    pub delivery: Option<DeliveryStatus>,
    /// 과제. Policy task.
    pub policy_task_id: Option<Uuid>,
    /// 계획. Plan.
    pub policy_plan_id: Option<Uuid>,
    /// 법률안. Bill.
    pub bill_id: Option<Uuid>,
    /// 조문. Provision of the bill.
    pub provision_id: Option<Uuid>,
    /// 도입 사례. Adoption case.
    pub adoption_case_id: Option<Uuid>,
    /// 금액(원). Budget in KRW.
    pub amount: Option<i64>,
    /// 일자. Date.
    pub occurred_on: Option<String>,
    /// 증빙. Evidence.
    pub document_id: Option<Uuid>,
    /// 증빙 설명. What shows it, in words.
    pub evidence_note: Option<String>,
    /// 유효 시작일. First day of a permit.
    pub starts_on: Option<Date>,
    /// 유효 종료일. Last day of a permit.
    pub ends_on: Option<Date>,
    /// 공개 범위. Who may see the row.
    pub visibility: Visibility,
    /// 출처 구분. Where the row comes from.
    pub origin: Origin,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::recommendation_id`].
    #[sea_orm(belongs_to, relation_enum = "Recommendation", from = "recommendation_id", to = "id")]
    #[serde(skip)]
    pub recommendation: BelongsTo<super::recommendation::Entity>,
    /// Row of [`Model::policy_task_id`].
    #[sea_orm(belongs_to, relation_enum = "PolicyTask", from = "policy_task_id", to = "id")]
    #[serde(skip)]
    pub policy_task: BelongsTo<Option<super::policy_task::Entity>>,
    /// Row of [`Model::policy_plan_id`].
    #[sea_orm(belongs_to, relation_enum = "PolicyPlan", from = "policy_plan_id", to = "id")]
    #[serde(skip)]
    pub policy_plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::bill_id`].
    #[sea_orm(belongs_to, relation_enum = "Bill", from = "bill_id", to = "id")]
    #[serde(skip)]
    pub bill: BelongsTo<Option<super::bill::Entity>>,
    /// Row of [`Model::provision_id`].
    #[sea_orm(belongs_to, relation_enum = "Provision", from = "provision_id", to = "id")]
    #[serde(skip)]
    pub provision: BelongsTo<Option<super::provision::Entity>>,
    /// Row of [`Model::adoption_case_id`].
    #[sea_orm(belongs_to, relation_enum = "AdoptionCase", from = "adoption_case_id", to = "id")]
    #[serde(skip)]
    pub adoption_case: BelongsTo<Option<super::adoption_case::Entity>>,
    /// Row of [`Model::document_id`].
    #[sea_orm(belongs_to, relation_enum = "Document", from = "document_id", to = "id")]
    #[serde(skip)]
    pub document: BelongsTo<Option<super::document::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

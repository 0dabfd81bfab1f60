//! 건의·개선과제. Something raised for the administration to act on, followed to its outcome (환류).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};
use crate::effect::DeliveryStatus;

choice! {
    /// 건의 경로. How a recommendation arose.
    pub enum RecommendationSource {
        /// 회의 발언. From a statement.
        Statement = "STATEMENT",
        /// 안건. From an agenda item.
        AgendaItem = "AGENDA_ITEM",
        /// 설문. From a survey.
        Survey = "SURVEY",
        /// 상위 위원회. From a committee above.
        UpstreamCommittee = "UPSTREAM_COMMITTEE",
        /// 상담 창구. From an intake desk (consultation 상담).
        IntakeDesk = "INTAKE_DESK",
        /// 연구보고서. From a research report.
        ResearchReport = "RESEARCH_REPORT",
        /// 의견수렴. From a response in an opinion round.
        OpinionRound = "OPINION_ROUND",
    }
}

choice! {
    /// 건의 상태. Where a recommendation stands in the feedback loop.
    pub enum RecommendationStatus {
        /// 제기. Raised.
        Raised = "RAISED",
        /// 이관·건의. Forwarded to its addressee.
        Forwarded = "FORWARDED",
        /// 회신. Answered.
        Answered = "ANSWERED",
        /// 이행 중. Being delivered.
        InDelivery = "IN_DELIVERY",
        /// 이행 완료. Delivered.
        Delivered = "DELIVERED",
        /// 종결. Closed without delivery.
        Closed = "CLOSED",
    }
}

choice! {
    /// 상담 단계. Stage of a consultation at an intake desk.
    pub enum ConsultationStage {
        /// 발굴. Found.
        Discovery = "DISCOVERY",
        /// 해소. Being resolved.
        Resolution = "RESOLUTION",
        /// 사후관리. Followed up.
        FollowUp = "FOLLOW_UP",
    }
}

/// 건의·개선과제. Something raised for the administration to act on, followed to its outcome (환류).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 제목. Short title. Korean.
    pub title_ko: String,
    /// 제목. Short title. English.
    pub title_en: Option<String>,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
    /// 경로. How it arose.
    pub source: RecommendationSource,
    /// 상태. Where it stands.
    pub status: RecommendationStatus,
    /// 상담 단계. Stage at the intake desk, for a consultation (상담).
    pub consultation_stage: Option<ConsultationStage>,
    /// 건수. Number of items the row stands for, where a source gives only a total.
    pub item_count: i32,
    /// 제기일. Date raised.
    pub raised_on: String,
    /// 회신 기한. Answer due.
    pub due_on: Option<Date>,
    /// 회의. Meeting it was raised in.
    pub meeting_id: Option<Uuid>,
    /// 안건. Agenda item it arose from.
    pub agenda_item_id: Option<Uuid>,
    /// 발언. Statement it arose from.
    pub statement_id: Option<Uuid>,
    /// 제기 인물. Person who raised it.
    pub person_id: Option<Uuid>,
    /// 제기 기관. Institution that raised it.
    pub institution_id: Option<Uuid>,
    /// 제기 집단. Group that raised it. Korean.
    pub raised_by_group_ko: Option<String>,
    /// 제기 집단. Group that raised it. English.
    pub raised_by_group_en: Option<String>,
    /// 분야. Sector or topic.
    pub topic_id: Option<Uuid>,
    /// 애로. Barrier it answers.
    pub barrier_id: Option<Uuid>,
    /// 관련 규제. Regulation concerned. Korean.
    pub regulation_ko: Option<String>,
    /// 관련 규제. Regulation concerned. English.
    pub regulation_en: Option<String>,
    /// 지역. Region it comes from.
    pub region_id: Option<Uuid>,
    /// 소관 기관. Institution it is addressed to now.
    pub addressee_id: Option<Uuid>,
    /// 근거 계획. Plan that carries it, for one of an upstream committee.
    pub plan_id: Option<Uuid>,
    /// 기록 기관. Institution that recorded it here.
    pub recorded_by_id: Option<Uuid>,
    /// 대리 등록 여부. Whether it was recorded on behalf of somebody without an account.
    pub is_on_behalf: Option<bool>,
    /// 근거. What shows that it was raised.
    pub evidence_note: Option<String>,
    /// 근거 자료. Document that shows it.
    pub evidence_id: Option<Uuid>,
    /// 이행 상태. Light of the last report of delivery.
    pub delivery: Option<DeliveryStatus>,
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
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<Option<super::meeting::Entity>>,
    /// Row of [`Model::agenda_item_id`].
    #[sea_orm(belongs_to, relation_enum = "AgendaItem", from = "agenda_item_id", to = "id")]
    #[serde(skip)]
    pub agenda_item: BelongsTo<Option<super::agenda_item::Entity>>,
    /// Row of [`Model::statement_id`].
    #[sea_orm(belongs_to, relation_enum = "Statement", from = "statement_id", to = "id")]
    #[serde(skip)]
    pub statement: BelongsTo<Option<super::statement::Entity>>,
    /// Row of [`Model::person_id`].
    #[sea_orm(belongs_to, relation_enum = "Person", from = "person_id", to = "id")]
    #[serde(skip)]
    pub person: BelongsTo<Option<super::person::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<Option<super::topic::Entity>>,
    /// Row of [`Model::barrier_id`].
    #[sea_orm(belongs_to, relation_enum = "Barrier", from = "barrier_id", to = "id")]
    #[serde(skip)]
    pub barrier: BelongsTo<Option<super::barrier::Entity>>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
    /// Row of [`Model::addressee_id`].
    #[sea_orm(belongs_to, relation_enum = "Addressee", from = "addressee_id", to = "id")]
    #[serde(skip)]
    pub addressee: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::recorded_by_id`].
    #[sea_orm(belongs_to, relation_enum = "RecordedBy", from = "recorded_by_id", to = "id")]
    #[serde(skip)]
    pub recorded_by: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::evidence_id`].
    #[sea_orm(belongs_to, relation_enum = "Evidence", from = "evidence_id", to = "id")]
    #[serde(skip)]
    pub evidence: BelongsTo<Option<super::document::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

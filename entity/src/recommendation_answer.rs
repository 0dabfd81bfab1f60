//! 건의 회신. Answer of an addressee with its disposition.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 처리 결과. Answer to a recommendation (SME Ombudsman practice, code list 6).
    pub enum Disposition {
        /// 수용. Accepted; needs a planned date.
        Accepted = "ACCEPTED",
        /// 일부수용. Accepted in part; needs what was not taken and why.
        PartiallyAccepted = "PARTIALLY_ACCEPTED",
        /// 중장기검토. Under long-term review; needs a review date.
        LongTermReview = "LONG_TERM_REVIEW",
        /// 수용불가. Not accepted; needs a legal or factual reason.
        NotAccepted = "NOT_ACCEPTED",
        /// 안내. Guidance given; needs its text.
        GuidanceGiven = "GUIDANCE_GIVEN",
        /// 정책건의. Forwarded as a policy proposal; needs an addressee.
        ForwardedAsPolicyProposal = "FORWARDED_AS_POLICY_PROPOSAL",
        /// 철회. Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// 중복. Same as another recommendation.
        Duplicate = "DUPLICATE",
    }
}

/// 건의 회신. Answer of an addressee with its disposition.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation_answer")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의. Recommendation.
    pub recommendation_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 회신 기관. Institution that answered.
    pub institution_id: Option<Uuid>,
    /// 처리 결과. Disposition.
    pub disposition: Disposition,
    /// 사유. Reason; mandatory unless accepted in full. Korean.
    pub reason_ko: Option<String>,
    /// 사유. Reason; mandatory unless accepted in full. English.
    pub reason_en: Option<String>,
    /// 회신일. Date of the answer.
    pub answered_on: Option<String>,
    /// 조치 예정일. Planned date of action or review.
    pub planned_on: Option<String>,
    /// 만족도. Rating of the answer by its originator, 1 to 5.
    pub rating: Option<i32>,
    /// 만족도 의견. Comment on the rating.
    pub rating_comment: Option<String>,
    /// 만족도 평가일. Date of the rating.
    pub rated_on: Option<Date>,
    /// 제기 기관. Institution that raised what is answered, and rates the answer.
    pub originator_id: Option<Uuid>,
    /// 회신 기한. Due date that the answer had to meet.
    pub due_on: Option<Date>,
    /// 정책건의 대상. Institution to which it is forwarded as a policy proposal.
    pub forwarded_to_id: Option<Uuid>,
    /// 기록 기관. Institution that recorded it here.
    pub recorded_by_id: Option<Uuid>,
    /// 대리 등록 여부. Whether it was recorded on behalf of the institution that answered.
    pub is_on_behalf: Option<bool>,
    /// 근거. What shows that it was answered.
    pub evidence_note: Option<String>,
    /// 근거 자료. Document that shows it.
    pub evidence_id: Option<Uuid>,
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
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::originator_id`].
    #[sea_orm(belongs_to, relation_enum = "Originator", from = "originator_id", to = "id")]
    #[serde(skip)]
    pub originator: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::forwarded_to_id`].
    #[sea_orm(belongs_to, relation_enum = "ForwardedTo", from = "forwarded_to_id", to = "id")]
    #[serde(skip)]
    pub forwarded_to: BelongsTo<Option<super::institution::Entity>>,
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

//! 대책·계획. Plan or package of measures and the mandate it follows.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 계획 유형. Kind of plan.
    pub enum PlanKind {
        /// 행동계획. Government-wide action plan.
        ActionPlan = "ACTION_PLAN",
        /// 대책·방안. Package of measures.
        Measure = "MEASURE",
        /// 운영계획. Operating plan of a body or government.
        OperatingPlan = "OPERATING_PLAN",
        /// 육성·지원 시책. Support policy.
        Initiative = "INITIATIVE",
    }
}

choice! {
    /// 계획 상태. Status of a plan.
    pub enum PlanStatus {
        /// 수립 중. Being prepared.
        Preparing = "PREPARING",
        /// 발표. Announced.
        Announced = "ANNOUNCED",
        /// 추진 중. Under way.
        InProgress = "IN_PROGRESS",
        /// 완료. Completed.
        Completed = "COMPLETED",
    }
}

/// 대책·계획. Plan or package of measures and the mandate it follows.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_plan")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 계획 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 제목. Title. Korean.
    pub title_ko: String,
    /// 제목. Title. English.
    pub title_en: Option<String>,
    /// 가칭 여부. Whether the title is tentative (가칭).
    pub tentative: bool,
    /// 유형. Kind.
    pub kind: PlanKind,
    /// 상태. Status.
    pub status: PlanStatus,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
    /// 주관 기관. Owner.
    pub owner_id: Option<Uuid>,
    /// 근거 계획. Plan whose recommendation it follows.
    pub mandate_id: Option<Uuid>,
    /// 권고 기관. Institution that gave the mandate.
    pub mandate_institution_id: Option<Uuid>,
    /// 근거 설명. How the mandate came about. Korean.
    pub mandate_note_ko: Option<String>,
    /// 근거 설명. How the mandate came about. English.
    pub mandate_note_en: Option<String>,
    /// 착수·발표. Begun or announced.
    pub starts_on: Option<String>,
    /// 종료. End.
    pub ends_on: Option<String>,
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
    /// Row of [`Model::owner_id`].
    #[sea_orm(belongs_to, relation_enum = "Owner", from = "owner_id", to = "id")]
    #[serde(skip)]
    pub owner: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::mandate_institution_id`].
    #[sea_orm(
        belongs_to,
        relation_enum = "MandateInstitution",
        from = "mandate_institution_id",
        to = "id"
    )]
    #[serde(skip)]
    pub mandate_institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 이행 보고. How the delivery of what was answered goes: one report after the other.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};
use crate::effect::DeliveryStatus;

/// 이행 보고. How the delivery of what was answered goes: one report after the other.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation_delivery")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의. Recommendation.
    pub recommendation_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 이행 기관. Institution that delivers.
    pub institution_id: Option<Uuid>,
    /// 이행 상태. Delivery light.
    pub light: DeliveryStatus,
    /// 이행 완료 여부. Whether it is delivered.
    pub is_completed: bool,
    /// 내용. What was done, and what stands in the way. Korean.
    pub note_ko: Option<String>,
    /// 내용. What was done, and what stands in the way. English.
    pub note_en: Option<String>,
    /// 보고일. Date of the report.
    pub reported_on: Date,
    /// 기록 기관. Institution that recorded it here.
    pub recorded_by_id: Option<Uuid>,
    /// 근거. What shows it.
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

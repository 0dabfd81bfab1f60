//! 건의 이관. An addressee of a recommendation and how long it was theirs.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 건의 이관. An addressee of a recommendation and how long it was theirs.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation_assignment")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의. Recommendation.
    pub recommendation_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 소관 기관. Addressee.
    pub addressee_id: Uuid,
    /// 이관일. Date of assignment.
    pub assigned_on: Option<String>,
    /// 기한. Answer due.
    pub due_on: Option<Date>,
    /// 사유. Why it was (re)assigned. Korean.
    pub reason_ko: Option<String>,
    /// 사유. Why it was (re)assigned. English.
    pub reason_en: Option<String>,
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
    /// Row of [`Model::addressee_id`].
    #[sea_orm(belongs_to, relation_enum = "Addressee", from = "addressee_id", to = "id")]
    #[serde(skip)]
    pub addressee: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

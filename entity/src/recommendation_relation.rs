//! 건의 관계. A recommendation's relation to another.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 건의 관계. How two recommendations relate.
    pub enum RecommendationRelationKind {
        /// 동일. The same matter.
        SameAs = "SAME_AS",
        /// 반복 제기. Raised again.
        Repeats = "REPEATS",
        /// 포함. Part of the other.
        PartOf = "PART_OF",
    }
}

/// 건의 관계. A recommendation's relation to another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation_relation")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 건의. Recommendation.
    pub recommendation_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 상대 건의. The other recommendation.
    pub other_id: Uuid,
    /// 관계. How they relate.
    pub kind: RecommendationRelationKind,
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
    /// Row of [`Model::other_id`].
    #[sea_orm(belongs_to, relation_enum = "Other", from = "other_id", to = "id")]
    #[serde(skip)]
    pub other: BelongsTo<super::recommendation::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

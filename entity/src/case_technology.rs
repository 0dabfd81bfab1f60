//! 사례의 AI 기술. AI technology used in a case.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::adoption_case::Technology;
use crate::common::{Origin, Visibility};

/// 사례의 AI 기술. AI technology used in a case.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_technology")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사례. Case.
    pub adoption_case_id: Uuid,
    /// 기술. Technology.
    pub technology: Technology,
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
    /// Row of [`Model::adoption_case_id`].
    #[sea_orm(belongs_to, relation_enum = "AdoptionCase", from = "adoption_case_id", to = "id")]
    #[serde(skip)]
    pub adoption_case: BelongsTo<super::adoption_case::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 제출 의무. Institution that must report for a programme, and since when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 제출 의무. Institution that must report for a programme, and since when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "obligation")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 기관. Institution.
    pub institution_id: Uuid,
    /// 사업. Programme.
    pub programme_id: Uuid,
    /// 시작일. First day.
    pub starts_on: Date,
    /// 종료일. Last day.
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
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::programme_id`].
    #[sea_orm(belongs_to, relation_enum = "Programme", from = "programme_id", to = "id")]
    #[serde(skip)]
    pub programme: BelongsTo<super::programme::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

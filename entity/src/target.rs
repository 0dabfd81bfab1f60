//! 목표. What is to be reached by an indicator in a quarter.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 목표. What is to be reached by an indicator in a quarter.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "target")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 지표. Indicator.
    pub indicator_id: Uuid,
    /// 기관. Institution; none for the programme as a whole.
    pub institution_id: Option<Uuid>,
    /// 분기. Quarter.
    pub quarter: String,
    /// 목표값. Exact value, written as a decimal.
    pub value: String,
    /// Value without its decimal point, at the indicator's decimal places.
    pub scaled: i64,
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
    /// Row of [`Model::indicator_id`].
    #[sea_orm(belongs_to, relation_enum = "Indicator", from = "indicator_id", to = "id")]
    #[serde(skip)]
    pub indicator: BelongsTo<super::indicator::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

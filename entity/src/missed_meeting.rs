//! 미개최 기록. A period of a series for which it is on record that no meeting was held.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 미개최 기록. A period of a series for which it is on record that no meeting was held.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "missed_meeting")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의 계열. Series.
    pub series_id: Uuid,
    /// 기간. Period of the series: `2026-07`, `2026-Q3` or `2026`.
    pub period: String,
    /// 사유. Why none was held. Korean.
    pub reason_ko: Option<String>,
    /// 사유. Why none was held. English.
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
    /// Row of [`Model::series_id`].
    #[sea_orm(belongs_to, relation_enum = "Series", from = "series_id", to = "id")]
    #[serde(skip)]
    pub series: BelongsTo<super::meeting_series::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

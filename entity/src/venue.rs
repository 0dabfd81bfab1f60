//! 장소. A claim of where a meeting took place, with its source.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 장소. A claim of where a meeting took place, with its source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "venue")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의. Meeting.
    pub meeting_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 장소명. Name of the venue. Korean.
    pub name_ko: String,
    /// 장소명. Name of the venue. English.
    pub name_en: Option<String>,
    /// 실. Room or hall. Korean.
    pub room_ko: Option<String>,
    /// 실. Room or hall. English.
    pub room_en: Option<String>,
    /// 주소. Address. Korean.
    pub address_ko: Option<String>,
    /// 주소. Address. English.
    pub address_en: Option<String>,
    /// 지역. Region.
    pub region_id: Option<Uuid>,
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
    pub meeting: BelongsTo<super::meeting::Entity>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

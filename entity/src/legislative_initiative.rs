//! 입법과제. A law in the making: its titles over time and its parallel bills.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 입법과제. A law in the making: its titles over time and its parallel bills.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "legislative_initiative")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 입법과제 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 현재 명칭. Current title. Korean.
    pub title_ko: String,
    /// 현재 명칭. Current title. English.
    pub title_en: Option<String>,
    /// 가칭 여부. Whether the current title is tentative.
    pub tentative: bool,
    /// 목적. Purpose in our words. Korean.
    pub purpose_ko: Option<String>,
    /// 목적. Purpose in our words. English.
    pub purpose_en: Option<String>,
    /// 소관 기관. Ministry in charge.
    pub owner_id: Option<Uuid>,
    /// 착수. Begun.
    pub starts_on: Option<String>,
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
}

impl ActiveModelBehavior for ActiveModel {}

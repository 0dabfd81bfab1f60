//! 입법과제 명칭. A title the initiative bore.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 입법과제 명칭. A title the initiative bore.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "initiative_title")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 입법과제. Initiative.
    pub initiative_id: Uuid,
    /// 순서. Order in time.
    pub position: i32,
    /// 명칭. Title. Korean.
    pub title_ko: String,
    /// 명칭. Title. English.
    pub title_en: Option<String>,
    /// 가칭 여부. Whether tentative.
    pub tentative: bool,
    /// 사용 시작. First seen.
    pub valid_from: Option<String>,
    /// 사용 종료. Last seen.
    pub valid_to: Option<String>,
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
    /// Row of [`Model::initiative_id`].
    #[sea_orm(belongs_to, relation_enum = "Initiative", from = "initiative_id", to = "id")]
    #[serde(skip)]
    pub initiative: BelongsTo<super::legislative_initiative::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

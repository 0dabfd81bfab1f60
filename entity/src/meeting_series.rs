//! 회의 계열. A rhythm in which a body meets; knows what was expected, held and missed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 개최 주기. How often a series meets.
    pub enum Cadence {
        /// 매월. Monthly.
        Monthly = "MONTHLY",
        /// 분기별. Quarterly.
        Quarterly = "QUARTERLY",
        /// 매년. Yearly.
        Annual = "ANNUAL",
        /// 수시. No fixed rhythm; nothing is expected, so nothing can be missed.
        Irregular = "IRREGULAR",
    }
}

/// 회의 계열. A rhythm in which a body meets; knows what was expected, held and missed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting_series")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 협의체. Body that meets.
    pub body_id: Uuid,
    /// 계열 코드. Stable code.
    #[sea_orm(unique)]
    pub code: String,
    /// 명칭. Name. Korean.
    pub name_ko: String,
    /// 명칭. Name. English.
    pub name_en: Option<String>,
    /// 주기. How often it is due.
    pub cadence: Cadence,
    /// 방식. Form of the meetings. Korean.
    pub format_ko: Option<String>,
    /// 방식. Form of the meetings. English.
    pub format_en: Option<String>,
    /// 시작. First period in which a meeting is due.
    pub starts_on: Option<String>,
    /// 종료. Last period.
    pub ends_on: Option<String>,
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
    /// Row of [`Model::body_id`].
    #[sea_orm(belongs_to, relation_enum = "Body", from = "body_id", to = "id")]
    #[serde(skip)]
    pub body: BelongsTo<super::body::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

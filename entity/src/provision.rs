//! 조문. Provision of a bill.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 조문. Provision of a bill.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "provision")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 법률안. Bill.
    pub bill_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 조. Article number.
    pub article: Option<String>,
    /// 제목. Title. Korean.
    pub title_ko: String,
    /// 제목. Title. English.
    pub title_en: Option<String>,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
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
    /// Row of [`Model::bill_id`].
    #[sea_orm(belongs_to, relation_enum = "Bill", from = "bill_id", to = "id")]
    #[serde(skip)]
    pub bill: BelongsTo<super::bill::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 산업분류. Industry of the Korean Standard Industrial Classification (KSIC, 11th revision since 2024-07-01).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 산업분류 단계. Level of an industry code.
    pub enum IndustryLevel {
        /// 대분류. Section (A to U).
        Section = "SECTION",
        /// 중분류. Division (two digits).
        Division = "DIVISION",
    }
}

/// 산업분류. Industry of the Korean Standard Industrial Classification (KSIC, 11th revision since 2024-07-01).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "industry")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 분류 코드. Section letter or two-digit division.
    #[sea_orm(unique)]
    pub code: String,
    /// 차수. Revision of the classification.
    pub revision: i32,
    /// 단계. Section or division.
    pub level: IndustryLevel,
    /// 분류명. Name. Korean.
    pub name_ko: String,
    /// 분류명. Name. English.
    pub name_en: Option<String>,
    /// 상위 분류. Section of a division.
    pub parent_id: Option<Uuid>,
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
}

impl ActiveModelBehavior for ActiveModel {}

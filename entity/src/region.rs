//! 지역(시·도). First-level administrative division with its dated codes; rows, never an enum: Gwangju and Jeonnam are one division since 2026-07-01.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 행정구역 종류. Category of a first-level administrative division.
    pub enum RegionCategory {
        /// 특별시. Seoul.
        SpecialCity = "SPECIAL_CITY",
        /// 광역시. Metropolitan city.
        MetropolitanCity = "METROPOLITAN_CITY",
        /// 특별자치시. Sejong.
        SpecialSelfGoverningCity = "SPECIAL_SELF_GOVERNING_CITY",
        /// 도. Province.
        Province = "PROVINCE",
        /// 특별자치도. Special self-governing province.
        SpecialSelfGoverningProvince = "SPECIAL_SELF_GOVERNING_PROVINCE",
        /// 통합특별시. The division formed of Gwangju and Jeonnam on 2026-07-01.
        IntegratedSpecialCity = "INTEGRATED_SPECIAL_CITY",
        /// 전국. No region: the whole country.
        Nationwide = "NATIONWIDE",
    }
}

/// 지역(시·도). First-level administrative division with its dated codes; rows, never an enum: Gwangju and Jeonnam are one division since 2026-07-01.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "region")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 지역 키. Stable key: the ISO 3166-2:KR code, or an own key where ISO has none
    /// (`JEONNAM_GWANGJU`, `NATIONWIDE`).
    #[sea_orm(unique)]
    pub code: String,
    /// 지역명. Current legal name. Korean.
    pub name_ko: String,
    /// 지역명. Current legal name. English.
    pub name_en: Option<String>,
    /// 약칭. Short Korean name, e.g. 서울.
    pub short_name: Option<String>,
    /// 종류. Category of the division.
    pub category: RegionCategory,
    /// 시작일. First day the division exists; null if before the record.
    pub valid_from: Option<Date>,
    /// 종료일. Last day the division exists; null while it does.
    pub valid_to: Option<Date>,
    /// 승계 지역. Division that took its place.
    pub successor_id: Option<Uuid>,
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

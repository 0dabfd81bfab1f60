//! 지역 코드. A code of a region in one scheme, with the dates it was in use.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 지역 코드 체계. Numbering a region code belongs to; a bare two-digit number is ambiguous without it.
    pub enum RegionCodeScheme {
        /// 국제표준 ISO 3166-2:KR.
        Iso31662 = "ISO_3166_2",
        /// 행정표준(법정동·주민등록) 앞 두 자리. Resident-registration and legal-dong prefix.
        Administrative = "ADMINISTRATIVE",
        /// 통계청 앞 두 자리. Statistics Korea prefix.
        Statistics = "STATISTICS",
    }
}

/// 지역 코드. A code of a region in one scheme, with the dates it was in use.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "region_code")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 지역. Region the code names.
    pub region_id: Uuid,
    /// 체계. Scheme of the code.
    pub scheme: RegionCodeScheme,
    /// 코드. The code itself.
    pub code: String,
    /// 시작일. First day of use; null if before the record.
    pub valid_from: Option<Date>,
    /// 종료일. Last day of use; null while in use.
    pub valid_to: Option<Date>,
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
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<super::region::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

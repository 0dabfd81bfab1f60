//! 보고기간. Quarter for which results are handed in.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 보고기간 상태. How far a reporting period has come.
    pub enum PeriodState {
        /// 예정. Not yet open.
        Planned = "PLANNED",
        /// 진행. Results are taken and reviewed; the list of those expected is frozen.
        Open = "OPEN",
        /// 확정. Every result is final or listed as missing.
        Final = "FINAL",
    }
}

/// 보고기간. Quarter for which results are handed in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reporting_period")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 분기. The quarter.
    #[sea_orm(unique)]
    pub quarter: String,
    /// 상태. How far it has come.
    pub state: PeriodState,
    /// 접수 시작일. First day on which results are taken.
    pub opens_on: Date,
    /// 제출 대상 확정 시각. When the list of expected results was frozen.
    pub expected_frozen_at: Option<DateTimeUtc>,
    /// 분기 확정 시각. When the quarter became final.
    pub finalised_at: Option<DateTimeUtc>,
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

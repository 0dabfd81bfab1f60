//! 공휴일. Day off that moves due dates (Civil Act art. 161); data, since the government names new ones.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 공휴일 구분. Why a day is off.
    pub enum HolidayKind {
        /// 법정 공휴일. By decree each year.
        Statutory = "STATUTORY",
        /// 대체 공휴일. Instead of one that fell on a day off.
        Substitute = "SUBSTITUTE",
        /// 임시 공휴일. Named by the government for once.
        Temporary = "TEMPORARY",
    }
}

/// 공휴일. Day off that moves due dates (Civil Act art. 161); data, since the government names new ones.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "holiday")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 날짜. The day.
    #[sea_orm(unique)]
    pub observed_on: Date,
    /// 명칭. Name. Korean.
    pub name_ko: String,
    /// 명칭. Name. English.
    pub name_en: Option<String>,
    /// 구분. Why it is off.
    pub kind: HolidayKind,
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

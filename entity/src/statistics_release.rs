//! 통계 공표. Figures of quarterly results as they were published on a day; a release never changes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 통계 공표. Figures of quarterly results as they were published on a day; a release never changes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statistics_release")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 공표 코드. Code: the day of its publication, `2026-11-26`.
    #[sea_orm(unique)]
    pub code: String,
    /// 공표일. Day of its publication in Asia/Seoul.
    pub published_on: Date,
    /// 기준 시각. Instant as of which results were accepted.
    pub known_at: DateTimeUtc,
    /// 첫 분기. First quarter in it.
    pub first_quarter: String,
    /// 끝 분기. Last quarter in it.
    pub last_quarter: String,
    /// 셀 수. Cells in it.
    pub cell_count: i32,
    /// 비공개 셀 수. Of these, withheld.
    pub withheld_count: i32,
    /// 내용 해시. SHA-256 over its cells.
    pub content_hash: String,
    /// 설명. What its readers should know. Korean.
    pub note_ko: Option<String>,
    /// 설명. What its readers should know. English.
    pub note_en: Option<String>,
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

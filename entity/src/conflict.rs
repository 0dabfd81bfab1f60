//! 불일치. Two sources, or two places of one, that disagree about a fact; every claim is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 불일치 상태. State of a conflict between claims.
    pub enum ConflictStatus {
        /// 미해결. Not resolved; every claim is kept.
        Open = "OPEN",
        /// 해결. Resolved; every claim is kept.
        Resolved = "RESOLVED",
    }
}

/// 불일치. Two sources, or two places of one, that disagree about a fact; every claim is kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "conflict")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 대상 유형. Type of the fact.
    pub subject_type: String,
    /// 대상. The fact.
    pub subject_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 항목. Field of the fact in dispute.
    pub field: String,
    /// 상태. State.
    pub status: ConflictStatus,
    /// 내용. What disagrees. Korean.
    pub summary_ko: String,
    /// 내용. What disagrees. English.
    pub summary_en: Option<String>,
    /// 해소 사유. Why it is resolved so. Korean.
    pub resolution_ko: Option<String>,
    /// 해소 사유. Why it is resolved so. English.
    pub resolution_en: Option<String>,
    /// 해소 시각. When it was resolved; null while it is open.
    pub resolved_at: Option<DateTimeUtc>,
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

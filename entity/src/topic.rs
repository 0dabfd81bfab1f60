//! 주제. Industry sector, policy theme or subject heading.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 주제 구분. Kind of topic.
    pub enum TopicKind {
        /// 산업 분야. Industry sector.
        Sector = "SECTOR",
        /// 정책 주제. Policy theme.
        Theme = "THEME",
        /// 문헌 분류. Subject heading of a publisher.
        Subject = "SUBJECT",
    }
}

/// 주제. Industry sector, policy theme or subject heading.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 주제 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 주제명. Name. Korean.
    pub name_ko: String,
    /// 주제명. Name. English.
    pub name_en: Option<String>,
    /// 구분. Kind of topic.
    pub kind: TopicKind,
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

//! 공표 검토 값. What figures of releases were made of. Nobody reads it but the next release, which must not tell what
//! the figures told before would give away.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::statistics_cell::StatisticsTable;

/// 공표 검토 값. What a figure of a release was made of, each once however often it was released.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statistics_figure")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 지표. Indicator.
    pub indicator_id: Uuid,
    /// 분기. Quarter.
    pub quarter: String,
    /// 통계표. Table.
    pub statistics_table: StatisticsTable,
    /// Code of the region or kind; empty for the total.
    pub key: String,
    /// SHA-256 over the parts.
    pub digest: String,
    /// What each institution has in it, as JSON.
    pub parts: String,
    /// Whether it was told.
    pub is_told: bool,
}

impl ActiveModelBehavior for ActiveModel {}

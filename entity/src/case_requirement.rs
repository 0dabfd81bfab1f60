//! 사례 필수 항목. What a case must hold from a stage on; data, not code.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::adoption_case::AdoptionStage;
use crate::common::{Origin, Visibility};

/// 사례 필수 항목. What a case must hold from a stage on; data, not code.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_requirement")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 단계. Stage from which it is required.
    pub stage: AdoptionStage,
    /// 항목. Field of AdoptionCase.
    pub field: String,
    /// 순서. Order.
    pub position: i32,
    /// 설명. Why and how. Korean.
    pub note_ko: String,
    /// 설명. Why and how. English.
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

//! 사례의 애로. Barrier met in a case.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::barrier::BarrierKind;
use crate::common::{Origin, Visibility};

/// 사례의 애로. Barrier met in a case.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_barrier")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사례. Case.
    pub adoption_case_id: Uuid,
    /// 유형. Kind.
    pub kind: BarrierKind,
    /// 설명. Note. Korean.
    pub note_ko: Option<String>,
    /// 설명. Note. English.
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
    /// Row of [`Model::adoption_case_id`].
    #[sea_orm(belongs_to, relation_enum = "AdoptionCase", from = "adoption_case_id", to = "id")]
    #[serde(skip)]
    pub adoption_case: BelongsTo<super::adoption_case::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

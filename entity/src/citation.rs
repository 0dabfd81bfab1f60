//! 출처. Ties a fact to a document.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Basis, Origin, Visibility};

/// 출처. Ties a fact to a document.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "citation")]
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
    /// 자료. Document cited.
    pub document_id: Uuid,
    /// 항목. Field of the fact it carries; null for the whole.
    pub field: Option<String>,
    /// 위치. Page, section or table in the document. Korean.
    pub locator_ko: Option<String>,
    /// 위치. Page, section or table in the document. English.
    pub locator_en: Option<String>,
    /// 근거. Stated or inferred.
    pub basis: Basis,
    /// 비고. Note; says how an inferred fact was derived. Korean.
    pub note_ko: Option<String>,
    /// 비고. Note; says how an inferred fact was derived. English.
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
    /// Row of [`Model::document_id`].
    #[sea_orm(belongs_to, relation_enum = "Document", from = "document_id", to = "id")]
    #[serde(skip)]
    pub document: BelongsTo<super::document::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 주장. One of the claims of a conflict, with its source.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 주장. One of the claims of a conflict, with its source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 불일치. Conflict.
    pub conflict_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 값. The claim. Korean.
    pub value_ko: String,
    /// 값. The claim. English.
    pub value_en: Option<String>,
    /// 자료. Document that makes it.
    pub document_id: Option<Uuid>,
    /// 위치. Where in the document. Korean.
    pub locator_ko: Option<String>,
    /// 위치. Where in the document. English.
    pub locator_en: Option<String>,
    /// 인정 여부. Whether it was found to hold; null while the conflict is open.
    pub is_upheld: Option<bool>,
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
    /// Row of [`Model::conflict_id`].
    #[sea_orm(belongs_to, relation_enum = "Conflict", from = "conflict_id", to = "id")]
    #[serde(skip)]
    pub conflict: BelongsTo<super::conflict::Entity>,
    /// Row of [`Model::document_id`].
    #[sea_orm(belongs_to, relation_enum = "Document", from = "document_id", to = "id")]
    #[serde(skip)]
    pub document: BelongsTo<Option<super::document::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

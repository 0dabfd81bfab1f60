//! 첨부 파일. A file of a document: its name, what it is and the hash under which its content is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 첨부 파일. A file of a document: its name, what it is and the hash under which its content is kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_file")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 자료. Document.
    pub document_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 파일 이름. Name with its extension; no two of a document are equal.
    pub name: String,
    /// 형식. Media type (RFC 6838), as read from the content.
    pub media_type: String,
    /// 크기. Size in bytes.
    pub byte_size: i32,
    /// 해시. SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
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

//! 회의 자료. A document about a meeting and what it is to it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 회의 자료 구분. What a document is to a meeting.
    pub enum MeetingDocumentRole {
        /// 안건 자료. Agenda paper.
        Agenda = "AGENDA",
        /// 회의록. Minutes.
        Minutes = "MINUTES",
        /// 발표 자료. Presented material.
        Material = "MATERIAL",
        /// 보도자료. Press release or report of it.
        PressRelease = "PRESS_RELEASE",
    }
}

/// 회의 자료. A document about a meeting and what it is to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting_document")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의. Meeting.
    pub meeting_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 자료. Document.
    pub document_id: Uuid,
    /// 구분. What it is to the meeting.
    pub role: MeetingDocumentRole,
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
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<super::meeting::Entity>,
    /// Row of [`Model::document_id`].
    #[sea_orm(belongs_to, relation_enum = "Document", from = "document_id", to = "id")]
    #[serde(skip)]
    pub document: BelongsTo<super::document::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

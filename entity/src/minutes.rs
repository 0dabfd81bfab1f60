//! 회의록. Minutes of a meeting; drafts are internal.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 회의록 상태. State of the minutes.
    pub enum MinutesStatus {
        /// 작성 중. Draft.
        Draft = "DRAFT",
        /// 확정. Approved.
        Approved = "APPROVED",
    }
}

/// 회의록. Minutes of a meeting; drafts are internal.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "minutes")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의. Meeting.
    pub meeting_id: Uuid,
    /// 순서. Order of revisions.
    pub position: i32,
    /// 상태. State.
    pub status: MinutesStatus,
    /// 본문. Text. Korean.
    pub text_ko: Option<String>,
    /// 본문. Text. English.
    pub text_en: Option<String>,
    /// 자료. Document holding the text.
    pub document_id: Option<Uuid>,
    /// 확정일. Date of approval.
    pub approved_on: Option<Date>,
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
    pub document: BelongsTo<Option<super::document::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

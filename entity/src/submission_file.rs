//! 증빙 파일. A file that shows what a submission says: on the whole of it, or on the values of an indicator.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 증빙 파일. A file that shows what a submission says: on the whole of it, or on the values of an indicator.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission_file")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 지표. Indicator whose values it shows; null for the whole.
    pub indicator_id: Option<Uuid>,
    /// 파일 이름. Name with its extension; no two that stand on the same are equal.
    pub name: String,
    /// 형식. Media type (RFC 6838), as read from the content.
    pub media_type: String,
    /// 크기. Size in bytes.
    pub byte_size: i32,
    /// 해시. SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// 시작 차수. First revision that holds it.
    pub first_revision: i32,
    /// 끝 차수. Last revision that holds it; null while it stands.
    pub last_revision: Option<i32>,
    /// 첨부자. Client that attached it.
    pub added_by: String,
    /// 첨부 시각. When it was attached.
    pub added_at: DateTimeUtc,
    /// Row of [`Model::submission_id`].
    #[sea_orm(belongs_to, relation_enum = "Submission", from = "submission_id", to = "id")]
    #[serde(skip)]
    pub submission: BelongsTo<super::submission::Entity>,
    /// Row of [`Model::indicator_id`].
    #[sea_orm(belongs_to, relation_enum = "Indicator", from = "indicator_id", to = "id")]
    #[serde(skip)]
    pub indicator: BelongsTo<Option<super::indicator::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

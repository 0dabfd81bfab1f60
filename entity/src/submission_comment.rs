//! 검토 의견. What a reviewer asks to put right, cell by cell.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 검토 의견. What a reviewer asks to put right, cell by cell.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission_comment")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 차수. Revision it is about.
    pub revision: i32,
    /// 지표. Indicator it is about; none for the whole.
    pub indicator_id: Option<Uuid>,
    /// 셀. Address of the cell; none for the whole.
    pub cell: Option<String>,
    /// 의견. What is to be put right.
    pub message: String,
    /// 작성자. Client that wrote it.
    pub author: String,
    /// 작성 기관. Institution on whose behalf it was written; null if unknown.
    pub author_institution_id: Option<Uuid>,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::submission_id`].
    #[sea_orm(belongs_to, relation_enum = "Submission", from = "submission_id", to = "id")]
    #[serde(skip)]
    pub submission: BelongsTo<super::submission::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::indicator_id`].
    #[sea_orm(belongs_to, relation_enum = "Indicator", from = "indicator_id", to = "id")]
    #[serde(skip)]
    pub indicator: BelongsTo<Option<super::indicator::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

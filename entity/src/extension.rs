//! 기한연장. Later due date of one submission, with reason and approver.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 기한연장. Later due date of one submission, with reason and approver.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 연장 기한. Last day of the extension.
    pub expires_on: Date,
    /// 사유. Why.
    pub reason: String,
    /// 승인자. Client that granted it.
    pub approved_by: String,
    /// 승인 기관. Institution on whose behalf it was granted; null if unknown.
    pub approved_by_institution_id: Option<Uuid>,
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
}

impl ActiveModelBehavior for ActiveModel {}

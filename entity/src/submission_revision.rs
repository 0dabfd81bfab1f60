//! 제출 차수. What was handed in at once; it never changes, but for what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 제출 차수. What was handed in at once; it never changes, but for what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission_revision")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 차수. Number, from 1.
    pub number: i32,
    /// 접수 번호. Receipt number.
    #[sea_orm(unique)]
    pub receipt: String,
    /// 내용 해시. SHA-256 over its values.
    pub content_hash: String,
    /// 값 수. Cells in it.
    pub cell_count: i32,
    /// 실적 없음 여부. Whether it says that there is nothing to report.
    pub is_nil: bool,
    /// 실적 없음 사유. Why.
    pub nil_reason: Option<String>,
    /// 기한 내 여부. Whether it came by the due date of that time.
    pub is_on_time: bool,
    /// 제출 시각. When it was handed in.
    pub submitted_at: DateTimeUtc,
    /// 제출자. Client that handed it in.
    pub submitted_by: String,
    /// Idempotency key of the call that handed it in.
    pub request_key: String,
    /// 승인 시각. When it was accepted.
    pub accepted_at: Option<DateTimeUtc>,
    /// 승인자. Client that accepted it.
    pub accepted_by: Option<String>,
    /// 승인 기관. Institution on whose behalf it was accepted; null if unknown.
    pub accepted_by_institution_id: Option<Uuid>,
    /// 효력 종료 시각. When its figures ceased to count.
    pub superseded_at: Option<DateTimeUtc>,
    /// 정정 사유. Why final figures were put right.
    pub restatement_reason: Option<String>,
    /// 공개 설명. What the public is told of it. Korean.
    pub public_note_ko: Option<String>,
    /// 공개 설명. What the public is told of it. English.
    pub public_note_en: Option<String>,
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

//! 제출. An expected result: institution × programme × quarter.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::Origin;

choice! {
    /// 제출 상태. Where a submission stands (code list 7).
    pub enum SubmissionStatus {
        /// 미작성. Expected, nothing saved yet.
        NotStarted = "NOT_STARTED",
        /// 작성 중. Being filled in.
        Draft = "DRAFT",
        /// 제출. Handed in.
        Submitted = "SUBMITTED",
        /// 반려. Given back to be put right.
        Returned = "RETURNED",
        /// 승인. Accepted.
        Accepted = "ACCEPTED",
        /// 확정. Accepted, and the quarter is final.
        Final = "FINAL",
    }
}

/// 제출. An expected result: institution × programme × quarter.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 사업. Programme.
    pub programme_id: Uuid,
    /// 보고기간. Reporting period.
    pub period_id: Uuid,
    /// 분기. Quarter.
    pub quarter: String,
    /// 상태. Where it stands.
    pub status: SubmissionStatus,
    /// 실적 없음 여부. Whether it was reported that there is nothing to report.
    pub is_nil: bool,
    /// 실적 없음 사유. Why there is nothing to report.
    pub nil_reason: Option<String>,
    /// 제출 기한. Last day to be on time, extensions counted in.
    pub due_on: Date,
    /// 당초 기한. Due date by the rule.
    pub original_due_on: Date,
    /// 접수 마감일. Last day on which it is taken at all.
    pub locks_on: Date,
    /// 보완 기한. Day by which what was returned must come again.
    pub return_due_on: Option<Date>,
    /// 작성 시작 시각. When something was first saved.
    pub started_at: Option<DateTimeUtc>,
    /// 최초 제출 시각. When it was first handed in; decides whether it was on time.
    pub first_submitted_at: Option<DateTimeUtc>,
    /// 기한 내 여부. Whether it was first handed in by the due date; null until then.
    pub is_on_time: Option<bool>,
    /// 제출 시각. When it was last handed in.
    pub submitted_at: Option<DateTimeUtc>,
    /// 제출자. Client that last handed it in.
    pub submitted_by: Option<String>,
    /// 검토 시작 시각. When the review began; it cannot be recalled from then on.
    pub review_started_at: Option<DateTimeUtc>,
    /// 검토자. Client that reviews or reviewed it.
    pub reviewed_by: Option<String>,
    /// 검토 기관. Institution on whose behalf it is or was reviewed; null if unknown.
    pub reviewed_by_institution_id: Option<Uuid>,
    /// 반려 시각. When it was last returned.
    pub returned_at: Option<DateTimeUtc>,
    /// 승인 시각. When it was accepted.
    pub accepted_at: Option<DateTimeUtc>,
    /// 승인자. Client that accepted it.
    pub accepted_by: Option<String>,
    /// 승인 기관. Institution on whose behalf it was accepted; null if unknown.
    pub accepted_by_institution_id: Option<Uuid>,
    /// 사유. Why it was returned, opened again or restated last.
    pub reason: Option<String>,
    /// 공개 설명. What the public will be told of a restatement. Korean.
    pub public_note_ko: Option<String>,
    /// 공개 설명. What the public will be told of a restatement. English.
    pub public_note_en: Option<String>,
    /// 알림 시각. When it was last reminded of.
    pub reminded_at: Option<DateTimeUtc>,
    /// 최근 차수. Number of the last revision handed in; 0 for none.
    pub revision: i32,
    /// 정정 여부. Whether a final result is being put right.
    pub is_restatement: bool,
    /// 값 수. Cells filled in.
    pub cell_count: i32,
    /// 출처 구분. User entry or illustration.
    pub origin: Origin,
    /// Version with which its values or its state last changed.
    pub content_version: i32,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::programme_id`].
    #[sea_orm(belongs_to, relation_enum = "Programme", from = "programme_id", to = "id")]
    #[serde(skip)]
    pub programme: BelongsTo<super::programme::Entity>,
    /// Row of [`Model::period_id`].
    #[sea_orm(belongs_to, relation_enum = "Period", from = "period_id", to = "id")]
    #[serde(skip)]
    pub period: BelongsTo<super::reporting_period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

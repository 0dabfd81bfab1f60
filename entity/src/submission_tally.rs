//! 제출 집계 이력. What statistics count of a submission, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::submission::SubmissionStatus;

/// 제출 집계 이력. What statistics count of a submission, from when to when. One row of each submission has no
/// end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission_tally")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 상태. Where it stood.
    pub status: SubmissionStatus,
    /// 실적 없음 여부. Whether it was reported that there is nothing to report.
    pub is_nil: bool,
    /// 기한 내 여부. Whether it was first handed in by the due date; null until then.
    pub is_on_time: Option<bool>,
    /// 제출 기한. Its due date.
    pub due_on: Date,
    /// 시작 시각. From when it counted so.
    pub known_from: DateTimeUtc,
    /// 끝 시각. Until when; null while it does.
    pub known_to: Option<DateTimeUtc>,
    /// Row of [`Model::submission_id`].
    #[sea_orm(belongs_to, relation_enum = "Submission", from = "submission_id", to = "id")]
    #[serde(skip)]
    pub submission: BelongsTo<super::submission::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

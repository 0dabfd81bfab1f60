//! 알림. What an institution is reminded of, once each.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 알림 사유. What is reminded of.
    pub enum ReminderReason {
        /// 실적 제출 14일 전. Results are due in 14 days at most.
        ResultsDueIn14Days = "RESULTS_DUE_IN_14_DAYS",
        /// 실적 제출 7일 전. Results are due in 7 days at most.
        ResultsDueIn7Days = "RESULTS_DUE_IN_7_DAYS",
        /// 실적 제출 하루 전. Results are due tomorrow, or today.
        ResultsDueTomorrow = "RESULTS_DUE_TOMORROW",
        /// 실적 제출 기한 경과. Results were due and are not there.
        ResultsOverdue = "RESULTS_OVERDUE",
        /// 회신 기한 경과. The answer to a recommendation was due and is not there.
        AnswerOverdue = "ANSWER_OVERDUE",
        /// 회의록 미작성. A meeting was held 14 days ago and has no minutes.
        MinutesMissing = "MINUTES_MISSING",
        /// 법률안 정체. A bill has been in its stage for 180 days.
        BillStalled = "BILL_STALLED",
        /// 임기 만료 예정. A seat's term ends in 30 days at most.
        TermEnding = "TERM_ENDING",
    }
}

/// 알림. What an institution is reminded of, once each.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 알림 사유. What is reminded of.
    pub reason: ReminderReason,
    /// 대상 기관. Institution that has to act; none where it is for the operators.
    pub institution_id: Option<Uuid>,
    /// 유형. Type of the row that it is about.
    pub subject_type: String,
    /// Key of the row that it is about.
    pub subject_id: Uuid,
    /// 기준일. Day that it counts from.
    pub reference_on: Date,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

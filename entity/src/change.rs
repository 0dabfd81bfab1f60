//! The change feed: an ordered row for each row that changed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 변경 종류. What happened to a row.
    pub enum ChangeKind {
        /// 생성. Created.
        Created = "CREATED",
        /// 수정. Updated.
        Updated = "UPDATED",
        /// 삭제. Deleted.
        Deleted = "DELETED",
    }
}

choice! {
    /// 연표 항목 종류. What a timeline entry tells of.
    pub enum TimelineKind {
        /// 회의. Meeting.
        Meeting = "MEETING",
        /// 입법 단계. Stage event of a bill.
        BillEvent = "BILL_EVENT",
        /// 계획 발표·착수. Plan announced or begun.
        Plan = "PLAN",
        /// 과제 기한. Task due.
        Task = "TASK",
        /// 자료 발간. Document published.
        Document = "DOCUMENT",
        /// 기관 설립. Institution founded.
        Institution = "INSTITUTION",
        /// 협의체 운영 시작. Body began to operate.
        Body = "BODY",
        /// 기관 활동. Activity of an institution.
        Activity = "ACTIVITY",
        /// 건의 회신. Answer to a recommendation.
        Answer = "ANSWER",
        /// 성과. Effect of a recommendation.
        Effect = "EFFECT",
    }
}

/// One change, numbered in the order of commits over all servers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Number in the feed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Key by which lists are closed; made from the number.
    pub id: Uuid,
    /// Type of the row.
    pub subject_type: String,
    /// Key of the row.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: ChangeKind,
    /// Version after the change.
    pub version: i32,
    /// Instant of the change.
    pub at: DateTimeUtc,
    /// Whether it tells that the row became hidden, to those who do not see it.
    pub is_hiding: bool,
}

impl ActiveModelBehavior for ActiveModel {}

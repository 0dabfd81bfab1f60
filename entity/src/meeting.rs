//! 회의. One session, planned, held or cancelled (OParl meeting).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 회의 종류. Kind of meeting.
    pub enum MeetingKind {
        /// 킥오프회의. First meeting.
        Kickoff = "KICKOFF",
        /// 월례 발제·토론회. Monthly talk.
        Monthly = "MONTHLY",
        /// 분기 간담회. Quarterly meeting.
        Quarterly = "QUARTERLY",
        /// 현장간담회. Round table.
        Roundtable = "ROUNDTABLE",
        /// 포럼. Forum.
        Forum = "FORUM",
        /// 수시회의. Any other meeting.
        AdHoc = "AD_HOC",
    }
}

choice! {
    /// 회의 상태. Status of a meeting (OParl meeting state).
    pub enum MeetingStatus {
        /// 예정. Announced, not yet held.
        Planned = "PLANNED",
        /// 개최. Took place.
        Held = "HELD",
        /// 연기. Put off.
        Postponed = "POSTPONED",
        /// 취소. Called off.
        Cancelled = "CANCELLED",
    }
}

choice! {
    /// 언론 공개. Access of the press.
    pub enum PressAccess {
        /// 전체 공개. Open throughout.
        Open = "OPEN",
        /// 일부 공개. Open in part.
        Partial = "PARTIAL",
        /// 비공개. Closed.
        Closed = "CLOSED",
        /// 미상. The sources do not say.
        Unknown = "UNKNOWN",
    }
}

/// 회의. One session, planned, held or cancelled (OParl meeting).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 협의체. Body that met; none for a single event.
    pub body_id: Option<Uuid>,
    /// 회의 계열. Series it counts for.
    pub series_id: Option<Uuid>,
    /// 주최. Institution that held it.
    pub host_id: Option<Uuid>,
    /// 회차. Number within its series, as published.
    pub number: Option<i32>,
    /// 종류. Kind of meeting.
    pub kind: MeetingKind,
    /// 상태. Status.
    pub status: MeetingStatus,
    /// 회의명. Title. Korean.
    pub title_ko: String,
    /// 회의명. Title. English.
    pub title_en: Option<String>,
    /// 목적·주요 내용. Purpose and main content in our words. Korean.
    pub purpose_ko: Option<String>,
    /// 목적·주요 내용. Purpose and main content in our words. English.
    pub purpose_en: Option<String>,
    /// 개최일. Day (or month, quarter's month, year) of the meeting.
    pub held_on: String,
    /// 대상 기간. Period that the meeting was about, where it is not the one it was held in.
    pub covers_period: Option<String>,
    /// 시작 시각. Start, where the source gives a time.
    pub starts_at: Option<DateTimeUtc>,
    /// 종료 시각. End.
    pub ends_at: Option<DateTimeUtc>,
    /// 언론 공개. Access of the press.
    pub press_access: PressAccess,
    /// 참석 인원(발표). Total number of participants as published; may differ from the list.
    pub headcount: Option<i32>,
    /// 참석 인원 표기. The number as printed, e.g. 20명 내외.
    pub headcount_text: Option<String>,
    /// 참석 기업 수(발표). Number of companies as published; may differ from the list.
    pub company_count: Option<i32>,
    /// 논의 과제 수(발표). Number of items discussed as published; may differ from the list.
    pub item_count: Option<i32>,
    /// 사유. Why it was postponed or cancelled, or what was corrected after it was held. Korean.
    pub note_ko: Option<String>,
    /// 사유. Why it was postponed or cancelled, or what was corrected after it was held. English.
    pub note_en: Option<String>,
    /// 최초 예정일. Day for which it was planned before it was first postponed.
    pub originally_on: Option<String>,
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
    /// Row of [`Model::body_id`].
    #[sea_orm(belongs_to, relation_enum = "Body", from = "body_id", to = "id")]
    #[serde(skip)]
    pub body: BelongsTo<Option<super::body::Entity>>,
    /// Row of [`Model::series_id`].
    #[sea_orm(belongs_to, relation_enum = "Series", from = "series_id", to = "id")]
    #[serde(skip)]
    pub series: BelongsTo<Option<super::meeting_series::Entity>>,
    /// Row of [`Model::host_id`].
    #[sea_orm(belongs_to, relation_enum = "Host", from = "host_id", to = "id")]
    #[serde(skip)]
    pub host: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

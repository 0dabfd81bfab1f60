//! 참석. A participant of a meeting: person, institution or a group known by number only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Sector};

choice! {
    /// 참석 구분. Part a participant had in a meeting.
    pub enum AttendanceRole {
        /// 주최. Host.
        Host = "HOST",
        /// 지원기관. Supporting agency.
        Support = "SUPPORT",
        /// 자문위원. Advisor.
        Advisor = "ADVISOR",
        /// 전문가. Expert.
        Expert = "EXPERT",
        /// 협·단체. Association.
        Association = "ASSOCIATION",
        /// 기업. Company.
        Company = "COMPANY",
        /// 공공기관. Public agency.
        Agency = "AGENCY",
        /// 참석자. Any other participant.
        Participant = "PARTICIPANT",
    }
}

choice! {
    /// 참석 상태. Whether a participant came.
    pub enum AttendanceStatus {
        /// 초청. Invited.
        Invited = "INVITED",
        /// 참석. Attended.
        Attended = "ATTENDED",
        /// 불참. Absent.
        Absent = "ABSENT",
    }
}

choice! {
    /// 참석 공개 범위. Who may see an attendance.
    pub enum AttendanceVisibility {
        /// 공개. Everybody.
        Public = "PUBLIC",
        /// 인원만 공개. Only counted, never shown.
        CountsOnly = "COUNTS_ONLY",
        /// 내부. Programme staff only.
        Internal = "INTERNAL",
    }
}

/// 참석. A participant of a meeting: person, institution or a group known by number only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의. Meeting.
    pub meeting_id: Uuid,
    /// 순서. Order in the source.
    pub position: i32,
    /// 인물. Person.
    pub person_id: Option<Uuid>,
    /// 기관. Institution.
    pub institution_id: Option<Uuid>,
    /// 대표한 기관. Institution represented.
    pub on_behalf_of_id: Option<Uuid>,
    /// 집단. Group where names are unknown. Korean.
    pub group_label_ko: Option<String>,
    /// 집단. Group where names are unknown. English.
    pub group_label_en: Option<String>,
    /// 인원. Number of persons, where known.
    pub head_count: Option<i32>,
    /// 직위. Post title at that time. Korean.
    pub post_ko: Option<String>,
    /// 직위. Post title at that time. English.
    pub post_en: Option<String>,
    /// 구분. Part in the meeting.
    pub role: AttendanceRole,
    /// 상태. Whether they came.
    pub status: AttendanceStatus,
    /// 산·학·연·관. Side represented.
    pub sector: Option<Sector>,
    /// 공개 범위. Who may see the row.
    pub visibility: AttendanceVisibility,
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
    /// Row of [`Model::person_id`].
    #[sea_orm(belongs_to, relation_enum = "Person", from = "person_id", to = "id")]
    #[serde(skip)]
    pub person: BelongsTo<Option<super::person::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::on_behalf_of_id`].
    #[sea_orm(belongs_to, relation_enum = "OnBehalfOf", from = "on_behalf_of_id", to = "id")]
    #[serde(skip)]
    pub on_behalf_of: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

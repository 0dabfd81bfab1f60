//! 위촉·참여. A seat in a body held by a person, an institution or a group known by number only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Sector, Visibility};

choice! {
    /// 협의체 내 역할. Role of a member in a body.
    pub enum AppointmentRole {
        /// 위원장. Chair.
        Chair = "CHAIR",
        /// 자문위원. Advisor.
        Advisor = "ADVISOR",
        /// 간사. Secretary.
        Secretary = "SECRETARY",
        /// 위원·참여기관. Member.
        Member = "MEMBER",
        /// 전문가. Expert of a pool.
        Expert = "EXPERT",
    }
}

/// 위촉·참여. A seat in a body held by a person, an institution or a group known by number only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 협의체. Body.
    pub body_id: Uuid,
    /// 순서. Order in the roster.
    pub position: i32,
    /// 인물. Person holding the seat.
    pub person_id: Option<Uuid>,
    /// 기관. Institution holding the seat.
    pub institution_id: Option<Uuid>,
    /// 집단. Group where the source gives no names. Korean.
    pub group_label_ko: Option<String>,
    /// 집단. Group where the source gives no names. English.
    pub group_label_en: Option<String>,
    /// 인원. Number of seats this row stands for.
    pub head_count: i32,
    /// 역할. Role in the body.
    pub role: AppointmentRole,
    /// 산·학·연·관. Side represented.
    pub sector: Option<Sector>,
    /// 직위. Post title at the time. Korean.
    pub post_ko: Option<String>,
    /// 직위. Post title at the time. English.
    pub post_en: Option<String>,
    /// 전문분야. Field of expertise. Korean.
    pub expertise_ko: Option<String>,
    /// 전문분야. Field of expertise. English.
    pub expertise_en: Option<String>,
    /// 임기 시작. Start of the term.
    pub starts_on: Option<String>,
    /// 임기 종료. End of the term.
    pub ends_on: Option<String>,
    /// 위촉장 수여일. Date of the letter of appointment.
    pub letter_on: Option<Date>,
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
    pub body: BelongsTo<super::body::Entity>,
    /// Row of [`Model::person_id`].
    #[sea_orm(belongs_to, relation_enum = "Person", from = "person_id", to = "id")]
    #[serde(skip)]
    pub person: BelongsTo<Option<super::person::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

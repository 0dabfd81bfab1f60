//! 기관 활동. Something an institution did or offers: award, service, effort for its sector.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 활동 종류. What an institution did.
    pub enum ActivityKind {
        /// 수상. Award won.
        Award = "AWARD",
        /// 제품·서비스. Product or service offered or prepared.
        Service = "SERVICE",
        /// 활동·노력. Work under way for its sector.
        Effort = "EFFORT",
    }
}

/// 기관 활동. Something an institution did or offers: award, service, effort for its sector.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 기관. Institution.
    pub institution_id: Uuid,
    /// 순서. Order within the institution.
    pub position: i32,
    /// 종류. Kind of activity.
    pub kind: ActivityKind,
    /// 제목. Short title. Korean.
    pub title_ko: String,
    /// 제목. Short title. English.
    pub title_en: Option<String>,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
    /// 주제. Topic.
    pub topic_id: Option<Uuid>,
    /// 협력 상대. Whom it is done with, as named. Korean.
    pub partner_ko: Option<String>,
    /// 협력 상대. Whom it is done with, as named. English.
    pub partner_en: Option<String>,
    /// 시작. Start or date.
    pub starts_on: Option<String>,
    /// 종료. End.
    pub ends_on: Option<String>,
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
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<Option<super::topic::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

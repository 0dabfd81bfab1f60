//! 발언. What somebody said, summarised in our words, with the affiliation of that time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 발언. What somebody said, summarised in our words, with the affiliation of that time.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statement")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 발언 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 회의. Meeting, if said in one.
    pub meeting_id: Option<Uuid>,
    /// 안건. Agenda item it belongs to.
    pub agenda_item_id: Option<Uuid>,
    /// 순서. Order in the source.
    pub position: i32,
    /// 발언자. Speaker.
    pub person_id: Option<Uuid>,
    /// 소속 기관. Affiliation of the speaker, or the institution speaking.
    pub institution_id: Option<Uuid>,
    /// 발언 집단. Speaking group, where no name is given. Korean.
    pub speaker_group_ko: Option<String>,
    /// 발언 집단. Speaking group, where no name is given. English.
    pub speaker_group_en: Option<String>,
    /// 직위. Post title at that time. Korean.
    pub post_ko: Option<String>,
    /// 직위. Post title at that time. English.
    pub post_en: Option<String>,
    /// 요지. What was said, in our words. Korean.
    pub summary_ko: String,
    /// 요지. What was said, in our words. English.
    pub summary_en: Option<String>,
    /// 발언일. Date.
    pub made_on: Option<String>,
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
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<Option<super::meeting::Entity>>,
    /// Row of [`Model::agenda_item_id`].
    #[sea_orm(belongs_to, relation_enum = "AgendaItem", from = "agenda_item_id", to = "id")]
    #[serde(skip)]
    pub agenda_item: BelongsTo<Option<super::agenda_item::Entity>>,
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

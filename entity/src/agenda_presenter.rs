//! 안건 발표자. One of those who present an agenda item: person, institution or group.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 안건 발표자. One of those who present an agenda item: person, institution or group.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agenda_presenter")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 안건. Agenda item.
    pub agenda_item_id: Uuid,
    /// 순서. Order in the source.
    pub position: i32,
    /// 인물. Person.
    pub person_id: Option<Uuid>,
    /// 기관. Institution.
    pub institution_id: Option<Uuid>,
    /// 집단. Group, where the source names a group. Korean.
    pub group_ko: Option<String>,
    /// 집단. Group, where the source names a group. English.
    pub group_en: Option<String>,
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
    /// Row of [`Model::agenda_item_id`].
    #[sea_orm(belongs_to, relation_enum = "AgendaItem", from = "agenda_item_id", to = "id")]
    #[serde(skip)]
    pub agenda_item: BelongsTo<super::agenda_item::Entity>,
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

//! 안건. Item on a meeting's agenda (OParl AgendaItem).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 안건 결과. Outcome of an agenda item.
    pub enum AgendaOutcome {
        /// 의결. Decided.
        Decided = "DECIDED",
        /// 보류. Put off.
        Deferred = "DEFERRED",
        /// 회부. Referred.
        Referred = "REFERRED",
        /// 보고·청취. Noted.
        Noted = "NOTED",
    }
}

/// 안건. Item on a meeting's agenda (OParl AgendaItem).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 회의. Meeting.
    pub meeting_id: Uuid,
    /// 순서. Order in the agenda.
    pub position: i32,
    /// 번호. Number as printed; none if the source prints none.
    pub number: Option<String>,
    /// 안건명. Title. Korean.
    pub title_ko: String,
    /// 안건명. Title. English.
    pub title_en: Option<String>,
    /// 시작 시각. Start of the time slot.
    pub starts_at: Option<DateTimeUtc>,
    /// 종료 시각. End of the time slot.
    pub ends_at: Option<DateTimeUtc>,
    /// 발표자. Presenting person.
    pub presenter_id: Option<Uuid>,
    /// 발표 기관. Presenting institution.
    pub presenter_institution_id: Option<Uuid>,
    /// 발표 주체. Presenting group, where the source names a group. Korean.
    pub presenter_group_ko: Option<String>,
    /// 발표 주체. Presenting group, where the source names a group. English.
    pub presenter_group_en: Option<String>,
    /// 언론 공개. Whether the press is admitted.
    pub open_to_press: Option<bool>,
    /// 결과. Outcome.
    pub outcome: Option<AgendaOutcome>,
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
    pub meeting: BelongsTo<super::meeting::Entity>,
    /// Row of [`Model::presenter_id`].
    #[sea_orm(belongs_to, relation_enum = "Presenter", from = "presenter_id", to = "id")]
    #[serde(skip)]
    pub presenter: BelongsTo<Option<super::person::Entity>>,
    /// Row of [`Model::presenter_institution_id`].
    #[sea_orm(
        belongs_to,
        relation_enum = "PresenterInstitution",
        from = "presenter_institution_id",
        to = "id"
    )]
    #[serde(skip)]
    pub presenter_institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

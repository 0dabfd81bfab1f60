//! 논의 이력. That a law in the making, a plan or a task was dealt with: by whom, in which meeting, how and when (OParl Consultation).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 논의 구분. How something was dealt with (OParl consultation role).
    pub enum ConsiderationRole {
        /// 의견 청취. Views were heard on it.
        Hearing = "HEARING",
        /// 논의. It was discussed, or is to be.
        Discussion = "DISCUSSION",
        /// 의결. It was decided.
        Decision = "DECISION",
        /// 보고·공유. It was presented for information.
        Notice = "NOTICE",
        /// 마련·사전 검토. It is prepared there.
        Preparation = "PREPARATION",
        /// 수행. It is carried out there.
        Delivery = "DELIVERY",
    }
}

/// 논의 이력. That a law in the making, a plan or a task was dealt with: by whom, in which meeting, how and when (OParl Consultation).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consideration")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 입법과제. Initiative dealt with.
    pub initiative_id: Option<Uuid>,
    /// 법률안. Bill dealt with.
    pub bill_id: Option<Uuid>,
    /// 계획. Plan dealt with.
    pub plan_id: Option<Uuid>,
    /// 과제. Task dealt with.
    pub task_id: Option<Uuid>,
    /// 사업. Programme dealt with.
    pub programme_id: Option<Uuid>,
    /// 사례. Case that was presented.
    pub adoption_case_id: Option<Uuid>,
    /// 협의체. Body that dealt with it.
    pub body_id: Option<Uuid>,
    /// 기관. Institution that dealt with it.
    pub institution_id: Option<Uuid>,
    /// 회의. Meeting in which it was dealt with.
    pub meeting_id: Option<Uuid>,
    /// 안건. Agenda item under which it was dealt with.
    pub agenda_item_id: Option<Uuid>,
    /// 구분. How it was dealt with.
    pub role: ConsiderationRole,
    /// 일자. Date; null for continuing work.
    pub considered_on: Option<String>,
    /// 비고. Note. Korean.
    pub note_ko: Option<String>,
    /// 비고. Note. English.
    pub note_en: Option<String>,
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
    /// Row of [`Model::initiative_id`].
    #[sea_orm(belongs_to, relation_enum = "Initiative", from = "initiative_id", to = "id")]
    #[serde(skip)]
    pub initiative: BelongsTo<Option<super::legislative_initiative::Entity>>,
    /// Row of [`Model::bill_id`].
    #[sea_orm(belongs_to, relation_enum = "Bill", from = "bill_id", to = "id")]
    #[serde(skip)]
    pub bill: BelongsTo<Option<super::bill::Entity>>,
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::task_id`].
    #[sea_orm(belongs_to, relation_enum = "Task", from = "task_id", to = "id")]
    #[serde(skip)]
    pub task: BelongsTo<Option<super::policy_task::Entity>>,
    /// Row of [`Model::programme_id`].
    #[sea_orm(belongs_to, relation_enum = "Programme", from = "programme_id", to = "id")]
    #[serde(skip)]
    pub programme: BelongsTo<Option<super::programme::Entity>>,
    /// Row of [`Model::adoption_case_id`].
    #[sea_orm(belongs_to, relation_enum = "AdoptionCase", from = "adoption_case_id", to = "id")]
    #[serde(skip)]
    pub adoption_case: BelongsTo<Option<super::adoption_case::Entity>>,
    /// Row of [`Model::body_id`].
    #[sea_orm(belongs_to, relation_enum = "Body", from = "body_id", to = "id")]
    #[serde(skip)]
    pub body: BelongsTo<Option<super::body::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<Option<super::meeting::Entity>>,
    /// Row of [`Model::agenda_item_id`].
    #[sea_orm(belongs_to, relation_enum = "AgendaItem", from = "agenda_item_id", to = "id")]
    #[serde(skip)]
    pub agenda_item: BelongsTo<Option<super::agenda_item::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

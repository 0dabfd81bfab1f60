//! 통계·수치. A published figure with unit, period, population and source.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 수치 성격. Nature of a published figure.
    pub enum ObservationKind {
        /// 실적·현황. Observed.
        Actual = "ACTUAL",
        /// 전망. Forecast.
        Forecast = "FORECAST",
        /// 목표. Target.
        Target = "TARGET",
        /// 한도. Upper limit or cap.
        Limit = "LIMIT",
    }
}

/// 통계·수치. A published figure with unit, period, population and source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "observation")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 수치 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 제목. What is measured. Korean.
    pub title_ko: String,
    /// 제목. What is measured. English.
    pub title_en: Option<String>,
    /// 성격. Observed, forecast, target or limit.
    pub kind: ObservationKind,
    /// 값. Number in `unit`; null where the source gives words only.
    pub value: Option<f64>,
    /// 금액(원). Exact amount in KRW, for money.
    pub amount: Option<i64>,
    /// 표기. The figure as printed.
    pub value_text: String,
    /// 단위. Unit. Korean.
    pub unit_ko: String,
    /// 단위. Unit. English.
    pub unit_en: Option<String>,
    /// 기간 시작. Start of the period, or the date.
    pub period_start: Option<String>,
    /// 기간 끝. End of the period.
    pub period_end: Option<String>,
    /// 모집단·대상. Whom or what it covers. Korean.
    pub population_ko: Option<String>,
    /// 모집단·대상. Whom or what it covers. English.
    pub population_en: Option<String>,
    /// 수치 출처. Origin of the figure as the document names it. Korean.
    pub source_name_ko: Option<String>,
    /// 수치 출처. Origin of the figure as the document names it. English.
    pub source_name_en: Option<String>,
    /// 비고. Note. Korean.
    pub note_ko: Option<String>,
    /// 비고. Note. English.
    pub note_en: Option<String>,
    /// 기관. Institution it is about.
    pub institution_id: Option<Uuid>,
    /// 협의체. Body it is about.
    pub body_id: Option<Uuid>,
    /// 회의. Meeting it is about.
    pub meeting_id: Option<Uuid>,
    /// 주제. Topic.
    pub topic_id: Option<Uuid>,
    /// 지역. Region.
    pub region_id: Option<Uuid>,
    /// 계획. Plan.
    pub plan_id: Option<Uuid>,
    /// 과제. Task.
    pub task_id: Option<Uuid>,
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
    pub institution: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::body_id`].
    #[sea_orm(belongs_to, relation_enum = "Body", from = "body_id", to = "id")]
    #[serde(skip)]
    pub body: BelongsTo<Option<super::body::Entity>>,
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<Option<super::meeting::Entity>>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<Option<super::topic::Entity>>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::task_id`].
    #[sea_orm(belongs_to, relation_enum = "Task", from = "task_id", to = "id")]
    #[serde(skip)]
    pub task: BelongsTo<Option<super::policy_task::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

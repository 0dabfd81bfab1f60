//! 과제. Task, support programme, project or target with owner and due date.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};
use crate::policy_plan::PlanStatus;

choice! {
    /// 과제 유형. Kind of task.
    pub enum TaskKind {
        /// 정책 과제. Policy task.
        Task = "TASK",
        /// 지원 사업·서비스. Support programme or service.
        Support = "SUPPORT",
        /// 인프라 조성. Building of infrastructure.
        Infrastructure = "INFRASTRUCTURE",
        /// 정책 목표. Target to be reached.
        Target = "TARGET",
    }
}

/// 과제. Task, support programme, project or target with owner and due date.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_task")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 과제 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 계획. Plan it belongs to.
    pub plan_id: Option<Uuid>,
    /// 유형. Kind.
    pub kind: TaskKind,
    /// 제목. Title. Korean.
    pub title_ko: String,
    /// 제목. Title. English.
    pub title_en: Option<String>,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
    /// 상태. Status.
    pub status: PlanStatus,
    /// 담당 기관. Owner.
    pub owner_id: Option<Uuid>,
    /// 분야. Topic.
    pub topic_id: Option<Uuid>,
    /// 기한. Due.
    pub due: Option<String>,
    /// 지원 한도(원). Most that one company gets.
    pub support_ceiling: Option<i64>,
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
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::owner_id`].
    #[sea_orm(belongs_to, relation_enum = "Owner", from = "owner_id", to = "id")]
    #[serde(skip)]
    pub owner: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<Option<super::topic::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

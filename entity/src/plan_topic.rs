//! 계획 주제. Link of a plan to a topic.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 계획 주제. Link of a plan to a topic.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "plan_topic")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 계획.
    pub plan_id: Uuid,
    /// 주제.
    pub topic_id: Uuid,
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<super::policy_plan::Entity>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<super::topic::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 과제 주제. Link of a task to a topic.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 과제 주제. Link of a task to a topic.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_topic")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 과제.
    pub task_id: Uuid,
    /// 주제.
    pub topic_id: Uuid,
    /// Row of [`Model::task_id`].
    #[sea_orm(belongs_to, relation_enum = "Task", from = "task_id", to = "id")]
    #[serde(skip)]
    pub task: BelongsTo<super::policy_task::Entity>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<super::topic::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

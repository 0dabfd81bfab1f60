//! 과제 업종. Link of a task to an industry.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 과제 업종. Link of a task to an industry that it is for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_industry")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 과제.
    pub task_id: Uuid,
    /// 업종.
    pub industry_id: Uuid,
    /// Row of [`Model::task_id`].
    #[sea_orm(belongs_to, relation_enum = "Task", from = "task_id", to = "id")]
    #[serde(skip)]
    pub task: BelongsTo<super::policy_task::Entity>,
    /// Row of [`Model::industry_id`].
    #[sea_orm(belongs_to, relation_enum = "Industry", from = "industry_id", to = "id")]
    #[serde(skip)]
    pub industry: BelongsTo<super::industry::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

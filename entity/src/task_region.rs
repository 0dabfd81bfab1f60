//! 과제 지역. Link of a task to a region.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 과제 지역. Link of a task to a region that it is for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_region")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 과제.
    pub task_id: Uuid,
    /// 지역.
    pub region_id: Uuid,
    /// Row of [`Model::task_id`].
    #[sea_orm(belongs_to, relation_enum = "Task", from = "task_id", to = "id")]
    #[serde(skip)]
    pub task: BelongsTo<super::policy_task::Entity>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<super::region::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 발언 주제. Link of a statement to a topic.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 발언 주제. Link of a statement to a topic.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statement_topic")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 발언.
    pub statement_id: Uuid,
    /// 주제.
    pub topic_id: Uuid,
    /// Row of [`Model::statement_id`].
    #[sea_orm(belongs_to, relation_enum = "Statement", from = "statement_id", to = "id")]
    #[serde(skip)]
    pub statement: BelongsTo<super::statement::Entity>,
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<super::topic::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 목표값 이력. What a target was, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// 목표값 이력. What a target was, from when to when. One row of each target has no end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "target_value")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 목표. Target.
    pub target_id: Uuid,
    /// 목표값. Exact value, written as a decimal.
    pub value: String,
    /// Value without its decimal point, at the indicator's decimal places.
    pub scaled: i64,
    /// 시작 시각. From when it was the target.
    pub known_from: DateTimeUtc,
    /// 끝 시각. Until when; null while it is.
    pub known_to: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

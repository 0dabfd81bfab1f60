//! 목표값 이력. What a target was, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 목표값 이력. What a target was, from when to when. One row of each target that stands has no end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "target_value")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 목표. Target.
    pub target_id: Uuid,
    /// 지표. Indicator of the target, which stands here for when the target is taken off.
    pub indicator_id: Option<Uuid>,
    /// 기관. Institution; none for the programme as a whole.
    pub institution_id: Option<Uuid>,
    /// 분기. Quarter.
    pub quarter: Option<String>,
    /// 공개 범위. Who may see the target.
    pub visibility: Option<Visibility>,
    /// 출처 구분. Where the target comes from.
    pub origin: Option<Origin>,
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

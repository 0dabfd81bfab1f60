//! 사업. Support programme, run by an institution, for which others hand in quarterly results.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 기한 이월 규칙. What happens to a due date on a Saturday, Sunday or public holiday (Civil Act art. 161; General Act on Public Administration art. 6).
    pub enum RollRule {
        /// 다음 영업일. Moved to the next day that is none.
        NextBusinessDay = "NEXT_BUSINESS_DAY",
        /// 이월 없음. Kept as it is.
        None = "NONE",
    }
}

/// 사업. Support programme, run by an institution, for which others hand in quarterly results.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사업 코드. Stable code.
    #[sea_orm(unique)]
    pub code: String,
    /// 사업명. Name. Korean.
    pub name_ko: String,
    /// 사업명. Name. English.
    pub name_en: Option<String>,
    /// 개요. Summary. Korean.
    pub summary_ko: Option<String>,
    /// 개요. Summary. English.
    pub summary_en: Option<String>,
    /// 운영 기관. Institution that runs it.
    pub operator_id: Uuid,
    /// 시작. Start.
    pub starts_on: Option<String>,
    /// 종료. End.
    pub ends_on: Option<String>,
    /// 제출 기한 일수. Days after the quarter's end until results are due.
    pub due_days: i32,
    /// 기한 이월 규칙. What happens to a due date on a day off.
    pub roll_rule: RollRule,
    /// 마감 유예 일수. Days after the due date until which late results are still taken.
    pub lock_days: i32,
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
    /// Row of [`Model::operator_id`].
    #[sea_orm(belongs_to, relation_enum = "Operator", from = "operator_id", to = "id")]
    #[serde(skip)]
    pub operator: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

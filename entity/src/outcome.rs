//! 성과. Measured outcome of a case; the change is computed, never typed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 성과 분야. Family of an outcome metric (code list 9).
    pub enum OutcomeFamily {
        /// 생산성. Productivity.
        Productivity = "PRODUCTIVITY",
        /// 품질. Quality.
        Quality = "QUALITY",
        /// 원가. Cost.
        Cost = "COST",
        /// 납기. Delivery.
        Delivery = "DELIVERY",
        /// 매출. Sales.
        Sales = "SALES",
        /// 고용. Jobs.
        Jobs = "JOBS",
        /// 안전. Safety.
        Safety = "SAFETY",
    }
}

/// 성과. Measured outcome of a case; the change is computed, never typed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "outcome")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사례. Case.
    pub adoption_case_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 성과 분야. Family.
    pub family: OutcomeFamily,
    /// 지표. Metric. Korean.
    pub metric_ko: String,
    /// 지표. Metric. English.
    pub metric_en: Option<String>,
    /// 단위. Unit, e.g. %, 건/일.
    pub unit: String,
    /// 도입 전. Value before.
    pub baseline: f64,
    /// 도입 후. Value after.
    pub after: f64,
    /// 측정일. Date measured.
    pub measured_on: Option<String>,
    /// 측정 방법. Method. Korean.
    pub method_ko: Option<String>,
    /// 측정 방법. Method. English.
    pub method_en: Option<String>,
    /// 증빙. Evidence.
    pub document_id: Option<Uuid>,
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
    /// Row of [`Model::adoption_case_id`].
    #[sea_orm(belongs_to, relation_enum = "AdoptionCase", from = "adoption_case_id", to = "id")]
    #[serde(skip)]
    pub adoption_case: BelongsTo<super::adoption_case::Entity>,
    /// Row of [`Model::document_id`].
    #[sea_orm(belongs_to, relation_enum = "Document", from = "document_id", to = "id")]
    #[serde(skip)]
    pub document: BelongsTo<Option<super::document::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

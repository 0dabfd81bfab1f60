//! 제출 값. A cell of a submission: an indicator's total, or a part of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::adoption_case::BusinessSize;
use crate::choice;

choice! {
    /// 값 구분. What a cell says.
    pub enum ValueState {
        /// 값. A value.
        Value = "VALUE",
        /// 0 확인. Zero, and meant.
        ZeroConfirmed = "ZERO_CONFIRMED",
        /// 해당 없음. Does not apply.
        NotApplicable = "NOT_APPLICABLE",
        /// 미확보. Not to be had, with a reason.
        Missing = "MISSING",
    }
}

/// 제출 값. A cell of a submission: an indicator's total, or a part of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "submission_value")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that reports.
    pub institution_id: Uuid,
    /// 지표. Indicator.
    pub indicator_id: Uuid,
    /// 셀. Address: indicator, region, size and industry by their codes, parted by `/`.
    pub cell: String,
    /// 지역. Region of the part.
    pub region_id: Option<Uuid>,
    /// 기업 규모. Business size of the part.
    pub size: Option<BusinessSize>,
    /// 업종. Industry of the part.
    pub industry_id: Option<Uuid>,
    /// 구분. What the cell says.
    pub state: ValueState,
    /// 값. Exact value in the indicator's type, as text.
    pub value: Option<String>,
    /// Value without its decimal point, at the indicator's decimal places; 1 and 0 for yes and no.
    pub scaled: Option<i64>,
    /// 사유. Why there is no value.
    pub reason: Option<String>,
    /// 의견. Comment, which also answers a warning.
    pub comment: Option<String>,
    /// 증빙 설명. Where the evidence is, in words.
    pub evidence_note: Option<String>,
    /// 시작 차수. First revision that holds it.
    pub first_revision: i32,
    /// 끝 차수. Last revision that holds it; null while it stands.
    pub last_revision: Option<i32>,
    /// Row of [`Model::submission_id`].
    #[sea_orm(belongs_to, relation_enum = "Submission", from = "submission_id", to = "id")]
    #[serde(skip)]
    pub submission: BelongsTo<super::submission::Entity>,
    /// Row of [`Model::indicator_id`].
    #[sea_orm(belongs_to, relation_enum = "Indicator", from = "indicator_id", to = "id")]
    #[serde(skip)]
    pub indicator: BelongsTo<super::indicator::Entity>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
    /// Row of [`Model::industry_id`].
    #[sea_orm(belongs_to, relation_enum = "Industry", from = "industry_id", to = "id")]
    #[serde(skip)]
    pub industry: BelongsTo<Option<super::industry::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

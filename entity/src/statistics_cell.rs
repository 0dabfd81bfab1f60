//! 공표 자료 셀. A figure of a release, or why there is none.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::Visibility;
use crate::institution::InstitutionKind;

choice! {
    /// 공표 통계표. Which table of a release a cell is in; each is by indicator and quarter.
    pub enum StatisticsTable {
        /// 전체. All institutions: the margin of the other tables.
        Total = "TOTAL",
        /// 지역별. By region, as far as values were broken down so, under the division that they were reported under.
        Region = "REGION",
        /// 기관 유형별. By kind of the reporting institution.
        InstitutionKind = "INSTITUTION_KIND",
    }
}

choice! {
    /// 셀 구분. What a cell of a release says.
    pub enum CellState {
        /// 공표. A figure, which may be zero.
        Shown = "SHOWN",
        /// 미보고. No institution reported a value.
        NotReported = "NOT_REPORTED",
        /// 비공개(비밀보호). Values were reported, and the figure would tell too much of an institution.
        Withheld = "WITHHELD",
    }
}

choice! {
    /// 비공개 사유. Why a cell is withheld.
    pub enum WithheldReason {
        /// 비밀보호. Of too few institutions or mostly of one, or such a cell would follow from it. Which of these is not told.
        Confidential = "CONFIDENTIAL",
        /// 정정 보호. It was in an earlier release and was restated since by so few that the difference would tell of them.
        Restatement = "RESTATEMENT",
    }
}

/// 공표 자료 셀. A figure of a release, or why there is none.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statistics_cell")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 통계 공표. Release.
    pub release_id: Uuid,
    /// 지표. Revision of the indicator in force in the quarter.
    pub indicator_id: Uuid,
    /// 분기. Quarter.
    pub quarter: String,
    /// 통계표. Table.
    pub statistics_table: StatisticsTable,
    /// 순서. Place in the release.
    pub position: i32,
    /// 지역. Region.
    pub region_id: Option<Uuid>,
    /// 기관 유형. Kind of institution.
    pub institution_kind: Option<InstitutionKind>,
    /// 구분. What the cell says.
    pub state: CellState,
    /// 비공개 사유. Why it is withheld.
    pub reason: Option<WithheldReason>,
    /// 값. Exact figure as text.
    pub value: Option<String>,
    /// 기관 수. Institutions in the figure; null if it is withheld.
    pub institutions: Option<i32>,
    /// 공개 범위. Who may see the row.
    pub visibility: Visibility,
    /// Row of [`Model::release_id`].
    #[sea_orm(belongs_to, relation_enum = "Release", from = "release_id", to = "id")]
    #[serde(skip)]
    pub release: BelongsTo<super::statistics_release::Entity>,
    /// Row of [`Model::indicator_id`].
    #[sea_orm(belongs_to, relation_enum = "Indicator", from = "indicator_id", to = "id")]
    #[serde(skip)]
    pub indicator: BelongsTo<super::indicator::Entity>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

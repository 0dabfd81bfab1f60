//! 지표. What an institution reports each quarter; a change of its meaning is a new revision.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};
use crate::validation_rule::Severity;

choice! {
    /// 값 유형. What an indicator's value is.
    pub enum ValueType {
        /// 정수. Whole number.
        Integer = "INTEGER",
        /// 소수. Decimal number with as many places as the indicator says.
        Decimal = "DECIMAL",
        /// 원화. Exact amount of Korean won.
        Krw = "KRW",
        /// 백분율. Percent with as many places as the indicator says.
        Percent = "PERCENT",
        /// 예·아니요. Yes or no.
        Boolean = "BOOLEAN",
        /// 글. Text.
        Text = "TEXT",
    }
}

choice! {
    /// 방향. Whether more is better.
    pub enum Direction {
        /// 높을수록 좋음. More is better.
        HigherIsBetter = "HIGHER_IS_BETTER",
        /// 낮을수록 좋음. Less is better.
        LowerIsBetter = "LOWER_IS_BETTER",
        /// 중립. Neither.
        Neutral = "NEUTRAL",
    }
}

choice! {
    /// 집계 방법. How values of institutions become one.
    pub enum Aggregation {
        /// 합계. Sum; of yes-or-no values, the number of yes. Not for PERCENT and TEXT.
        Sum = "SUM",
        /// 평균. Mean, weighted by the indicator named in `weightedBy` if there is one. For numbers.
        Average = "AVERAGE",
        /// 집계 안 함. Not brought together.
        None = "NONE",
    }
}

/// 지표. What an institution reports each quarter; a change of its meaning is a new revision.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "indicator")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사업. Programme.
    pub programme_id: Uuid,
    /// 지표 코드. Code, unique within the programme but for revisions; letters, digits, underscores.
    pub code: String,
    /// 개정 번호. Number of the revision, from 1.
    pub revision: i32,
    /// 순서. Order in forms.
    pub position: i32,
    /// 지표명. Name. Korean.
    pub name_ko: String,
    /// 지표명. Name. English.
    pub name_en: Option<String>,
    /// 정의. What is counted, and how. Korean.
    pub definition_ko: Option<String>,
    /// 정의. What is counted, and how. English.
    pub definition_en: Option<String>,
    /// 단위. Unit, e.g. 원, 개사, %.
    pub unit: String,
    /// 값 유형. What a value is.
    pub value_type: ValueType,
    /// 소수 자릿수. Decimal places, 0 to 6.
    pub decimals: i32,
    /// 방향. Whether more is better.
    pub direction: Direction,
    /// 집계 방법. How values of institutions become one.
    pub aggregation: Aggregation,
    /// 가중 지표. Code of the indicator of the programme by whose values the mean is weighted; none if each institution counts once.
    pub weighted_by: Option<String>,
    /// 최솟값. Smallest value allowed, exact, as text; null if there is none.
    pub minimum: Option<String>,
    /// 최댓값. Greatest value allowed, exact, as text; null if there is none.
    pub maximum: Option<String>,
    /// 범위 심각도. What a value beyond them does.
    pub range_severity: Severity,
    /// 필수 여부. Whether a total must be given.
    pub is_required: bool,
    /// 지역별 여부. Whether values may be broken down by region.
    pub by_region: bool,
    /// 규모별 여부. Whether values may be broken down by business size.
    pub by_size: bool,
    /// 업종별 여부. Whether values may be broken down by industry (KSIC).
    pub by_industry: bool,
    /// 적용 시작 분기. First quarter in which it is reported.
    pub valid_from: String,
    /// 적용 종료 분기. Last quarter in which it is reported.
    pub valid_to: Option<String>,
    /// 공표 결정 시각. Since when its figures are in releases; none if they are not public.
    pub published_since: Option<DateTimeUtc>,
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
    /// Row of [`Model::programme_id`].
    #[sea_orm(belongs_to, relation_enum = "Programme", from = "programme_id", to = "id")]
    #[serde(skip)]
    pub programme: BelongsTo<super::programme::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

//! 검증 규칙. Condition that the values of a submission must meet; data, not code.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 심각도. What a broken rule does.
    pub enum Severity {
        /// 오류. Keeps a submission from being handed in.
        Error = "ERROR",
        /// 경고. Asks for a comment.
        Warning = "WARNING",
    }
}

choice! {
    /// 결측 처리. What becomes of a rule whose values are missing.
    pub enum MissingStrategy {
        /// 하나라도 없으면 건너뜀. Skipped if any is missing.
        SkipIfAny = "SKIP_IF_ANY_VALUE_MISSING",
        /// 모두 없으면 건너뜀. Skipped if all are missing; a missing one counts as zero.
        SkipIfAll = "SKIP_IF_ALL_VALUES_MISSING",
        /// 건너뛰지 않음. Never skipped; a missing one counts as zero.
        NeverSkip = "NEVER_SKIP",
    }
}

/// 검증 규칙. Condition that the values of a submission must meet; data, not code.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "validation_rule")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사업. Programme.
    pub programme_id: Uuid,
    /// 규칙 코드. Code, unique within the programme.
    pub code: String,
    /// 순서. Order.
    pub position: i32,
    /// 식. Condition over indicators by their codes, true where all is well; `prev_CODE` is the value of the last quarter.
    pub expression: String,
    /// 지표 코드. Indicator at whose cell a breach is shown.
    pub indicator_code: String,
    /// 심각도. What a breach does.
    pub severity: Severity,
    /// 결측 처리. What becomes of it if values are missing.
    pub missing_strategy: MissingStrategy,
    /// 안내. What to put right. Korean.
    pub message_ko: String,
    /// 안내. What to put right. English.
    pub message_en: Option<String>,
    /// 적용 시작 분기. First quarter in which it applies.
    pub valid_from: String,
    /// 적용 종료 분기. Last quarter in which it applies.
    pub valid_to: Option<String>,
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

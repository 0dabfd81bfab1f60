//! 기한연장 신청. A later deadline that an institution asks for, and what was decided.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 처리 상태. What became of a request for an extension.
    pub enum ExtensionRequestStatus {
        /// 접수. Nobody has decided yet.
        Open = "OPEN",
        /// 승인. An extension was granted, for this day or another.
        Granted = "GRANTED",
        /// 불허. It was declined.
        Declined = "DECLINED",
        /// 철회. The results were submitted before anybody decided.
        Withdrawn = "WITHDRAWN",
    }
}

/// 기한연장 신청. A later deadline that an institution asks for, and what was decided.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "extension_request")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 제출. Submission.
    pub submission_id: Uuid,
    /// 제출 기관. Institution that asks.
    pub institution_id: Uuid,
    /// 처리 상태. What became of it.
    pub status: ExtensionRequestStatus,
    /// 희망 기한. Day that is asked for.
    pub expires_on: Date,
    /// 신청 사유. Why.
    pub reason: String,
    /// 신청자. Client that asked.
    pub requested_by: String,
    /// 처리 시각. When it was decided or withdrawn.
    pub decided_at: Option<DateTimeUtc>,
    /// 처리자. Client that decided.
    pub decided_by: Option<String>,
    /// 처리 기관. Institution on whose behalf it was decided.
    pub decided_by_institution_id: Option<Uuid>,
    /// 처리 사유. Why it was decided so.
    pub decision_reason: Option<String>,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::submission_id`].
    #[sea_orm(belongs_to, relation_enum = "Submission", from = "submission_id", to = "id")]
    #[serde(skip)]
    pub submission: BelongsTo<super::submission::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

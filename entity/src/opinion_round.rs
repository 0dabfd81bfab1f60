//! 의견수렴. Opinions asked of invited institutions, on a bill, a plan or a question.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 의견수렴 상태. Where an opinion round stands.
    pub enum OpinionRoundStatus {
        /// 진행 중. Open.
        Open = "OPEN",
        /// 종료. Closed.
        Closed = "CLOSED",
    }
}

/// 의견수렴. Opinions asked of invited institutions, on a bill, a plan or a question.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "opinion_round")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 의견수렴 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 제목. Short title. Korean.
    pub title_ko: String,
    /// 제목. Short title. English.
    pub title_en: Option<String>,
    /// 질의. What is asked. Korean.
    pub question_ko: String,
    /// 질의. What is asked. English.
    pub question_en: Option<String>,
    /// 법률안. Bill it is about.
    pub bill_id: Option<Uuid>,
    /// 계획. Plan it is about.
    pub plan_id: Option<Uuid>,
    /// 주관 기관. Institution that asks.
    pub host_id: Option<Uuid>,
    /// 상태. Where it stands.
    pub status: OpinionRoundStatus,
    /// 시작일. Day on which it was opened.
    pub opened_on: Date,
    /// 제출 기한. Last day for responses.
    pub closes_on: Date,
    /// 종료일. Day on which it was closed.
    pub closed_on: Option<Date>,
    /// 결과. What came of it. Korean.
    pub result_ko: Option<String>,
    /// 결과. What came of it. English.
    pub result_en: Option<String>,
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
    /// Row of [`Model::bill_id`].
    #[sea_orm(belongs_to, relation_enum = "Bill", from = "bill_id", to = "id")]
    #[serde(skip)]
    pub bill: BelongsTo<Option<super::bill::Entity>>,
    /// Row of [`Model::plan_id`].
    #[sea_orm(belongs_to, relation_enum = "Plan", from = "plan_id", to = "id")]
    #[serde(skip)]
    pub plan: BelongsTo<Option<super::policy_plan::Entity>>,
    /// Row of [`Model::host_id`].
    #[sea_orm(belongs_to, relation_enum = "Host", from = "host_id", to = "id")]
    #[serde(skip)]
    pub host: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

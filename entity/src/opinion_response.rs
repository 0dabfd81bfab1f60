//! 제출 의견. An institution's opinion in an opinion round, on one clause or as a whole.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 의견 구분. Stance of an opinion.
    pub enum OpinionStance {
        /// 동의. Agrees.
        Agree = "AGREE",
        /// 수정 동의. Agrees with changes.
        AgreeWithChanges = "AGREE_WITH_CHANGES",
        /// 반대. Disagrees.
        Disagree = "DISAGREE",
        /// 의견 없음. Has no opinion.
        NoOpinion = "NO_OPINION",
    }
}

/// 제출 의견. An institution's opinion in an opinion round, on one clause or as a whole.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "opinion_response")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 의견수렴. Round.
    pub round_id: Uuid,
    /// 제출 기관. Institution that responds.
    pub institution_id: Uuid,
    /// 차수. Number of the institution's response; the last one counts.
    pub revision: i32,
    /// 순서. Order within the response.
    pub position: i32,
    /// 조문. Clause, as the text numbers it; null of the whole.
    pub clause: Option<String>,
    /// 법률안 조문. Provision of the bill.
    pub provision_id: Option<Uuid>,
    /// 의견 구분. Stance.
    pub stance: OpinionStance,
    /// 의견. Opinion with its reasons. Korean.
    pub opinion_ko: Option<String>,
    /// 의견. Opinion with its reasons. English.
    pub opinion_en: Option<String>,
    /// 수정안. Text proposed instead.
    pub proposed_text: Option<String>,
    /// 제출일. Day of the response.
    pub responded_on: Date,
    /// 건의. Recommendation that it raised.
    pub recommendation_id: Option<Uuid>,
    /// 기록 기관. Institution that recorded it here.
    pub recorded_by_id: Option<Uuid>,
    /// 근거. What shows it, where it was recorded on behalf of another.
    pub evidence_note: Option<String>,
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
    /// Row of [`Model::round_id`].
    #[sea_orm(belongs_to, relation_enum = "Round", from = "round_id", to = "id")]
    #[serde(skip)]
    pub round: BelongsTo<super::opinion_round::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::provision_id`].
    #[sea_orm(belongs_to, relation_enum = "Provision", from = "provision_id", to = "id")]
    #[serde(skip)]
    pub provision: BelongsTo<Option<super::provision::Entity>>,
    /// Row of [`Model::recommendation_id`].
    #[sea_orm(belongs_to, relation_enum = "Recommendation", from = "recommendation_id", to = "id")]
    #[serde(skip)]
    pub recommendation: BelongsTo<Option<super::recommendation::Entity>>,
    /// Row of [`Model::recorded_by_id`].
    #[sea_orm(belongs_to, relation_enum = "RecordedBy", from = "recorded_by_id", to = "id")]
    #[serde(skip)]
    pub recorded_by: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

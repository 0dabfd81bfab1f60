//! 애로. A barrier to AI adoption or innovation that somebody raised or a study found.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 애로 유형. Kind of barrier to AI adoption.
    pub enum BarrierKind {
        /// 필요성 못 느낌. No need seen.
        NoPerceivedNeed = "NO_PERCEIVED_NEED",
        /// 비용 부담. Cost.
        Cost = "COST",
        /// 인력 부족. Lack of specialists.
        Talent = "TALENT",
        /// 데이터. Data missing, closed or of poor quality.
        Data = "DATA",
        /// 정보 부족. Lack of information.
        Information = "INFORMATION",
        /// 수익 불확실성. Uncertain return.
        RoiUncertainty = "ROI_UNCERTAINTY",
        /// 인프라·실증 여건. Infrastructure, test sites.
        Infrastructure = "INFRASTRUCTURE",
        /// 규제. Regulation.
        Regulation = "REGULATION",
        /// 보안. Security.
        Security = "SECURITY",
        /// 소통·조정 체계. Coordination between industry and government.
        Coordination = "COORDINATION",
        /// 기타. Other.
        Other = "OTHER",
    }
}

/// 애로. A barrier to AI adoption or innovation that somebody raised or a study found.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "barrier")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 애로 키. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 유형. Kind.
    pub kind: BarrierKind,
    /// 제목. Short title. Korean.
    pub title_ko: String,
    /// 제목. Short title. English.
    pub title_en: Option<String>,
    /// 내용. Content in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content in our words. English.
    pub summary_en: Option<String>,
    /// 순서. Order in the source.
    pub position: i32,
    /// 분야. Sector or topic.
    pub topic_id: Option<Uuid>,
    /// 회의. Meeting it was raised in.
    pub meeting_id: Option<Uuid>,
    /// 발언. Statement naming it.
    pub statement_id: Option<Uuid>,
    /// 제기 기관. Institution that raised it.
    pub institution_id: Option<Uuid>,
    /// 관련 규제. Regulation concerned. Korean.
    pub regulation_ko: Option<String>,
    /// 관련 규제. Regulation concerned. English.
    pub regulation_en: Option<String>,
    /// 시점. Since when.
    pub since: Option<String>,
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
    /// Row of [`Model::topic_id`].
    #[sea_orm(belongs_to, relation_enum = "Topic", from = "topic_id", to = "id")]
    #[serde(skip)]
    pub topic: BelongsTo<Option<super::topic::Entity>>,
    /// Row of [`Model::meeting_id`].
    #[sea_orm(belongs_to, relation_enum = "Meeting", from = "meeting_id", to = "id")]
    #[serde(skip)]
    pub meeting: BelongsTo<Option<super::meeting::Entity>>,
    /// Row of [`Model::statement_id`].
    #[sea_orm(belongs_to, relation_enum = "Statement", from = "statement_id", to = "id")]
    #[serde(skip)]
    pub statement: BelongsTo<Option<super::statement::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

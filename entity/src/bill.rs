//! 법률안. One bill; its stage is computed from its events, result and legal effect are apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bill_event::BillStage;
use crate::choice;
use crate::common::{DatePrecision, Origin, Visibility};

choice! {
    /// 제안자 구분. Who proposed a bill.
    pub enum ProposerKind {
        /// 의원. Member of the Assembly.
        Member = "MEMBER",
        /// 위원장. Chair of a committee.
        CommitteeChair = "COMMITTEE_CHAIR",
        /// 정부. Government.
        Government = "GOVERNMENT",
        /// 의장. Speaker.
        Speaker = "SPEAKER",
        /// 기타. Other.
        Other = "OTHER",
    }
}

choice! {
    /// 처리 결과. Result of a bill (code list 3).
    pub enum BillResult {
        /// 계류. Pending.
        Pending = "PENDING",
        /// 원안가결. Passed as proposed.
        PassedAsProposed = "PASSED_AS_PROPOSED",
        /// 수정가결. Passed amended.
        PassedAmended = "PASSED_AMENDED",
        /// 가결. Passed.
        Passed = "PASSED",
        /// 대안반영폐기. Absorbed into a committee alternative.
        AbsorbedInAlternative = "ABSORBED_IN_ALTERNATIVE",
        /// 수정안반영폐기. Absorbed into an amendment.
        AbsorbedInAmendment = "ABSORBED_IN_AMENDMENT",
        /// 부결. Rejected.
        Rejected = "REJECTED",
        /// 폐기. Discarded.
        Discarded = "DISCARDED",
        /// 철회. Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// 임기만료폐기. Expired with the term.
        ExpiredTermEnd = "EXPIRED_TERM_END",
        /// 회기불계속폐기. Expired with the session (historic).
        ExpiredSession = "EXPIRED_SESSION",
        /// 보류. Held in committee; still pending.
        Held = "HELD",
        /// 미분류. A source string that maps to no result; never guessed.
        Unmapped = "UNMAPPED",
    }
}

choice! {
    /// 법적 효과. What became of a bill's content.
    pub enum BillEffect {
        /// 효과 없음. No effect.
        None = "NONE",
        /// 미정. Still pending.
        Pending = "PENDING",
        /// 대안 반영. Lives on in the bill named by absorbedInto.
        InAlternative = "IN_ALTERNATIVE",
        /// 법률 반영. Enacted.
        Enacted = "ENACTED",
    }
}

/// 법률안. One bill; its stage is computed from its events, result and legal effect are apart.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "bill")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 입법과제. Initiative it belongs to.
    pub initiative_id: Option<Uuid>,
    /// 의안번호. Number at the Assembly, or an own key while the source gives none.
    #[sea_orm(unique)]
    pub number: String,
    /// 의안명. Title. Korean.
    pub title_ko: String,
    /// 의안명. Title. English.
    pub title_en: Option<String>,
    /// 제안자 구분. Who proposed it.
    pub proposer_kind: Option<ProposerKind>,
    /// 제안자. Proposer as named. Korean.
    pub proposer_ko: Option<String>,
    /// 제안자. Proposer as named. English.
    pub proposer_en: Option<String>,
    /// 소관위원회. Committee in charge. Korean.
    pub committee_ko: Option<String>,
    /// 소관위원회. Committee in charge. English.
    pub committee_en: Option<String>,
    /// 처리 결과. Result.
    pub result: BillResult,
    /// 법적 효과. What became of its content.
    pub effect: BillEffect,
    /// 반영된 대안. Bill that took its content up.
    pub absorbed_into_id: Option<Uuid>,
    /// 제안일. Date proposed.
    pub proposed_on: Option<String>,
    /// 확인 시각. When the procedure was last checked; tells `no news` from `not checked`.
    pub checked_at: Option<DateTimeUtc>,
    /// 의안 ID. Id at the source (BILL_ID).
    pub source_id: Option<String>,
    /// 재의요구 의안 ID. Second id at the source, of a bill that was sent back.
    pub second_source_id: Option<String>,
    /// 처리 결과 원문. Result as the source prints it.
    pub result_text: Option<String>,
    /// 현재 단계. Stage, kept by the write path from the events; null before the first.
    pub stage: Option<BillStage>,
    /// Place of the stage in the order of the procedure, 0 before the first; null until computed.
    pub stage_order: Option<i32>,
    /// 현재 단계 시작. Date of the event that brought the stage.
    pub stage_since: Option<String>,
    /// 현재 단계 시작의 정밀도. How exactly that date is known.
    pub stage_since_precision: Option<DatePrecision>,
    /// 최근 단계 일자. Date of the latest event.
    pub latest_event_on: Option<String>,
    /// 종결 여부. Whether the procedure is over.
    #[serde(default)]
    pub is_closed: bool,
    /// 법률 반영 여부. Whether it became law.
    #[serde(default)]
    pub is_enacted: bool,
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
    /// Row of [`Model::initiative_id`].
    #[sea_orm(belongs_to, relation_enum = "Initiative", from = "initiative_id", to = "id")]
    #[serde(skip)]
    pub initiative: BelongsTo<Option<super::legislative_initiative::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

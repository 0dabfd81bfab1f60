//! 입법 단계 이력. Append-only stage event of a bill; a correction is a new event.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bill::BillResult;
use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 입법 단계. Stage of a bill (code list 2), in the order of the procedure.
    pub enum BillStage {
        /// 입안. Drafting in the ministry.
        Drafting = "DRAFTING",
        /// 관계부처 협의. Consultation between ministries.
        Consultation = "CONSULTATION",
        /// 입법예고. Legislative notice.
        LegislativeNotice = "LEGISLATIVE_NOTICE",
        /// 규제심사·법제처심사. Regulatory and legislation review.
        RegulatoryAndMolegReview = "REGULATORY_AND_MOLEG_REVIEW",
        /// 차관회의·국무회의. Cabinet.
        Cabinet = "CABINET",
        /// 접수. Received by the Assembly.
        Received = "RECEIVED",
        /// 소관위접수. Received by the committee.
        CommitteeReceived = "COMMITTEE_RECEIVED",
        /// 소관위심사. Under review in the committee.
        CommitteeReview = "COMMITTEE_REVIEW",
        /// 소관위심사보고. Decided by the committee.
        CommitteeDecided = "COMMITTEE_DECIDED",
        /// 체계자구의뢰. Sent for wording review.
        JudiciaryRequested = "JUDICIARY_REQUESTED",
        /// 체계자구심사. Wording review.
        JudiciaryReview = "JUDICIARY_REVIEW",
        /// 본회의부의. Ready for the plenary.
        PlenaryReady = "PLENARY_READY",
        /// 본회의불부의. Not tabled.
        PlenaryNotTabled = "PLENARY_NOT_TABLED",
        /// 본회의의결. Decided by the plenary.
        PlenaryDecided = "PLENARY_DECIDED",
        /// 의안정리. Text finalised.
        TextFinalised = "TEXT_FINALISED",
        /// 정부이송. Sent to the government.
        Transferred = "TRANSFERRED",
        /// 재의요구. Reconsideration requested.
        ReconsiderationRequested = "RECONSIDERATION_REQUESTED",
        /// 재의. Reconsidered.
        ReconsiderationDecided = "RECONSIDERATION_DECIDED",
        /// 공포. Promulgated.
        Promulgated = "PROMULGATED",
        /// 시행. In force.
        InForce = "IN_FORCE",
        /// 폐기·철회·부결. Closed without enactment.
        ClosedWithoutEnactment = "CLOSED_WITHOUT_ENACTMENT",
    }
}

/// 입법 단계 이력. Append-only stage event of a bill; a correction is a new event.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "bill_event")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 법률안. Bill.
    pub bill_id: Uuid,
    /// 순서. Order of entry.
    pub position: i32,
    /// 단계. Stage reached.
    pub stage: BillStage,
    /// 일자. Date of the event, or the date by which it had happened.
    pub occurred_on: String,
    /// 시점 불명 여부. Whether the source only shows that it had happened by that date.
    #[serde(default)]
    pub known_by: bool,
    /// 처리 결과. Result that it brought.
    pub result: Option<BillResult>,
    /// 출처. Where it was read.
    pub source: Option<String>,
    /// 기관. Institution that acted.
    pub institution_id: Option<Uuid>,
    /// 원문 표기. Stage as the source prints it.
    pub raw_text: Option<String>,
    /// 비고. Note. Korean.
    pub note_ko: Option<String>,
    /// 비고. Note. English.
    pub note_en: Option<String>,
    /// 정정 대상. Earlier event this one corrects.
    pub corrects_id: Option<Uuid>,
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
    pub bill: BelongsTo<super::bill::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

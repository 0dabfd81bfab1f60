//! 지역 AI 도입·활용 사례. How a company adopted AI, where, with whose help and to what effect. Anonymous callers see published cases only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 기업 규모. Size of a business.
    pub enum BusinessSize {
        /// 소상공인. Micro-enterprise.
        SmallMerchant = "SMALL_MERCHANT",
        /// 소기업. Small enterprise.
        Small = "SMALL",
        /// 중기업. Medium enterprise.
        Medium = "MEDIUM",
        /// 중견기업. Mid-market enterprise.
        MidMarket = "MID_MARKET",
    }
}

choice! {
    /// 기업명 공개. Whether the company's name is shown.
    pub enum Disclosure {
        /// 실명 공개. The name is shown.
        Named = "NAMED",
        /// 익명 처리. The company asked for anonymity.
        Anonymised = "ANONYMISED",
        /// 비공개. Withheld: the viewer may not see the name.
        Withheld = "WITHHELD",
    }
}

choice! {
    /// AI 기술. Type of AI (code list 9).
    pub enum Technology {
        /// 전통 기계학습. Classical machine learning.
        ClassicalMl = "CLASSICAL_ML",
        /// 생성형 AI. Generative AI.
        Generative = "GENERATIVE",
        /// 자연어처리. Natural language processing.
        Nlp = "NLP",
        /// 컴퓨터 비전. Computer vision.
        ComputerVision = "COMPUTER_VISION",
        /// 강화학습. Reinforcement learning.
        ReinforcementLearning = "REINFORCEMENT_LEARNING",
        /// 에이전트 AI. Agentic AI.
        Agentic = "AGENTIC",
    }
}

choice! {
    /// 활용 분야. Business function AI is used in (code list 9).
    pub enum ApplicationArea {
        /// 불량 검출. Defect detection.
        DefectDetection = "DEFECT_DETECTION",
        /// 예지보전. Predictive maintenance.
        PredictiveMaintenance = "PREDICTIVE_MAINTENANCE",
        /// 수요 예측. Demand forecasting.
        DemandForecasting = "DEMAND_FORECASTING",
        /// 마케팅·고객. Marketing and customers.
        MarketingAndCustomer = "MARKETING_AND_CUSTOMER",
        /// 문서·사무. Documents and back office.
        DocumentsAndBackOffice = "DOCUMENTS_AND_BACK_OFFICE",
        /// 설계·연구개발. Design and R&D.
        DesignAndRnd = "DESIGN_AND_RND",
        /// 안전. Safety.
        Safety = "SAFETY",
        /// 기타. Other.
        Other = "OTHER",
    }
}

choice! {
    /// 도입 단계. Stage of adoption.
    pub enum AdoptionStage {
        /// 탐색. Exploring.
        Exploring = "EXPLORING",
        /// 개념검증. Proof of concept.
        Poc = "POC",
        /// 시범. Pilot.
        Pilot = "PILOT",
        /// 운영. In production.
        Production = "PRODUCTION",
        /// 확산. Scaled up.
        Scaled = "SCALED",
        /// 중단. Stopped.
        Stopped = "STOPPED",
    }
}

choice! {
    /// 검증 수준. How far a case was verified.
    pub enum Verification {
        /// 자기 보고. Reported by the company.
        SelfReported = "SELF_REPORTED",
        /// 서류 확인. Shown by documents.
        Documented = "DOCUMENTED",
        /// 현장 확인. Seen on site.
        SiteVisited = "SITE_VISITED",
        /// 평가 완료. Evaluated.
        Evaluated = "EVALUATED",
    }
}

choice! {
    /// 사례 처리 상태. Workflow state of a case.
    pub enum CaseStatus {
        /// 작성 중. Draft.
        Draft = "DRAFT",
        /// 제출. Submitted.
        Submitted = "SUBMITTED",
        /// 검증. Verified.
        Verified = "VERIFIED",
        /// 공개. Published.
        Published = "PUBLISHED",
        /// 반려. Returned.
        Returned = "RETURNED",
        /// 철회. Withdrawn.
        Withdrawn = "WITHDRAWN",
    }
}

/// 지역 AI 도입·활용 사례. How a company adopted AI, where, with whose help and to what effect. Anonymous callers see published cases only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "adoption_case")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 사례 번호. Stable key.
    #[sea_orm(unique)]
    pub code: String,
    /// 제목. Title. Korean.
    pub title_ko: String,
    /// 제목. Title. English.
    pub title_en: Option<String>,
    /// 내용. Content. Korean.
    pub summary_ko: Option<String>,
    /// 내용. Content. English.
    pub summary_en: Option<String>,
    /// 기업(기관). Company, where it is an institution of record and may be named.
    pub company_id: Option<Uuid>,
    /// 기업명. Name of the company; null unless disclosure is NAMED.
    pub company_name: Option<String>,
    /// 기업명 공개. Whether the company's name is shown.
    pub disclosure: Disclosure,
    /// 지역. Region as reported.
    pub region_id: Uuid,
    /// 시·군·구. District.
    pub district: Option<String>,
    /// 업종. KSIC section or division.
    pub industry_id: Uuid,
    /// 기업 규모. Size.
    pub size: BusinessSize,
    /// 주요 AI 기술. Primary AI technology.
    pub technology: Technology,
    /// 활용 분야. Business function.
    pub application: ApplicationArea,
    /// 도입 단계. Stage.
    pub stage: AdoptionStage,
    /// 공급기업. Supplier.
    pub supplier_name: Option<String>,
    /// 공급기업(기관). Supplier, where it is an institution of record.
    pub supplier_id: Option<Uuid>,
    /// 지원 사업. Support programme. Korean.
    pub programme_ko: Option<String>,
    /// 지원 사업. Support programme. English.
    pub programme_en: Option<String>,
    /// 도입 시작. Start.
    pub started_on: String,
    /// 투자액(원). Own investment in KRW.
    pub investment: Option<i64>,
    /// 지원금(원). Public support in KRW.
    pub public_support: Option<i64>,
    /// 검증 수준. Verification level.
    pub verification: Verification,
    /// 처리 상태. Workflow state.
    pub status: CaseStatus,
    /// 시사점. Lessons. Korean.
    pub lessons_ko: Option<String>,
    /// 시사점. Lessons. English.
    pub lessons_en: Option<String>,
    /// 공개 동의. Whether the company agreed to publication.
    pub consent_to_publish: bool,
    /// 공개일. Date of publication.
    pub published_on: Option<Date>,
    /// 제출 기관. Institution whose case it is; null if it is kept by the operators.
    pub owner_id: Option<Uuid>,
    /// 처리 사유. Why it was returned or withdrawn.
    pub status_reason: Option<String>,
    /// 업종 대분류. KSIC section of the industry.
    pub section_id: Option<Uuid>,
    /// 지역. What is shown of the region.
    pub shown_region_id: Option<Uuid>,
    /// 업종. What is shown of the industry.
    pub shown_industry_id: Option<Uuid>,
    /// 제출 기관. What is shown of the owner.
    pub shown_owner_id: Option<Uuid>,
    /// 시·군·구. What is shown of the district.
    pub shown_district: Option<String>,
    /// 기업 규모. What is shown of the size.
    pub shown_size: Option<BusinessSize>,
    /// 투자액(원). What is shown of the investment.
    pub shown_investment: Option<i64>,
    /// 지원금(원). What is shown of the public support.
    pub shown_public_support: Option<i64>,
    /// 공급기업(기관). What is shown of the supplier.
    pub shown_supplier_id: Option<Uuid>,
    /// 공급기업. What is shown of the supplier's name.
    pub shown_supplier_name: Option<String>,
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
    /// Row of [`Model::company_id`].
    #[sea_orm(belongs_to, relation_enum = "Company", from = "company_id", to = "id")]
    #[serde(skip)]
    pub company: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<super::region::Entity>,
    /// Row of [`Model::industry_id`].
    #[sea_orm(belongs_to, relation_enum = "Industry", from = "industry_id", to = "id")]
    #[serde(skip)]
    pub industry: BelongsTo<super::industry::Entity>,
    /// Row of [`Model::supplier_id`].
    #[sea_orm(belongs_to, relation_enum = "Supplier", from = "supplier_id", to = "id")]
    #[serde(skip)]
    pub supplier: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::owner_id`].
    #[sea_orm(belongs_to, relation_enum = "Owner", from = "owner_id", to = "id")]
    #[serde(skip)]
    pub owner: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

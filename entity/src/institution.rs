//! 기관. Ministry, agency, association, university, institute or company; one row however many sources name it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Sector, Visibility};

choice! {
    /// 기관 유형. Kind of institution (code list 9, extended for the sources).
    pub enum InstitutionKind {
        /// 중앙부처. Central government ministry or office.
        Ministry = "MINISTRY",
        /// 지방자치단체. Local government.
        LocalGovernment = "LOCAL_GOVERNMENT",
        /// 위원회. Government-wide committee.
        Committee = "COMMITTEE",
        /// 국회. Legislature.
        Legislature = "LEGISLATURE",
        /// 옴부즈만. Ombudsman.
        Ombudsman = "OMBUDSMAN",
        /// 공공기관. Public agency.
        PublicAgency = "PUBLIC_AGENCY",
        /// 지원기관·센터. Support centre or hub.
        SupportCentre = "SUPPORT_CENTRE",
        /// 협회·단체. Association of companies.
        Association = "ASSOCIATION",
        /// 대학. University.
        University = "UNIVERSITY",
        /// 연구기관. Research institute.
        ResearchInstitute = "RESEARCH_INSTITUTE",
        /// AI 공급(전문)기업. Company supplying AI.
        AiSupplier = "AI_SUPPLIER",
        /// AI 수요기업. Company adopting AI.
        AiAdopter = "AI_ADOPTER",
        /// 스타트업. Start-up company.
        Startup = "STARTUP",
        /// 민간 조사기관. Private research or media firm.
        PrivateResearch = "PRIVATE_RESEARCH",
        /// 부서. Department, division or office of an institution.
        Department = "DEPARTMENT",
    }
}

/// 기관. Ministry, agency, association, university, institute or company; one row however many sources name it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "institution")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 기관 코드. Stable abbreviation, e.g. `TIPA`, `KOSME`.
    #[sea_orm(unique)]
    pub code: String,
    /// 기관명. Current official name. Korean.
    pub name_ko: String,
    /// 기관명. Current official name. English.
    pub name_en: Option<String>,
    /// 기관 유형. Kind of institution.
    pub kind: InstitutionKind,
    /// 산·학·연·관. Side it belongs to.
    pub sector: Option<Sector>,
    /// 소재지. Region of its seat.
    pub region_id: Option<Uuid>,
    /// 상위 기관. Institution it belongs to.
    pub parent_id: Option<Uuid>,
    /// 설립·출범. Founded or opened, as precisely as the source says.
    pub founded: Option<String>,
    /// 누리집. Website.
    pub website: Option<String>,
    /// 설명. What it is, in our words. Korean.
    pub summary_ko: Option<String>,
    /// 설명. What it is, in our words. English.
    pub summary_en: Option<String>,
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
    /// Row of [`Model::region_id`].
    #[sea_orm(belongs_to, relation_enum = "Region", from = "region_id", to = "id")]
    #[serde(skip)]
    pub region: BelongsTo<Option<super::region::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

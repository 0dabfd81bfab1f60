//! 자료. Press release, report, article, law or evidence.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 자료 유형. Kind of document.
    pub enum DocumentKind {
        /// 보도자료. Press release.
        PressRelease = "PRESS_RELEASE",
        /// 언론 보도. News article.
        NewsArticle = "NEWS_ARTICLE",
        /// 연구보고서. Research report.
        ResearchReport = "RESEARCH_REPORT",
        /// 법령. Law.
        Law = "LAW",
        /// 회의록. Minutes.
        Minutes = "MINUTES",
        /// 증빙. Evidence.
        Evidence = "EVIDENCE",
    }
}

choice! {
    /// 이용 허락. Licence of a document; KOGL is 공공누리 (code list 10).
    pub enum Licence {
        /// 제0유형. Free use.
        Kogl0 = "KOGL_0",
        /// 제1유형 출처표시. Attribution.
        Kogl1 = "KOGL_1",
        /// 제2유형 출처표시·상업적 이용금지. Attribution, no commercial use.
        Kogl2 = "KOGL_2",
        /// 제3유형 출처표시·변경금지. Attribution, no changes.
        Kogl3 = "KOGL_3",
        /// 제4유형 출처표시·상업적 이용금지·변경금지. Attribution, no commercial use, no changes: what is here of such a document is its metadata, its figures, and its findings in words of our own.
        Kogl4 = "KOGL_4",
        /// 표시 없음. The document states none.
        Unspecified = "UNSPECIFIED",
    }
}

/// 자료. Press release, report, article, law or evidence.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 자료 키. Stable key.
    pub code: String,
    /// 제목. Title. Korean.
    pub title_ko: String,
    /// 제목. Title. English.
    pub title_en: Option<String>,
    /// 유형. Kind.
    pub kind: DocumentKind,
    /// 발행 기관. Publisher.
    pub publisher_id: Option<Uuid>,
    /// 담당 부서. Department in charge. Korean.
    pub unit_ko: Option<String>,
    /// 담당 부서. Department in charge. English.
    pub unit_en: Option<String>,
    /// 발행일. Date published.
    pub published_on: String,
    /// 보도 시각. Instant of release or embargo.
    pub published_at: Option<DateTimeUtc>,
    /// 보도 시점. Release or embargo as printed. Korean.
    pub release_note_ko: Option<String>,
    /// 보도 시점. Release or embargo as printed. English.
    pub release_note_en: Option<String>,
    /// 식별자. Identifier at the publisher.
    pub identifier: Option<String>,
    /// 언어. Languages, BCP 47, separated by spaces.
    pub language: String,
    /// 이용 허락. Licence.
    pub licence: Licence,
    /// 이용 조건 표기. Licence conditions in short.
    pub licence_text: Option<String>,
    /// 간행물 구분. Publisher's series or report type. Korean.
    pub series_ko: Option<String>,
    /// 간행물 구분. Publisher's series or report type. English.
    pub series_en: Option<String>,
    /// 분량. Pages or sheets.
    pub page_count: Option<i32>,
    /// 조회수. Views, as the publisher showed.
    pub view_count: Option<i32>,
    /// 사진 유무. Whether photos are attached.
    pub has_photo: Option<bool>,
    /// 붙임. Attachment named. Korean.
    pub attachment_ko: Option<String>,
    /// 붙임. Attachment named. English.
    pub attachment_en: Option<String>,
    /// 내용. What it is about, in our words. Korean.
    pub summary_ko: Option<String>,
    /// 내용. What it is about, in our words. English.
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
    /// Row of [`Model::publisher_id`].
    #[sea_orm(belongs_to, relation_enum = "Publisher", from = "publisher_id", to = "id")]
    #[serde(skip)]
    pub publisher: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

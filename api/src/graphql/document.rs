//! Documents and their authors.

use entity::document::{DocumentKind, Licence};
use serde_json::Value;

use crate::error::Error;
use crate::input::Tagged;
use crate::read::model::{Args, Column, Guard, Scalar, Source, Through, Type};
use crate::read::sql::Sql;
use crate::read::{Reader, global_id};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![document(), document_title(), document_author(), document_file()]
}

fn document() -> Type {
    use entity::document::Column as C;
    Type::fact::<entity::document::Entity>(
        "Document",
        *b"DO",
        Guard::Public,
        "자료. Press release, report, article, law or evidence.",
    )
    .owned(&[C::PublisherId])
    .column("code", C::Code, "자료 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .choice("kind", C::Kind, DocumentKind::CHOICE, "유형. Kind.")
    .one("publisher", C::PublisherId, "Institution", "발행 기관. Publisher.")
    .localized("unit", C::UnitKo, C::UnitEn, "담당 부서. Department in charge.")
    .partial_date("publishedOn", C::PublishedOn, "발행일. Date published.")
    .column("publishedAt", C::PublishedAt, "보도 시각. Instant of release or embargo.")
    .localized(
        "releaseNote",
        C::ReleaseNoteKo,
        C::ReleaseNoteEn,
        "보도 시점. Release or embargo as printed.",
    )
    .column("identifier", C::Identifier, "식별자. Identifier at the publisher.")
    .column("language", C::Language, "언어. Languages, BCP 47, separated by spaces.")
    .choice("licence", C::Licence, Licence::CHOICE, "이용 허락. Licence.")
    .column("licenceText", C::LicenceText, "이용 조건 표기. Licence conditions in short.")
    .localized(
        "series",
        C::SeriesKo,
        C::SeriesEn,
        "간행물 구분. Publisher's series or report type.",
    )
    .column("pageCount", C::PageCount, "분량. Pages or sheets.")
    .column("viewCount", C::ViewCount, "조회수. Views, as the publisher showed.")
    .column("hasPhoto", C::HasPhoto, "사진 유무. Whether photos are attached.")
    .localized("attachment", C::AttachmentKo, C::AttachmentEn, "붙임. Attachment named.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. What it is about, in our words.")
    .many(
        "titles",
        entity::document_title::Column::DocumentId,
        "DocumentTitle",
        &["language"],
        "언어별 제목. Titles in each language of the document.",
    )
    .many(
        "authors",
        entity::document_author::Column::DocumentId,
        "DocumentAuthor",
        &["position"],
        "저자. Authors in order.",
    )
    .many(
        "files",
        entity::document_file::Column::DocumentId,
        "DocumentFile",
        &["position"],
        "첨부 파일. Files kept here.",
    )
    .many(
        "citedBy",
        entity::citation::Column::DocumentId,
        "Citation",
        &["position"],
        "인용된 사실. Citations of the document, with the facts it carries.",
    )
    .many(
        "meetings",
        entity::meeting_document::Column::DocumentId,
        "MeetingDocument",
        &["position"],
        "관련 회의. Meetings it is about.",
    )
    .through(
        "topics",
        Through { table: "document_topic", parent: "document_id", target: "topic_id" },
        "Topic",
        &["code"],
        "주제어. Keywords and subjects.",
    )
    .sorted(&["-published_on"])
    .orderable("PUBLISHED_ON", "published_on")
    .orderable("CODE", "code")
    .searchable_by(&["publisher", "authors.person", "authors.institution"])
    .list("documents")
    .lookup("document", "code")
    .unfiltered(&["releaseNote", "licenceText", "attachment", "summary"])
}

fn document_title() -> Type {
    use entity::document_title::Column as C;
    Type::fact::<entity::document_title::Entity>(
        "DocumentTitle",
        *b"DT",
        Guard::Via { fk: "document_id", parent: "Document" },
        "외국어 제목. Title of a document in a further language.",
    )
    .one("document", C::DocumentId, "Document", "자료. Document.")
    .column("language", C::Language, "언어. Language, BCP 47.")
    .column("title", C::Title, "제목. Title as printed.")
    .sorted(&["language"])
    .alias()
}

fn document_author() -> Type {
    use entity::document_author::Column as C;
    Type::fact::<entity::document_author::Entity>(
        "DocumentAuthor",
        *b"DA",
        Guard::Via { fk: "document_id", parent: "Document" },
        "저자. Author of a document.",
    )
    .owned(&[C::InstitutionId])
    .one("document", C::DocumentId, "Document", "자료. Document.")
    .column("position", C::Position, "순서. Order on the title page.")
    .one("person", C::PersonId, "Person", "인물. Author.")
    .one("institution", C::InstitutionId, "Institution", "기관. Corporate author.")
    .sorted(&["position"])
}

fn document_file() -> Type {
    use entity::document_file::Column as C;
    Type::fact::<entity::document_file::Entity>(
        "DocumentFile",
        entity::document_file::Entity::TAG,
        Guard::Via { fk: "document_id", parent: "Document" },
        "첨부 파일. A file of a document, as OParl's File; seen as its document is.",
    )
    .one("document", C::DocumentId, "Document", "자료. Document.")
    .column("position", C::Position, "순서. Order.")
    .column("name", C::Name, "파일 이름. Name with its extension.")
    .column("mediaType", C::MediaType, "형식. Media type (RFC 6838), as read from the content.")
    .column("byteSize", C::ByteSize, "크기. Size in bytes.")
    .column("sha256", C::Sha256, "해시. SHA-256 of the content, lower-case hexadecimal.")
    .downloaded::<entity::document_file::Entity>()
    .sorted(&["position"])
    .unfiltered(&["byteSize"])
}

/// Says where a file's content is read.
pub(super) trait Downloaded: Sized {
    /// The path.
    fn downloaded<E: Tagged>(self) -> Self;
}

impl Downloaded for Type {
    fn downloaded<E: Tagged>(self) -> Self {
        let id = Column { source: Source::Expression(key), scalar: Scalar::Text };
        self.computed(
            "downloadPath",
            "String!",
            vec![id],
            download_path::<E>,
            "내려받기 경로. Path at this server's address by which the content is read, with the same token.",
        )
    }
}

fn key(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    sql.key_as_text(alias, "id");
    Ok(())
}

fn download_path<E: Tagged>(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let id = values.first().and_then(Value::as_str).and_then(|key| key.parse().ok());
    let id = id.ok_or_else(|| Error::internal("a file without an id"))?;
    Ok(format!("/files/{}", global_id::encode(E::TAG, id)).into())
}

//! Documents 자료 as they are written, and their files. Operators write all of it; a partner what it publishes itself, as
//! long as an operator has not made it public.

pub mod file;

use entity::common::Visibility;
use entity::document::{self, DocumentKind, Licence};
use entity::{document_author, document_file, document_title, institution, meeting_document};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::parts::{Columns, made, set, set_texts, visibility};
use super::people::{begin, operates, operator_only, tell_parts, turn, turns};
use super::sight;
use super::write::Write;
use crate::domain::access::{self, Needs, Object};
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::input;
use crate::input::types::{
    Change, Languages, Localized, OneLine, PartialDate, Prose, RecordCode, Title, Within,
};
use crate::input::{InputErrors, taken};
use crate::read::Act;

input! {
    /// 자료 등록. A document: what it is and who published it. Its files come after it (`attachFile`).
    mutation RecordDocument {
        /// 자료 키. 2 to 40 capital letters, digits, underscores and hyphens; made if left out.
        code: Option<RecordCode>,
        /// 제목. Title.
        title: Localized<Title>,
        /// 유형. Kind.
        kind: DocumentKind,
        /// 발행 기관 코드. Publisher; a partner is it itself.
        publisher: Option<String>,
        /// 담당 부서. Department in charge.
        unit: Option<Localized<OneLine>>,
        /// 발행일. Date published.
        published_on: PartialDate,
        /// 식별자. Identifier at the publisher.
        identifier: Option<OneLine>,
        /// 언어. Languages, BCP 47, separated by spaces.
        language: Languages = "\"ko\"",
        /// 이용 허락. Licence.
        licence: Licence = "UNSPECIFIED",
        /// 이용 조건 표기. Licence conditions in short.
        licence_text: Option<Title>,
        /// 간행물 구분. Publisher's series or report type.
        series: Option<Localized<OneLine>>,
        /// 분량. Pages or sheets.
        page_count: Option<Within<1, 100_000>>,
        /// 내용. What it is about, in your words.
        summary: Option<Localized<Prose>>,
        /// 공개 여부. Whether everybody sees it and its files, and not the operators and its publisher alone; operators only.
        is_public: bool = "false",
    }
}

input! {
    /// 자료 변경. What changes of a document: what is left out stays, null clears.
    mutation AmendDocument on document::Entity {
        /// 제목. Title.
        title: Option<Localized<Title>>,
        /// 유형. Kind.
        kind: Option<DocumentKind>,
        /// 발행 기관 코드. Publisher; operators only.
        publisher: Change<String>,
        /// 담당 부서. Department in charge.
        unit: Change<Localized<OneLine>>,
        /// 발행일. Date published.
        published_on: Option<PartialDate>,
        /// 식별자. Identifier at the publisher.
        identifier: Change<OneLine>,
        /// 언어. Languages, BCP 47, separated by spaces.
        language: Option<Languages>,
        /// 이용 허락. Licence.
        licence: Option<Licence>,
        /// 이용 조건 표기. Licence conditions in short.
        licence_text: Change<Title>,
        /// 간행물 구분. Publisher's series or report type.
        series: Change<Localized<OneLine>>,
        /// 분량. Pages or sheets.
        page_count: Change<Within<1, 100_000>>,
        /// 내용. What it is about, in your words.
        summary: Change<Localized<Prose>>,
        /// 공개 여부. Whether everybody sees it and its files; operators only.
        is_public: Option<bool>,
    }
}

/// Whose a document is.
fn publisher(row: &document::Model) -> Option<Uuid> {
    row.publisher_id
}

/// A partner leaves alone what an operator has made public.
fn may_change(principal: &Principal, row: &document::Model) -> Result<(), Error> {
    let operates = access::may_write(principal, Object::Content, None).is_ok();
    let is_open = row.visibility == Visibility::Internal || operates;
    if is_open { Ok(()) } else { Err(access::Denied::Institution.into()) }
}

/// Puts a document on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record(act: &Act<'_>, new: RecordDocument) -> Result<Uuid, Error> {
    use document::{Column, Entity};
    let mut write = begin(act, Needs::OwnProfile, &new.call).await?;
    let id = Uuid::now_v7();
    let mut faults = InputErrors::default();
    // A partner's own, unless it says so itself.
    let own = act.author.principal.client().filter(|_| !operates(act));
    let own = own.map(|client| client.institution.code.clone());
    let publisher = new.publisher.or(own);
    let publisher = sight::by_code::<institution::Entity>(
        &write,
        act,
        &mut faults,
        "publisher",
        publisher.as_deref(),
    )
    .await?;
    if publisher.is_some() || operates(act) {
        access::may_write(act.author.principal, Object::Profile, publisher)?;
    }
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    operator_only(act, &mut faults, "isPublic", new.is_public);
    let code =
        new.code.map_or_else(|| format!("D_{:08X}", id.as_u128() & 0xFFFF_FFFF), String::from);
    if Entity::find().filter(Column::Code.eq(&code)).one(write.reads()).await?.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "code", code)?;
    set_texts(&mut columns, "title", Some(new.title))?;
    set(&mut columns, "kind", new.kind)?;
    set(&mut columns, "publisher_id", publisher)?;
    set_texts(&mut columns, "unit", new.unit)?;
    set(&mut columns, "published_on", new.published_on.0)?;
    set(&mut columns, "identifier", new.identifier.map(String::from))?;
    set(&mut columns, "language", new.language.0)?;
    set(&mut columns, "licence", new.licence)?;
    set(&mut columns, "licence_text", new.licence_text.map(String::from))?;
    set_texts(&mut columns, "series", new.series)?;
    set(&mut columns, "page_count", new.page_count.map(|count| count.0))?;
    set_texts(&mut columns, "summary", new.summary)?;
    let row = made::<Entity>(id, &act.author, visibility(new.is_public), columns)?;
    let added = write.add_with::<Entity>("recordDocument", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    write.commit().await?;
    Ok(id)
}

/// Changes a document.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendDocument) -> Result<Uuid, Error> {
    use document::Entity;
    let call = input.call;
    let mut write = begin(act, Needs::OwnProfile, &call).await?;
    let own = (Object::Profile, publisher as fn(&_) -> _);
    let Some(known) = turn::<Entity>(&mut write, act, &call, own).await? else {
        return Ok(call.id);
    };
    may_change(act.author.principal, &known)?;
    let mut faults = InputErrors::default();
    operator_only(act, &mut faults, "publisher", input.publisher != Change::Keep);
    operator_only(act, &mut faults, "isPublic", input.is_public.is_some());
    let mut columns = Columns::new();
    if let Some(code) = input.publisher.into_new() {
        let code = code.as_deref();
        let found =
            sight::by_code::<institution::Entity>(&write, act, &mut faults, "publisher", code);
        set(&mut columns, "publisher_id", found.await?)?;
    }
    faults.settle()?;
    if let Some(title) = input.title {
        set_texts(&mut columns, "title", Some(title))?;
    }
    if let Some(unit) = input.unit.into_new() {
        set_texts(&mut columns, "unit", unit)?;
    }
    if let Some(series) = input.series.into_new() {
        set_texts(&mut columns, "series", series)?;
    }
    if let Some(summary) = input.summary.into_new() {
        set_texts(&mut columns, "summary", summary)?;
    }
    if let Some(kind) = input.kind {
        set(&mut columns, "kind", kind)?;
    }
    if let Some(date) = input.published_on {
        set(&mut columns, "published_on", date.0)?;
    }
    if let Some(identifier) = input.identifier.into_new() {
        set(&mut columns, "identifier", identifier.map(String::from))?;
    }
    if let Some(language) = input.language {
        set(&mut columns, "language", language.0)?;
    }
    if let Some(licence) = input.licence {
        set(&mut columns, "licence", licence)?;
    }
    if let Some(text) = input.licence_text.into_new() {
        set(&mut columns, "licence_text", text.map(String::from))?;
    }
    if let Some(count) = input.page_count.into_new() {
        set(&mut columns, "page_count", count.map(|count| count.0))?;
    }
    let turns = turns(&mut columns, input.is_public, known.visibility)?;
    if turns == Some(false) {
        tell_all(&mut write, act, known.id, true).await?;
    }
    let version = write.update::<Entity>(known.id, call.version, |row| row.extend(columns)).await?;
    match turns {
        Some(true) => tell_all(&mut write, act, known.id, false).await?,
        Some(false) => write.tell_sight::<Entity>(known.id, version, true),
        None => {}
    }
    write.commit().await?;
    Ok(known.id)
}

/// Tells of what is seen with a document.
async fn tell_all(
    write: &mut Write<'_>,
    act: &Act<'_>,
    id: Uuid,
    is_hidden: bool,
) -> Result<(), Error> {
    const OF: &str = "document_id";
    tell_parts::<document_title::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<document_author::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<document_file::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<meeting_document::Entity>(write, act, OF, id, is_hidden).await
}

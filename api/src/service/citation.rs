//! Citations 출처 as they are written: which document carries a fact, or one field of it, and whether it states it.

use entity::citation::{self, Column, Entity};
use entity::common::{Basis, Visibility};
use entity::document;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::parts::{Columns, made, set, set_texts, visibility};
use super::people::{begin, take_off, turn};
use super::sight;
use super::subject::{Subject, check_field};
use super::write::Write;
use crate::domain::access::{Needs, Object};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{AnyId, Change, Localized, OneLine, Prose, Title};
use crate::read::Act;

/// Most citations of a fact.
const MAX_CITATIONS: usize = 200;

/// Citations are the operators', whatever they are about.
pub const OPERATORS: Needs = Needs::Write(Object::Content);

input! {
    /// 출처 기재. A document that carries a fact.
    mutation Cite {
        /// 대상. Global id of the fact, of whatever type it is.
        subject: AnyId,
        /// 항목. Field of the fact, as the schema names it (`heldOn`; `name.en` for its English alone); the whole if left out.
        field: Option<OneLine>,
        /// 자료 키. Document.
        document: String,
        /// 위치. Page, section or table in the document.
        locator: Option<Localized<Title>>,
        /// 근거. Stated or inferred.
        basis: Basis = "STATED",
        /// 비고. Note; how it was derived, if it is inferred.
        note: Option<Localized<Prose>>,
        /// 공개 여부. Whether whoever sees the fact sees the citation; operators alone do if not everybody sees the document.
        is_public: bool = "true",
    }
}

input! {
    /// 출처 수정. What changes of a citation: what is left out stays, null clears.
    mutation AmendCitation on citation::Entity {
        /// 항목. Field of the fact; null for the whole.
        field: Change<OneLine>,
        /// 위치. Page, section or table in the document.
        locator: Change<Localized<Title>>,
        /// 근거. Stated or inferred.
        basis: Option<Basis>,
        /// 비고. Note; how it was derived, if it is inferred.
        note: Change<Localized<Prose>>,
    }
}

input! {
    /// 출처 삭제. A citation to be taken off its fact.
    mutation RemoveCitation on citation::Entity {}
}

async fn of_subject(write: &Write<'_>, subject: Uuid) -> Result<Vec<citation::Model>, Error> {
    let known = Entity::find().filter(Column::SubjectId.eq(subject));
    Ok(known.order_by_asc(Column::Position).all(write.reads()).await?)
}

/// Tells an inference that does not say how it was made.
fn check_note(faults: &mut InputErrors, basis: Basis, has_note: bool) {
    if basis == Basis::Inferred && !has_note {
        faults.add(
            "note",
            "REQUIRED",
            "추정이면 어떻게 이끌어 냈는지 적어야 합니다.",
            "Say how it was derived, as it is inferred.",
        );
    }
}

/// Tells that a document is cited already for this, at this place.
fn check_known(
    faults: &mut InputErrors,
    others: &[citation::Model],
    (document, field, locator): (Uuid, Option<&str>, Option<&str>),
) {
    let is_known = others.iter().any(|row| {
        row.document_id == document
            && row.field.as_deref() == field
            && row.locator_ko.as_deref() == locator
    });
    if is_known {
        faults.add(
            "locator",
            "TAKEN",
            "이 자료의 이 위치는 이미 적혀 있습니다.",
            "This place of the document is cited for it already.",
        );
    }
}

/// Who sees what is told of a document: not everybody, if not everybody sees the document.
pub(super) fn seen_with(document: Option<&document::Model>, is_public: bool) -> Visibility {
    visibility(is_public && document.is_some_and(|it| it.visibility == Visibility::Public))
}

/// Cites a document for a fact.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn cite(act: &Act<'_>, new: Cite) -> Result<Uuid, Error> {
    let mut write = begin(act, OPERATORS, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let subject = Subject::read(&write, act, &mut faults, new.subject, true).await?;
    let field = new.field.map(String::from);
    if let (Some(subject), Some(field)) = (&subject, &field) {
        check_field(&mut faults, subject.ty, field);
    }
    let code = Some(new.document.as_str());
    let document =
        sight::by_code::<document::Entity>(&write, act, &mut faults, "document", code).await?;
    check_note(&mut faults, new.basis, new.note.is_some());
    let mut position = 1;
    if let Some(subject) = subject.as_ref().and_then(|subject| subject.id) {
        let known = of_subject(&write, subject).await?;
        position = known.last().map_or(1, |row| row.position.saturating_add(1));
        if known.len() >= MAX_CITATIONS {
            faults.add(
                "subject",
                "TOO_MANY",
                format!("한 항목에 출처는 {MAX_CITATIONS}건까지입니다."),
                format!("A fact has at most {MAX_CITATIONS} citations."),
            );
        }
        if let Some(document) = document {
            let locator = new.locator.as_ref().map(|text| &*text.ko);
            check_known(&mut faults, &known, (document, field.as_deref(), locator));
        }
    }
    faults.settle()?;
    let document = match document {
        Some(id) => document::Entity::find_by_id(id).one(write.reads()).await?,
        None => None,
    };
    let mut columns = Columns::new();
    set(&mut columns, "subject_type", subject.as_ref().map(|subject| subject.ty.name))?;
    set(&mut columns, "subject_id", subject.and_then(|subject| subject.id))?;
    set(&mut columns, "position", position)?;
    set(&mut columns, "document_id", document.as_ref().map(|document| document.id))?;
    set(&mut columns, "field", field)?;
    set_texts(&mut columns, "locator", new.locator)?;
    set(&mut columns, "basis", new.basis)?;
    set_texts(&mut columns, "note", new.note)?;
    let visibility = seen_with(document.as_ref(), new.is_public);
    let row = made::<Entity>(id, &act.author, visibility, columns)?;
    write.add_with::<Entity>("cite", id, row).await?;
    write.commit().await?;
    Ok(id)
}

/// Whose citations are: nobody's but the operators'.
const OWNED: (Object, fn(&citation::Model) -> Option<Uuid>) = (Object::Content, |_| None);

/// Changes a citation.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendCitation) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, OPERATORS, &call).await?;
    let Some(known) = turn::<Entity>(&mut write, act, &call, OWNED).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let mut columns = Columns::new();
    let field = input.field.into_new().map(|field| field.map(String::from));
    if let Some(field) = &field {
        if let Some(field) = field {
            check_field(&mut faults, act.catalog.declared(&known.subject_type)?, field);
        }
        set(&mut columns, "field", field)?;
    }
    let field = field.unwrap_or_else(|| known.field.clone());
    let mut locator_ko = known.locator_ko.clone();
    if let Some(locator) = input.locator.into_new() {
        locator_ko = locator.as_ref().map(|text| text.ko.to_string());
        set_texts(&mut columns, "locator", locator)?;
    }
    let basis = input.basis.unwrap_or(known.basis);
    set(&mut columns, "basis", basis)?;
    let mut has_note = known.note_ko.is_some();
    if let Some(note) = input.note.into_new() {
        has_note = note.is_some();
        set_texts(&mut columns, "note", note)?;
    }
    check_note(&mut faults, basis, has_note);
    let mut others = of_subject(&write, known.subject_id).await?;
    others.retain(|row| row.id != known.id);
    let place = (known.document_id, field.as_deref(), locator_ko.as_deref());
    check_known(&mut faults, &others, place);
    faults.settle()?;
    write.update::<Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}

/// Takes a citation off; the document that it cited.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveCitation) -> Result<Option<Uuid>, Error> {
    let of: fn(&citation::Model) -> _ = |row| Some(row.document_id);
    take_off::<Entity, document::Entity>(act, &input.call, OWNED, of).await
}

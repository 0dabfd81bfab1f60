//! The feedback loop 환류: raised, assigned, answered, delivered, with what came of it. Which verb a state allows is
//! `domain::recommendation`'s; here is what each verb reads and writes.
//!
//! Answers, assignments and deliveries are history: each is a row of its own that nobody writes again. What stands now is
//! kept on the recommendation, whose row is locked first and gets a new version with each verb.

pub mod answer;
pub mod assign;
pub mod deliver;
pub mod effect;
pub mod originator;
pub mod raise;
pub mod relate;

use chrono::NaiveDate;
use entity::recommendation_answer;
use entity::{institution, recommendation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record::Record;
use super::sight;
use super::write::Write;
use crate::domain::access::{self, Needs, Object, Part};
use crate::domain::principal::Principal;
use crate::domain::recommendation::{Facts, Verb, allows};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::{Call, InputErrors};
use crate::read::Act;

input! {
    /// 기록. Who recorded what was before.
    object RecordedBefore {
        /// 기록 기관. Code of the institution that recorded it, which needs no evidence of what it did itself; the secretariat's if blank.
        recorded_by: Option<String>,
    }
}

/// What came of a verb: the recommendation, and the row that it added.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// The recommendation.
    pub id: Uuid,
    /// The answer, assignment, delivery, effect or relation.
    pub added: Option<Uuid>,
}

/// On whose behalf the caller acts.
pub(super) fn institution(principal: &Principal) -> Option<Uuid> {
    principal.client().map(|client| client.institution.id)
}

/// Who records something: the caller's institution, or of what was before the one that it names by its code.
async fn recorder(
    write: &Write<'_>,
    act: &Act<'_>,
    faults: &mut InputErrors,
    before: Option<&RecordedBefore>,
) -> Result<Option<Uuid>, Error> {
    let named = before.and_then(|before| before.recorded_by.as_deref());
    match named {
        Some(_) => {
            sight::by_code::<institution::Entity>(write, act, faults, "recordedBy", named).await
        }
        None => Ok(institution(act.author.principal)),
    }
}

/// Opens a write of a call in the loop; who may not begin it learns nothing of what is there.
pub(super) async fn begin<'a>(
    act: &Act<'a>,
    needs: Needs,
    call: &Call,
) -> Result<Write<'a>, Error> {
    access::may_begin(act.author.principal, needs)?;
    let mut write = Write::attempt(act.db, act.author, call).await?;
    // Whose row it is was asked for the verb; what is written is part of what this institution does.
    write.part_of(institution(act.author.principal));
    Ok(write)
}

/// A recommendation that nobody else writes until the write is over, with its last answer.
struct Held {
    row: recommendation::Model,
    answer: Option<recommendation_answer::Model>,
}

impl Held {
    /// Who raised it, or recorded it for who did.
    fn originator(&self) -> Option<Uuid> {
        self.row.institution_id.or(self.row.recorded_by_id)
    }

    fn facts(&self) -> Facts {
        Facts {
            status: self.row.status,
            answer: self.answer.as_ref().map(|answer| answer.disposition),
            has_addressee: self.row.addressee_id.is_some(),
            is_public: self.row.visibility == entity::common::Visibility::Public,
        }
    }

    fn allows(&self, verb: Verb) -> Result<(), Error> {
        allows(verb, &self.facts()).map_err(|refused| {
            let text = refused.message();
            Error::User(vec![UserError::at("id", refused.code(), text.ko, text.en)])
        })
    }
}

/// Locks a recommendation that the caller may see.
async fn hold(write: &Write<'_>, act: &Act<'_>, id: Uuid) -> Result<Held, Error> {
    let row = recommendation::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    let row = row.ok_or(Error::NotFound)?;
    if !sight::sees::<recommendation::Entity>(write, act, id).await? {
        return Err(Error::NotFound);
    }
    let answer = recommendation_answer::Entity::find()
        .filter(recommendation_answer::Column::RecommendationId.eq(id))
        .order_by_desc(recommendation_answer::Column::Position)
        .order_by_desc(recommendation_answer::Column::Id)
        .one(write.reads())
        .await?;
    Ok(Held { row, answer })
}

/// Whether this call of a verb is the first with its key.
enum Turn {
    /// Go on.
    First(Box<Held>),
    /// It was done before: the row that it added then.
    Again(Uuid),
}

/// Locks the recommendation and asks, in this order: may the caller see it, may it do this, was it done before with this
/// key, is its version the one seen, does its state allow it. `added` is the key of the row that the verb adds.
async fn turn<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    call: &Call,
    (verb, part): (Verb, Option<Part>),
    added: Uuid,
) -> Result<Turn, Error> {
    let held = hold(write, act, call.id).await?;
    let whose = match part {
        Some(Part::Addressee) => held.row.addressee_id,
        Some(Part::Originator) => held.originator(),
        Some(Part::Invited) | None => None,
    };
    match part {
        Some(part) => access::may_take(act.author.principal, part, whose)?,
        // The operators' own.
        None => access::may_write(act.author.principal, Object::Content, None)?,
    }
    if let Some(known) = write.repeats::<R>(call, added).await? {
        return Ok(Turn::Again(known));
    }
    if held.row.version != call.version {
        return Err(Error::Conflict);
    }
    held.allows(verb)?;
    Ok(Turn::First(Box::new(held)))
}

/// The place behind the last row of a recommendation's history.
async fn next_position<R: Record>(
    write: &Write<'_>,
    (of, position): (R::Column, R::Column),
    id: Uuid,
) -> Result<i32, Error> {
    let last = R::find()
        .select_only()
        .column(position)
        .filter(of.eq(id))
        .order_by_desc(position)
        .into_tuple::<i32>()
        .one(write.reads())
        .await?;
    Ok(last.unwrap_or(0) + 1)
}

/// What shows that something was done for somebody who has no account here: a note, or a document.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// In words.
    pub note: Option<String>,
    /// The document.
    pub document: Option<Uuid>,
}

impl Evidence {
    /// What is recorded on behalf of another must be shown.
    fn required(&self, faults: &mut InputErrors) {
        if self.note.is_none() && self.document.is_none() {
            faults.add(
                "evidenceNote",
                "EVIDENCE_REQUIRED",
                "대리 등록에는 근거 설명(evidenceNote) 또는 자료(evidence)가 필요합니다.",
                "What is recorded on behalf of another needs an evidenceNote or an evidence document.",
            );
        }
    }
}

/// A day that something was done: not in the future, nor before what it follows.
fn past(
    faults: &mut InputErrors,
    field: &str,
    day: NaiveDate,
    (after, today): (Option<&str>, NaiveDate),
) {
    if day > today {
        faults.add(
            field,
            "INVALID_DATE",
            "오늘 이후의 날짜는 쓸 수 없습니다.",
            "The date is in the future.",
        );
    } else if let Some(after) = after
        && crate::domain::recommendation::is_before(day, after)
    {
        faults.add(
            field,
            "INVALID_DATE",
            format!("{after} 이후의 날짜여야 합니다."),
            format!("The date must not be before {after}."),
        );
    }
}

/// Tells that a field must be given.
fn required(faults: &mut InputErrors, field: &str) {
    faults.add(field, "REQUIRED", "필수 항목입니다.", "This is required.");
}

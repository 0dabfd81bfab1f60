//! Legislation 입법 as it is written: initiatives with their titles, bills with what is on record of them, and the
//! stage events that a bill goes through. Which stage may come next is `domain::bill`'s.

pub mod bill;
pub mod event;
pub mod initiative;

use chrono::NaiveDate;
use entity::bill::Model as Bill;
use entity::legislative_initiative;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::named::sees;
use super::record::Record;
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::access::{self, Object};
use crate::domain::principal::Principal;
use crate::domain::{fold, partial_date};
use crate::error::{Error, UserError};
use crate::input::{Call, InputErrors, unknown};

/// Opens a write of those who may write legislation; who may not learns nothing of what is there.
async fn begin<'a>(db: &Store, author: Author<'a>, call: &Call) -> Result<Write<'a>, Error> {
    access::may_write(author.principal, Object::Legislation, None)?;
    Write::attempt(db, author, call).await
}

/// A bill that the caller sees, which nobody else writes until the write is over.
async fn locked(write: &Write<'_>, principal: &Principal, id: Uuid) -> Result<Bill, Error> {
    let found = entity::bill::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    found.filter(|bill| sees(principal, bill.visibility)).ok_or(Error::NotFound)
}

/// Whether this call about a bill is the first with its key.
enum Turn {
    /// Go on, with the bill in the version seen.
    First(Box<Bill>),
    /// It was done before, and made or changed this row.
    Again(Uuid),
}

/// Locks the bill of a call that makes or changes the row `id`, and asks: may the caller see it, was this done before
/// with this key, is its version the one seen.
async fn turn<R: Record>(
    write: &Write<'_>,
    principal: &Principal,
    call: &Call,
    id: Uuid,
) -> Result<Turn, Error> {
    let bill = locked(write, principal, call.id).await?;
    if let Some(known) = write.repeats::<R>(call, id).await? {
        return Ok(Turn::Again(known));
    }
    if bill.version == call.version {
        Ok(Turn::First(Box::new(bill)))
    } else {
        Err(Error::Conflict)
    }
}

/// The bill of a number.
async fn bill_of(
    write: &Write<'_>,
    principal: &Principal,
    field: &str,
    number: &str,
) -> Result<Bill, Error> {
    let given = fold::code(number);
    let found = entity::bill::Entity::find().filter(entity::bill::Column::Number.eq(&given));
    let found = found.one(write.reads()).await?;
    found.filter(|bill| sees(principal, bill.visibility)).ok_or_else(|| {
        Error::User(vec![UserError::at(
            field,
            "UNKNOWN",
            "그런 의안번호의 법률안이 없습니다. 먼저 등록(registerBill)하십시오.",
            "There is no bill of that number; register it first (registerBill).",
        )])
    })
}

/// The initiative of a code.
async fn initiative_of(
    write: &Write<'_>,
    principal: &Principal,
    code: &str,
) -> Result<Uuid, Error> {
    use legislative_initiative::{Column, Entity};
    let given = fold::code(code);
    let all = Entity::find().order_by_asc(Column::Code).all(write.reads()).await?;
    let mut all = all.into_iter().filter(|row| sees(principal, row.visibility));
    let mut known = Vec::new();
    let found = all.find(|row| {
        known.push(row.code.clone());
        row.code == given
    });
    if let Some(found) = found {
        return Ok(found.id);
    }
    let text = ("그런 코드의 입법과제가 없습니다.", "There is no initiative of that code.");
    let known = known.iter().map(String::as_str);
    Err(Error::User(vec![unknown("initiative", text, &given, known)]))
}

/// Tells of a date that lies ahead.
fn not_ahead(faults: &mut InputErrors, field: &str, date: &str, today: NaiveDate) {
    if partial_date::first_day(date).is_some_and(|day| day > today) {
        faults.add(
            field,
            "INVALID_DATE",
            "아직 오지 않은 날짜입니다. 이미 일어난 일만 기록합니다.",
            "The date lies ahead; only what has happened is recorded.",
        );
    }
}

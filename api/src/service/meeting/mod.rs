//! Meetings 회의: planned, changed, held, recorded. Which verb a state allows is `domain::meeting`'s; here is what each
//! verb reads and writes.
//!
//! A meeting is one whole: its row is locked first, its version is checked and counted up by whatever is written of it,
//! agenda, attendance and statements included. To add a verb: its line in the domain, a function in the file it belongs
//! to, and a mutation.

pub mod agenda;
pub mod attendance;
pub mod change;
pub mod close;
pub mod minutes;
pub mod plan;
pub mod raised;
pub mod statement;

use chrono::{DateTime, NaiveDate, Utc};
use entity::agenda_item;
use entity::common::Origin;
use entity::meeting::{self, MeetingStatus};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::parts::visibility;
use super::record::Record;
use super::sight;
use super::write::{Write, as_json};
use crate::domain::access::{self, Needs, Object};
use crate::domain::meeting::{Facts, Verb, is_correction, next};
use crate::domain::partial_date;
use crate::domain::quarter::seoul;
use crate::error::{Error, UserError};
use crate::input::types::{Localized, Prose};
use crate::input::{Call, InputErrors};
use crate::read::Act;

/// Origin of what a caller writes.
const ORIGIN: Origin = Origin::Reported;

/// What a caller needs for all of it.
pub const NEEDS: Needs = Needs::Write(Object::Content);

/// Opens a write of those who may; who may not learns nothing of what is there.
async fn begin<'a>(act: &Act<'a>, call: &Call) -> Result<Write<'a>, Error> {
    access::may_begin(act.author.principal, NEEDS)?;
    Write::attempt(act.db, act.author, call).await
}

/// Whether this call of a verb is the first with its key; which state it leads to if so.
enum Turn {
    /// Go on.
    First(Box<meeting::Model>, MeetingStatus),
    /// It was done before, with the row of that key; nothing is to be done.
    Again(Uuid),
}

/// Opens the write of a verb and asks, in this order: may the caller do it, does it see the meeting, was it done before
/// with this key, is its version the one seen, does its state allow it.
async fn turn<'a>(act: &Act<'a>, call: &Call, verb: Verb) -> Result<(Write<'a>, Turn), Error> {
    let write = begin(act, call).await?;
    let turn = turn_in::<meeting::Entity>(&write, act, call, verb, call.id).await?;
    Ok((write, turn))
}

/// The same in a write that is open, for a call that makes the row `made` of a meeting.
async fn turn_in<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    call: &Call,
    verb: Verb,
    made: Uuid,
) -> Result<Turn, Error> {
    let found = meeting::Entity::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let found = found.ok_or(Error::NotFound)?;
    if !sight::sees::<meeting::Entity>(write, act, found.id).await? {
        return Err(Error::NotFound);
    }
    if let Some(known) = write.repeats::<R>(call, made).await? {
        return Ok(Turn::Again(known));
    }
    if found.version != call.version {
        return Err(Error::Conflict);
    }
    let day = partial_date::first_day(&found.held_on).unwrap_or_default();
    let facts = Facts { status: found.status, day, today: write.today() };
    match next(verb, &facts) {
        Ok(status) => Ok(Turn::First(Box::new(found), status)),
        Err(refused) => {
            let text = refused.message();
            Err(Error::User(vec![UserError::at("id", refused.code(), text.ko, text.en)]))
        }
    }
}

/// Columns to be set on a row.
#[derive(Debug, Default)]
struct Columns(Map<String, Value>);

impl Columns {
    fn set(&mut self, name: &str, value: impl Serialize) -> Result<&mut Self, Error> {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        self.0.insert(name.to_owned(), value);
        Ok(self)
    }

    fn texts(
        &mut self,
        name: &str,
        (ko, en): (Option<String>, Option<String>),
    ) -> Result<&mut Self, Error> {
        self.set(&format!("{name}_ko"), ko)?.set(&format!("{name}_en"), en)
    }

    /// Writes them to a row that is there, unless it is so already.
    async fn update<R: Record>(self, write: &mut Write<'_>, known: &R::Model) -> Result<(), Error> {
        let row = as_json(known)?;
        if self.0.iter().all(|(name, value)| row.get(name) == Some(value)) {
            return Ok(());
        }
        let id = row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let version = row.get("version").and_then(Value::as_i64);
        let version = version.and_then(|version| i32::try_from(version).ok());
        let (id, version) =
            id.zip(version).ok_or_else(|| Error::internal("a row without a key"))?;
        write.update::<R>(id, version, self.onto()).await?;
        Ok(())
    }

    /// Makes a row of them.
    async fn add<R: Record>(mut self, write: &mut Write<'_>) -> Result<Uuid, Error> {
        let never = DateTime::UNIX_EPOCH;
        self.set("id", Uuid::nil())?.set("origin", ORIGIN)?.set("version", 1)?;
        self.set("created_at", never)?.set("updated_at", never)?;
        let model = serde_json::from_value(Value::Object(self.0)).map_err(Error::internal)?;
        write.add::<R>("create", model).await
    }

    /// Sets what a write does to a row.
    fn onto(self) -> impl FnOnce(&mut Map<String, Value>) + Send {
        |row| row.extend(self.0)
    }
}

/// Writes the meeting, whose version counts what is written of it.
async fn touch(
    write: &mut Write<'_>,
    held: &meeting::Model,
    columns: Columns,
) -> Result<(), Error> {
    write.update::<meeting::Entity>(held.id, held.version, columns.onto()).await?;
    Ok(())
}

/// Items of a meeting's agenda, in its order.
async fn items_of(write: &Write<'_>, meeting: Uuid) -> Result<Vec<agenda_item::Model>, Error> {
    Ok(agenda_item::Entity::find()
        .filter(agenda_item::Column::MeetingId.eq(meeting))
        .order_by_asc(agenda_item::Column::Position)
        .all(write.reads())
        .await?)
}

/// What to say of an item that is not on the meeting's agenda.
fn no_item(place: &str) -> UserError {
    UserError::at(
        place,
        "UNKNOWN",
        "이 회의의 안건이 아닙니다.",
        "The meeting has no such item on its agenda.",
    )
}

/// Once a meeting was held, what changes of its record is a correction, which says what was wrong; before, none is.
fn correction(held: &meeting::Model, given: Option<&Localized<Prose>>, faults: &mut InputErrors) {
    match (is_correction(held.status), given) {
        (true, None) => faults.add(
            "correction",
            "REQUIRED",
            "개최된 회의의 기록을 고치려면 무엇이 잘못되었는지 적어야 합니다.",
            "The meeting was held: say what was wrong with its record.",
        ),
        (false, Some(_)) => faults.add(
            "correction",
            "NOT_HELD",
            "아직 개최되지 않은 회의에는 정정 사유를 쓰지 않습니다.",
            "The meeting was not held yet, so there is nothing to correct.",
        ),
        _ => {}
    }
}

/// The day of an instant in Seoul.
fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&seoul()).date_naive()
}

/// One code that may be left out, at a field.
fn one(field: &str, code: Option<&String>) -> Vec<(String, String)> {
    code.map(|code| (field.to_owned(), code.clone())).into_iter().collect()
}

/// The codes of a list, each at its place.
fn each(field: &str, codes: &[String]) -> Vec<(String, String)> {
    codes.iter().enumerate().map(|(at, code)| (format!("{field}.{at}"), code.clone())).collect()
}

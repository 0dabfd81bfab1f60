//! Institutions 기관 and people 인물 as they are written: profiles, posts, seats in bodies, contact points. Operators write
//! all of it, a partner what its own institution says of itself ([`Needs::OwnProfile`]).

pub mod contact;
pub mod institution;
pub mod person;
pub mod seat;

use sea_orm::QuerySelect;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::record::Record;
use super::sight;
use super::write::{Write, as_json};
use crate::domain::access::{self, Needs, Object};
use crate::domain::{namesake, partial_date};
use crate::error::Error;
use crate::input::{Call, InputErrors};
use crate::read::Act;
use crate::read::sql::Sql;

/// Most rows that are told as what may be meant already.
const MAX_NAMESAKES: usize = 5;

/// Opens a write of those who may begin it.
async fn begin<'a>(act: &Act<'a>, needs: Needs, call: &Call) -> Result<Write<'a>, Error> {
    access::may_begin(act.author.principal, needs)?;
    Write::attempt(act.db, act.author, call).await
}

/// Whether the caller writes for every institution.
fn operates(act: &Act<'_>) -> bool {
    access::may_write(act.author.principal, Object::Content, None).is_ok()
}

/// What a row is to the policy, and which institution it belongs to.
type Owned<M> = (Object, fn(&M) -> Option<Uuid>);

/// Locks the row of a call, and asks in this order: does the caller see it, may it write it, was this done before with
/// this key, is its version the one seen. None if it was done before.
async fn turn<R: Record>(
    write: &mut Write<'_>,
    act: &Act<'_>,
    call: &Call,
    (object, owner): Owned<R::Model>,
) -> Result<Option<R::Model>, Error>
where
    <R::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
    R::Model: DeserializeOwned,
{
    let found = R::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let found = found.ok_or(Error::NotFound)?;
    if !sight::sees::<R>(write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    access::may_write(act.author.principal, object, owner(&found))?;
    if write.repeats::<R>(call, call.id).await?.is_some() {
        return Ok(None);
    }
    let version = as_json(&found)?.get("version").and_then(Value::as_i64);
    if version != Some(call.version.into()) {
        return Err(Error::Conflict);
    }
    write.part_of(owner(&found));
    Ok(Some(found))
}

/// Adds the condition that one of the columns is a name that means the same as one of these.
fn means(sql: &mut Sql, alias: &str, columns: &[&str], names: &[String]) {
    sql.push("(FALSE");
    for column in columns {
        for name in names {
            let column = namesake::key_of(&format!("{alias}.{column}"));
            sql.push(" OR ").push(&column).push(" = ").bind(namesake::key(name));
        }
    }
    sql.push(")");
}

/// Tells that what is to be put on record may be there already, unless the caller says that it is another.
fn namesakes(faults: &mut InputErrors, found: &[(String, String)]) {
    if found.is_empty() {
        return;
    }
    let known: Vec<String> = found.iter().map(|(code, name)| format!("{name}(`{code}`)")).collect();
    let known = known.join(", ");
    faults.add(
        "name.ko",
        "POSSIBLE_DUPLICATE",
        format!("이미 등록되어 있을 수 있습니다: {known}. 다른 대상이면 isDistinct를 true로 하십시오."),
        format!("This may be on record already: {known}. If it is another, say so with `isDistinct: true`."),
    );
}

/// Tells an end before its beginning.
fn ordered(
    faults: &mut InputErrors,
    field: &str,
    (starts_on, ends_on): (Option<&str>, Option<&str>),
) {
    let first = starts_on.and_then(partial_date::first_day);
    let last = ends_on.and_then(partial_date::last_day);
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        faults.add(field, "INVALID_DATE", "종료가 시작보다 빠릅니다.", "It ends before it starts.");
    }
}

/// Whether two spans of dates, each as precise as it is known, have a day in common; what has no date has always been.
fn meet(one: (Option<&str>, Option<&str>), other: (Option<&str>, Option<&str>)) -> bool {
    let before = |ends: Option<&str>, starts: Option<&str>| {
        let ends = ends.and_then(partial_date::last_day);
        ends.zip(starts.and_then(partial_date::first_day)).is_some_and(|(end, start)| end < start)
    };
    !before(one.1, other.0) && !before(other.1, one.0)
}

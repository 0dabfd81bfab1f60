//! Institutions 기관 and people 인물 as they are written: profiles, posts, seats in bodies, contact points. Operators write
//! all of it, a partner what its own institution says of itself ([`Needs::OwnProfile`]).

pub mod contact;
pub mod institution;
pub mod merge;
pub mod person;
pub mod seat;

use ::entity::common::Visibility;

use sea_orm::{EntityTrait, QueryResult, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::parts::{Columns, set, visibility};
use super::record::Record;
use super::sight;
use super::write::{Removed, Write, as_json};
use crate::domain::access::{self, Needs, Object};
use crate::domain::namesake;
use crate::domain::principal::Principal;
use crate::domain::term::{self, Span};
use crate::error::{Error, UserError};
use crate::input::{Call, InputErrors};
use crate::read::sql::Sql;
use crate::read::{Act, row};

/// Most rows that are told as what may be meant already.
const MAX_NAMESAKES: usize = 5;

/// Opens a write of those who may begin it.
pub(in crate::service) async fn begin<'a>(
    act: &Act<'a>,
    needs: Needs,
    call: &Call,
) -> Result<Write<'a>, Error> {
    access::may_begin(act.author.principal, needs)?;
    Write::attempt(act.db, act.author, call).await
}

/// Whether the caller writes for every institution.
pub(in crate::service) fn operates(act: &Act<'_>) -> bool {
    access::may_write(act.author.principal, Object::Content, None).is_ok()
}

/// Tells a partner that a field is the operators'.
pub(in crate::service) fn operator_only(
    act: &Act<'_>,
    faults: &mut InputErrors,
    field: &str,
    is_given: bool,
) {
    if is_given && !operates(act) {
        faults.add(
            field,
            "OPERATOR_ONLY",
            "운영 기관만 지정할 수 있습니다. 비워 두십시오.",
            "Only an operator decides this; leave it out.",
        );
    }
}

/// What a row is to the policy, and which institution it belongs to.
type Owned<M> = (Object, fn(&M) -> Option<Uuid>);

/// Locks the row of a call, and asks in this order: does the caller see it, may it write it, was this done before with
/// this key, is its version the one seen. None if it was done before.
pub(in crate::service) async fn turn<R: Record>(
    write: &mut Write<'_>,
    act: &Act<'_>,
    call: &Call,
    (object, owner): Owned<R::Model>,
) -> Result<Option<R::Model>, Error>
where
    <R::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
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
    if version_of(&found)? != Some(call.version.into()) {
        return Err(Error::Conflict);
    }
    write.part_of(owner(&found));
    Ok(Some(found))
}

/// What is new of a Korean and an English name, compared with those that a row has.
fn new_names(
    (ko, en): &(String, Option<String>),
    known: Option<(&String, Option<&String>)>,
) -> Vec<String> {
    let is_new = |name: &&String| known.is_none_or(|(ko, en)| *name != ko && Some(*name) != en);
    [Some(ko), en.as_ref()].into_iter().flatten().filter(is_new).cloned().collect()
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

/// Code and Korean name of each row found.
fn code_and_name(found: &[QueryResult]) -> Result<Vec<(String, String)>, Error> {
    let text = |found: &_, at| Ok::<_, Error>(row::text(found, at)?.unwrap_or_default().to_owned());
    found.iter().map(|found| Ok((text(found, 0)?, text(found, 1)?))).collect()
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
pub(in crate::service) fn ordered(faults: &mut InputErrors, field: &str, span: Span<'_>) {
    if term::is_reversed(span) {
        faults.add(field, "INVALID_DATE", "종료가 시작보다 빠릅니다.", "It ends before it starts.");
    }
}

/// Sets whether everybody sees a row, where that is told; which way it turns, if it does.
pub(in crate::service) fn turns(
    columns: &mut Columns,
    is_public: Option<bool>,
    known: Visibility,
) -> Result<Option<bool>, Error> {
    let Some(is_public) = is_public else { return Ok(None) };
    let told = visibility(is_public);
    set(columns, "visibility", told)?;
    Ok((told != known).then_some(is_public))
}

/// Keeps others from writing what belongs to an institution until the write is over, so that what was compared with what is
/// there still holds.
async fn hold(write: &Write<'_>, institution: Uuid) -> Result<(), Error> {
    ::entity::institution::Entity::find_by_id(institution)
        .lock_exclusive()
        .one(write.reads())
        .await?;
    Ok(())
}

/// Tells those who do not see a row any more, or see it again, of the rows that are seen with it: before it is hidden,
/// after it is shown.
pub(in crate::service) async fn tell_parts<R: Record>(
    write: &mut Write<'_>,
    act: &Act<'_>,
    column: &str,
    whole: Uuid,
    is_hidden: bool,
) -> Result<(), Error> {
    let ty = act.catalog.declared(R::TYPE)?;
    let everybody = &Principal::Anonymous;
    let seen = sight::rows_of(write, act, everybody, (ty, &["id", "version"]), |sql| {
        sql.push(" AND ").column("t", column).push(" = ").bind(whole);
    })
    .await?;
    for found in &seen {
        let version =
            i32::try_from(row::integer(found, 1)?.unwrap_or(1)).map_err(Error::internal)?;
        if let Some(id) = row::key(found, 0)? {
            write.tell_sight::<R>(id, version, is_hidden);
        }
    }
    Ok(())
}

/// Whether a call that takes a row off is the first with its key.
pub(in crate::service) enum Going<'a, M> {
    /// It is gone by this very call, made before; the row to which it belonged.
    Gone(Option<Uuid>),
    /// It may go now.
    Going(Box<Write<'a>>, M),
}

/// Locks the row that a call takes off, and asks what [`turn`] asks; of a row that belonged to one of the type `W`, which
/// `of` tells, a call that is made again tells that one.
pub(in crate::service) async fn going<'a, R: Record, W: Record>(
    act: &Act<'a>,
    call: &Call,
    needs: Needs,
    (object, owner): Owned<R::Model>,
    of: fn(&R::Model) -> Option<Uuid>,
) -> Result<Going<'a, R::Model>, Error>
where
    <R::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let mut write = begin(act, needs, call).await?;
    let reached = |id: Uuid| (id != call.id).then_some(id);
    let found = R::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let Some(found) = found else {
        // It is gone: by this call when it was made first, or for good.
        let known = write.repeats::<W>(call, call.id).await?;
        return known.map(|known| Going::Gone(reached(known))).ok_or(Error::NotFound);
    };
    if !sight::sees::<R>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    access::may_write(act.author.principal, object, owner(&found))?;
    if let Some(known) = write.repeats::<W>(call, of(&found).unwrap_or(call.id)).await? {
        return Ok(Going::Gone(reached(known)));
    }
    if version_of(&found)? != Some(call.version.into()) {
        return Err(Error::Conflict);
    }
    write.part_of(owner(&found));
    Ok(Going::Going(Box::new(write), found))
}

/// Takes off a row that may go, with what sources are cited for it, whoever has written it, and commits.
pub(in crate::service) async fn gone<R: Record>(
    act: &Act<'_>,
    mut write: Write<'_>,
    id: Uuid,
) -> Result<(), Error> {
    let known_to = visibility(sight::everybody_sees::<R>(&write, act, id).await?);
    if write.remove_part::<R>(id, known_to).await? == Removed::Kept {
        return Err(Error::User(vec![UserError::at(
            "id",
            "IN_USE",
            "다른 자료가 가리키는 항목은 뺄 수 없습니다.",
            "What another row names cannot be taken off.",
        )]));
    }
    write.commit().await?;
    Ok(())
}

/// Takes a row off that nothing else is asked of, with what sources are cited for it; the row to which it belonged, of the
/// type `W`, which `of` tells.
pub(in crate::service) async fn take_off<R: Record, W: Record>(
    act: &Act<'_>,
    call: &Call,
    (object, owner): Owned<R::Model>,
    of: fn(&R::Model) -> Option<Uuid>,
) -> Result<Option<Uuid>, Error>
where
    <R::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let needs = if object == Object::Content { Needs::Write(object) } else { Needs::OwnProfile };
    match going::<R, W>(act, call, needs, (object, owner), of).await? {
        Going::Gone(whole) => Ok(whole),
        Going::Going(write, found) => {
            gone::<R>(act, *write, call.id).await?;
            Ok(of(&found))
        }
    }
}

pub(in crate::service) fn version_of(row: &impl Serialize) -> Result<Option<i64>, Error> {
    Ok(as_json(row)?.get("version").and_then(Value::as_i64))
}

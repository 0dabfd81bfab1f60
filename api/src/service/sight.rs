//! What a call names, as far as its caller sees it: what is hidden is as unknown as what is not there. The policy is that
//! of the read path, asked in the call's own transaction.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseExecutor, QueryResult};
use uuid::Uuid;

use super::change::Places;
use super::record::Record;
use super::write::Write;
use crate::domain::fold;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::input::types::Id;
use crate::input::{InputErrors, unknown};
use crate::read::context::Marks;
use crate::read::model::Type;
use crate::read::sql::Sql;
use crate::read::{Act, Reader, merged, row, scope};

/// Most codes that are offered for one that is unknown.
const MAX_OFFERED: usize = 1000;
/// Unknown codes of one list for which what was meant is looked for.
const MAX_GUESSED: usize = 10;

/// The rows of a type that the caller sees and a condition on them holds for: these columns.
pub(super) async fn rows(
    write: &Write<'_>,
    act: &Act<'_>,
    (ty, columns): (&Type, &[&str]),
    condition: impl FnOnce(&mut Sql),
) -> Result<Vec<QueryResult>, Error> {
    rows_of(write, act, act.author.principal, (ty, columns), condition).await
}

/// The same for what somebody else sees.
pub(super) async fn rows_of(
    write: &Write<'_>,
    act: &Act<'_>,
    principal: &Principal,
    (ty, columns): (&Type, &[&str]),
    condition: impl FnOnce(&mut Sql),
) -> Result<Vec<QueryResult>, Error> {
    reading(write, act, principal, async |reader| {
        let mut sql = reader.sql();
        for (at, column) in columns.iter().enumerate() {
            sql.push(if at > 0 { ", " } else { "SELECT " }).column("t", column);
        }
        sql.push(" FROM ").push(ty.table).push(" t WHERE ");
        scope::guard(reader, &mut sql, ty, "t", None);
        condition(&mut sql);
        Ok(reader.db.query_all_raw(sql.finish()).await?)
    })
    .await
}

/// Reads in the call's own transaction what somebody sees.
async fn reading<T>(
    write: &Write<'_>,
    act: &Act<'_>,
    principal: &Principal,
    read: impl AsyncFnOnce(&Reader<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (db, marks, places) =
        (DatabaseExecutor::from(write.parts()), Marks::default(), Places::default());
    let Act { catalog, author, .. } = *act;
    let reader =
        Reader { db: &db, catalog, principal, now: author.now, marks: &marks, places: &places };
    read(&reader).await
}

/// Whether the caller sees the row of a type.
///
/// # Errors
/// Internal.
pub async fn sees<R: Record>(write: &Write<'_>, act: &Act<'_>, id: Uuid) -> Result<bool, Error> {
    sees_as::<R>(write, act, act.author.principal, id).await
}

/// Whether who has not signed in sees the row of a type.
///
/// # Errors
/// Internal.
pub async fn everybody_sees<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    id: Uuid,
) -> Result<bool, Error> {
    sees_as::<R>(write, act, &Principal::Anonymous, id).await
}

async fn sees_as<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    principal: &Principal,
    id: Uuid,
) -> Result<bool, Error> {
    let ty = act.catalog.declared(R::TYPE)?;
    let found = rows_of(write, act, principal, (ty, &["id"]), |sql| {
        sql.push(" AND t.id = ").bind(id);
    })
    .await?;
    Ok(!found.is_empty())
}

/// The row that a field of the input names by its id; one that is not seen is told with what else is wrong.
///
/// # Errors
/// Internal.
pub async fn by_id<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    faults: &mut InputErrors,
    field: &str,
    id: Option<Id<R>>,
) -> Result<Option<Uuid>, Error> {
    let Some(id) = id else { return Ok(None) };
    if sees::<R>(write, act, id.0).await? {
        return Ok(Some(id.0));
    }
    faults.add(field, "UNKNOWN", "그런 항목이 없습니다.", "There is no such row.");
    Ok(None)
}

/// Rows of a type by their codes, wherever an input names them.
pub struct Codes(HashMap<String, Uuid>);

impl Codes {
    /// The row of a code.
    pub fn get(&self, code: &str) -> Option<Uuid> {
        self.0.get(&fold::code(code)).copied()
    }

    /// The row of a code that may be left out.
    pub fn maybe(&self, code: Option<&String>) -> Option<Uuid> {
        code.and_then(|code| self.get(code))
    }
}

/// Looks up all of the codes, each with the place where it stands, at once; each that names nothing the caller sees is
/// told at its place.
///
/// # Errors
/// Internal.
pub async fn codes<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    given: Vec<(String, String)>,
    faults: &mut InputErrors,
) -> Result<Codes, Error> {
    if given.is_empty() {
        return Ok(Codes(HashMap::new()));
    }
    let ty = act.catalog.declared(R::TYPE)?;
    let column = R::CODE.ok_or_else(|| Error::internal("a type without codes"))?;
    let wanted: Vec<String> = given.iter().map(|(_, code)| fold::code(code)).collect();
    let found = rows(write, act, (ty, &["id", column]), |sql| {
        let values = wanted.iter().map(|code| sea_orm::Value::from(code.as_str())).collect();
        sql.push(" AND ").holds("t", column, values);
    })
    .await?;
    let mut known = HashMap::new();
    for found in &found {
        if let (Some(id), Some(code)) = (row::key(found, 0)?, row::text(found, 1)?) {
            known.insert(code.to_owned(), id);
        }
    }
    let is_lost = |known: &HashMap<String, Uuid>| wanted.iter().any(|it| !known.contains_key(it));
    if ty.merged.is_some() && is_lost(&known) {
        let values = wanted.iter().map(|code| code.as_str().into()).collect();
        let leads = reading(write, act, act.author.principal, async |reader| {
            merged::find(reader, ty, column, values).await
        });
        known.extend(leads.await?.into_iter().map(|found| (found.code, found.into)));
    }
    let lost: Vec<_> =
        given.iter().zip(&wanted).filter(|(_, code)| !known.contains_key(*code)).collect();
    if lost.is_empty() {
        return Ok(Codes(known));
    }
    let offered = rows(write, act, (ty, &[column]), |sql| {
        sql.push(" ORDER BY ").column("t", column).push(" LIMIT ").literal(MAX_OFFERED);
    })
    .await?;
    let offered: Vec<&str> =
        offered.iter().filter_map(|row| row::text(row, 0).ok().flatten()).collect();
    for (at, ((place, _), code)) in lost.into_iter().enumerate() {
        // To find what was meant compares each of them: a long list of what is wrong is told without.
        let near: &[&str] = if at < MAX_GUESSED { &offered } else { &[] };
        let text = ("그런 코드가 없습니다.", "There is no such code.");
        faults.0.push(unknown(place, text, code, near.iter().copied()));
    }
    Ok(Codes(known))
}

/// The row that a field of the input names by its code.
///
/// # Errors
/// Internal.
pub async fn by_code<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    faults: &mut InputErrors,
    field: &str,
    code: Option<&str>,
) -> Result<Option<Uuid>, Error> {
    let Some(code) = code else { return Ok(None) };
    let given = vec![(field.to_owned(), code.to_owned())];
    Ok(codes::<R>(write, act, given, faults).await?.get(code))
}

/// The rows that a field of the input names by their codes, each once and in that order.
///
/// # Errors
/// Internal.
pub async fn by_codes<R: Record>(
    write: &Write<'_>,
    act: &Act<'_>,
    faults: &mut InputErrors,
    field: &str,
    given: &[String],
) -> Result<Vec<Uuid>, Error> {
    let places = given.iter().enumerate();
    let places = places.map(|(at, code)| (format!("{field}.{at}"), code.clone())).collect();
    let known = codes::<R>(write, act, places, faults).await?;
    let mut named = Vec::with_capacity(given.len());
    for (at, code) in given.iter().enumerate() {
        match known.get(code) {
            Some(id) if named.contains(&id) => faults.add(
                &format!("{field}.{at}"),
                "DUPLICATE",
                "두 번 적혀 있습니다.",
                "This stands here twice.",
            ),
            found => named.extend(found),
        }
    }
    Ok(named)
}

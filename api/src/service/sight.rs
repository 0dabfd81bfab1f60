//! What a call names, as far as its caller sees it: what is hidden is as unknown as what is not there. The policy is that
//! of the read path, asked in the call's own transaction.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseExecutor, QueryResult};
use uuid::Uuid;

use super::change::Places;
use super::record::Record;
use super::write::Write;
use crate::domain::fold;
use crate::error::{Error, UserError};
use crate::input::types::Id;
use crate::input::{InputErrors, unknown};
use crate::read::context::Marks;
use crate::read::model::Type;
use crate::read::sql::Sql;
use crate::read::{Act, Reader, row, scope};

/// Most codes that are offered for one that is unknown.
const MAX_OFFERED: usize = 1000;

/// The rows of a type that the caller sees and a condition on them holds for: these columns.
async fn rows(
    write: &Write<'_>,
    act: &Act<'_>,
    (ty, columns): (&Type, &[&str]),
    condition: impl FnOnce(&mut Sql),
) -> Result<Vec<QueryResult>, Error> {
    let (db, marks, places) =
        (DatabaseExecutor::from(write.parts()), Marks::default(), Places::default());
    let Act { catalog, author, .. } = *act;
    let reader = Reader {
        db: &db,
        catalog,
        principal: author.principal,
        now: author.now,
        marks: &marks,
        places: &places,
    };
    let mut sql = reader.sql();
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at > 0 { ", " } else { "SELECT " }).column("t", column);
    }
    sql.push(" FROM ").push(ty.table).push(" t WHERE ");
    scope::guard(&reader, &mut sql, ty, "t", None);
    condition(&mut sql);
    Ok(db.query_all_raw(sql.finish()).await?)
}

/// Whether the caller sees the row of a type.
///
/// # Errors
/// Internal.
pub async fn sees<R: Record>(write: &Write<'_>, act: &Act<'_>, id: Uuid) -> Result<bool, Error> {
    let ty = act.catalog.declared(R::TYPE)?;
    let found = rows(write, act, (ty, &["id"]), |sql| {
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
    let ty = act.catalog.declared(R::TYPE)?;
    let column = R::CODE.ok_or_else(|| Error::internal("a type without codes"))?;
    let given = fold::code(code);
    let found = rows(write, act, (ty, &["id"]), |sql| {
        sql.push(" AND ").column("t", column).push(" = ").bind(given.clone());
    })
    .await?;
    if let Some(found) = found.first() {
        return row::key(found, 0);
    }
    faults.0.push(unknown_code(write, act, (ty, column), field, &given).await?);
    Ok(None)
}

/// The error of a code that names nothing the caller sees, with those that do.
async fn unknown_code(
    write: &Write<'_>,
    act: &Act<'_>,
    (ty, column): (&Type, &str),
    field: &str,
    given: &str,
) -> Result<UserError, Error> {
    let known = rows(write, act, (ty, &[column]), |sql| {
        sql.push(" ORDER BY ").column("t", column).push(" LIMIT ").literal(MAX_OFFERED);
    })
    .await?;
    let known = known.iter().filter_map(|row| row::text(row, 0).ok().flatten());
    let text = ("그런 코드가 없습니다.", "There is no such code.");
    Ok(unknown(field, text, given, known))
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
    codes: &[String],
) -> Result<Vec<Uuid>, Error> {
    let ty = act.catalog.declared(R::TYPE)?;
    let column = R::CODE.ok_or_else(|| Error::internal("a type without codes"))?;
    let given: Vec<String> = codes.iter().map(|code| fold::code(code)).collect();
    let found = rows(write, act, (ty, &["id", column]), |sql| {
        let values = given.iter().map(|code| sea_orm::Value::from(code.as_str())).collect();
        sql.push(" AND ").holds("t", column, values);
    })
    .await?;
    let mut known = HashMap::new();
    for found in &found {
        if let (Some(id), Some(code)) = (row::key(found, 0)?, row::text(found, 1)?) {
            known.insert(code.to_owned(), id);
        }
    }
    let mut named = Vec::with_capacity(given.len());
    for (at, code) in given.iter().enumerate() {
        let mut wrong = match known.get(code) {
            Some(id) if !named.contains(id) => {
                named.push(*id);
                continue;
            }
            Some(_) => {
                UserError::at(field, "DUPLICATE", "두 번 적혀 있습니다.", "This stands here twice.")
            }
            None => unknown_code(write, act, (ty, column), field, code).await?,
        };
        wrong.path.push(at.to_string());
        faults.0.push(wrong);
    }
    Ok(named)
}

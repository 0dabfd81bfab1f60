//! What is on record, in the shape of the inputs by which it was written.

use sea_orm::ConnectionTrait;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::database::Store;
use crate::error::Error;
use crate::input::{InputField, camel};
use crate::read::row;
use crate::read::sql::Sql;
use crate::service::record::Record;
use crate::service::write::as_json;

/// Most codes of one look-up.
const STEP: usize = 500;

/// A row that is there, and what it says.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its key.
    pub id: Uuid,
    /// What it says, by the fields of a record.
    pub said: Map<String, Value>,
    /// Keys of the rows of its list of which that stays which a record leaves out, in their order.
    pub items: Vec<Uuid>,
}

/// What a row says: each field from the column of its name, or from that which `columns` names. Lists are not looked for.
///
/// # Errors
/// Internal.
pub async fn said<R: Record>(
    db: &Store,
    fields: impl Iterator<Item = &InputField>,
    row: &R::Model,
    columns: &[(&str, &str)],
) -> Result<Map<String, Value>, Error> {
    let row = as_json(row)?;
    let mut said = Map::new();
    for field in fields {
        let other = columns.iter().find(|(name, _)| *name == field.name).map(|(_, column)| *column);
        let column = other.unwrap_or(field.name);
        let id = format!("{column}_id");
        let value = if let Some((_, table)) = R::REFERENCES.iter().find(|(name, _)| *name == id) {
            code_of(db, table, row.get(&id)).await?
        } else if (field.ty)().starts_with("LocalizedTextInput") {
            let [ko, en] = ["ko", "en"].map(|end| row.get(&format!("{column}_{end}")).cloned());
            let (ko, en) = (ko.unwrap_or_default(), en.unwrap_or_default());
            if ko.is_null() { Value::Null } else { json!({ "ko": ko, "en": en }) }
        } else if column == "is_public" {
            (row.get("visibility").and_then(Value::as_str) == Some("PUBLIC")).into()
        } else {
            let Some(value) = row.get(column) else { continue };
            value.clone()
        };
        said.insert(camel(field.name), value);
    }
    Ok(said)
}

/// What each of the rows says, as a list.
///
/// # Errors
/// Internal.
pub async fn each<R: Record>(
    db: &Store,
    fields: &[&'static InputField],
    rows: &[R::Model],
    columns: &[(&str, &str)],
) -> Result<Value, Error> {
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let said = said::<R>(db, fields.iter().copied(), row, columns).await?;
        items.push(Value::Object(said));
    }
    Ok(Value::Array(items))
}

/// How a table names its rows: by a code, or where they have none by that of the row to which they belong and their
/// place there, with what joins that one.
fn names(table: &str) -> (&'static str, &'static str) {
    match table {
        "bill" => ("t.number", ""),
        "provision" => ("p.number || '/' || t.position", " JOIN bill p ON p.id = t.bill_id"),
        "agenda_item" => ("p.code || '/' || t.position", " JOIN meeting p ON p.id = t.meeting_id"),
        _ => ("t.code", ""),
    }
}

/// The row of a table that is so named.
///
/// # Errors
/// Internal.
pub async fn named(db: &Store, table: &str, code: &str) -> Result<Option<Uuid>, Error> {
    let (column, whole) = names(table);
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT t.id FROM ").push(table).push(" t").push(whole);
    sql.push(" WHERE ").push(column).push(" = ").bind(code.to_owned());
    let found = db.query_one_raw(sql.finish()).await?;
    Ok(found.as_ref().map(|found| row::key(found, 0)).transpose()?.flatten())
}

/// The code of the row of a table.
///
/// # Errors
/// Internal.
pub async fn code_of(db: &Store, table: &str, id: Option<&Value>) -> Result<Value, Error> {
    let Some(id) = id.and_then(Value::as_str) else { return Ok(Value::Null) };
    let id: Uuid = id.parse().map_err(Error::internal)?;
    let (code, whole) = names(table);
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT ").push(code).push(" FROM ").push(table).push(" t").push(whole);
    sql.push(" WHERE t.id = ").bind(id);
    let found = db.query_one_raw(sql.finish()).await?;
    let code = found.as_ref().map(|found| row::text(found, 0)).transpose()?.flatten();
    Ok(code.into())
}

/// The version of a row now.
///
/// # Errors
/// Not found; internal.
pub async fn version<R: Record>(db: &Store, id: Uuid) -> Result<i64, Error> {
    let mut sql = Sql::new(db.get_database_backend());
    let table = R::default();
    sql.push("SELECT version FROM ").push(table.table_name()).push(" WHERE id = ").bind(id);
    let found = db.query_one_raw(sql.finish()).await?.ok_or(Error::NotFound)?;
    row::integer(&found, 0)?.ok_or(Error::NotFound)
}

/// The codes that follow a code, in their order.
///
/// # Errors
/// Internal.
pub async fn codes<R: Record>(db: &Store, after: &str) -> Result<Vec<String>, Error> {
    let mut sql = Sql::new(db.get_database_backend());
    let table = R::default();
    sql.push("SELECT code FROM ").push(table.table_name()).push(" WHERE code > ");
    sql.bind(after.to_owned()).push(" ORDER BY code LIMIT ").literal(STEP);
    let found = db.query_all_raw(sql.finish()).await?;
    let codes = found.iter().map(|found| Ok(row::text(found, 0)?.unwrap_or_default().to_owned()));
    codes.collect()
}

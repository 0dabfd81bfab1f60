//! Rows that are no more since they were merged into others: their ids and codes lead there, as far as the caller sees
//! those.

use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::context::Reader;
use super::model::Type;
use super::sql::Sql;
use super::{row, scope};
use crate::error::Error;

/// A row that is no more.
#[derive(Debug)]
pub struct Merged {
    /// The key that it had.
    pub id: Uuid,
    /// The code that it had.
    pub code: String,
    /// Key of the row to which it leads.
    pub into: Uuid,
    /// Code of that row.
    pub into_code: String,
}

/// Those of the rows that had these values in a column.
///
/// # Errors
/// Internal.
pub async fn find(
    reader: &Reader<'_>,
    ty: &Type,
    column: &str,
    values: Vec<Value>,
) -> Result<Vec<Merged>, Error> {
    let Some(table) = ty.merged.filter(|_| !values.is_empty()) else { return Ok(Vec::new()) };
    let mut sql = reader.sql();
    sql.push("SELECT m.id, m.code, t.id, t.code FROM ").push(table).push(" m JOIN ");
    sql.push(ty.table).push(" t ON t.id = m.into_id WHERE ");
    sql.holds("m", column, values).push(" AND ");
    scope::guard(reader, &mut sql, ty, "t", None);
    let mut found = Vec::new();
    for read in reader.db.query_all_raw(sql.finish()).await? {
        let text = |at| Ok::<_, Error>(row::text(&read, at)?.unwrap_or_default().to_owned());
        if let (Some(id), Some(into)) = (row::key(&read, 0)?, row::key(&read, 2)?) {
            found.push(Merged { id, code: text(1)?, into, into_code: text(3)? });
        }
    }
    Ok(found)
}

/// Adds the condition that a row has one of these codes, or that one of them leads to it. PostgreSQL is asked for codes
/// alone, in one array that is made first: rows of another table beside many such conditions would cost it seconds to plan.
pub fn holds(sql: &mut Sql, ty: &Type, table: &str, alias: &str, codes: Vec<Value>) {
    let (of, merged) = (sql.alias(), sql.alias());
    if sql.is_postgres() && !codes.is_empty() {
        let is_probed = sql.probes(alias, "code", codes.len());
        let given = Value::Array(ArrayType::String, Some(Box::new(codes.clone())));
        sql.push(if is_probed { "" } else { "(" }).column(alias, "code");
        sql.push(" = ANY(").bind(given).push(" || ARRAY(SELECT CAST(").column(&of, "code");
        sql.push(" AS text) FROM ").push(table).push(" ").push(&merged).push(" JOIN ");
        sql.push(ty.table).push(" ").push(&of).push(" ON ").column(&of, "id").push(" = ");
        sql.column(&merged, "into_id").push(" WHERE ").column(&merged, "code").among(codes);
        sql.push(if is_probed { "))" } else { "))) IS TRUE" });
        return;
    }
    sql.column(alias, "id").push(" IN (SELECT ").column(&of, "id").push(" FROM ");
    sql.push(ty.table).push(" ").push(&of).push(" WHERE ").holds(&of, "code", codes.clone());
    sql.push(" UNION ALL SELECT ").column(&merged, "into_id").push(" FROM ").push(table);
    sql.push(" ").push(&merged).push(" WHERE ").holds(&merged, "code", codes).push(")");
}

//! Rows that hang on rows of their own table, one above the other: institutions on the one above, plans on the one that
//! mandates them. No such chain closes to a circle.

use sea_orm::{ConnectionTrait, DbBackend, PrimaryKeyTrait, Statement};
use uuid::Uuid;

use super::record::Record;
use super::write::Write;
use crate::error::Error;

/// Most rows above each other.
const MAX_DEPTH: usize = 20;

/// Keeps others from changing a table's chains until the write is over, so that two calls cannot close a circle together, each
/// without seeing the other. Asked before any row is locked. On SQLite one write comes after the other anyway.
///
/// # Errors
/// Unavailable, if another holds it too long; internal.
pub(super) async fn alone<R: Record>(write: &Write<'_>) -> Result<(), Error> {
    let db = write.reads();
    if db.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        let table = R::default().table_name().to_owned();
        db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [table.into()]))
            .await?;
    }
    Ok(())
}

/// Whether a row, or one above it, is that one, or there are too many above each other.
///
/// # Errors
/// Internal.
pub(super) async fn leads<R: Record>(
    write: &Write<'_>,
    from: Option<Uuid>,
    to: Uuid,
    above: fn(&R::Model) -> Option<Uuid>,
) -> Result<bool, Error>
where
    <R::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let mut next = from;
    for _ in 0..MAX_DEPTH {
        let Some(id) = next else { return Ok(false) };
        if id == to {
            return Ok(true);
        }
        let found = R::find_by_id(id).one(write.reads()).await?;
        next = found.as_ref().and_then(above);
    }
    Ok(next.is_some())
}

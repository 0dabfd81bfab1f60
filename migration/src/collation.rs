//! Text on PostgreSQL is ordered and compared by code points (`COLLATE "C"`), as SQLite does, whatever
//! collation the database was created with: pages, cursors, least and greatest values and the case of letters
//! are then the same everywhere, and a new release of the operating system's collations breaks no index.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

/// Sets the collation of every column of text that has another one, and so rebuilds its indexes; asks the
/// catalogue and does nothing else where all have it. The tables are not written anew. Views are put back as
/// they were.
const COLLATE: &str = r#"DO $$
DECLARE
  views record;
  tables record;
BEGIN
  CREATE TEMP TABLE collated ON COMMIT DROP AS
    SELECT c.oid AS relation, c.relname, string_agg(format('ALTER COLUMN %I TYPE %s COLLATE "C"', a.attname, format_type(a.atttypid, a.atttypmod)), ', ') AS changes
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND a.attcollation <> 'pg_catalog."C"'::regcollation
    GROUP BY c.oid, c.relname;
  CREATE TEMP TABLE put_back ON COMMIT DROP AS
    SELECT oid, relname, pg_get_viewdef(oid) AS definition FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v';
  FOR views IN SELECT * FROM put_back ORDER BY oid DESC LOOP
    EXECUTE format('DROP VIEW %I', views.relname);
  END LOOP;
  FOR tables IN SELECT * FROM collated LOOP
    EXECUTE format('ALTER TABLE %I %s', tables.relname, tables.changes);
  END LOOP;
  FOR views IN SELECT * FROM put_back ORDER BY oid LOOP
    EXECUTE format('CREATE VIEW %I AS %s', views.relname, views.definition);
  END LOOP;
END $$"#;

const OTHERS: &str = "SELECT 1 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 \
    AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) \
    AND a.attcollation <> 'pg_catalog.\"C\"'::regcollation LIMIT 1";

/// Brings every column of text to the one collation, those of migrations that know nothing of it included.
///
/// # Errors
/// The database's own.
pub async fn collate(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let others = Statement::from_string(DbBackend::Postgres, OTHERS);
    if db.query_one_raw(others).await?.is_none() {
        return Ok(());
    }
    let transaction = db.begin().await?;
    // Indexes of large tables take their time.
    transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    transaction.execute_unprepared(COLLATE).await?;
    transaction.commit().await
}

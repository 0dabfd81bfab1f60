//! A case knows the institution whose it is, and why it was returned or withdrawn; the feed tells of a row that
//! became hidden to those who do not see it any more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CASE: &str = "adoption_case";
const OWNER: &str = "owner_id";
const REASON: &str = "status_reason";
const CHANGE: &str = "change";
const HIDING: &str = "is_hiding";
const INDEX: &str = "ix_adoption_case_owner_code";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if !table::has_column(manager, CASE, OWNER).await? {
            let uuid = match manager.get_database_backend() {
                DbBackend::Sqlite => "uuid_text",
                _ => "uuid",
            };
            let sql = format!(
                "ALTER TABLE {CASE} ADD COLUMN {OWNER} {uuid} REFERENCES institution (id) ON DELETE RESTRICT ON UPDATE RESTRICT"
            );
            db.execute_unprepared(&sql).await?;
        }
        let index = format!("CREATE INDEX IF NOT EXISTS {INDEX} ON {CASE} ({OWNER}, code, id)");
        db.execute_unprepared(&index).await?;
        table::add_column(manager, CASE, ColumnDef::new(REASON).text().null().take()).await?;
        let hiding = ColumnDef::new(HIDING).boolean().not_null().default(false).take();
        table::add_column(manager, CHANGE, hiding).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&format!("DROP INDEX IF EXISTS {INDEX}")).await?;
        db.execute_unprepared(&format!("DELETE FROM {CHANGE} WHERE {HIDING}")).await?;
        for (table, column) in [(CHANGE, HIDING), (CASE, REASON), (CASE, OWNER)] {
            let dropped = SeaTable::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}

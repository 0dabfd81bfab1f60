//! What hides the places of the change feed from callers: who sees some changes is not told how many others
//! there are. The secret is made once, by the database, and is the same for every server.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::add_column;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("feed_secret").text().null().to_owned();
        add_column(manager, "ledger", column).await?;
        let secret = match manager.get_database_backend() {
            DbBackend::Sqlite => "hex(randomblob(32))",
            _ => "CAST(gen_random_uuid() AS text) || CAST(gen_random_uuid() AS text)",
        };
        let make = format!("UPDATE ledger SET feed_secret = {secret} WHERE feed_secret IS NULL");
        manager.get_connection().execute_unprepared(&make).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = "ALTER TABLE ledger DROP COLUMN feed_secret";
        manager.get_connection().execute_unprepared(drop).await?;
        Ok(())
    }
}

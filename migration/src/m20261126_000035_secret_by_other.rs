//! A client knows whether another institution made its secret: it then gets no scope to act in its own one's name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_client";
const BY_OTHER: &str = "secret_by_other";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if table::has_column(manager, TABLE, BY_OTHER).await? {
            return Ok(());
        }
        let column = ColumnDef::new(BY_OTHER).boolean().not_null().default(false).take();
        table::add_column(manager, TABLE, column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = SeaTable::alter().table(TABLE).drop_column(BY_OTHER).to_owned();
        manager.alter_table(dropped).await
    }
}

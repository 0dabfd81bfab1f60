//! A client may be disabled by its own institution and by an operator, each apart from the other.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_client";
const BY_OWNER: &str = "disabled_by_owner";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if table::has_column(manager, TABLE, BY_OWNER).await? {
            return Ok(());
        }
        let column = ColumnDef::new(BY_OWNER).boolean().not_null().default(false).take();
        table::add_column(manager, TABLE, column).await?;
        let sql = "UPDATE api_client SET disabled_by_owner = TRUE \
                   WHERE state = 'DISABLED' AND NOT disabled_by_operator";
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = SeaTable::alter().table(TABLE).drop_column(BY_OWNER).to_owned();
        manager.alter_table(dropped).await
    }
}

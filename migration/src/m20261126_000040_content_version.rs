//! A submission tells apart what changes its values or its state from what only moves its deadlines or reminds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "submission";
const CONTENT_VERSION: &str = "content_version";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if table::has_column(manager, TABLE, CONTENT_VERSION).await? {
            return Ok(());
        }
        let column = ColumnDef::new(CONTENT_VERSION).integer().not_null().default(1).take();
        table::add_column(manager, TABLE, column).await?;
        let all =
            Query::update().table(TABLE).value(CONTENT_VERSION, Expr::col("version")).to_owned();
        manager.execute(all).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = SeaTable::alter().table(TABLE).drop_column(CONTENT_VERSION).to_owned();
        manager.alter_table(dropped).await
    }
}

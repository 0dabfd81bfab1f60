//! Audit events tell by which rule their hash was made, and the institution that acted; those of before keep the
//! first rule.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "audit_event";
const VERSION: &str = "hash_version";
const ACTING: &str = "acting_institution_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A default fills rows that are there without writing them.
        let version = ColumnDef::new(VERSION).integer().not_null().default(1).take();
        table::add_column(manager, TABLE, version).await?;
        table::add_column(manager, TABLE, ColumnDef::new(ACTING).uuid().null().take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [ACTING, VERSION] {
            manager
                .alter_table(SeaTable::alter().table(TABLE).drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}

//! What a client was shut out by, and which of its tokens still count.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::sea_query::Table as SeaTable;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_client";
const BY_OPERATOR: &str = "disabled_by_operator";
const GENERATION: &str = "token_generation";

fn column(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    match name {
        BY_OPERATOR => column.boolean().not_null().default(false),
        _ => column.integer().not_null().default(0),
    };
    column
}

async fn has_column(manager: &SchemaManager<'_>, name: &str) -> Result<bool, DbErr> {
    let backend = manager.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT 1 FROM pragma_table_info($1) WHERE name = $2",
        _ => {
            "SELECT 1 FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2"
        }
    };
    let statement = Statement::from_sql_and_values(backend, sql, [TABLE.into(), name.into()]);
    Ok(manager.get_connection().query_one_raw(statement).await?.is_some())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [BY_OPERATOR, GENERATION] {
            // Safe to repeat after a start that was cut short.
            if !has_column(manager, name).await? {
                let added = SeaTable::alter().table(TABLE).add_column(column(name)).to_owned();
                manager.alter_table(added).await?;
                if name == BY_OPERATOR {
                    // Who shut a client out was not kept: only an operator lets those in again.
                    let sql = "UPDATE api_client SET disabled_by_operator = TRUE WHERE state = 'DISABLED'";
                    manager.get_connection().execute_unprepared(sql).await?;
                }
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [BY_OPERATOR, GENERATION] {
            manager
                .alter_table(SeaTable::alter().table(TABLE).drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}

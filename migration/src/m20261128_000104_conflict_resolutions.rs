//! A conflict tells why and when it was resolved, and each of its claims whether it holds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        ("conflict", ColumnDef::new("resolution_ko").text().null().take()),
        ("conflict", ColumnDef::new("resolution_en").text().null().take()),
        ("conflict", ColumnDef::new("resolved_at").timestamp_with_time_zone().null().take()),
        ("claim", ColumnDef::new("is_upheld").boolean().null().take()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            table::add_column(manager, table, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name().to_owned();
            let dropped = SeaTable::alter().table(table).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}

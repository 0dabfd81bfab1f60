//! Why a meeting was put off, called off or its record corrected, and for which day it was first planned.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "meeting";

fn columns() -> [ColumnDef; 3] {
    let known = Expr::expr(Func::char_length(Expr::col("originally_on"))).is_in([4, 7, 10]);
    [
        ColumnDef::new("note_ko").text().null().take(),
        ColumnDef::new("note_en").text().null().take(),
        ColumnDef::new("originally_on").text().null().check(known).take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            table::add_column(manager, TABLE, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns().into_iter().rev() {
            let name = column.get_column_name().to_owned();
            let dropped = SeaTable::alter().table(TABLE).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}

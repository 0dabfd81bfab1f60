//! Places in documents in both languages, and the rows that were deleted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables whose rows name a place in a document.
const PLACED: [&str; 2] = ["citation", "claim"];

fn tables() -> Vec<Table> {
    vec![
        Table::plain("deleted_row")
            .text("subject_type")
            .choice("visibility", &["PUBLIC", "INTERNAL"])
            .int("version")
            .instant("deleted_at"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in PLACED {
            // Safe to repeat after a start that was cut short.
            if table::has_column(manager, name, "locator").await? {
                let renamed =
                    SeaTable::alter().table(name).rename_column("locator", "locator_ko").to_owned();
                manager.alter_table(renamed).await?;
            }
            if !table::has_column(manager, name, "locator_en").await? {
                let added = SeaTable::alter()
                    .table(name)
                    .add_column(ColumnDef::new("locator_en").text().null())
                    .to_owned();
                manager.alter_table(added).await?;
            }
        }
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await?;
        for name in PLACED {
            let dropped = SeaTable::alter().table(name).drop_column("locator_en").to_owned();
            manager.alter_table(dropped).await?;
            let renamed =
                SeaTable::alter().table(name).rename_column("locator_ko", "locator").to_owned();
            manager.alter_table(renamed).await?;
        }
        Ok(())
    }
}

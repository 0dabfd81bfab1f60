//! Tasks tell the regions and industries that they are for, and the most that one company gets.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TASK: &str = "policy_task";
const CEILING: &str = "support_ceiling";

fn tables() -> Vec<Table> {
    vec![
        Table::link("task_region")
            .reference("task_id", TASK)
            .reference("region_id", "region")
            .unique(&["task_id", "region_id"])
            .index(&["region_id"]),
        Table::link("task_industry")
            .reference("task_id", TASK)
            .reference("industry_id", "industry")
            .unique(&["task_id", "industry_id"])
            .index(&["industry_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ceiling = ColumnDef::new(CEILING).big_integer().null().take();
        table::add_column(manager, TASK, ceiling).await?;
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await?;
        manager.alter_table(SeaTable::alter().table(TASK).drop_column(CEILING).to_owned()).await
    }
}

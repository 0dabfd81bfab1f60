//! Evidence of submissions: files beside the text, which is called what it is. The content of a file is kept outside the
//! database, under its hash.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const VALUE: &str = "submission_value";
const BEFORE: &str = "evidence";
const NOTE: &str = "evidence_note";

fn tables() -> Vec<Table> {
    vec![
        Table::plain("submission_file")
            .reference("submission_id", "submission")
            // The submission's own, as beside its values.
            .key("institution_id")
            .reference_opt("indicator_id", "indicator")
            .text("name")
            .text("media_type")
            .int("byte_size")
            .text("sha256")
            .int("first_revision")
            .int_opt("last_revision")
            .text("added_by")
            .instant("added_at")
            .index(&["submission_id", "name", "id"])
            .index(&["indicator_id", "submission_id"])
            .index(&["sha256"]),
    ]
}

async fn rename(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    // Safe to repeat after a start that was cut short.
    if table::has_column(manager, VALUE, from).await? {
        let (from, to) = (Alias::new(from), Alias::new(to));
        let renamed = SeaTable::alter().table(VALUE).rename_column(from, to).to_owned();
        manager.alter_table(renamed).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rename(manager, BEFORE, NOTE).await?;
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await?;
        rename(manager, NOTE, BEFORE).await
    }
}

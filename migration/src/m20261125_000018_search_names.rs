//! The search index keeps the names of a row apart from its other texts, so that a search can look at names
//! alone and put them first. What it holds is made anew at the next start, by the version of its folding.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "search_document";
const VIEW: &str = "search_result";

async fn show(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let view =
        format!("CREATE VIEW {VIEW} AS SELECT {columns} FROM {TABLE} WHERE source_id = subject_id");
    db.execute_unprepared(&view).await?;
    Ok(())
}

async fn hide(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared(&format!("DROP VIEW IF EXISTS {VIEW}")).await?;
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Safe to repeat after a start that was cut short.
        if !table::has_column(manager, TABLE, "title").await? {
            let title = ColumnDef::new("title").text().not_null().default("").take();
            let added = SeaTable::alter().table(TABLE).add_column(title).take();
            manager.alter_table(added).await?;
        }
        hide(manager).await?;
        show(manager, "id, subject_type, subject_id, title_ko, title_en, title").await?;
        // The names that stand in tables of their own.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX IF NOT EXISTS ix_search_document_other ON search_document (subject_id) \
                 WHERE source_id <> subject_id",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        hide(manager).await?;
        let index =
            Index::drop().name("ix_search_document_other").table(TABLE).if_exists().to_owned();
        manager.drop_index(index).await?;
        manager.alter_table(SeaTable::alter().table(TABLE).drop_column("title").take()).await?;
        show(manager, "id, subject_type, subject_id, title_ko, title_en").await
    }
}

//! What a target was stays known when it is taken off: its history says itself of what it is the target, and who sees it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "target_value";
const KEYS: [&str; 2] = ["indicator_id", "institution_id"];
const TEXTS: [&str; 3] = ["quarter", "visibility", "origin"];

const INDEX: &str = "CREATE INDEX IF NOT EXISTS ix_target_value_indicator_quarter \
    ON target_value (indicator_id, quarter, id)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for key in KEYS {
            table::add_column(manager, TABLE, ColumnDef::new(key).uuid().null().take()).await?;
        }
        for text in TEXTS {
            table::add_column(manager, TABLE, ColumnDef::new(text).text().null().take()).await?;
        }
        for column in KEYS.into_iter().chain(TEXTS) {
            let fill = format!(
                "UPDATE {TABLE} SET {column} = (SELECT t.{column} FROM target t WHERE t.id = {TABLE}.target_id)"
            );
            db.execute_unprepared(&fill).await?;
        }
        db.execute_unprepared(INDEX).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX IF EXISTS ix_target_value_indicator_quarter").await?;
        // What is known of targets that were taken off, the release before cannot tell.
        db.execute_unprepared(
            "DELETE FROM target_value WHERE NOT EXISTS (SELECT 1 FROM target t WHERE t.id = target_value.target_id)",
        )
        .await?;
        for column in KEYS.into_iter().chain(TEXTS) {
            manager
                .alter_table(SeaTable::alter().table(TABLE).drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

//! What is forgotten after its time: how far the change feed is forgotten, and idempotency keys by their age.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::table::add_column;

const NAME: &str = "ix_idempotency_at";

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("forgotten_seq").big_integer().not_null().default(0).to_owned();
        add_column(manager, "ledger", column).await?;
        let index = format!("CREATE INDEX IF NOT EXISTS {NAME} ON idempotency (at)");
        manager.get_connection().execute_unprepared(&index).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&format!("DROP INDEX IF EXISTS {NAME}")).await?;
        db.execute_unprepared("ALTER TABLE ledger DROP COLUMN forgotten_seq").await.map(drop)
    }
}

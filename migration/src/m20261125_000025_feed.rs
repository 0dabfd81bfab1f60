//! Changes of one type in their order: who follows a type that seldom changes is not made to look at all others.

use sea_orm_migration::prelude::*;

const NAME: &str = "ix_change_subject_type_seq";

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = format!("CREATE INDEX IF NOT EXISTS {NAME} ON change (subject_type, seq)");
        manager.get_connection().execute_unprepared(&create).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = format!("DROP INDEX IF EXISTS {NAME}");
        manager.get_connection().execute_unprepared(&drop).await?;
        Ok(())
    }
}

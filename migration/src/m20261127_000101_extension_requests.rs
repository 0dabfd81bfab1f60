//! Requests for extensions: what institutions ask for and what was decided.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// One is open at a time.
const OPEN: &str = "CREATE UNIQUE INDEX IF NOT EXISTS uq_extension_request_open \
    ON extension_request (submission_id) WHERE status = 'OPEN'";

fn tables() -> Vec<Table> {
    vec![
        Table::plain("extension_request")
            .reference("submission_id", "submission")
            .reference("institution_id", "institution")
            .choice("status", &["OPEN", "GRANTED", "DECLINED", "WITHDRAWN"])
            .date("expires_on")
            .text("reason")
            .text("requested_by")
            .instant_opt("decided_at")
            .text_opt("decided_by")
            .reference_opt("decided_by_institution_id", "institution")
            .text_opt("decision_reason")
            .written()
            .index(&["created_at", "id"])
            .index(&["updated_at", "id"])
            .index(&["status", "created_at", "id"])
            .index(&["submission_id", "created_at", "id"])
            .index(&["institution_id", "created_at", "id"])
            .index(&["decided_by_institution_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await?;
        manager.get_connection().execute_unprepared(OPEN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}
